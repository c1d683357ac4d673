// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {IInferenceMarket} from "../../src/interfaces/IInferenceMarket.sol";
import {Emission} from "../../src/libraries/Emission.sol";
import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {Test} from "../base/Test.sol";
import {SettlementHandler} from "./SettlementHandler.sol";

contract SettlementInvariants is Test {
    SettlementHandler private handler;
    NetworkToken private token;
    InferenceMarket private market;
    IntelligenceRewards private rewards;

    function setUp() external {
        handler = new SettlementHandler();
        (address token_, address market_, address rewards_) = handler.parts();
        (token, market, rewards) = (NetworkToken(token_), InferenceMarket(market_), IntelligenceRewards(rewards_));
        targetContract(address(handler));
    }

    function credits() private view returns (uint256 sum) {
        address[] memory actors = handler.actors();
        for (uint256 i = 0; i < actors.length; ++i) {
            sum += market.creditOf(actors[i]);
        }
    }

    function escrow() private view returns (uint256 sum) {
        for (uint256 i = 0; i < handler.jobCount(); ++i) {
            IInferenceMarket.Job memory job = market.job(handler.jobs(i));
            if (job.status == IInferenceMarket.Status.Open) sum += job.price;
        }
    }

    function invariant_the_market_holds_escrow_and_credits() external view {
        uint256 held = token.balanceOf(address(market));
        vm.assertEq(held, escrow() + credits() + handler.marketDonations(), "to the wei");
    }

    function invariant_deposits_are_accounted_for() external view {
        vm.assertEq(handler.deposited(), escrow() + handler.refunded() + handler.settled(), "each price ends once");
        uint256 paidOut = handler.refunded() + handler.settled() - handler.fees();
        vm.assertEq(credits() + handler.withdrawn(), paidOut, "refunds, provers and owners");
    }

    function invariant_jobs_end_once_and_keep_their_terms() external view {
        for (uint256 i = 0; i < handler.jobCount(); ++i) {
            bytes32 jobId = handler.jobs(i);
            vm.assertTrue(market.job(jobId).status == handler.statusOf(jobId), "as the model says");
            vm.assertEq(handler.termsHash(jobId), handler.termsOf(jobId), "terms never change");
        }
    }

    function invariant_rewards_stay_under_fees_and_schedule() external view {
        uint256 granted;
        uint256 openFees;
        uint256 allFees;
        for (uint256 e = 0; e <= rewards.currentEpoch(); ++e) {
            IIntelligenceRewards.Epoch memory epoch = rewards.epochOf(e);
            vm.assertLe(epoch.rewards, uint256(epoch.fees) * 3 / 4, "three quarters of the fees");
            vm.assertLe(epoch.rewards, Emission.cap(e, granted), "the schedule");
            vm.assertLe(handler.claimedIn(e), epoch.rewards, "claims");
            granted += epoch.rewards;
            allFees += epoch.fees;
            if (e >= rewards.nextToClose()) openFees += epoch.fees;
        }
        vm.assertEq(rewards.totalRewards(), granted, "sum of grants");
        vm.assertLe(granted, Emission.ALLOCATION, "allocation");
        vm.assertEq(allFees, handler.fees(), "fees actually paid");
        uint256 held = Emission.ALLOCATION + openFees + handler.rewardsDonations() - handler.claimed();
        vm.assertEq(token.balanceOf(address(rewards)), held, "allocation, open fees, donations, less claims");
    }

    function invariant_supply_only_burns() external view {
        vm.assertEq(token.totalSupply() + handler.burned(), token.INITIAL_SUPPLY(), "supply + burned");
    }
}
