// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFeeAuction} from "../../src/interfaces/IFeeAuction.sol";
import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract IntelligenceRewardsComponent is Component {
    function name() public pure override returns (string memory) {
        return "IntelligenceRewards";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        IIntelligenceRewards.Wiring memory wiring = IIntelligenceRewards.Wiring({
            token: INetworkToken(plan.addressOf("NetworkToken")),
            market: plan.addressOf("InferenceMarket"),
            auction: IFeeAuction(plan.addressOf("FeeAuction")),
            staking: IProverStaking(plan.addressOf("ProverStaking")),
            treasury: ITreasury(plan.addressOf("Treasury")),
            governor: plan.addressOf("VerinTimelock")
        });
        return bytes.concat(creationCode(), abi.encode(wiring));
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        IntelligenceRewards rewards = IntelligenceRewards(plan.addressOf(name()));
        report.same("IntelligenceRewards: token", plan.addressOf("NetworkToken"), address(rewards.token()));
        report.same("IntelligenceRewards: market", plan.addressOf("InferenceMarket"), rewards.market());
        report.same("IntelligenceRewards: auction", plan.addressOf("FeeAuction"), address(rewards.auction()));
        report.same("IntelligenceRewards: staking", plan.addressOf("ProverStaking"), address(rewards.staking()));
        report.same("IntelligenceRewards: treasury", plan.addressOf("Treasury"), address(rewards.treasury()));
        report.same("IntelligenceRewards: governor", plan.addressOf("VerinTimelock"), rewards.governor());
        // What governance sets holds from the next week on.
        uint256 week = rewards.currentEpoch();
        report.same("IntelligenceRewards: k this week, bps", 7_500, rewards.rewardShare(week));
        report.same("IntelligenceRewards: k next week, bps", 7_500, rewards.rewardShare(week + 1));
    }
}
