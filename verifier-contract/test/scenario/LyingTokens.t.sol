// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketCredits} from "../../src/interfaces/IMarketCredits.sol";
import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {RevenueShare} from "../../src/revenue/RevenueShare.sol";
import {RevenueShareFactory} from "../../src/revenue/RevenueShareFactory.sol";
import {BlocklistToken, FeeToken, PlainToken} from "../base/MarketTokens.sol";
import {Scenario} from "../base/Scenario.sol";

/// @notice Payment tokens that begin to take a part of what is transferred, or to refuse accounts, after they were allowed.
contract LyingTokensTest is Scenario {
    address private locker = actor("locker");
    BlocklistToken private coin;
    RevenueShare private share;

    function setUp() external {
        deploy();
        coin = new BlocklistToken();
        accept(coin);
        RevenueShareFactory factory = new RevenueShareFactory(registry, IMarketCredits(address(market)), governor);
        vm.prank(governor);
        factory.setRevenueToken(coin, true);
        vm.startPrank(owner);
        share = RevenueShare(address(factory.create(listingId)));
        registry.setRevenueShare(listingId, address(share));
        vm.stopPrank();
        open(coin);
    }

    /// @dev Money and approvals for the two who pay in.
    function open(PlainToken payment) private {
        address[2] memory payers = [requester, locker];
        for (uint256 i = 0; i < payers.length; ++i) {
            payment.mint(payers[i], 10 * PRICE);
            vm.prank(payers[i]);
            payment.approve(address(market), type(uint256).max);
        }
        stakeFor(locker);
        vm.prank(locker);
        market.depositCollateral(payment, PRICE);
    }

    // ---- blocked accounts, in turn

    /// @dev One paid job, one lapsed lock, one expired order, with `account` blocked since the requests: what the market credits is
    /// what it credits without. Then everybody but the blocked takes theirs.
    function week(address account) private {
        bytes32 paid = requestAs(requester, 1, termsIn(coin, 1, PRICE));
        bytes32 lapsed = requestAs(requester, 2, termsIn(coin, 2, PRICE));
        bytes32 expired = requestAs(requester, 3, termsIn(coin, 3, PRICE));
        lockAs(locker, lapsed);
        coin.set(account, true);
        settle(paid, 1, prover);
        vm.warp(market.job(lapsed).terms.deadline + 1);
        market.refund(lapsed);
        market.expire(expired);
        vm.assertEq(market.creditOf(prover, coin), 790e18, "prover");
        vm.assertEq(market.creditOf(address(share), coin), 200e18, "owner");
        vm.assertEq(market.creditOf(requester, coin), 2 * PRICE, "requester");
        vm.assertEq(market.creditOf(auction, coin), PRICE / 2, "slash auction");
        vm.assertEq(market.potsOf(coin).income, PRICE / 2, "treasury");
        vm.assertEq(rewards.potOf(0, coin).fees, 10e18, "the work is recorded");
    }

    /// @dev Each way out, to its own account; which of them the block closes.
    function takeAll(address blocked) private returns (uint256 closed) {
        closed += take(prover, abi.encodeCall(market.withdraw, (coin, prover)), address(market), blocked == prover);
        closed += take(
            requester, abi.encodeCall(market.withdraw, (coin, requester)), address(market), blocked == requester
        );
        closed += take(stranger, abi.encodeCall(share.pull, (coin)), address(share), blocked == address(share));
        closed += take(
            stranger, abi.encodeCall(slashAuction.pull, (coin)), address(slashAuction), blocked == address(slashAuction)
        );
        closed += take(stranger, abi.encodeCall(market.sendIncome, (coin)), address(market), blocked == address(income));
    }

    function take(address by, bytes memory data, address target, bool closed) private returns (uint256) {
        vm.prank(by);
        (bool ok, bytes memory why) = target.call(data);
        vm.assertTrue(ok != closed, "everybody but the blocked");
        if (ok) return 0;
        vm.assertTrue(bytes4(why) == BlocklistToken.Blocked.selector, "because of the block");
        return 1;
    }

    /// @dev In the end nothing of the token is in the market.
    function assertEmptied() private view {
        vm.assertEq(coin.balanceOf(address(market)), 0, "nothing stays behind");
    }

    function test_nobody_blocked() external {
        week(address(0xB10C));
        vm.assertEq(takeAll(address(0xB10C)), 0, "all ways are open");
        assertEmptied();
    }

    function test_a_blocked_requester_withdraws_to_another_account() external {
        week(requester);
        vm.assertEq(takeAll(requester), 1, "its own alone");
        vm.prank(requester);
        market.withdraw(coin, stranger);
        vm.assertEq(coin.balanceOf(stranger), 2 * PRICE, "to another account");
        assertEmptied();
        profit("a token blocks the requester: lost by it", change(2 * PRICE, coin.balanceOf(stranger)));
    }

    function test_a_blocked_prover_withdraws_to_another_account() external {
        week(prover);
        vm.assertEq(takeAll(prover), 1, "its own alone");
        vm.prank(prover);
        market.withdraw(coin, stranger);
        assertEmptied();
        profit("a token blocks the prover: lost by it", change(790e18, coin.balanceOf(stranger)));
    }

    /// @dev Its collateral, too, leaves to any account.
    function test_a_blocked_locker_takes_its_collateral_elsewhere() external {
        vm.startPrank(locker);
        coin.set(locker, true);
        vm.expectRevert(abi.encodeWithSelector(BlocklistToken.Blocked.selector, locker));
        market.withdrawCollateral(coin, PRICE, locker);
        market.withdrawCollateral(coin, PRICE, stranger);
        vm.stopPrank();
        assertEmptied();
        profit("a token blocks a prover with collateral: lost by it", change(PRICE, coin.balanceOf(stranger)));
    }

    function test_a_blocked_share_waits() external {
        week(address(share));
        waits(address(share), abi.encodeCall(share.pull, (coin)));
        vm.assertEq(share.received(coin), 200e18, "after the block");
        profit("a token blocks a revenue share: lost by its holders", change(200e18, share.received(coin)));
    }

    function test_a_blocked_slash_auction_waits() external {
        week(auction);
        waits(auction, abi.encodeCall(slashAuction.pull, (coin)));
        profit("a token blocks the slash auction: lost by it", change(PRICE / 2, slashAuction.held(coin)));
    }

    function test_a_blocked_treasury_waits() external {
        week(address(income));
        vm.assertEq(takeAll(address(income)), 1, "its own alone");
        coin.set(address(income), false);
        market.sendIncome(coin);
        assertEmptied();
        profit("a token blocks the treasury: lost by it", change(PRICE / 2, incomeOf(coin)));
    }

    function waits(address account, bytes memory pull) private {
        vm.assertEq(takeAll(account), 1, "its own alone");
        coin.set(account, false);
        vm.assertEq(take(stranger, pull, account, false), 0, "later");
        assertEmptied();
    }

    /// @dev Fees that cannot move stay in the market, on the books of the rewards.
    function test_a_blocked_fee_auction_waits() external {
        week(address(feeAuction));
        assertFeesWait(address(feeAuction));
        profit("a token blocks the fee auction: lost by it", change(10e18, feeAuction.held(coin)));
    }

    /// @dev Some tokens look at who moves them, too.
    function test_blocked_rewards_wait() external {
        week(address(rewards));
        assertFeesWait(address(rewards));
        profit("a token blocks the rewards contract: lost by the fee pot", change(10e18, feeAuction.held(coin)));
    }

    function assertFeesWait(address blocked) private {
        vm.assertEq(rewards.uncollected(coin), 10e18, "booked, not moved");
        vm.assertEq(takeAll(blocked), 0, "everybody is paid");
        vm.assertEq(coin.balanceOf(address(market)), 10e18, "but for the fees");
        vm.expectRevert();
        rewards.collect(coin);
        coin.set(blocked, false);
        rewards.collect(coin);
        assertEmptied();
    }

    /// @dev A token that blocks the market stops its own jobs' money, until it does not; other tokens do not notice.
    function test_a_blocked_market_waits() external {
        week(address(market));
        vm.prank(prover);
        vm.expectRevert(abi.encodeWithSelector(BlocklistToken.Blocked.selector, address(market)));
        market.withdraw(coin, prover);
        uint256 own = listingId;
        vm.prank(owner);
        listingId = registry.register(recordHash, LISTED, OWNER_BPS, "");
        settle(requestJob(4), 4, prover);
        vm.prank(prover);
        market.withdraw(token, prover);
        vm.assertEq(token.balanceOf(prover), 790e18, "another token");
        listingId = own;
        coin.set(address(market), false);
        vm.assertEq(takeAll(address(0)), 0, "all ways are open again");
        rewards.collect(coin);
        assertEmptied();
        profit("a token blocks the market for a while: lost by the prover", change(790e18, coin.balanceOf(prover)));
    }

    // ---- a part of each transfer

    /// @dev Whatever does not arrive is not credited; whatever would be taken from others is not sent.
    function test_a_fee_on_transfer() external {
        FeeToken taxed = new FeeToken();
        accept(taxed);
        open(taxed);
        bytes32 jobId = requestAs(requester, 1, termsIn(taxed, 1, PRICE));
        taxed.charge(1e18, 0);
        vm.startPrank(locker);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.WrongDelta.selector, taxed, PRICE, PRICE - 1e18));
        market.depositCollateral(taxed, PRICE);
        vm.stopPrank();
        settle(jobId, 1, prover);
        vm.assertEq(feeAuction.held(taxed), 9e18, "of the fee of 10, what arrived");
        vm.assertLe(feeAuction.held(taxed), taxed.balanceOf(address(feeAuction)), "is there");

        taxed.charge(0, 1e18);
        vm.startPrank(prover);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.WrongDelta.selector, taxed, 790e18, 791e18));
        market.withdraw(taxed, prover);
        taxed.charge(1e18, 0);
        market.withdraw(taxed, prover);
        vm.stopPrank();
        vm.assertEq(taxed.balanceOf(prover), 789e18, "the receiver bears it");
        vm.assertEq(taxed.balanceOf(address(market)), PRICE + 200e18, "collateral and the owner's part are untouched");
        profit("a token takes 1 of a transfer of 790: lost by the receiver", change(790e18, taxed.balanceOf(prover)));
    }
}
