// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RecordStore} from "../../src/registry/RecordStore.sol";
import {Component, Call} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract RecordStoreComponent is Component {
    function name() public pure override returns (string memory) {
        return "RecordStore";
    }

    function initCode(Plan memory) public view override returns (bytes memory) {
        return creationCode();
    }

    /// @dev The emergency stop refuses canary records that are not there. Publishing twice does nothing.
    function calls(Plan memory plan) public pure override returns (Call[] memory list) {
        list = new Call[](plan.parameters.canaryRecords.length);
        for (uint256 i = 0; i < list.length; ++i) {
            bytes memory data = abi.encodeCall(RecordStore.publish, (plan.parameters.canaryRecords[i]));
            list[i] = Call(plan.addressOf(name()), data);
        }
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        RecordStore store = RecordStore(plan.addressOf(name()));
        for (uint256 i = 0; i < plan.parameters.canaryRecords.length; ++i) {
            bytes32 hash = keccak256(plan.parameters.canaryRecords[i]);
            report.same("RecordStore: canary record is published", true, store.exists(hash));
        }
    }
}
