// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {FeeAuction} from "../../src/auction/FeeAuction.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract FeeAuctionComponent is Component {
    function name() public pure override returns (string memory) {
        return "FeeAuction";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        return bytes.concat(creationCode(), abi.encode(plan.addressOf("IntelligenceRewards")));
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        FeeAuction auction = FeeAuction(plan.addressOf(name()));
        address rewards = plan.addressOf("IntelligenceRewards");
        report.same("FeeAuction: rewards", rewards, address(auction.rewards()));
        report.same("FeeAuction: token", plan.addressOf("NetworkToken"), address(auction.networkToken()));
        report.same("FeeAuction: governor", plan.addressOf("VerinTimelock"), auction.governor());
        report.same("FeeAuction: start", IntelligenceRewards(rewards).start(), auction.start());
        report.same("FeeAuction: start multiple", 4, auction.startMultiple());
    }
}
