// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {Test} from "../base/Test.sol";
import {MarketHandler} from "./MarketHandler.sol";
import {MarketLedger} from "./MarketLedger.sol";

/// @notice The market's storage and balances against the books that its events give.
abstract contract MarketBooks is Test {
    MarketHandler internal actions;
    MarketLedger internal ledger;
    InferenceMarket internal market;
    IERC20[2] internal tokens;
    address[] internal accounts;

    function audit(MarketHandler handler) internal {
        actions = handler;
        ledger = handler.ledger();
        (market, tokens) = handler.parts();
        accounts = handler.accounts();
        targetContract(address(handler));
    }

    /// @dev 1: per token, balance = escrow + held and free collateral + bonds + credits + pots + donations and the like.
    function checkBalances() internal view {
        for (uint256 t = 0; t < 2; ++t) {
            address token = address(tokens[t]);
            IMarketTypes.Pots memory pots = market.potsOf(tokens[t]);
            uint256 owed = pots.income + pots.fees + actions.keptOf(tokens[t]);
            for (uint256 i = 0; i < accounts.length; ++i) {
                uint256 credit = market.creditOf(accounts[i], tokens[t]);
                uint256 free = market.freeCollateralOf(accounts[i], tokens[t]);
                vm.assertEq(credit, ledger.credits(accounts[i], token), "credits follow from events");
                vm.assertEq(free, ledger.free(accounts[i], token), "so does free collateral");
                owed += credit + free;
            }
            vm.assertEq(pots.income, ledger.incomePot(token), "so does the income pot");
            vm.assertEq(pots.fees, ledger.feePot(token), "and the pot of fees");
            for (uint256 i = 0; i < actions.jobCount(); ++i) {
                owed += heldFor(actions.jobs(i), tokens[t]);
            }
            vm.assertEq(tokens[t].balanceOf(address(market)), owed, "to the wei");
        }
    }

    function heldFor(bytes32 jobId, IERC20 token) private view returns (uint256) {
        IMarketTypes.Job memory job = market.job(jobId);
        if (address(job.terms.token) != address(token)) return 0;
        if (job.status == IMarketTypes.Status.Open) return uint256(job.terms.maxPrice) + job.terms.bond;
        if (job.status == IMarketTypes.Status.Reserved || job.status == IMarketTypes.Status.Delivered) {
            return uint256(job.terms.maxPrice) + 2 * uint256(job.terms.bond);
        }
        return job.status == IMarketTypes.Status.Locked ? uint256(job.price) + job.terms.collateral : 0;
    }

    /// @dev 2, 3, 4, 7: of each job.
    function checkJobs() internal view {
        for (uint256 i = 0; i < actions.jobCount(); ++i) {
            bytes32 jobId = actions.jobs(i);
            IMarketTypes.Job memory job = market.job(jobId);
            MarketLedger.Entry memory entry = ledger.entry(jobId);
            vm.assertTrue(job.status == entry.status, "states follow from events");
            vm.assertEq(actions.termsHash(jobId), actions.termsOf(jobId), "terms never change");
            bool ended = job.status > IMarketTypes.Status.Locked;
            vm.assertEq(entry.ends, ended ? 1 : 0, "ended once");
            vm.assertEq(entry.payments, job.status == IMarketTypes.Status.Fulfilled ? 1 : 0, "paid once");
            vm.assertEq(entry.escrow + entry.collateral + entry.bond, heldFor(jobId, job.terms.token), "held for it");
            if (ended) vm.assertEq(entry.escrow + entry.collateral + entry.bond, 0, "nothing after the end");
            if (job.price != 0) checkPrice(job.terms, job.price);
            if (entry.payments != 0) checkPrice(job.terms, entry.paid);
            if (entry.payments != 0 && job.price != 0) vm.assertEq(entry.paid, job.price, "paid as it was locked");
            checkSlash(job, entry);
            vm.assertLe(actions.receiver().told(jobId), 1, "told once");
        }
    }

    function checkPrice(IMarketTypes.JobTerms memory terms, uint256 price) internal pure {
        vm.assertLe(terms.floorPrice, price, "from the floor");
        vm.assertLe(price, terms.maxPrice, "to the maximum");
    }

    function checkSlash(IMarketTypes.Job memory job, MarketLedger.Entry memory entry) private pure {
        uint256 expected;
        if (job.status == IMarketTypes.Status.FulfilledLate || job.status == IMarketTypes.Status.Refunded) {
            expected = job.terms.collateral;
        } else if (job.status == IMarketTypes.Status.Cancelled) {
            vm.assertTrue(entry.slashed == 0 || entry.slashed == job.terms.bond, "at most the bond");
            return;
        }
        vm.assertEq(entry.slashed, expected, "slashed in rows 12 and 13, and nowhere else");
    }

    /// @dev 5: collateral in = released + held + free + bounty + treasury + slash pot.
    function checkCollateral() internal view {
        for (uint256 t = 0; t < 2; ++t) {
            address token = address(tokens[t]);
            uint256 sum = ledger.collateralOut(token) + ledger.collateralLost(token);
            for (uint256 i = 0; i < accounts.length; ++i) {
                sum += market.freeCollateralOf(accounts[i], tokens[t]);
            }
            for (uint256 i = 0; i < actions.jobCount(); ++i) {
                MarketLedger.Entry memory entry = ledger.entry(actions.jobs(i));
                if (entry.token == token) sum += entry.collateral + entry.bond;
            }
            vm.assertEq(ledger.collateralIn(token), sum, "to the wei");
        }
    }
}
