// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract IntelligenceRewardsComponent is Component {
    function name() public pure override returns (string memory) {
        return "IntelligenceRewards";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        bytes memory arguments =
            abi.encode(plan.addressOf("NetworkToken"), plan.addressOf("InferenceMarket"), plan.parameters.treasury);
        return bytes.concat(creationCode(), arguments);
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        IntelligenceRewards rewards = IntelligenceRewards(plan.addressOf(name()));
        report.same("IntelligenceRewards: token", plan.addressOf("NetworkToken"), address(rewards.token()));
        report.same("IntelligenceRewards: market", plan.addressOf("InferenceMarket"), rewards.market());
        report.same("IntelligenceRewards: treasury", plan.parameters.treasury, rewards.treasury());
    }
}
