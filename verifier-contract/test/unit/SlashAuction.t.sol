// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IMarketCredits} from "../../src/interfaces/IMarketCredits.sol";
import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";
import {IPotAuction} from "../../src/interfaces/IPotAuction.sol";
import {ISlashAuction} from "../../src/interfaces/ISlashAuction.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {SlashAuction} from "../../src/auction/SlashAuction.sol";
import {Economy} from "../base/Economy.sol";
import {MarketCreditsDouble} from "../base/MarketCreditsDouble.sol";
import {NotTokens} from "../base/NotTokens.sol";
import {TreasuryDouble} from "../base/TreasuryDouble.sol";

contract SlashAuctionTest is Economy, NotTokens {
    SlashAuction private slashes;
    MarketCreditsDouble private credits;
    address private bob;

    function setUp() external {
        deployEconomy();
        credits = new MarketCreditsDouble();
        slashes = new SlashAuction(rewards, credits, ITreasury(treasury));
        vm.prank(governor);
        slashes.setTerms(coin, COIN_PRICE, 0);
        bob = bidder("bob", 10_000_000e18);
        vm.prank(bob);
        token.approve(address(slashes), type(uint256).max);
    }

    function test_proceeds_are_income_of_the_treasury_and_no_rewards() external {
        coin.mint(address(credits), 100e18);
        credits.credit(address(slashes), coin, 100e18);
        vm.prank(stranger);
        vm.assertEq(slashes.pull(coin), 100e18, "from the market");
        toWindow(0, 2 hours);
        vm.prank(bob);
        slashes.buy(coin, 100e18, 10e18, bob);
        vm.assertEq(coin.balanceOf(bob), 100e18, "sold");
        vm.expectEmit(address(slashes));
        emit ISlashAuction.IncomeForwarded(1_000e18);
        vm.prank(stranger);
        slashes.forward();
        vm.assertEq(TreasuryDouble(treasury).income(token), 1_000e18, "income");
        closeEpoch(0);
        vm.assertEq(rewards.epochOf(0).proceeds, 0, "no reward counts it");
        vm.assertEq(rewards.epochOf(0).income, 0, "nor is it burned");
    }

    function test_slashed_network_tokens_need_no_sale() external {
        vm.prank(team);
        token.transfer(address(slashes), 7e18);
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.NotForSale.selector, token));
        slashes.sync(token);
        slashes.forward();
        vm.assertEq(TreasuryDouble(treasury).income(token), 7e18, "as they are");
        vm.expectRevert(ISlashAuction.NothingToForward.selector);
        slashes.forward();
    }

    function test_what_is_no_token_is_named() external {
        IERC20[4] memory all = notTokens();
        for (uint256 i = 0; i < all.length; ++i) {
            expectNotAToken(all[i]);
            slashes.sync(all[i]);
        }
    }

    function test_network_tokens_are_pulled_too() external {
        vm.prank(team);
        token.transfer(address(credits), 7e18);
        credits.credit(address(slashes), token, 7e18);
        vm.assertEq(slashes.pull(token), 7e18, "pulled");
        vm.assertEq(slashes.forward(), 7e18, "forwarded");
    }

    function test_what_arrives_in_a_window_waits_for_the_next() external {
        toWindow(0, 23 hours);
        coin.mint(address(slashes), 100e18);
        slashes.sync(coin);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IPotAuction.SoldOut.selector, coin));
        slashes.buy(coin, 1, type(uint256).max, bob);
        toWindow(1, 2 hours);
        (, uint256 left, uint256 price) = slashes.offer(coin);
        vm.assertEq(left, 100e18, "for sale now");
        vm.assertEq(price, COIN_PRICE, "from the top again");
    }

    function test_its_clock_token_and_governor_are_the_rewards() external {
        vm.warp(time() + 3 days);
        SlashAuction later = new SlashAuction(rewards, credits, ITreasury(treasury));
        vm.assertEq(later.start(), rewards.start(), "clock, whenever it was deployed");
        vm.assertEq(address(later.networkToken()), address(token), "token");
        vm.assertEq(later.governor(), governor, "governor");
    }

    /// @dev A call of its own, so that what is expected to revert is all of it.
    function deployWith(IMarketCredits market, ITreasury treasury_) external {
        new SlashAuction(rewards, market, treasury_);
    }

    function test_deployment_demands_its_parts() external {
        vm.expectRevert(IPotAuction.ZeroAddress.selector);
        this.deployWith(IMarketCredits(address(0)), ITreasury(treasury));
        vm.expectRevert(IPotAuction.ZeroAddress.selector);
        this.deployWith(credits, ITreasury(address(0)));
        vm.mockCall(address(rewards), abi.encodeCall(rewards.governor, ()), abi.encode(address(0)));
        vm.expectRevert(IPotAuction.ZeroAddress.selector);
        this.deployWith(credits, ITreasury(treasury));
        vm.clearMockedCalls();
        vm.mockCall(address(rewards), abi.encodeCall(rewards.start, ()), abi.encode(time() + 1));
        vm.expectRevert(IPotAuction.WrongWiring.selector);
        this.deployWith(credits, ITreasury(treasury));
    }
}
