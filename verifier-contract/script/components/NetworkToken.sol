// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";
import {Parameters} from "../Parameters.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract NetworkTokenComponent is Component {
    function name() public pure override returns (string memory) {
        return "NetworkToken";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        Parameters memory p = plan.parameters;
        INetworkToken.Allocation memory to = INetworkToken.Allocation({
            contributors: plan.addressOf("IntelligenceRewards"),
            team: p.team,
            venture: p.venture,
            treasury: p.treasury,
            advisors: p.advisors,
            management: p.management,
            reserve: p.reserve
        });
        return bytes.concat(creationCode(), abi.encode(to));
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        Parameters memory p = plan.parameters;
        NetworkToken token = NetworkToken(plan.addressOf(name()));
        report.same("NetworkToken: supply", 1_000_000_000e18, token.totalSupply());
        address rewards = plan.addressOf("IntelligenceRewards");
        report.same("NetworkToken: contributors", 390_000_000e18, token.balanceOf(rewards));
        report.same("NetworkToken: team", 200_000_000e18, token.balanceOf(p.team));
        report.same("NetworkToken: venture", 70_000_000e18, token.balanceOf(p.venture));
        report.same("NetworkToken: treasury", 160_000_000e18, token.balanceOf(p.treasury));
        report.same("NetworkToken: advisors", 60_000_000e18, token.balanceOf(p.advisors));
        report.same("NetworkToken: management", 50_000_000e18, token.balanceOf(p.management));
        report.same("NetworkToken: reserve", 70_000_000e18, token.balanceOf(p.reserve));
    }
}
