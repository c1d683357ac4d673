// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Treasury} from "../../src/governance/Treasury.sol";
import {VerinGovernor} from "../../src/governance/VerinGovernor.sol";
import {VerinTimelock} from "../../src/governance/VerinTimelock.sol";
import {StakingDeployment} from "./StakingDeployment.sol";

/// @notice Staking under the real timelock, governor and treasury, and the steps of a decision.
abstract contract GovernanceDeployment is StakingDeployment {
    /// @notice One call that governance is to make.
    struct Proposal {
        address target;
        bytes data;
        string why;
    }

    VerinTimelock internal clockwork;
    VerinGovernor internal governor;
    Treasury internal bank;
    address internal school = actor("school");

    /// @notice Six consecutive deployments: timelock, treasury, token, receipts, staking, governor.
    function deployGovernance() internal {
        address governorAt = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 5);
        clockwork = new VerinTimelock(governorAt);
        timelock = address(clockwork);
        bank = new Treasury(timelock, school);
        treasury = address(bank);
        deployStaking();
        governor = new VerinGovernor(votes, clockwork);
    }

    function lists(Proposal memory p)
        private
        pure
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calls)
    {
        (targets, values, calls) = (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calls[0]) = (p.target, p.data);
    }

    function propose(address by, Proposal memory p) internal returns (uint256) {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = lists(p);
        vm.prank(by);
        return governor.propose(targets, values, calls, p.why);
    }

    function queue(Proposal memory p) internal {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = lists(p);
        governor.queue(targets, values, calls, keccak256(bytes(p.why)));
    }

    function execute(Proposal memory p) internal {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = lists(p);
        governor.execute(targets, values, calls, keccak256(bytes(p.why)));
    }

    function cancel(address by, Proposal memory p) internal {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = lists(p);
        vm.prank(by);
        governor.cancel(targets, values, calls, keccak256(bytes(p.why)));
    }

    function vote(address by, uint256 id, uint8 support) internal returns (uint256) {
        vm.prank(by);
        return governor.castVote(id, support);
    }

    /// @notice To the first second of the vote.
    function toVote(uint256 id) internal {
        vm.warp(governor.proposalSnapshot(id) + 1);
    }

    /// @notice To the first second after the vote.
    function toEnd(uint256 id) internal {
        vm.warp(governor.proposalDeadline(id) + 1);
    }

    function assertState(uint256 id, IGovernor.ProposalState expected, string memory what) internal view {
        vm.assertEq(uint256(governor.state(id)), uint256(expected), what);
    }
}
