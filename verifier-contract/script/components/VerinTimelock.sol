// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {VerinTimelock} from "../../src/governance/VerinTimelock.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";
import {Role, Roles} from "./Roles.sol";

/// @dev Administers itself from the first block: the constructor names no other administrator, so there is none to renounce.
contract VerinTimelockComponent is Component {
    function name() public pure override returns (string memory) {
        return "VerinTimelock";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        return bytes.concat(creationCode(), abi.encode(plan.addressOf("VerinGovernor")));
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        VerinTimelock timelock = VerinTimelock(payable(plan.addressOf(name())));
        report.same("VerinTimelock: delay", 3 days, timelock.getMinDelay());
        Role[] memory roles = new Role[](4);
        roles[0] = Role("administers", timelock.DEFAULT_ADMIN_ROLE(), "timelock");
        roles[1] = Role("proposes", timelock.PROPOSER_ROLE(), "governor");
        roles[2] = Role("cancels", timelock.CANCELLER_ROLE(), "governor");
        roles[3] = Role("executes", timelock.EXECUTOR_ROLE(), Roles.ANYONE);
        Roles.compare(report, plan, name(), roles);
    }
}
