// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract InferenceMarketComponent is Component {
    function name() public pure override returns (string memory) {
        return "InferenceMarket";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        address rewards = plan.addressOf("IntelligenceRewards");
        bytes memory arguments = abi.encode(
            plan.addressOf("NetworkToken"), plan.addressOf("ModelRegistry"), plan.addressOf("RecordVerifier"), rewards
        );
        return bytes.concat(creationCode(), arguments);
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        InferenceMarket market = InferenceMarket(plan.addressOf(name()));
        report.same("InferenceMarket: token", plan.addressOf("NetworkToken"), address(market.token()));
        report.same("InferenceMarket: registry", plan.addressOf("ModelRegistry"), address(market.registry()));
        report.same("InferenceMarket: verifier", plan.addressOf("RecordVerifier"), address(market.verifier()));
        report.same("InferenceMarket: rewards", plan.addressOf("IntelligenceRewards"), address(market.rewards()));
    }
}
