// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {Scenario} from "../base/Scenario.sol";

/// @notice A prover lets its lock lapse and takes the bounty for late proofs by a second account.
contract LateBountyTest is Scenario {
    uint256 private constant C = 1_000e18 + 1;
    address private second = actor("the prover's second account");
    bytes32 private jobId;

    function setUp() external {
        deploy();
        fundProver(prover, C);
        jobId = requestAs(requester, 1, termsIn(token, 1, C));
        lockAs(prover, jobId);
    }

    function both() private view returns (uint256) {
        return wealth(prover) + wealth(second);
    }

    function test_a_lapsed_lock_costs_half_the_collateral() external {
        uint256 before = both();
        uint256 paid = wealth(requester);
        vm.warp(market.job(jobId).lockEnd + 1);
        settle(jobId, 1, second);
        assertStatus(jobId, IMarketTypes.Status.FulfilledLate);
        // The collateral had left `prover` before.
        int256 gain = change(before + C, both());
        vm.assertTrue(gain == -int256(C - C / 2), "C - floor(C / 2)");
        vm.assertEq(credit(auction), C - C / 2, "which the slash auction has");
        vm.assertEq(wealth(requester), paid + C, "the requester has output and money");
        vm.assertEq(rewards.potOf(0, token).fees, 0, "no work is recorded");
        profit("late bounty to oneself, of a collateral of 1,000.000000000000000001", gain);
    }

    /// @dev What it gave up besides: doing the same work an hour earlier pays.
    function test_the_same_proof_on_time_pays() external {
        uint256 before = both();
        settle(jobId, 1, prover);
        int256 gain = change(before + C, both());
        vm.assertTrue(gain == 790e18, "the price less fee and owner's part, rounded against it");
        closeEpoch(0);
        vm.assertEq(rewards.claim(0, prover), 6e18, "and a reward");
        profit("the same proof on time, before its reward of 6", gain);
    }

    /// @dev Waiting for the late window does not help who locked nothing either: the bounty is less than the pay.
    function test_a_bounty_is_less_than_the_pay() external {
        vm.warp(market.job(jobId).lockEnd + 1);
        settle(jobId, 1, stranger);
        vm.assertEq(wealth(stranger), C / 2, "half the collateral, which is the price here");
        profit("a third party's late proof, which another's lapse pays", int256(wealth(stranger)));
    }
}
