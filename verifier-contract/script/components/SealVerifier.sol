// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SealVerifier} from "../../src/verify/SealVerifier.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract SealVerifierComponent is Component {
    function name() public pure override returns (string memory) {
        return "SealVerifier";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        bytes memory arguments = abi.encode(plan.parameters.srs, plan.parameters.srsDigest);
        return bytes.concat(creationCode(), arguments);
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        SealVerifier verifier = SealVerifier(plan.addressOf(name()));
        report.same("SealVerifier: SRS digest", plan.parameters.srsDigest, verifier.srsDigest());
        report.same("SealVerifier: SRS points", keccak256(plan.parameters.srs), keccak256(verifier.srs()));
    }
}
