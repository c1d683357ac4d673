// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IFeeAuction} from "../../src/interfaces/IFeeAuction.sol";
import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Emission} from "../../src/libraries/Emission.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {RewardsDeployment} from "../base/RewardsDeployment.sol";
import {TreasuryDouble} from "../base/TreasuryDouble.sol";

/// @notice The rewards contract alone, with this test in the place of the market.
contract IntelligenceRewardsTest is RewardsDeployment {
    address private other = actor("other prover");
    address private creator = actor("creator");

    function setUp() external {
        vm.warp(1_800_000_000);
        deployRewards(address(this));
        staking.setStake(other, 1_000_000_000e18);
        staking.setStake(stranger, 1_000_000_000e18);
        vm.prank(team);
        token.transfer(address(this), 200_000_000e18);
        token.approve(address(rewards), type(uint256).max);
    }

    function work(address by, address on, uint256 fee) private {
        address[] memory creators = new address[](1);
        uint256[] memory fees = new uint256[](1);
        (creators[0], fees[0]) = (on, fee);
        rewards.recordWork(token, by, creators, fees);
    }

    /// @dev The first moment at which all epochs before `epoch` can be closed.
    function toEpoch(uint256 epoch) private {
        vm.warp(rewards.start() + epoch * 7 days + 1 days);
    }

    function test_recordWork_pulls_and_books_the_fees() external {
        address[] memory creators = new address[](3);
        uint256[] memory fees = new uint256[](3);
        (creators[0], creators[1], creators[2]) = (creator, owner, creator);
        (fees[0], fees[1], fees[2]) = (1, 20, 300);
        vm.expectEmit(address(rewards));
        emit IIntelligenceRewards.WorkRecorded(0, token, prover, creator, 1);
        rewards.recordWork(token, prover, creators, fees);
        vm.assertEq(rewards.potOf(0, token).fees, 321, "epoch");
        vm.assertEq(rewards.proverFees(0, token, prover), 321, "prover");
        vm.assertEq(rewards.creatorFees(0, token, creator), 301, "creator");
        vm.assertEq(rewards.creatorFees(0, token, owner), 20, "other creator");
        vm.assertEq(token.balanceOf(address(rewards)), 390_000_000e18 + 321, "pulled");
    }

    function test_recordWork_is_for_the_market() external {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.NotMarket.selector, stranger));
        rewards.recordWork(token, stranger, new address[](0), new uint256[](0));
    }

    function test_recordWork_rejects_lists_of_different_length() external {
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.LengthMismatch.selector, 1, 2));
        rewards.recordWork(token, prover, new address[](1), new uint256[](2));
    }

    function test_recordWork_books_nothing_that_is_not_paid() external {
        token.approve(address(rewards), 0);
        vm.expectRevert();
        work(prover, creator, 1);
    }

    function test_epochs_are_weeks() external {
        vm.assertEq(rewards.currentEpoch(), 0, "first");
        vm.warp(rewards.start() + 7 days - 1);
        vm.assertEq(rewards.currentEpoch(), 0, "last second");
        vm.warp(rewards.start() + 7 days);
        vm.assertEq(rewards.currentEpoch(), 1, "second week");
    }

    function test_close_burns_half_and_sends_the_rest_to_the_treasury() external {
        work(prover, creator, 1_001);
        toEpoch(1);
        uint256 supply = token.totalSupply();
        uint256 before = token.balanceOf(treasury);
        vm.expectEmit(address(rewards));
        emit IIntelligenceRewards.EpochClosed(0, 1_001, 750, 500, 501);
        vm.prank(stranger);
        rewards.closeThrough(0);
        vm.assertEq(token.totalSupply(), supply - 500, "burned, rounded down");
        vm.assertEq(rewards.treasuryDue(), 501, "treasury, rounded up");
        vm.prank(stranger);
        rewards.forward();
        vm.assertEq(token.balanceOf(treasury), before + 501, "handed over");
        vm.assertEq(TreasuryDouble(treasury).income(token), 501, "as income");
        vm.expectRevert(IIntelligenceRewards.NothingToForward.selector);
        rewards.forward();
        vm.assertEq(rewards.epochOf(0).rewards, 750, "three quarters, rounded down");
        vm.assertEq(rewards.nextToClose(), 1, "next");
    }

    function test_close_waits_for_the_end() external {
        work(prover, creator, 1_000);
        vm.warp(rewards.start() + 8 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.EpochNotOver.selector, 0));
        rewards.closeThrough(0);
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.EpochNotOver.selector, type(uint256).max));
        rewards.closeThrough(type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.EpochNotOver.selector, 7));
        rewards.closeThrough(7);
    }

    function test_close_twice_changes_nothing() external {
        work(prover, creator, 1_000);
        toEpoch(1);
        rewards.closeThrough(0);
        uint256 balance = token.balanceOf(address(rewards));
        rewards.closeThrough(0);
        vm.assertEq(token.balanceOf(address(rewards)), balance, "balance");
        vm.assertEq(rewards.totalRewards(), 750, "rewards");
    }

    function test_close_catches_up_over_many_epochs() external {
        work(prover, creator, 1_000);
        toEpoch(5);
        work(other, creator, 2_000);
        toEpoch(200);
        rewards.closeThrough(199);
        vm.assertEq(rewards.nextToClose(), 200, "all closed");
        vm.assertEq(rewards.totalRewards(), 750 + 1_500, "both");
    }

    function test_claims_split_by_fee() external {
        work(prover, creator, 3_000);
        work(other, owner, 1_000);
        toEpoch(1);
        rewards.closeThrough(0);
        // 3,000 of rewards: 2,400 for provers, 600 for creators.
        vm.assertEq(rewards.claimable(0, prover), 1_800, "prover");
        vm.assertEq(rewards.claimable(0, other), 600, "other prover");
        vm.assertEq(rewards.claimable(0, creator), 450, "creator");
        vm.assertEq(rewards.claimable(0, owner), 150, "other creator");

        IERC20[] memory all = rewards.paymentTokens(0);
        vm.expectEmit(address(rewards));
        emit IIntelligenceRewards.RewardClaimed(0, prover, 1_800, 0, 0, all);
        vm.prank(stranger);
        vm.assertEq(rewards.claim(0, prover), 1_800, "anyone triggers");
        vm.assertEq(token.balanceOf(prover), 1_800, "the worker is paid");
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.NothingToClaim.selector, 0, prover));
        rewards.claim(0, prover);
        vm.assertEq(rewards.claimable(0, other), 600, "others unaffected");

        rewards.claim(0, creator);
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.NothingToClaim.selector, 0, creator));
        rewards.claim(0, creator);
    }

    function test_one_claim_pays_both_parts() external {
        work(prover, prover, 1_000);
        toEpoch(1);
        rewards.closeThrough(0);
        vm.assertEq(rewards.claim(0, prover), 750, "0.8 and 0.2");
    }

    function test_claim_waits_for_the_close() external {
        work(prover, creator, 1_000);
        toEpoch(1);
        vm.assertEq(rewards.claimable(0, prover), 0, "nothing yet");
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.EpochNotClosed.selector, 0));
        rewards.claim(0, prover);
    }

    function test_claim_of_an_empty_epoch() external {
        toEpoch(1);
        rewards.closeThrough(0);
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.NothingToClaim.selector, 0, prover));
        rewards.claim(0, prover);
    }

    /// @dev With large fees the schedule is what limits.
    function test_rewards_are_capped_by_the_schedule() external {
        work(prover, creator, 100_000_000e18);
        toEpoch(1);
        rewards.closeThrough(0);
        vm.assertEq(rewards.epochOf(0).rewards, 156 * uint256(390_000_000e18) / 12_246, "E_0");
    }

    function test_donations_change_no_books() external {
        work(prover, creator, 1_000);
        token.transfer(address(rewards), 50_000_000e18);
        toEpoch(1);
        rewards.closeThrough(0);
        vm.assertEq(rewards.epochOf(0).proceeds, 1_000, "fees");
        vm.assertEq(rewards.epochOf(0).rewards, 750, "rewards");
    }

    /// @dev What three years did not pay out runs on at 1/52 a week.
    function test_the_tail() external {
        toEpoch(156);
        work(prover, creator, 100_000_000e18);
        toEpoch(157);
        work(prover, creator, 90_000_000e18);
        toEpoch(158);
        rewards.closeThrough(157);
        uint256 first = uint256(390_000_000e18) / 52;
        vm.assertEq(rewards.epochOf(156).rewards, first, "1/52 of the rest");
        vm.assertEq(rewards.epochOf(157).rewards, (uint256(390_000_000e18) - first) / 52, "1/52 of what is left");
    }

    function test_the_caps_add_up_to_the_allocation() external pure {
        uint256 sum;
        for (uint256 e = 0; e < 156; ++e) {
            uint256 cap = Emission.cap(e, 0);
            sum += cap;
            uint256 remainder = e == 155 ? 78 : 0;
            vm.assertEq(cap, (156 - e) * uint256(390_000_000e18) / 12_246 + remainder, "formula");
        }
        vm.assertEq(sum, 390_000_000e18, "allocation");
        vm.assertEq(Emission.cap(156, sum), 0, "nothing left for a tail");
        vm.assertEq(Emission.cap(0, 0) / 1e16, 496_815_286, "E_0");
        vm.assertEq(Emission.cap(155, 0) / 1e16, 3_184_713, "E_155");
    }

    function wiring() private view returns (IIntelligenceRewards.Wiring memory) {
        return IIntelligenceRewards.Wiring(
            token, address(this), auction, IProverStaking(address(staking)), ITreasury(treasury), governor
        );
    }

    function deployWith(IIntelligenceRewards.Wiring calldata parts) external {
        new IntelligenceRewards(parts);
    }

    function test_deployment_demands_its_parts() external {
        IIntelligenceRewards.Wiring memory parts = wiring();
        vm.expectRevert(
            abi.encodeWithSelector(IIntelligenceRewards.MissingAllocation.selector, uint256(390_000_000e18), 0)
        );
        this.deployWith(parts);
        for (uint256 i = 0; i < 5; ++i) {
            parts = wiring();
            if (i == 0) parts.market = address(0);
            if (i == 1) parts.auction = IFeeAuction(address(0));
            if (i == 2) parts.staking = IProverStaking(address(0));
            if (i == 3) parts.treasury = ITreasury(address(0));
            if (i == 4) parts.governor = address(0);
            vm.expectRevert(IIntelligenceRewards.ZeroAddress.selector);
            this.deployWith(parts);
        }
    }

    /// @dev For every division of work: claims never exceed what was granted, and rounding keeps at most one
    /// unit per claimant behind.
    function testFuzz_claims_never_exceed_the_rewards(uint256[6] memory seeds) external {
        uint256 total;
        for (uint256 i = 0; i < 6; ++i) {
            uint256 fee = bound(seeds[i], 0, 3_000_000e18);
            total += fee;
            staking.setStake(address(uint160(0x1000 + i)), 1_000_000_000e18);
            work(address(uint160(0x1000 + i)), address(uint160(0x2000 + i % 3)), fee);
        }
        toEpoch(1);
        rewards.closeThrough(0);
        uint256 granted = rewards.epochOf(0).rewards;
        vm.assertLe(granted, total * 3 / 4, "three quarters of the fees");
        vm.assertLe(granted, 156 * uint256(390_000_000e18) / 12_246, "the schedule");
        uint256 claimed;
        for (uint256 i = 0; i < 6; ++i) {
            claimed += rewards.claimable(0, address(uint160(0x1000 + i)));
            if (i < 3) claimed += rewards.claimable(0, address(uint160(0x2000 + i)));
        }
        vm.assertLe(claimed, granted, "not more than granted");
        vm.assertLe(granted, claimed + 10, "not much less");
    }

    /// @dev The law of the scheme: whoever plays every part pays more in fees than it can get in rewards,
    /// whatever others do in the same week.
    function testFuzz_a_closed_coalition_never_gains(uint256 own, uint256 others) external {
        own = bound(own, 1, 90_000_000e18);
        others = bound(others, 0, 90_000_000e18);
        work(stranger, stranger, own);
        work(prover, creator, others);
        toEpoch(1);
        rewards.closeThrough(0);
        vm.assertLe(rewards.claimable(0, stranger), own * 3 / 4, "at most three quarters of its own fees");
    }
}
