// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {ProverStaking} from "../../src/staking/ProverStaking.sol";
import {Component} from "../Component.sol";
import {Parameters} from "../Parameters.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";
import {Role, Roles} from "./Roles.sol";

contract ProverStakingComponent is Component {
    function name() public pure override returns (string memory) {
        return "ProverStaking";
    }

    /// @dev No slashers: whoever is to be one, governance appoints.
    function initCode(Plan memory plan) public view override returns (bytes memory) {
        address[] memory markets = new address[](1);
        markets[0] = plan.addressOf("InferenceMarket");
        bytes memory arguments = abi.encode(
            plan.addressOf("NetworkToken"),
            plan.addressOf("StakedVotes"),
            plan.addressOf("VerinTimelock"),
            initial(plan),
            markets,
            new address[](0)
        );
        return bytes.concat(creationCode(), arguments);
    }

    function initial(Plan memory plan) private pure returns (IProverStaking.Parameters memory) {
        Parameters memory p = plan.parameters;
        return IProverStaking.Parameters({
            minimumStake: p.minimumStake,
            stakePerLock: p.stakePerLock,
            maxSlashBps: p.maxSlashBps,
            slashAuction: plan.addressOf("SlashAuction")
        });
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        ProverStaking staking = ProverStaking(plan.addressOf(name()));
        IProverStaking.Parameters memory expected = initial(plan);
        IProverStaking.Parameters memory got = staking.parameters();
        report.same("ProverStaking: token", plan.addressOf("NetworkToken"), address(staking.token()));
        report.same("ProverStaking: votes", plan.addressOf("StakedVotes"), address(staking.votes()));
        report.same("ProverStaking: minimum stake", expected.minimumStake, got.minimumStake);
        report.same("ProverStaking: stake per lock", expected.stakePerLock, got.stakePerLock);
        report.same("ProverStaking: largest slash, bps", expected.maxSlashBps, got.maxSlashBps);
        report.same("ProverStaking: slash auction", expected.slashAuction, got.slashAuction);
        report.same("ProverStaking: unbonding", 15 days, staking.UNBONDING());
        report.same("ProverStaking: least bonding", 1 days, staking.MIN_BONDING());
        Role[] memory roles = new Role[](3);
        roles[0] = Role("administers", staking.DEFAULT_ADMIN_ROLE(), "timelock");
        roles[1] = Role("opens locks", staking.MARKET_ROLE(), "market");
        roles[2] = Role("slashes", staking.SLASHER_ROLE(), Roles.NOBODY);
        Roles.compare(report, plan, name(), roles);
    }
}
