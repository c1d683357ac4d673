// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Deployment} from "../base/Deployment.sol";

/// @notice One week of one model, from request to reward, followed to the last wei.
contract LifecycleTest is Deployment {
    function setUp() external {
        deploy();
    }

    function test_a_week() external {
        bytes32 a = requestJob(1);
        bytes32 b = requestJob(2);
        bytes32 c = requestJob(3);
        fundProver(prover, 3 * PRICE);
        lockAs(prover, a);
        lockAs(prover, b);
        lockAs(prover, c);
        proveAndFulfil(list(a), inputOf(1), outputOf(1));
        vm.warp(time() + 1 days);
        prove(list(b), inputOf(2), outputOf(2), stranger);
        market.fulfil(list(b), inputOf(2), outputOf(2), "seal", stranger);
        vm.warp(time() + 2 days);
        market.refund(c);

        withdrawAll(prover);
        withdrawAll(owner);
        withdrawAll(requester);
        withdrawAll(stranger);
        withdrawAll(auction);
        market.sendIncome(token);
        vm.prank(prover);
        market.withdrawCollateral(token, PRICE, prover);
        vm.assertEq(held(), 0, "nothing stays behind");
        vm.assertEq(token.balanceOf(prover), 1_790e18, "prover: collateral of the first, and its price");
        vm.assertEq(token.balanceOf(owner), 200e18, "owner");
        vm.assertEq(token.balanceOf(requester), 999_000e18, "requester: paid once of three");
        vm.assertEq(token.balanceOf(stranger), 500e18, "late prover");
        vm.assertEq(token.balanceOf(auction), 1_000e18, "slashed");
        vm.assertEq(incomeOf(token), 500e18, "treasury");

        vm.warp(rewards.start() + 8 days);
        rewards.closeThrough(0);
        rewards.forward();
        vm.assertEq(token.totalSupply(), 1_000_000_000e18 - 5e18, "half of the fee is burned");
        vm.assertEq(incomeOf(token), 505e18, "half goes to the treasury");
        vm.assertEq(income.educationOf(token), 40.4e18, "8 % of both incomes is education's");
        vm.assertEq(rewards.claim(0, prover), 6e18, "0.8 of 0.75 of the fee");
        vm.assertEq(rewards.claim(0, owner), 1.5e18, "0.2 of 0.75 of the fee");
    }

    function withdrawAll(address account) private {
        vm.prank(account);
        market.withdraw(token, account);
    }

    /// @dev The market never depends on the rewards being closed, however long nobody does it.
    function test_neglected_rewards_hold_nobody_up() external {
        stakeFor(prover);
        for (uint256 i = 0; i < 5; ++i) {
            bytes32 jobId = requestJob(i);
            proveAndFulfil(list(jobId), inputOf(i), outputOf(i));
            vm.warp(time() + 400 days);
        }
        vm.assertEq(credit(prover), 5 * 790e18, "all paid");
        rewards.closeThrough(rewards.currentEpoch() - 2);
        vm.assertEq(rewards.claim(0, prover), 6e18, "old weeks can still be claimed");
    }
}
