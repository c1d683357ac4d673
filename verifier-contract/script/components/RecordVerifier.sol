// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RecordVerifier} from "../../src/verify/RecordVerifier.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract RecordVerifierComponent is Component {
    function name() public pure override returns (string memory) {
        return "RecordVerifier";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        bytes memory arguments = abi.encode(plan.addressOf("RecordStore"), plan.addressOf("SealVerifier"));
        return bytes.concat(creationCode(), arguments);
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        RecordVerifier verifier = RecordVerifier(plan.addressOf(name()));
        report.same("RecordVerifier: store", plan.addressOf("RecordStore"), address(verifier.store()));
        report.same("RecordVerifier: seal verifier", plan.addressOf("SealVerifier"), address(verifier.verifier()));
    }
}
