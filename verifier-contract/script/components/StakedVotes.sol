// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {StakedVotes} from "../../src/staking/StakedVotes.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract StakedVotesComponent is Component {
    function name() public pure override returns (string memory) {
        return "StakedVotes";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        return bytes.concat(creationCode(), abi.encode(plan.addressOf("ProverStaking")));
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        StakedVotes votes = StakedVotes(plan.addressOf(name()));
        report.same("StakedVotes: staking", plan.addressOf("ProverStaking"), votes.staking());
        report.same("StakedVotes: supply", 0, votes.totalSupply());
    }
}
