// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AuditAttestations} from "../../src/registry/AuditAttestations.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract AuditAttestationsComponent is Component {
    function name() public pure override returns (string memory) {
        return "AuditAttestations";
    }

    function initCode(Plan memory) public view override returns (bytes memory) {
        return creationCode();
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        AuditAttestations attestations = AuditAttestations(plan.addressOf(name()));
        report.same("AuditAttestations: longest URI", 512, attestations.MAX_URI_BYTES());
    }
}
