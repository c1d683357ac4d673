// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SlashAuction} from "../../src/auction/SlashAuction.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract SlashAuctionComponent is Component {
    function name() public pure override returns (string memory) {
        return "SlashAuction";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        address market = plan.addressOf("InferenceMarket");
        bytes memory arguments = abi.encode(plan.addressOf("IntelligenceRewards"), market, plan.addressOf("Treasury"));
        return bytes.concat(creationCode(), arguments);
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        SlashAuction auction = SlashAuction(plan.addressOf(name()));
        IntelligenceRewards rewards = IntelligenceRewards(plan.addressOf("IntelligenceRewards"));
        report.same("SlashAuction: market", plan.addressOf("InferenceMarket"), address(auction.market()));
        report.same("SlashAuction: treasury", plan.addressOf("Treasury"), address(auction.treasury()));
        report.same("SlashAuction: token", plan.addressOf("NetworkToken"), address(auction.networkToken()));
        report.same("SlashAuction: governor", plan.addressOf("VerinTimelock"), auction.governor());
        report.same("SlashAuction: start", rewards.start(), auction.start());
        report.same("SlashAuction: start multiple", 4, auction.startMultiple());
    }
}
