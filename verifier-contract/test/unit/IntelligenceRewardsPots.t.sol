// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {Economy} from "../base/Economy.sol";
import {HostileToken, TaxedToken} from "../base/Tokens.sol";

/// @notice Fees in several tokens, sold for the network's; k; the limit that a stake sets.
contract IntelligenceRewardsPotsTest is Economy {
    address private other = actor("other prover");
    address private creator = actor("creator");
    address private bob;

    function setUp() external {
        deployEconomy();
        staking.setStake(other, 1_000_000_000e18);
        bob = bidder("bob", 50_000_000e18);
    }

    function test_fees_in_other_tokens_wait_in_the_auction() external {
        work(coin, prover, creator, 100e18);
        work(cent, prover, creator, 50e6);
        work(coin, other, creator, 20e18);
        vm.assertEq(coin.balanceOf(address(auction)), 120e18, "coins");
        vm.assertEq(cent.balanceOf(address(auction)), 50e6, "cents");
        vm.assertEq(rewards.potOf(0, coin).fees, 120e18, "booked");
        vm.assertEq(rewards.epochOf(0).proceeds, 0, "nothing sold yet");
        IERC20[] memory tokens = rewards.paymentTokens(0);
        vm.assertEq(tokens.length, 2, "each listed once");
        vm.assertEq(address(tokens[1]), address(cent), "in order");
    }

    function test_a_job_counts_by_what_its_fee_brought() external {
        work(coin, prover, creator, 75e18);
        work(coin, other, creator, 25e18);
        work(cent, other, creator, 10e6);
        work(token, prover, creator, 500e18);
        toWindow(0, 2 hours);
        // Two halvings from four times the anchor: the anchor.
        buy(bob, coin, 100e18);
        buy(bob, cent, 10e6);
        closeEpoch(0);
        vm.assertEq(rewards.potOf(0, coin).proceeds, 1_000e18, "coins at 10");
        vm.assertEq(rewards.potOf(0, cent).proceeds, 100e18, "cents at 10");
        vm.assertEq(rewards.epochOf(0).proceeds, 1_600e18, "B");
        vm.assertEq(rewards.epochOf(0).rewards, 1_200e18, "k B");
        // 0.8 k of 750 + 500, of 250 + 100, and 0.2 k of all.
        vm.assertEq(rewards.claim(0, prover), 750e18, "prover");
        vm.assertEq(rewards.claim(0, other), 210e18, "other");
        vm.assertEq(rewards.claim(0, creator), 240e18, "creator");
    }

    function test_half_of_the_proceeds_is_burned() external {
        work(coin, prover, creator, 100e18);
        toWindow(0, 2 hours);
        buy(bob, coin, 100e18);
        uint256 supply = token.totalSupply();
        closeEpoch(0);
        vm.assertEq(token.totalSupply(), supply - 500e18, "burned");
        vm.assertEq(rewards.treasuryDue(), 500e18, "treasury");
    }

    /// @dev The deadline is the end of the window. Nobody has to do anything for it, and no token can prevent it.
    function test_an_unsold_pot_holds_nothing_up_and_earns_nothing() external {
        HostileToken hostile = new HostileToken();
        hostile.approve(address(rewards), type(uint256).max);
        work(hostile, other, creator, 100e18);
        work(token, prover, creator, 1_000e18);
        hostile.freeze(true);
        closeEpoch(0);
        vm.assertEq(rewards.epochOf(0).proceeds, 1_000e18, "the other pot");
        vm.assertEq(rewards.claim(0, prover), 600e18, "its work is paid");
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.NothingToClaim.selector, 0, other));
        rewards.claim(0, other);
        vm.assertEq(rewards.claim(0, creator), 150e18, "creator of both");
    }

    /// @dev If a leftover's proceeds counted for the round that sells it, a fee of one wei could earn them.
    function test_what_rolls_on_counts_for_nobody() external {
        work(coin, prover, creator, 999e18);
        closeEpoch(0);
        work(coin, other, other, 1e18);
        toWindow(1, 2 hours);
        (uint256 bought, uint256 cost) = buy(bob, coin, type(uint256).max);
        vm.assertEq(bought, 1_000e18, "both rounds' fees");
        vm.assertEq(cost, 10_000e18, "at 10");
        closeEpoch(1);
        vm.assertEq(rewards.epochOf(1).proceeds, 10e18, "only its own thousandth counts");
        vm.assertEq(rewards.epochOf(1).income, 10_000e18, "all is burned or the treasury's");
        vm.assertEq(rewards.claim(1, other), 7.5e18, "k of what its own fee brought");
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.NothingToClaim.selector, 0, prover));
        rewards.claim(0, prover);
    }

    function test_a_part_that_was_sold_counts() external {
        work(coin, prover, creator, 100e18);
        toWindow(0, 2 hours);
        buy(bob, coin, 40e18);
        closeEpoch(0);
        vm.assertEq(rewards.claim(0, prover), 240e18, "0.8 k of 400");
        toWindow(1, 2 hours);
        (uint256 bought,) = buy(bob, coin, type(uint256).max);
        vm.assertEq(bought, 60e18, "the rest rolled on");
        closeEpoch(1);
        vm.assertEq(rewards.epochOf(1).proceeds, 0, "for nobody");
    }

    function test_the_last_second_of_the_window_and_the_close_do_not_overlap() external {
        work(coin, prover, creator, 100e18);
        toWindow(0, 1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.EpochNotOver.selector, 0));
        rewards.closeThrough(0);
        buy(bob, coin, 1e18);
        toWindow(0, 1 days);
        vm.expectRevert();
        vm.prank(bob);
        auction.buy(coin, 1e18, type(uint256).max, bob);
        rewards.closeThrough(0);
    }

    function test_rewards_for_proving_are_limited_by_the_stake() external {
        staking.setStake(prover, 1_000e18);
        work(token, prover, creator, 1_000e18);
        work(token, other, creator, 1_000e18);
        closeEpoch(0);
        uint256 granted = rewards.totalRewards();
        vm.assertEq(rewards.claimable(0, prover), 50e18, "5 %");
        IERC20[] memory all = rewards.paymentTokens(0);
        vm.expectEmit(address(rewards));
        emit IIntelligenceRewards.RewardClaimed(0, prover, 50e18, 0, 550e18, all);
        vm.assertEq(rewards.claim(0, prover), 50e18, "5 %");
        vm.assertEq(rewards.claimable(0, other), 600e18, "nobody else gets the rest");
        vm.assertEq(rewards.totalRewards(), granted - 550e18, "it goes back");
    }

    function test_the_limit_is_one_for_all_tokens_and_claims() external {
        staking.setStake(prover, 2_000e18);
        work(token, prover, creator, 100e18);
        work(coin, prover, creator, 10e18);
        toWindow(0, 2 hours);
        buy(bob, coin, 10e18);
        closeEpoch(0);
        IERC20[] memory one = new IERC20[](1);
        one[0] = token;
        vm.assertEq(rewards.claim(0, prover, one), 60e18, "below the limit");
        vm.assertEq(rewards.claimable(0, prover), 40e18, "what is left to the limit");
        one[0] = coin;
        vm.assertEq(rewards.claim(0, prover, one), 40e18, "up to the limit");
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.NothingToClaim.selector, 0, prover));
        rewards.claim(0, prover);
    }

    function test_a_claim_tells_the_tokens_it_was_for() external {
        work(token, prover, prover, 100e18);
        work(coin, prover, creator, 10e18);
        toWindow(0, 2 hours);
        buy(bob, coin, 10e18);
        closeEpoch(0);
        // Not of the epoch, and one of its two tokens: told as they were given.
        IERC20[] memory some = new IERC20[](2);
        (some[0], some[1]) = (cent, coin);
        vm.expectEmit(address(rewards));
        emit IIntelligenceRewards.RewardClaimed(0, prover, 60e18, 0, 0, some);
        vm.assertEq(rewards.claim(0, prover, some), 60e18, "for the coins");
        vm.assertEq(rewards.claimable(0, prover), 75e18, "the rest");
        IERC20[] memory all = rewards.paymentTokens(0);
        vm.assertEq(all.length, 2, "of the epoch");
        vm.expectEmit(address(rewards));
        emit IIntelligenceRewards.RewardClaimed(0, prover, 60e18, 15e18, 0, all);
        vm.assertEq(rewards.claim(0, prover), 75e18, "for the network's tokens");
    }

    function test_a_token_named_twice_pays_once() external {
        work(token, prover, creator, 100e18);
        closeEpoch(0);
        IERC20[] memory twice = new IERC20[](2);
        (twice[0], twice[1]) = (token, token);
        vm.expectEmit(address(rewards));
        emit IIntelligenceRewards.RewardClaimed(0, prover, 60e18, 0, 0, twice);
        vm.assertEq(rewards.claim(0, prover, twice), 60e18, "once");
    }

    function test_without_stake_proving_earns_nothing_but_models_do() external {
        staking.setStake(prover, 0);
        work(token, prover, prover, 100e18);
        closeEpoch(0);
        vm.assertEq(rewards.claim(0, prover), 15e18, "the creator's part");
    }

    /// @dev What stakes limit flows back and is paid by the tail, within the allocation.
    function test_what_was_withheld_runs_on_after_the_schedule() external {
        vm.warp(rewards.start() + 156 * 7 days);
        staking.setStake(prover, 0);
        work(token, prover, creator, 20_000_000e18);
        closeEpoch(156);
        uint256 first = uint256(390_000_000e18) / 52;
        vm.assertEq(rewards.epochOf(156).rewards, first, "1/52");
        rewards.claim(156, prover);
        uint256 granted = first - first * 8 / 10;
        vm.assertEq(rewards.totalRewards(), granted, "the creators' part");
        vm.warp(rewards.start() + 157 * 7 days);
        work(token, other, creator, 20_000_000e18);
        closeEpoch(157);
        vm.assertEq(rewards.epochOf(157).rewards, (uint256(390_000_000e18) - granted) / 52, "1/52 of the rest");
    }

    function test_k_is_set_for_weeks_to_come() external {
        work(token, prover, creator, 100e18);
        vm.expectEmit(address(rewards));
        emit IIntelligenceRewards.RewardShareSet(1, 1_000);
        vm.prank(governor);
        rewards.setRewardShare(1_000);
        vm.warp(rewards.start() + 7 days);
        work(token, prover, creator, 100e18);
        vm.prank(governor);
        rewards.setRewardShare(8_000);
        closeEpoch(1);
        vm.assertEq(rewards.epochOf(0).rewards, 75e18, "as it was when the week began");
        vm.assertEq(rewards.epochOf(1).rewards, 10e18, "as it was when the week began");
        vm.assertEq(rewards.rewardShare(2), 8_000, "from then on");
        vm.assertEq(rewards.rewardShare(200), 8_000, "for ever");
    }

    function test_k_is_bounded_and_the_governors() external {
        vm.prank(governor);
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.OutOfBounds.selector, 8_000, 8_001));
        rewards.setRewardShare(8_001);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.NotGovernor.selector, stranger));
        rewards.setRewardShare(1);
    }

    function test_only_the_auction_records_proceeds() external {
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.NotAuction.selector, address(this)));
        rewards.recordProceeds(0, coin, 1, 1);
    }

    /// @dev A fee on transfer reaches the pot less its tax; fees are still the measure of work among themselves.
    function test_a_taxed_token_is_booked_as_it_arrives() external {
        TaxedToken taxed = new TaxedToken();
        taxed.approve(address(rewards), type(uint256).max);
        vm.prank(governor);
        auction.setTerms(taxed, CENT_PRICE, 0);
        work(taxed, prover, creator, 100e6);
        vm.assertEq(auction.held(taxed), 99e6, "less the tax");
        toWindow(0, 2 hours);
        buy(bob, taxed, 99e6);
        closeEpoch(0);
        vm.assertEq(rewards.epochOf(0).proceeds, 990e18, "what it brought");
        vm.assertEq(rewards.claim(0, prover), 594e18, "0.8 k");
    }

    /// @dev A job must not fail, and its prover not be slashed, because a payment token blocks the auction.
    function test_a_token_that_does_not_move_stops_no_job() external {
        HostileToken hostile = new HostileToken();
        hostile.approve(address(rewards), type(uint256).max);
        hostile.mint(address(this), 100e18);
        vm.prank(governor);
        auction.setTerms(hostile, COIN_PRICE, 0);
        work(hostile, other, other, 100e18);
        hostile.freeze(true);
        address[] memory creators = new address[](1);
        uint256[] memory fees = new uint256[](1);
        (creators[0], fees[0]) = (creator, 100e18);
        vm.expectEmit(address(rewards));
        emit IIntelligenceRewards.FeesUncollected(0, hostile, 100e18);
        rewards.recordWork(hostile, prover, creators, fees);
        vm.assertEq(rewards.uncollected(hostile), 100e18, "owed");
        vm.expectRevert(HostileToken.Frozen.selector);
        rewards.collect(hostile);
        hostile.freeze(false);
        vm.prank(stranger);
        vm.assertEq(rewards.collect(hostile), 100e18, "after all");
        vm.expectRevert(abi.encodeWithSelector(IIntelligenceRewards.NothingToCollect.selector, hostile));
        rewards.collect(hostile);
        toWindow(0, 2 hours);
        buy(bob, hostile, type(uint256).max);
        closeEpoch(0);
        vm.assertEq(rewards.epochOf(0).income, 2_000e18, "both are sold");
        vm.assertEq(rewards.epochOf(0).proceeds, 1_000e18, "what came in time counts");
        vm.assertEq(rewards.claim(0, prover), 300e18, "by fee, as always");
    }

    function test_work_without_fees_leaves_no_trace() external {
        work(coin, prover, creator, 0);
        vm.assertEq(rewards.paymentTokens(0).length, 0, "no pot");
    }
}
