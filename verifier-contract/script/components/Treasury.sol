// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Treasury} from "../../src/governance/Treasury.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract TreasuryComponent is Component {
    function name() public pure override returns (string memory) {
        return "Treasury";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        bytes memory arguments = abi.encode(plan.addressOf("VerinTimelock"), plan.parameters.education);
        return bytes.concat(creationCode(), arguments);
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        Treasury treasury = Treasury(plan.addressOf(name()));
        report.same("Treasury: timelock", plan.addressOf("VerinTimelock"), treasury.timelock());
        report.same("Treasury: beneficiary", plan.parameters.education, treasury.beneficiary());
        (address next,) = treasury.appointed();
        report.same("Treasury: beneficiary to come", address(0), next);
        report.same("Treasury: education, percent of the income", 8, treasury.EDUCATION_PERCENT());
    }
}
