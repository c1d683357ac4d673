// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IProverStaking} from "../interfaces/IProverStaking.sol";
import {IStakedVotes} from "../interfaces/IStakedVotes.sol";

/// @title Governor
/// @notice Bonded stake decides. Two days after a proposal votes are counted as they are then; the vote lasts seven
/// days, and two days at least from when the quorum is reached; three days in the timelock follow. That is 14 days
/// at the most: who voted with stake that unbonds since then is still slashable when the decision takes effect.
/// @dev All of it is fixed here. Nothing below can be set, not by a vote either.
contract VerinGovernor is
    Governor,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorPreventLateQuorum,
    GovernorTimelockControl
{
    /// @notice From proposal to the time whose votes count.
    uint48 public constant VOTING_DELAY = 2 days;
    /// @notice From then to the end of the vote, if the quorum is reached early enough.
    uint32 public constant VOTING_PERIOD = 7 days;
    /// @notice The vote lasts at least that long from when the quorum is reached.
    uint48 public constant EXTENSION = 2 days;
    /// @notice The quorum as a part of all staked tokens, in percent.
    uint256 public constant QUORUM_PERCENT = 4;
    /// @notice The quorum is at least that.
    uint256 public constant MIN_QUORUM = 10_000_000e18;
    /// @notice Votes that a proposer needs.
    uint256 public constant PROPOSAL_THRESHOLD = 100_000e18;

    /// @notice A decision would take effect after its voters can have left.
    error LongerThanUnbonding(uint256 decision, uint256 unbonding);
    /// @notice The rules of the vote cannot be changed.
    error RulesAreFixed();

    /// @param votes Receipts for bonded stake.
    /// @param timelock_ Executes; its only proposer is this contract.
    constructor(IStakedVotes votes, TimelockController timelock_)
        Governor("Verin")
        GovernorVotes(votes)
        GovernorPreventLateQuorum(EXTENSION)
        GovernorTimelockControl(timelock_)
    {
        uint256 decision = VOTING_DELAY + VOTING_PERIOD + EXTENSION + timelock_.getMinDelay();
        uint256 unbonding = IProverStaking(votes.staking()).UNBONDING();
        require(decision < unbonding, LongerThanUnbonding(decision, unbonding));
    }

    /// @notice Seconds from proposal to the time whose votes count.
    function votingDelay() public pure override returns (uint256) {
        return VOTING_DELAY;
    }

    /// @notice Seconds of voting.
    function votingPeriod() public pure override returns (uint256) {
        return VOTING_PERIOD;
    }

    /// @notice Votes that a proposer needs.
    function proposalThreshold() public pure override returns (uint256) {
        return PROPOSAL_THRESHOLD;
    }

    /// @notice Votes for and abstentions that a decision needs: 4 % of what was staked then, at least 10 million.
    function quorum(uint256 timepoint) public view override returns (uint256) {
        return Math.max(Math.mulDiv(token().getPastTotalSupply(timepoint), QUORUM_PERCENT, 100), MIN_QUORUM);
    }

    /// @notice Always reverts.
    function setLateQuorumVoteExtension(uint48) public pure override {
        revert RulesAreFixed();
    }

    /// @notice Always reverts.
    function updateTimelock(TimelockController) public pure override {
        revert RulesAreFixed();
    }

    // ---- Where two parents define one function, Solidity asks which.

    /// @notice When the vote ends.
    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    /// @notice Where a proposal stands.
    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    /// @notice Always true.
    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
