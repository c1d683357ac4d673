// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ModelRegistry} from "../../src/registry/ModelRegistry.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract ModelRegistryComponent is Component {
    function name() public pure override returns (string memory) {
        return "ModelRegistry";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        return bytes.concat(creationCode(), abi.encode(plan.addressOf("RecordStore")));
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        ModelRegistry registry = ModelRegistry(plan.addressOf(name()));
        report.same("ModelRegistry: store", plan.addressOf("RecordStore"), address(registry.store()));
    }
}
