// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {VerinGovernor} from "../../src/governance/VerinGovernor.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract VerinGovernorComponent is Component {
    function name() public pure override returns (string memory) {
        return "VerinGovernor";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        bytes memory arguments = abi.encode(plan.addressOf("StakedVotes"), plan.addressOf("VerinTimelock"));
        return bytes.concat(creationCode(), arguments);
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        VerinGovernor governor = VerinGovernor(payable(plan.addressOf(name())));
        report.same("VerinGovernor: votes", plan.addressOf("StakedVotes"), address(governor.token()));
        report.same("VerinGovernor: timelock", plan.addressOf("VerinTimelock"), governor.timelock());
        report.same("VerinGovernor: votes to propose", 100_000e18, governor.proposalThreshold());
        report.same("VerinGovernor: delay of the vote", 2 days, governor.votingDelay());
        report.same("VerinGovernor: length of the vote", 7 days, governor.votingPeriod());
        report.same("VerinGovernor: extension after a late quorum", 2 days, governor.lateQuorumVoteExtension());
        report.same("VerinGovernor: quorum, percent of the stake", 4, governor.QUORUM_PERCENT());
        report.same("VerinGovernor: quorum, at least", 10_000_000e18, governor.MIN_QUORUM());
        report.same("VerinGovernor: quorum now", 10_000_000e18, governor.quorum(governor.clock() - 1));
    }
}
