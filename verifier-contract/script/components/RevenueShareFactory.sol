// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RevenueShareFactory} from "../../src/revenue/RevenueShareFactory.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract RevenueShareFactoryComponent is Component {
    function name() public pure override returns (string memory) {
        return "RevenueShareFactory";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        address market = plan.addressOf("InferenceMarket");
        bytes memory arguments = abi.encode(plan.addressOf("ModelRegistry"), market, plan.addressOf("VerinTimelock"));
        return bytes.concat(creationCode(), arguments);
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        RevenueShareFactory factory = RevenueShareFactory(plan.addressOf(name()));
        report.same("RevenueShareFactory: registry", plan.addressOf("ModelRegistry"), address(factory.registry()));
        report.same("RevenueShareFactory: market", plan.addressOf("InferenceMarket"), address(factory.market()));
        report.same("RevenueShareFactory: governor", plan.addressOf("VerinTimelock"), factory.governor());
        report.same("RevenueShareFactory: revenue tokens", 0, factory.tokenCount());
    }
}
