// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {SettlementMarket} from "../../src/market/SettlementMarket.sol";
import {RewardsDouble} from "../base/MarketDoubles.sol";
import {Test} from "../base/Test.sol";
import {MarketHandler} from "./MarketHandler.sol";
import {MarketLedger} from "./MarketLedger.sol";

/// @notice Who may act when (invariant 6, and 7's half of it) is asserted by the handler, action by action.
contract MarketInvariants is Test {
    MarketHandler private handler;
    MarketLedger private ledger;
    SettlementMarket private market;
    IERC20[2] private tokens;
    address[] private accounts;

    function setUp() external {
        handler = new MarketHandler();
        ledger = handler.ledger();
        (market, tokens) = handler.parts();
        accounts = handler.accounts();
        targetContract(address(handler));
    }

    /// @dev 1: per token, balance = escrow + held and free collateral + bonds + credits + pots + donations.
    function invariant_1_the_balance_is_what_is_owed() external view {
        for (uint256 t = 0; t < 2; ++t) {
            address token = address(tokens[t]);
            IMarketTypes.Pots memory pots = market.potsOf(tokens[t]);
            uint256 owed = pots.income + pots.fees + handler.donations(tokens[t]);
            for (uint256 i = 0; i < accounts.length; ++i) {
                uint256 credit = market.creditOf(accounts[i], tokens[t]);
                uint256 free = market.freeCollateralOf(accounts[i], tokens[t]);
                vm.assertEq(credit, ledger.credits(accounts[i], token), "credits follow from events");
                vm.assertEq(free, ledger.free(accounts[i], token), "so does free collateral");
                owed += credit + free;
            }
            vm.assertEq(pots.income, ledger.incomePot(token), "so does the income pot");
            vm.assertEq(pots.fees, ledger.feePot(token), "and the pot of fees");
            for (uint256 i = 0; i < handler.jobCount(); ++i) {
                owed += heldFor(handler.jobs(i), tokens[t]);
            }
            vm.assertEq(tokens[t].balanceOf(address(market)), owed, "to the wei");
        }
    }

    function heldFor(bytes32 jobId, IERC20 token) private view returns (uint256) {
        IMarketTypes.Job memory job = market.job(jobId);
        if (address(job.token) != address(token)) return 0;
        if (job.status == IMarketTypes.Status.Open) return uint256(job.maxPrice) + job.bond;
        if (job.status == IMarketTypes.Status.Reserved || job.status == IMarketTypes.Status.Delivered) {
            return uint256(job.maxPrice) + 2 * uint256(job.bond);
        }
        return job.status == IMarketTypes.Status.Locked ? uint256(job.price) + job.collateral : 0;
    }

    /// @dev 2, 3, 4, 7: of each job.
    function invariant_2_3_4_7_jobs_end_once_and_owe_nothing_then() external view {
        for (uint256 i = 0; i < handler.jobCount(); ++i) {
            bytes32 jobId = handler.jobs(i);
            IMarketTypes.Job memory job = market.job(jobId);
            MarketLedger.Entry memory entry = ledger.entry(jobId);
            vm.assertTrue(job.status == entry.status, "states follow from events");
            vm.assertEq(handler.termsHash(jobId), handler.termsOf(jobId), "terms never change");
            bool ended = job.status > IMarketTypes.Status.Locked;
            vm.assertEq(entry.ends, ended ? 1 : 0, "ended once");
            vm.assertEq(entry.payments, job.status == IMarketTypes.Status.Fulfilled ? 1 : 0, "paid once");
            vm.assertEq(entry.escrow + entry.collateral + entry.bond, heldFor(jobId, job.token), "held for it");
            if (ended) vm.assertEq(entry.escrow + entry.collateral + entry.bond, 0, "nothing after the end");
            if (job.price != 0) {
                vm.assertLe(job.floorPrice, job.price, "from the floor");
                vm.assertLe(job.price, job.maxPrice, "to the maximum");
            }
            checkSlash(job, entry);
            vm.assertLe(handler.receiver().told(jobId), 1, "told once");
        }
    }

    function checkSlash(IMarketTypes.Job memory job, MarketLedger.Entry memory entry) private pure {
        uint256 expected;
        if (job.status == IMarketTypes.Status.FulfilledLate || job.status == IMarketTypes.Status.Refunded) {
            expected = job.collateral;
        } else if (job.status == IMarketTypes.Status.Cancelled) {
            vm.assertTrue(entry.slashed == 0 || entry.slashed == job.bond, "at most the bond");
            return;
        }
        vm.assertEq(entry.slashed, expected, "slashed in rows 12 and 13, and nowhere else");
    }

    /// @dev 3: at most one work credit for a job.
    function invariant_3_work_is_credited_once() external view {
        RewardsDouble work = handler.work();
        uint256 deferredJobs = ledger.paidJobs() - work.jobs();
        for (uint256 t = 0; t < 2; ++t) {
            vm.assertEq(work.fees(tokens[t]), ledger.feesOut(address(tokens[t])), "fees arrived");
            if (ledger.feePot(address(tokens[t])) != 0) vm.assertLt(0, deferredJobs, "or wait with their work");
        }
    }

    /// @dev 5: collateral in = released + held + free + bounty + treasury + slash pot.
    function invariant_5_collateral_is_accounted_for() external view {
        for (uint256 t = 0; t < 2; ++t) {
            address token = address(tokens[t]);
            uint256 sum = ledger.collateralOut(token) + ledger.collateralLost(token);
            for (uint256 i = 0; i < accounts.length; ++i) {
                sum += market.freeCollateralOf(accounts[i], tokens[t]);
            }
            for (uint256 i = 0; i < handler.jobCount(); ++i) {
                MarketLedger.Entry memory entry = ledger.entry(handler.jobs(i));
                if (entry.token == token) sum += entry.collateral + entry.bond;
            }
            vm.assertEq(ledger.collateralIn(token), sum, "to the wei");
        }
    }

    /// @dev The campaign is not about an empty market: some 1,000 random actions take every row, and the books hold.
    function test_random_actions_take_every_row() external {
        uint256 seed = 1;
        for (uint256 i = 0; i < 1_000; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            step(seed % 18, uint256(keccak256(abi.encode(seed, 1))), uint256(keccak256(abi.encode(seed, 2))));
        }
        uint256 missed;
        for (uint256 row = 1; row <= 15; ++row) {
            if (ledger.rows(row) == 0) missed |= 1 << row;
        }
        vm.assertEq(missed, 0, "rows that were never taken, as bits");
        this.invariant_1_the_balance_is_what_is_owed();
        this.invariant_2_3_4_7_jobs_end_once_and_owe_nothing_then();
        this.invariant_3_work_is_credited_once();
        this.invariant_5_collateral_is_accounted_for();
        this.afterInvariant();
    }

    function step(uint256 action, uint256 a, uint256 b) private {
        if (action == 0) handler.requestMany(a, b, a, b);
        if (action == 1) handler.request(a, b, a, b, true);
        if (action == 2) handler.noticeCancel(a, true);
        if (action == 3) handler.cancel(a);
        if (action == 4) handler.lock(a, b, a >> 9, b >> 9);
        if (action == 5) handler.reserve(a, b, a >> 9, b >> 9);
        if (action == 6) handler.deliver(a);
        if (action == 7) a % 2 == 0 ? handler.handOver(b) : handler.deliver(b);
        if (action == 8) handler.endReservation(a);
        if (action == 9) handler.fulfil(a, b, [a, b, a >> 9, b >> 9]);
        if (action == 10) handler.lockAndFulfil(a, b, a % 2 == 0);
        if (action == 11) handler.refund(a);
        if (action == 12) handler.expire(a);
        if (action == 13) handler.voidJob(a);
        if (action == 14) handler.passToLimit(a, b);
        if (action == 15) handler.pass(a % 90 minutes);
        if (action == 16) handler.withdraw(a, b);
        if (action == 17) handler.trip(b);
    }

    /// @dev 6: in the end everything can be ended and taken out.
    function afterInvariant() external {
        handler.endAll();
        for (uint256 i = 0; i < handler.jobCount(); ++i) {
            vm.assertEq(ledger.entry(handler.jobs(i)).ends, 1, "ended");
        }
    }
}
