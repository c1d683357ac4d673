// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {InferenceVerifier} from "../../src/verify/InferenceVerifier.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract InferenceVerifierComponent is Component {
    function name() public pure override returns (string memory) {
        return "InferenceVerifier";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        address registry = plan.addressOf("ModelRegistry");
        bytes memory arguments = abi.encode(registry, plan.addressOf("VerifierRouter"), plan.addressOf("EmergencyStop"));
        return bytes.concat(creationCode(), arguments);
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        InferenceVerifier verifier = InferenceVerifier(plan.addressOf(name()));
        report.same("InferenceVerifier: registry", plan.addressOf("ModelRegistry"), verifier.registry());
        report.same("InferenceVerifier: router", plan.addressOf("VerifierRouter"), address(verifier.router()));
        report.same("InferenceVerifier: stop", plan.addressOf("EmergencyStop"), address(verifier.stop()));
    }
}
