// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {FeeAuction} from "../../src/auction/FeeAuction.sol";
import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {Emission} from "../../src/libraries/Emission.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {Test} from "../base/Test.sol";
import {RewardsHandler} from "./RewardsHandler.sol";

contract RewardsInvariants is Test {
    RewardsHandler private handler;
    NetworkToken private token;
    IntelligenceRewards private rewards;
    FeeAuction private auction;

    function setUp() external {
        handler = new RewardsHandler();
        (token, rewards, auction) = handler.parts();
        targetContract(address(handler));
    }

    /// @dev claims <= rewards <= min(E, k B), epoch by epoch, and the caps of the stakes.
    function invariant_claims_stay_under_every_cap() external view {
        uint256 k;
        for (uint256 e = 0; e < rewards.nextToClose(); ++e) {
            if (e == 0) k = handler.shareFrom(0);
            else if (handler.shareFrom(e) != 0) k = handler.shareFrom(e) - 1;
            IIntelligenceRewards.Epoch memory books = rewards.epochOf(e);
            vm.assertLe(handler.claimedIn(e), books.rewards, "claims");
            vm.assertLe(books.rewards, uint256(books.proceeds) * k / 10_000, "k B");
            vm.assertLe(books.proceeds, books.income, "B is part of what came in");
            if (e < 156) vm.assertLe(books.rewards, Emission.cap(e, 0), "E");
            else vm.assertLe(books.rewards, Emission.ALLOCATION / 52, "the tail");
            if (books.proceeds == 0) continue;
            for (uint256 i = 0; i < handler.ACTORS(); ++i) {
                vm.assertLe(rewards.proverPaid(e, handler.account(i)), handler.stakeOf(i) / 20, "5 % of the stake");
            }
        }
    }

    function invariant_the_allocation_is_never_exceeded() external view {
        vm.assertLe(handler.claimed(), rewards.totalRewards(), "claims stay under grants");
        vm.assertLe(rewards.totalRewards(), Emission.ALLOCATION, "grants stay under 390,000,000");
    }

    function invariant_rewards_hold_what_they_owe() external view {
        uint256 open = handler.income() - handler.disposed();
        uint256 held = Emission.ALLOCATION + open + rewards.treasuryDue() + handler.gifts() - handler.claimed();
        vm.assertEq(token.balanceOf(address(rewards)), held, "to the wei");
        vm.assertEq(token.totalSupply() + handler.burned(), token.INITIAL_SUPPLY(), "half of what was disposed of");
    }

    function invariant_pots_are_sold_or_held() external view {
        for (uint256 i = 1; i < 3; ++i) {
            IERC20 pot = handler.paymentToken(i);
            vm.assertEq(handler.deposited(pot), auction.held(pot) + handler.sold(pot), "deposits");
            vm.assertEq(pot.balanceOf(address(auction)), auction.held(pot) + handler.unnoticed(pot), "balance");
        }
    }

    function invariant_proceeds_are_what_bidders_and_fees_paid() external view {
        for (uint256 e = 0; e <= rewards.currentEpoch(); ++e) {
            uint256 fees = rewards.potOf(e, token).fees;
            vm.assertEq(rewards.epochOf(e).income, fees + handler.boughtIn(e), "income");
            uint256 sum = fees;
            for (uint256 i = 1; i < 3; ++i) {
                sum += rewards.potOf(e, handler.paymentToken(i)).proceeds;
            }
            vm.assertEq(rewards.epochOf(e).proceeds, sum, "B is the sum over tokens");
        }
    }

    /// @dev The actions reach what the invariants are about.
    function test_the_actions_sell_close_and_pay() external {
        handler.doWork(1, 5, 6, 100e18);
        handler.doWork(2, 11, 6, 100e6);
        handler.give(1, 50e18, true, true);
        handler.nextWindow(2 hours, 0, 3, type(uint256).max);
        vm.assertLt(0, handler.boughtIn(0), "sold");
        handler.sleep(1);
        handler.close(0);
        vm.assertEq(rewards.nextToClose(), 1, "closed");
        handler.claim(0, 11, 0, true);
        handler.claim(0, 6, 1, false);
        vm.assertLt(0, handler.claimed(), "paid");
        handler.govern(8_000, 16, 1, 1);
        handler.forward();
        vm.assertEq(rewards.treasuryDue(), 0, "forwarded");
    }
}
