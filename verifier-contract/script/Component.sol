// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {scriptVm} from "./base/ScriptVm.sol";
import {Plan} from "./Plan.sol";
import {Report} from "./Report.sol";

/// @notice A transaction of the deployer.
struct Call {
    address target;
    bytes data;
}

/// @title One contract of the deployment
/// @notice All that deployment knows of it: one file in `components/`, and one line in `Components.sol`.
abstract contract Component {
    /// @notice Its name, which is the contract's.
    function name() public pure virtual returns (string memory);

    /// @notice Creation code and constructor arguments. Never the deployer in a role: what is not given cannot be kept.
    function initCode(Plan memory plan) public view virtual returns (bytes memory);

    /// @notice What the deployer has to send still, once the contract is there; nothing, for most.
    function calls(Plan memory) public view virtual returns (Call[] memory) {}

    /// @notice Reads every role and parameter back.
    function check(Plan memory plan) external view virtual returns (Report memory);

    /// @dev As compiled, without constructor arguments.
    function creationCode() internal view returns (bytes memory) {
        return scriptVm.getCode(string.concat(name(), ".sol:", name()));
    }
}
