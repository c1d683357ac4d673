// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {Logs} from "../base/Logs.sol";
import {StakingDeployment} from "../base/StakingDeployment.sol";
import {Vm} from "../base/Vm.sol";

/// @notice Commission, distribution and claims.
contract StakingRewardsTest is StakingDeployment {
    using Logs for Vm.Log[];

    /// @dev A quarter of the stake. A power of two, for which reward indices are exact.
    uint256 private constant QUARTER = 1 << 74;

    function setUp() external {
        deployStaking();
        grantRoles();
        commission(1_000);
        stake(prover, prover, 3 * QUARTER);
        stake(delegator, prover, QUARTER);
    }

    function commission(uint256 bps) private {
        vm.prank(prover);
        staking.setCommission(bps);
    }

    function claim(address account) private returns (uint256) {
        vm.prank(account);
        return staking.claimReward(prover, account);
    }

    function test_a_reward_is_split_by_commission_and_shares() external {
        fund(stranger, 1_000);
        vm.expectEmit(address(staking));
        emit IProverStaking.RewardDistributed(prover, 1_000, 100);
        vm.prank(stranger);
        staking.distributeReward(prover, 1_000);
        vm.assertEq(token.balanceOf(stranger), 0, "pulled");
        // 100 of commission; 900 by three to one.
        vm.assertEq(staking.claimable(prover, prover), 100 + 675, "prover");
        vm.assertEq(staking.claimable(prover, delegator), 225, "delegator");
        vm.expectEmit(address(staking));
        emit IProverStaking.RewardAccrued(prover, delegator, 225);
        vm.expectEmit(address(staking));
        emit IProverStaking.RewardClaimed(delegator, delegator, 225);
        vm.assertEq(claim(delegator), 225, "claimed");
        vm.assertEq(token.balanceOf(delegator), 225, "paid");
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.NothingToClaim.selector, delegator));
        claim(delegator);
        vm.assertEq(claim(prover), 775, "the other's is unaffected");
    }

    function test_who_comes_later_has_no_part_of_earlier_rewards() external {
        pay(prover, 1_000);
        stake(stranger, prover, 4 * QUARTER);
        vm.assertEq(staking.claimable(prover, stranger), 0, "nothing of the first");
        pay(prover, 2_000);
        vm.assertEq(staking.claimable(prover, stranger), 900, "half of the second");
        vm.assertEq(staking.claimable(prover, delegator), 225 + 225, "both");
    }

    function test_nothing_earned_is_not_credited() external {
        vm.recordLogs();
        stake(delegator, prover, QUARTER);
        vm.assertFalse(vm.getRecordedLogs().has(IProverStaking.RewardAccrued.selector), "nothing to say");
    }

    function test_who_unbonds_keeps_what_was_earned_and_earns_no_more() external {
        wait_(1 days);
        pay(prover, 1_000);
        unbond(delegator, prover, QUARTER);
        pay(prover, 1_000);
        vm.assertEq(staking.claimable(prover, delegator), 225, "the first only");
        vm.assertEq(staking.claimable(prover, prover), 775 + 1_000, "all of the second");
        vm.assertEq(claim(delegator), 225, "paid");
    }

    function test_no_slash_reaches_rewards() external {
        pay(prover, 1_000);
        slash(prover, staking.maxSlash(prover));
        vm.assertEq(claim(delegator), 225, "paid");
        pay(prover, 1_000);
        vm.assertEq(claim(delegator), 225, "a slash is no reason to earn less than the others");
    }

    function test_a_reward_without_stake_is_the_provers() external {
        pay(stranger, 77);
        vm.assertEq(staking.claimable(stranger, stranger), 77, "all");
        vm.expectRevert(IProverStaking.ZeroAmount.selector);
        staking.distributeReward(prover, 0);
        vm.expectRevert(IProverStaking.ZeroAddress.selector);
        staking.distributeReward(address(0), 1);
    }

    function test_a_commission_is_free_until_the_first_stake() external {
        vm.prank(stranger);
        staking.setCommission(10_000);
        vm.prank(stranger);
        staking.setCommission(9_000);
        vm.assertEq(staking.commissionOf(stranger), 9_000, "as it likes");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.CommissionTooHigh.selector, 10_001, 10_000));
        staking.setCommission(10_001);
    }

    function test_decreases_hold_at_once() external {
        vm.expectEmit(address(staking));
        emit IProverStaking.CommissionChanged(prover, 300, time());
        commission(300);
        vm.assertEq(staking.commissionOf(prover), 300, "at once");
    }

    function test_increases_are_small_and_late() external {
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.CommissionStepTooLarge.selector, 201, 200));
        commission(1_201);
        uint256 effectiveAt = time() + 22 days;
        vm.expectEmit(address(staking));
        emit IProverStaking.CommissionChanged(prover, 1_200, effectiveAt);
        commission(1_200);
        (uint256 bps, uint256 since) = staking.nextCommissionOf(prover);
        vm.assertEq(bps, 1_200, "announced");
        vm.assertEq(since, effectiveAt, "for then");
        vm.warp(effectiveAt - 1);
        vm.assertEq(staking.commissionOf(prover), 1_000, "not yet");
        vm.warp(effectiveAt);
        vm.assertEq(staking.commissionOf(prover), 1_200, "an epoch and the unbonding period later");
        (bps, since) = staking.nextCommissionOf(prover);
        vm.assertEq(bps + since, 0, "nothing announced");
        // The next step counts from here.
        commission(1_400);
        vm.assertEq(staking.commissionOf(prover), 1_200, "not yet");
        vm.assertLt(staking.UNBONDING(), 22 days, "who dislikes it has left");
    }

    function test_announcements_do_not_add_up() external {
        commission(1_200);
        wait_(21 days);
        commission(1_200);
        wait_(21 days);
        vm.assertEq(staking.commissionOf(prover), 1_000, "the second replaced the first");
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.CommissionStepTooLarge.selector, 400, 200));
        commission(1_400);
    }

    function test_a_decrease_takes_an_announced_increase_back() external {
        commission(1_200);
        commission(900);
        wait_(30 days);
        vm.assertEq(staking.commissionOf(prover), 900, "nothing came");
    }

    function test_leaving_and_coming_back_does_not_free_the_commission() external {
        wait_(1 days);
        uint256 ticket = unbond(prover, prover, 3 * QUARTER);
        wait_(15 days);
        withdraw(prover, ticket);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.CommissionStepTooLarge.selector, 9_000, 200));
        commission(10_000);
    }
}
