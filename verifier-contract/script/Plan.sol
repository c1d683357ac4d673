// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CREATE3} from "solady/utils/CREATE3.sol";
import {scriptVm} from "./base/ScriptVm.sol";
import {DeploymentFactory, deploymentSalt} from "../src/deployment/DeploymentFactory.sol";
import {Parameters} from "./Parameters.sol";

/// @notice What is to be deployed: the parameters, and by which factory.
struct Plan {
    Parameters parameters;
    DeploymentFactory factory;
}

using Plans for Plan global;

/// @title Addresses of a plan
/// @notice The factory's address follows from its code (CREATE2, by the deployer contract that every chain has at one address),
/// another contract's from factory, deployer and name (CREATE3): all are known before anything is deployed.
library Plans {
    /// @dev The deterministic deployment proxy: takes a salt and creation code.
    address internal constant CREATE2_DEPLOYER = 0x4e59b44847b379578588920cA78FbF26c0B4956C;

    /// @notice The plan for these parameters.
    function make(Parameters memory parameters) internal view returns (Plan memory) {
        bytes32 hash = keccak256(abi.encodePacked(bytes1(0xff), CREATE2_DEPLOYER, bytes32(0), keccak256(factoryCode())));
        return Plan(parameters, DeploymentFactory(address(uint160(uint256(hash)))));
    }

    /// @notice The factory's creation code.
    function factoryCode() internal view returns (bytes memory) {
        return scriptVm.getCode("abi/DeploymentFactory.json");
    }

    /// @notice Where the contract of this name is, or will be.
    function addressOf(Plan memory plan, string memory name) internal pure returns (address) {
        bytes32 own = deploymentSalt(plan.parameters.deployer, salt(name));
        return CREATE3.predictDeterministicAddress(own, address(plan.factory));
    }

    /// @notice The salt for the contract of this name. The version is for a second deployment by the same account.
    function salt(string memory name) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked("verin.v1.", name));
    }
}
