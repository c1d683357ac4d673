// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

/// @notice A role, and who alone of the accounts below has it.
struct Role {
    string may;
    bytes32 id;
    string holder;
}

/// @title Roles of an AccessControl contract
/// @notice OpenZeppelin's roles cannot be enumerated. So every account that has to do with the deployment is asked about, and that
/// nobody else was given a role at deployment follows from the hash of code and arguments.
library Roles {
    /// @dev Nobody has it.
    string internal constant NOBODY = "nobody";
    /// @dev The zero address: in OpenZeppelin's timelock everybody has what it has.
    string internal constant ANYONE = "anyone";

    /// @notice A line for every account and role.
    function compare(Report memory report, Plan memory plan, string memory name, Role[] memory roles) internal view {
        IAccessControl target = IAccessControl(plan.addressOf(name));
        (string[7] memory names, address[7] memory accounts) = known(plan);
        for (uint256 i = 0; i < names.length; ++i) {
            for (uint256 j = 0; j < roles.length; ++j) {
                string memory what = string.concat(name, ": ", names[i], " ", roles[j].may);
                bool expected = keccak256(bytes(names[i])) == keccak256(bytes(roles[j].holder));
                report.same(what, expected, target.hasRole(roles[j].id, accounts[i]));
            }
        }
    }

    /// @notice The accounts that have to do with the deployment.
    function known(Plan memory plan) internal pure returns (string[7] memory names, address[7] memory accounts) {
        (names[0], accounts[0]) = (ANYONE, address(0));
        (names[1], accounts[1]) = ("deployer", plan.parameters.deployer);
        (names[2], accounts[2]) = ("factory", address(plan.factory));
        (names[3], accounts[3]) = ("guardian", plan.parameters.guardian);
        (names[4], accounts[4]) = ("timelock", plan.addressOf("VerinTimelock"));
        (names[5], accounts[5]) = ("governor", plan.addressOf("VerinGovernor"));
        (names[6], accounts[6]) = ("market", plan.addressOf("InferenceMarket"));
    }
}
