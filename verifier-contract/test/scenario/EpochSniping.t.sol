// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {Scenario} from "../base/Scenario.sol";

/// @notice Fees, or stake, are placed in the second in which they would count most.
contract EpochSnipingTest is Scenario {
    uint256 private constant LATE = 1_000_000e18;

    /// @dev A prover with a stake of 1,000 did work whose reward is 600: its stake limits it to 50.
    function setUp() external {
        deploy();
        stakeFor(prover);
        work(requester, prover, 1, 100_000e18);
    }

    function work(address by, address payout, uint256 seed, uint256 volume) private {
        settle(requestAs(by, seed, termsIn(token, seed, volume)), seed, payout);
    }

    function rewardOf(address account) private returns (uint256) {
        closeEpoch(0);
        return rewards.claim(0, account);
    }

    function test_stake_at_the_end_lifts_the_limit_by_its_seconds() external {
        toWindow(0, 0);
        vm.warp(time() - 1);
        stakeAs(prover, LATE);
        uint256 reward = rewardOf(prover);
        uint256 average = (STAKE * 7 days + LATE) / 7 days;
        vm.assertEq(reward, average / 20, "5 % of the average");
        profit("a stake of 1,000,000 for the last second of a week, in reward", int256(reward) - 50e18);
    }

    /// @dev What the same stake lifts the limit by when it is there all week.
    function test_stake_all_week_lifts_the_limit() external {
        stakeAs(prover, LATE);
        vm.assertEq(rewardOf(prover), 600e18, "all that was earned");
    }

    function test_without_more_stake() external {
        vm.assertEq(rewardOf(prover), 50e18, "5 % of 1,000");
    }

    /// @dev After the week is too late, and what came for a second stays for 16 days.
    function test_stake_after_the_week_lifts_nothing() external {
        toWindow(0, 0);
        stakeAs(prover, LATE);
        vm.prank(prover);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.BondedTooRecently.selector, time() + 1 days));
        staking.unbond(prover, LATE);
        uint256 reward = rewardOf(prover);
        vm.assertEq(reward, 50e18, "the week's average is what it was");
        profit("the same stake in the first second after the week", int256(reward) - 50e18);
    }

    /// @dev Stake in two halves of the week is no more than one all week: the average is of time.
    function test_fees_in_the_last_second_weigh_what_all_weigh() external {
        stakeAs(stranger, LATE);
        address second = actor("late requester");
        fund(second, 100_000e18);
        vm.prank(owner);
        registry.transferFrom(owner, stranger, listingId);
        uint256 before = wealth(second) + wealth(stranger);
        toWindow(0, 0);
        vm.warp(time() - 1);
        work(second, stranger, 2, 100_000e18);
        rewardOf(stranger);
        int256 gain = change(before, wealth(second) + wealth(stranger));
        vm.assertTrue(gain == -250e18, "a quarter of the fee of 1,000, as at any other time");
        vm.assertEq(rewards.claim(0, prover), 50e18, "others' rewards are what they were");
        profit("washing 100,000 in the last second of a week", gain);
    }

    /// @dev Where the week is empty but for its own work, there is no more to have.
    function test_an_empty_week_pays_no_more() external {
        vm.warp(rewards.start() + 8 days);
        stakeAs(stranger, LATE);
        address second = actor("late requester");
        fund(second, 100_000e18);
        vm.prank(owner);
        registry.transferFrom(owner, stranger, listingId);
        uint256 before = wealth(second) + wealth(stranger);
        vm.warp(rewards.start() + 14 days - 1);
        work(second, stranger, 2, 100_000e18);
        closeEpoch(1);
        rewards.claim(1, stranger);
        int256 gain = change(before, wealth(second) + wealth(stranger));
        vm.assertTrue(gain == -250e18, "a quarter of the fee of 1,000");
        profit("washing 100,000 alone in a week", gain);
    }
}
