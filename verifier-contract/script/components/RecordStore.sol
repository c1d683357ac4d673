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

    /// @dev The emergency stop refuses canary records that are not there.
    function calls(Plan memory plan) public view override returns (Call[] memory list) {
        RecordStore store = RecordStore(plan.addressOf(name()));
        list = new Call[](plan.parameters.canaryRecords.length);
        uint256 missing;
        for (uint256 i = 0; i < list.length; ++i) {
            bytes memory record = plan.parameters.canaryRecords[i];
            if (store.exists(keccak256(record))) continue;
            list[missing++] = Call(address(store), abi.encodeCall(RecordStore.publish, (record)));
        }
        assembly ("memory-safe") {
            mstore(list, missing)
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
