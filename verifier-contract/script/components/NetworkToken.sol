// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract NetworkTokenComponent is Component {
    function name() public pure override returns (string memory) {
        return "NetworkToken";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        return bytes.concat(creationCode(), abi.encode(allocation(plan)));
    }

    /// @dev Only the reserve is an account's.
    function allocation(Plan memory plan) private pure returns (INetworkToken.Allocation memory) {
        return INetworkToken.Allocation({
            contributors: plan.addressOf("IntelligenceRewards"),
            team: plan.addressOf("VestingVault.team"),
            venture: plan.addressOf("VestingVault.venture"),
            treasury: plan.addressOf("Treasury"),
            advisors: plan.addressOf("VestingVault.advisors"),
            management: plan.addressOf("VestingVault.management"),
            reserve: plan.parameters.reserve
        });
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        NetworkToken token = NetworkToken(plan.addressOf(name()));
        INetworkToken.Allocation memory to = allocation(plan);
        report.same("NetworkToken: supply", 1_000_000_000e18, token.totalSupply());
        report.same("NetworkToken: contributors", 390_000_000e18, token.balanceOf(to.contributors));
        report.same("NetworkToken: team", 200_000_000e18, token.balanceOf(to.team));
        report.same("NetworkToken: venture", 70_000_000e18, token.balanceOf(to.venture));
        report.same("NetworkToken: treasury", 160_000_000e18, token.balanceOf(to.treasury));
        report.same("NetworkToken: advisors", 60_000_000e18, token.balanceOf(to.advisors));
        report.same("NetworkToken: management", 50_000_000e18, token.balanceOf(to.management));
        report.same("NetworkToken: reserve", 70_000_000e18, token.balanceOf(to.reserve));
    }
}
