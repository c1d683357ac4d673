// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {FeeAuction} from "../../src/auction/FeeAuction.sol";
import {IFeeAuction} from "../../src/interfaces/IFeeAuction.sol";
import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {IPotAuction} from "../../src/interfaces/IPotAuction.sol";
import {Economy} from "../base/Economy.sol";
import {Logs} from "../base/Logs.sol";
import {NotTokens} from "../base/NotTokens.sol";
import {HostileToken} from "../base/Tokens.sol";
import {Vm} from "../base/Vm.sol";

contract FeeAuctionTest is Economy, NotTokens {
    using Logs for Vm.Log[];

    address private creator = actor("creator");
    address private bob;
    address private carol;

    function setUp() external {
        deployEconomy();
        bob = bidder("bob", 50_000_000e18);
        carol = bidder("carol", 50_000_000e18);
    }

    function test_the_price_falls_by_half_an_hour() external {
        work(coin, prover, creator, 100e18);
        toWindow(0, 0);
        (uint256 round, uint256 left, uint256 price) = auction.offer(coin);
        vm.assertEq(round, 0, "round");
        vm.assertEq(left, 100e18, "lot");
        vm.assertEq(price, 40e18, "four times the anchor");
        toWindow(0, 30 minutes);
        (,, price) = auction.offer(coin);
        vm.assertEq(price, 30e18, "straight within the hour");
        toWindow(0, 1 hours);
        (,, price) = auction.offer(coin);
        vm.assertEq(price, 20e18, "half");
        toWindow(0, 23 hours);
        (,, price) = auction.offer(coin);
        vm.assertEq(price, uint256(40e18) >> 23, "23 halvings");
        toWindow(0, 24 hours);
        (, left, price) = auction.offer(coin);
        vm.assertEq(left + price, 0, "over");
    }

    function test_buying_in_parts() external {
        work(coin, prover, creator, 100e18);
        toWindow(0, 2 hours);
        vm.expectEmit(address(auction));
        emit IPotAuction.PotSold(0, coin, bob, bob, 30e18, 300e18);
        buy(bob, coin, 30e18);
        toWindow(0, 3 hours);
        vm.prank(carol);
        (uint256 bought, uint256 cost) = auction.buy(coin, 80e18, 5e18, stranger);
        vm.assertEq(bought, 70e18, "what is left");
        vm.assertEq(cost, 350e18, "at the lower price");
        vm.assertEq(coin.balanceOf(bob), 30e18, "bob");
        vm.assertEq(coin.balanceOf(stranger), 70e18, "to whom carol named");
        vm.assertEq(token.balanceOf(carol), 50_000_000e18 - 350e18, "carol paid");
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.SoldOut.selector, coin));
        vm.prank(bob);
        auction.buy(coin, 1, type(uint256).max, bob);
        vm.assertEq(auction.held(coin), 0, "nothing left");
    }

    function test_a_limit_on_the_price() external {
        work(coin, prover, creator, 100e18);
        toWindow(0, 2 hours);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.PriceTooHigh.selector, 10e18, 10e18 - 1));
        auction.buy(coin, 1, 10e18 - 1, bob);
    }

    function test_windows_open_by_the_clock_alone() external {
        work(coin, prover, creator, 100e18);
        vm.prank(bob);
        vm.expectRevert(IPotAuction.NotOpen.selector);
        auction.buy(coin, 1, type(uint256).max, bob);
        toWindow(0, 1 days);
        vm.prank(bob);
        vm.expectRevert(IPotAuction.NotOpen.selector);
        auction.buy(coin, 1, type(uint256).max, bob);
        // Weeks in which nobody looked change nothing.
        toWindow(7, 2 hours);
        (uint256 bought,) = buy(bob, coin, type(uint256).max);
        vm.assertEq(bought, 100e18, "rolled over seven windows");
    }

    function test_nothing_is_free() external {
        work(coin, prover, creator, 5);
        toWindow(0, 1 days - 1);
        for (uint256 i = 0; i < 5; ++i) {
            (, uint256 cost) = buy(bob, coin, 1);
            vm.assertEq(cost, 1, "at least one wei for one");
        }
    }

    /// @dev Fees of the running week are not for sale, however low the price of last week's has fallen.
    function test_late_arrivals_wait_for_their_own_window() external {
        work(coin, prover, creator, 1e18);
        toWindow(0, 23 hours);
        work(coin, prover, creator, 1_000e18);
        coin.mint(address(auction), 500e18);
        auction.sync(coin);
        (, uint256 left,) = auction.offer(coin);
        vm.assertEq(left, 1e18, "last week's alone");
        (uint256 bought,) = buy(bob, coin, type(uint256).max);
        vm.assertEq(bought, 1e18, "last week's alone");
    }

    function test_gifts_are_sold_but_count_for_nobody() external {
        work(coin, prover, creator, 100e18);
        coin.mint(address(auction), 300e18);
        vm.assertEq(auction.sync(coin), 300e18, "noticed");
        vm.assertEq(auction.sync(coin), 0, "once");
        toWindow(0, 2 hours);
        buy(bob, coin, type(uint256).max);
        vm.assertEq(rewards.epochOf(0).income, 4_000e18, "all sold");
        vm.assertEq(rewards.epochOf(0).proceeds, 1_000e18, "a quarter counts");
    }

    function test_an_anchor_that_is_met_stays() external {
        work(coin, prover, creator, 100e18);
        toWindow(0, 2 hours);
        vm.recordLogs();
        buy(bob, coin, 100e18);
        vm.assertFalse(vm.getRecordedLogs().has(IPotAuction.AnchorChanged.selector), "no change");
        vm.assertEq(auction.termsOf(coin).anchor, COIN_PRICE, "as before");
    }

    function test_the_anchor_follows_the_clearing_price() external {
        work(coin, prover, creator, 100e18);
        toWindow(0, 1 hours);
        vm.expectEmit(address(auction));
        emit IPotAuction.AnchorChanged(coin, 20e18);
        buy(bob, coin, 60e18);
        toWindow(0, 2 hours);
        buy(bob, coin, 40e18);
        vm.assertEq(auction.termsOf(coin).anchor, 16e18, "average of the lot");
        vm.assertEq(auction.lotOf(0, coin).startPrice, 40e18, "the lot keeps its own start");
    }

    function test_less_than_half_a_lot_moves_nothing() external {
        work(coin, prover, creator, 100e18);
        toWindow(0, 0);
        buy(bob, coin, 50e18 - 1);
        vm.assertEq(auction.termsOf(coin).anchor, COIN_PRICE, "too little");
    }

    function test_dust_moves_no_anchor() external {
        work(coin, prover, creator, 1e18);
        toWindow(0, 23 hours);
        buy(bob, coin, type(uint256).max);
        vm.assertEq(auction.termsOf(coin).anchor, COIN_PRICE, "too little was paid");
    }

    function test_one_lot_lowers_the_anchor_by_a_factor_of_four_at_most() external {
        work(coin, prover, creator, 1_000_000e18);
        toWindow(0, 12 hours);
        buy(bob, coin, type(uint256).max);
        vm.assertEq(auction.termsOf(coin).anchor, 2.5e18, "a quarter");
    }

    function test_the_floor_holds() external {
        vm.prank(governor);
        auction.setTerms(coin, COIN_PRICE, 8e18);
        work(coin, prover, creator, 100e18);
        toWindow(0, 20 hours);
        (,, uint256 price) = auction.offer(coin);
        vm.assertEq(price, 8e18, "floor");
    }

    function test_a_token_without_terms_waits() external {
        HostileToken unknown = new HostileToken();
        unknown.mint(address(auction), 1e18);
        auction.sync(unknown);
        toWindow(0, 1 hours);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.NotForSale.selector, unknown));
        auction.buy(unknown, 1, type(uint256).max, bob);
        (, uint256 left,) = auction.offer(unknown);
        vm.assertEq(left, 0, "no offer");
        vm.prank(governor);
        auction.setTerms(unknown, 1e18, 0);
        (uint256 bought,) = buy(bob, unknown, type(uint256).max);
        vm.assertEq(bought, 1e18, "now it is for sale");
    }

    function test_parameters_are_bounded() external {
        vm.startPrank(governor);
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.OutOfBounds.selector, 0.625e18, 160e18, 160e18 + 1));
        auction.setTerms(coin, 160e18 + 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.OutOfBounds.selector, 0.625e18, 160e18, 0.625e18 - 1));
        auction.setTerms(coin, 0.625e18 - 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.OutOfBounds.selector, 0, 10e18, 10e18 + 1));
        auction.setTerms(coin, 10e18, 10e18 + 1);
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.NotForSale.selector, token));
        auction.setTerms(token, 1e18, 0);
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.OutOfBounds.selector, 2, 16, 1));
        auction.setStartMultiple(1);
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.OutOfBounds.selector, 2, 16, 17));
        auction.setStartMultiple(17);
        HostileToken fresh = new HostileToken();
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.OutOfBounds.selector, 1, 1 << 120, 0));
        auction.setTerms(fresh, 0, 0);
        auction.setStartMultiple(16);
        vm.stopPrank();
        vm.assertEq(auction.startMultiple(), 16, "set");
    }

    function test_the_anchor_takes_one_step_a_round() external {
        vm.startPrank(governor);
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.TooSoon.selector, 1));
        auction.setTerms(coin, 20e18, 0);
        auction.setTerms(coin, COIN_PRICE, 1e18);
        vm.assertEq(auction.termsOf(coin).floor, 1e18, "the floor is free");
        vm.warp(time() + 7 days);
        auction.setTerms(coin, 160e18, 0);
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.TooSoon.selector, 2));
        auction.setTerms(coin, 161e18, 0);
        vm.stopPrank();
    }

    function test_parameters_are_the_governors() external {
        bytes memory refused = abi.encodeWithSelector(IPotAuction.NotGovernor.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refused);
        auction.setTerms(coin, 1e18, 0);
        vm.expectRevert(refused);
        auction.setStartMultiple(2);
        vm.stopPrank();
    }

    function test_only_rewards_deposit() external {
        vm.expectRevert(abi.encodeWithSelector(IFeeAuction.NotRewards.selector, address(this)));
        auction.deposit(coin, 1);
    }

    function test_network_tokens_are_not_for_sale() external {
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.NotForSale.selector, token));
        auction.sync(token);
        vm.prank(address(rewards));
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.NotForSale.selector, token));
        auction.deposit(token, 1);
    }

    function test_what_is_no_token_is_named() external {
        IERC20[4] memory all = notTokens();
        for (uint256 i = 0; i < all.length; ++i) {
            expectNotAToken(all[i]);
            auction.sync(all[i]);
        }
    }

    function test_a_token_that_takes_its_own_away_adds_nothing() external {
        HostileToken hostile = new HostileToken();
        hostile.approve(address(rewards), type(uint256).max);
        work(hostile, prover, creator, 100e18);
        hostile.take(address(auction), 1);
        vm.recordLogs();
        vm.assertEq(auction.sync(hostile), 0, "nothing new");
        vm.assertEq(vm.getRecordedLogs().length, 0, "nor said to be");
        vm.assertEq(auction.held(hostile), 100e18, "what came in");
    }

    function deployWith(IIntelligenceRewards rewards_) external {
        new FeeAuction(rewards_);
    }

    function test_wiring() external {
        vm.expectRevert(IPotAuction.WrongWiring.selector);
        this.deployWith(rewards);
        vm.assertEq(auction.start(), rewards.start(), "one clock");
        vm.assertEq(auction.ROUND(), rewards.EPOCH(), "one week");
        vm.assertEq(auction.WINDOW(), rewards.AUCTION_WINDOW(), "one day");
    }

    function test_no_reentry() external {
        HostileToken hostile = new HostileToken();
        hostile.approve(address(rewards), type(uint256).max);
        vm.prank(governor);
        auction.setTerms(hostile, COIN_PRICE, 0);
        work(hostile, prover, creator, 100e18);
        hostile.arm(address(auction), abi.encodeCall(auction.sync, (hostile)));
        toWindow(0, 2 hours);
        buy(bob, hostile, 100e18);
        vm.assertTrue(hostile.attacks() == 2 && !hostile.gotIn(), "before and after the move");
        hostile.arm(address(rewards), abi.encodeWithSignature("claim(uint256,address)", 0, prover));
        work(hostile, prover, creator, 100e18);
        vm.assertFalse(hostile.gotIn(), "nor into the rewards");
    }
}
