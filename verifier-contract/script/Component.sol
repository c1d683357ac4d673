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
    /// @notice Its name, from which its address follows: the contract's, or of several instances of one contract each its own.
    function name() public pure virtual returns (string memory);

    /// @notice The contract's name.
    function artifact() public pure virtual returns (string memory) {
        return name();
    }

    /// @notice Creation code and constructor arguments. Never the deployer in a role: what is not given cannot be kept.
    function initCode(Plan memory plan) public view virtual returns (bytes memory);

    /// @notice What the deployer has to send still, once the contract is there; nothing, for most.
    function calls(Plan memory) public view virtual returns (Call[] memory) {}

    /// @notice Reads every role and parameter back.
    function check(Plan memory plan) external view virtual returns (Report memory);

    /// @notice Without constructor arguments.
    function creationCode() public view returns (bytes memory) {
        return checkedInCode(artifact());
    }
}

/// @notice The creation code that `abi/` has of this contract: what everybody can read is what is deployed, by whichever tool.
/// What the compiler makes depends on what else it is given, so the code of a script's own build may be another.
function checkedInCode(string memory contractName) view returns (bytes memory) {
    return scriptVm.getCode(string.concat("abi/", contractName, ".json"));
}
