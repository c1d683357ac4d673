// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IRevenueShare} from "../../src/interfaces/IRevenueShare.sol";
import {MarketCreditsDouble} from "../base/MarketCreditsDouble.sol";
import {Reentrancy} from "../base/Reentrancy.sol";
import {RevenueShares} from "../base/RevenueShares.sol";
import {HostileToken, PaymentToken, TaxedToken} from "../base/Tokens.sol";

contract RevenueShareTest is RevenueShares, Reentrancy {
    HostileToken private attacker;

    function setUp() external {
        deployShares();
    }

    function test_revenue_streams_over_seven_days() external {
        credit(700e18);
        vm.expectEmit(address(share));
        emit IRevenueShare.RevenueReceived(coin, 700e18, time() + 7 days);
        share.pull(coin);
        vm.assertEq(share.claimable(coin, owner), 0, "nothing at once");
        vm.assertEq(share.unstreamed(coin), 700e18, "all to come");
        pass(1 days);
        vm.assertEq(share.claimable(coin, owner), 100e18 - 1, "a seventh, rounded down");
        pass(3 days + 12 hours);
        vm.assertEq(share.claimable(coin, owner), 450e18 - 1, "by the second");
        pass(100 days);
        vm.assertEq(share.claimable(coin, owner), 700e18 - 1, "all, less dust");
        vm.assertEq(share.unstreamed(coin), 1, "the dust");
    }

    function test_a_stream_ends_at_a_midnight_and_not_before_seven_days() external {
        pass(1);
        credit(1e18);
        vm.expectEmit(address(share));
        emit IRevenueShare.RevenueReceived(coin, 1e18, time() + 8 days - 1);
        share.pull(coin);
        pass(7 days);
        vm.assertLt(share.claimable(coin, owner), 1e18 - 1e17, "still flowing");
        pass(1 days - 1);
        vm.assertEq(share.claimable(coin, owner), 1e18 - 1, "over");
    }

    function test_who_holds_earns_while_it_holds() external {
        earn(700e18);
        pass(1 days);
        give(owner, alice, SHARES / 4);
        pass(2 days);
        give(alice, bob, SHARES / 4);
        pass(4 days);
        // owner: 100 + 3/4 of 600; alice: a quarter of 200; bob: a quarter of 400.
        vm.assertEq(take(owner), 550e18 - 1, "owner");
        vm.assertEq(take(alice), 50e18 - 1, "alice");
        vm.assertEq(take(bob), 100e18 - 1, "bob");
        vm.assertEq(coin.balanceOf(address(share)), 3, "dust stays");
        vm.assertEq(share.claimed(coin), 700e18 - 3, "booked");
    }

    /// @dev The snapshot of a classic revenue share could be bought for one block; a second of a stream cannot.
    function test_holding_for_no_time_earns_nothing() external {
        earn(700e18);
        pass(3 days);
        uint256 before = share.claimable(coin, owner);
        give(owner, alice, SHARES);
        earn(7_000e18);
        vm.assertEq(share.claimable(coin, alice), 0, "nothing within the block");
        give(alice, owner, SHARES);
        vm.assertEq(share.claimable(coin, alice), 0, "nothing after the round trip");
        vm.assertEq(share.claimable(coin, owner), before, "nothing lost by it");
    }

    function test_dust_does_not_delay_a_stream() external {
        earn(700e18);
        for (uint256 i = 0; i < 14; ++i) {
            pass(12 hours);
            coin.mint(address(share), 1);
            share.sync(coin);
        }
        vm.assertLe(700e18 - 2, share.claimable(coin, owner), "all of it after seven days");
    }

    /// @dev Settling every second must not eat anybody's fractions, as it would with a token of few decimals.
    function test_settling_often_loses_nothing() external {
        earn(1_000);
        give(owner, alice, SHARES / 3);
        for (uint256 i = 0; i < 700; ++i) {
            pass(864);
            give(stranger, owner, 0);
            give(stranger, alice, 0);
        }
        vm.assertEq(share.claimable(coin, owner) + share.claimable(coin, alice), 999, "one unit of dust");
    }

    function test_a_claim_keeps_the_fraction() external {
        earn(7);
        for (uint256 i = 0; i < 6; ++i) {
            pass(1 days + 1);
            vm.assertEq(take(owner), 1, "a seventh");
        }
        pass(7 days);
        vm.assertEq(share.claimable(coin, owner), 0, "nothing but dust");
    }

    function test_claims_go_where_the_holder_says() external {
        earn(700e18);
        pass(7 days);
        vm.expectEmit(address(share));
        emit IRevenueShare.RevenueClaimed(coin, owner, alice, 700e18 - 1);
        vm.prank(owner);
        share.claim(coin, alice);
        vm.assertEq(coin.balanceOf(alice), 700e18 - 1, "paid");
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IRevenueShare.NothingToClaim.selector, coin, owner));
        share.claim(coin, owner);
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IRevenueShare.InvalidReceiver.selector, share));
        share.claim(coin, address(share));
    }

    function test_the_share_holds_no_shares() external {
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IRevenueShare.InvalidReceiver.selector, share));
        share.transfer(address(share), 1);
    }

    function test_pull_wants_a_credit() external {
        vm.expectRevert(abi.encodeWithSelector(MarketCreditsDouble.NoCredit.selector, share));
        share.pull(coin);
    }

    function test_only_allowed_tokens_are_taken() external {
        PaymentToken spam = new PaymentToken(18);
        spam.mint(address(share), 1e18);
        vm.expectRevert(abi.encodeWithSelector(IRevenueShare.TokenNotAllowed.selector, spam));
        share.sync(spam);
        vm.expectRevert(abi.encodeWithSelector(IRevenueShare.TokenNotAllowed.selector, spam));
        share.pull(spam);
        vm.prank(governor);
        factory.setRevenueToken(share, true);
        vm.expectRevert(abi.encodeWithSelector(IRevenueShare.TokenNotAllowed.selector, share));
        share.sync(share);
    }

    function test_a_token_that_was_taken_stays() external {
        earn(700e18);
        vm.prank(governor);
        factory.setRevenueToken(coin, false);
        earn(700e18);
        pass(7 days);
        vm.assertEq(take(owner), 1_400e18 - 1, "nobody's revenue can be taken hostage");
    }

    function test_the_number_of_tokens_is_bounded() external {
        for (uint256 i = 0; i < 17; ++i) {
            PaymentToken next = new PaymentToken(18);
            vm.startPrank(governor);
            factory.setRevenueToken(next, true);
            if (i == 16) vm.expectRevert(abi.encodeWithSelector(IRevenueShare.TooManyTokens.selector, 16));
            share.sync(next);
            factory.setRevenueToken(next, false);
            vm.stopPrank();
        }
        vm.assertEq(share.revenueTokens().length, 16, "sixteen");
    }

    function test_erc7641() external {
        vm.assertTrue(share.supportsInterface(0x5d18f986), "revenue in ERC-20");
        vm.assertFalse(share.supportsInterface(0xed7b2e4e), "not in ETH");
        vm.assertTrue(share.supportsInterface(type(IERC165).interfaceId), "ERC-165");
        vm.assertTrue(share.supportsInterface(type(IERC20).interfaceId), "ERC-20");
        vm.assertFalse(share.supportsInterface(0xffffffff), "ERC-165's counterexample");
        earn(700e18);
        pass(1 days);
        vm.assertEq(share.claimableERC20(owner, 0, address(coin)), 100e18 - 1, "the present");
        vm.expectRevert(abi.encodeWithSelector(IRevenueShare.UnknownSnapshot.selector, 1));
        share.claimableERC20(owner, 1, address(coin));
        vm.assertEq(share.redeemableERC20OnBurn(SHARES, address(coin)), 0, "no burn pool");
    }

    function test_a_taxed_token_streams_what_arrived() external {
        TaxedToken taxed = new TaxedToken();
        vm.prank(governor);
        factory.setRevenueToken(taxed, true);
        taxed.mint(address(this), 700e6);
        taxed.transfer(address(share), 700e6);
        vm.assertEq(share.sync(taxed), 693e6, "less the tax");
        pass(7 days);
        vm.prank(owner);
        share.claim(taxed, owner);
        vm.assertEq(share.received(taxed) - share.claimed(taxed), taxed.balanceOf(address(share)), "backed");
    }

    function hostile() private returns (HostileToken evil) {
        evil = new HostileToken();
        vm.prank(governor);
        factory.setRevenueToken(evil, true);
        evil.mint(address(share), 100e18);
        share.sync(evil);
        earn(700e18);
    }

    function test_a_frozen_token_stops_neither_transfers_nor_others() external {
        HostileToken evil = hostile();
        evil.freeze(true);
        pass(1 days);
        give(owner, alice, SHARES / 2);
        pass(1 days);
        vm.assertEq(take(alice), 50e18 - 1, "the other token flows");
        vm.prank(owner);
        vm.expectRevert(HostileToken.Frozen.selector);
        share.claim(evil, owner);
        evil.freeze(false);
        vm.prank(owner);
        share.claim(evil, owner);
    }

    function test_a_token_that_lies_or_takes_hurts_only_itself() external {
        HostileToken evil = hostile();
        evil.lie(type(uint256).max);
        vm.expectRevert();
        share.sync(evil);
        evil.lie(type(uint128).max);
        share.sync(evil);
        evil.lie(0);
        evil.take(address(share), 60e18);
        vm.assertEq(share.sync(evil), 0, "nothing new");
        pass(7 days);
        give(owner, alice, SHARES / 2);
        vm.prank(owner);
        vm.expectRevert();
        share.claim(evil, owner);
        vm.assertEq(take(owner), 700e18 - 1, "the other token is whole");
    }

    function claimOne() private {
        pass(1 hours);
        vm.prank(owner);
        share.claim(attacker, owner);
    }

    /// @dev A hook before the balance moves sees a claim booked and not yet paid: noticed as revenue, it would be paid twice.
    function test_no_reentry() external {
        attacker = hostile();
        pass(3 days);
        bytes[] memory calls = new bytes[](3);
        calls[0] = abi.encodeCall(share.sync, (attacker));
        calls[1] = abi.encodeCall(share.claim, (attacker, address(attacker)));
        calls[2] = abi.encodeCall(share.pull, (coin));
        assertGuarded(attacker, address(share), calls, claimOne);
        vm.assertTrue(attacker.attacks() == 6 && !attacker.gotIn(), "never");
        vm.assertEq(share.received(attacker), 100e18, "nothing noticed twice");
    }
}
