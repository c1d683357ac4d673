// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ProofSystem} from "../../src/libraries/ProofSystem.sol";
import {EmergencyStop} from "../../src/verify/EmergencyStop.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract EmergencyStopComponent is Component {
    function name() public pure override returns (string memory) {
        return "EmergencyStop";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        address timelock = plan.addressOf("VerinTimelock");
        bytes memory arguments = abi.encode(
            plan.addressOf("VerifierRouter"),
            plan.addressOf("RecordStore"),
            timelock,
            plan.parameters.guardian,
            canaries(plan)
        );
        return bytes.concat(creationCode(), arguments);
    }

    function canaries(Plan memory plan) private pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](plan.parameters.canaryRecords.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = keccak256(plan.parameters.canaryRecords[i]);
        }
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        EmergencyStop stop = EmergencyStop(plan.addressOf(name()));
        report.same("EmergencyStop: router", plan.addressOf("VerifierRouter"), address(stop.router()));
        report.same("EmergencyStop: store", plan.addressOf("RecordStore"), address(stop.store()));
        report.same("EmergencyStop: governor", plan.addressOf("VerinTimelock"), stop.governor());
        report.same("EmergencyStop: guardian", plan.parameters.guardian, stop.guardian());
        bytes32 expected = keccak256(abi.encode(canaries(plan)));
        report.same("EmergencyStop: canary records", expected, keccak256(abi.encode(stop.canaryRecords())));
        report.same("EmergencyStop: seals stopped at", 0, stop.verifierStoppedAt(ProofSystem.SEAL_V1));
    }
}
