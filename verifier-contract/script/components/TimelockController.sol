// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Component} from "../Component.sol";
import {Parameters} from "../Parameters.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

/// @dev Administers itself from the first block: the constructor names no other administrator, so there is none to renounce.
contract TimelockControllerComponent is Component {
    function name() public pure override returns (string memory) {
        return "TimelockController";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        Parameters memory p = plan.parameters;
        bytes memory arguments = abi.encode(p.minDelay, p.proposers, p.executors, address(0));
        return bytes.concat(creationCode(), arguments);
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        Parameters memory p = plan.parameters;
        TimelockController timelock = TimelockController(payable(plan.addressOf(name())));
        report.same("TimelockController: delay", p.minDelay, timelock.getMinDelay());
        bytes32 admin = timelock.DEFAULT_ADMIN_ROLE();
        report.same("TimelockController: administers itself", true, timelock.hasRole(admin, address(timelock)));
        roles(report, "TimelockController: proposer", timelock, timelock.PROPOSER_ROLE(), p.proposers);
        roles(report, "TimelockController: canceller", timelock, timelock.CANCELLER_ROLE(), p.proposers);
        roles(report, "TimelockController: executor", timelock, timelock.EXECUTOR_ROLE(), p.executors);
        outsider(report, timelock, "deployer", p.deployer, p);
        outsider(report, timelock, "factory", address(plan.factory), p);
        outsider(report, timelock, "guardian", p.guardian, p);
    }

    function roles(
        Report memory report,
        string memory what,
        TimelockController timelock,
        bytes32 role,
        address[] memory accounts
    ) private view {
        for (uint256 i = 0; i < accounts.length; ++i) {
            report.same(what, true, timelock.hasRole(role, accounts[i]));
        }
        // Of everybody else only one can be asked about by name: nobody in particular.
        if (!contains(accounts, address(0))) {
            report.same(string.concat(what, ", anyone"), false, timelock.hasRole(role, address(0)));
        }
    }

    /// @dev What an account that has to do with the deployment may be here: what the parameters name it, never administrator.
    function outsider(
        Report memory report,
        TimelockController timelock,
        string memory who,
        address account,
        Parameters memory p
    ) private view {
        bool proposes = contains(p.proposers, account);
        string memory what = string.concat("TimelockController: ", who);
        bool admin = timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), account);
        report.same(string.concat(what, " administers"), false, admin);
        bool may = timelock.hasRole(timelock.PROPOSER_ROLE(), account);
        report.same(string.concat(what, " proposes"), proposes, may);
        may = timelock.hasRole(timelock.CANCELLER_ROLE(), account);
        report.same(string.concat(what, " cancels"), proposes, may);
        may = timelock.hasRole(timelock.EXECUTOR_ROLE(), account);
        report.same(string.concat(what, " executes"), contains(p.executors, account), may);
    }

    function contains(address[] memory accounts, address account) private pure returns (bool) {
        for (uint256 i = 0; i < accounts.length; ++i) {
            if (accounts[i] == account) return true;
        }
        return false;
    }
}
