// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardsDouble} from "../base/RewardsDouble.sol";
import {MarketBooks} from "./MarketBooks.sol";
import {MarketHandler} from "./MarketHandler.sol";

/// @notice Who may act when (invariant 6, and 7's half of it) is asserted by the handler, action by action.
contract MarketInvariants is MarketBooks {
    MarketHandler private handler;

    function setUp() external {
        handler = new MarketHandler();
        audit(handler);
    }

    function invariant_1_the_balance_is_what_is_owed() external view {
        checkBalances();
    }

    function invariant_2_3_4_7_jobs_end_once_and_owe_nothing_then() external view {
        checkJobs();
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

    function invariant_5_collateral_is_accounted_for() external view {
        checkCollateral();
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
