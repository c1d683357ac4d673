// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {GovernanceDeployment} from "../base/GovernanceDeployment.sol";

/// @notice Decisions from stake to payment, through the real contracts.
contract GovernanceTest is GovernanceDeployment {
    uint8 private constant AGAINST = 0;
    uint8 private constant FOR = 1;
    uint8 private constant ABSTAIN = 2;

    address private second = actor("second delegator");
    address private grantee = actor("grantee");
    Proposal private payment;

    function setUp() external {
        deployGovernance();
        stake(prover, prover, 2_000_000e18);
        stake(delegator, prover, 9_000_000e18);
        stake(second, prover, 12_000_000e18);
        bytes memory call = abi.encodeCall(ITreasury.spend, (token, grantee, 1_000_000e18));
        payment = Proposal(address(bank), call, "a grant");
        wait_(1);
    }

    function test_a_treasury_payment_from_stake_to_transfer() external {
        uint256 proposedAt = time();
        uint256 id = propose(prover, payment);
        assertState(id, IGovernor.ProposalState.Pending, "two days of notice");
        vm.expectRevert();
        vote(delegator, id, FOR);

        toVote(id);
        vm.assertEq(vote(prover, id, AGAINST), 2_000_000e18, "the prover has its own votes only");
        vm.assertEq(vote(delegator, id, FOR), 9_000_000e18, "the delegator kept its own");
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, delegator));
        vote(delegator, id, FOR);
        vm.assertEq(vote(second, id, ABSTAIN), 12_000_000e18, "abstentions count for the quorum");
        vm.expectRevert();
        queue(payment);

        toEnd(id);
        assertState(id, IGovernor.ProposalState.Succeeded, "9 to 2");
        queue(payment);
        uint256 eta = governor.proposalEta(id);
        vm.assertEq(eta, time() + 3 days, "timelock");
        vm.warp(eta - 1);
        vm.expectRevert();
        execute(payment);
        vm.warp(eta);
        uint256 before = token.balanceOf(address(bank));
        vm.prank(stranger);
        execute(payment);
        vm.assertEq(token.balanceOf(grantee), 1_000_000e18, "paid");
        vm.assertEq(token.balanceOf(address(bank)), before - 1_000_000e18, "by the treasury");
        assertState(id, IGovernor.ProposalState.Executed, "done");
        vm.assertLt(time() - proposedAt, staking.UNBONDING(), "before anyone who voted can be gone");
        vm.expectRevert();
        execute(payment);
    }

    /// @dev Who unbonds right after the votes were counted still pays for what it decided.
    function test_voters_are_still_slashable_when_the_decision_takes_effect() external {
        wait_(1 days);
        uint256 id = propose(delegator, payment);
        toVote(id);
        uint256 ticket = unbond(delegator, prover, 9_000_000e18);
        vm.assertEq(vote(delegator, id, FOR), 9_000_000e18, "counted at the snapshot");
        vm.warp(governor.proposalDeadline(id) - 1);
        vote(second, id, FOR);
        toEnd(id);
        queue(payment);
        vm.warp(governor.proposalEta(id));
        execute(payment);
        vm.assertLt(time(), staking.ticketOf(ticket).unlocksAt, "its stake is still here");
    }

    function test_a_late_quorum_extends_the_vote() external {
        uint256 id = propose(prover, payment);
        uint256 deadline = governor.proposalDeadline(id);
        toVote(id);
        vote(delegator, id, AGAINST);
        vm.warp(deadline);
        vote(second, id, FOR);
        vm.assertEq(governor.proposalDeadline(id), deadline + 2 days, "two days for the others");
        vm.warp(deadline + 1 days);
        assertState(id, IGovernor.ProposalState.Active, "still open");
        vote(prover, id, AGAINST);
        vm.assertEq(governor.proposalDeadline(id), deadline + 2 days, "extended once");
        toEnd(id);
        assertState(id, IGovernor.ProposalState.Succeeded, "12 to 11");
        queue(payment);
        vm.warp(governor.proposalEta(id));
        execute(payment);
        uint256 most = START + 1 + 14 days + 2;
        vm.assertLe(time(), most, "14 days and the two seconds in which this test acts");
    }

    function test_an_early_quorum_does_not_extend() external {
        uint256 id = propose(prover, payment);
        uint256 deadline = governor.proposalDeadline(id);
        vm.warp(deadline - 2 days);
        vote(second, id, FOR);
        vm.assertEq(governor.proposalDeadline(id), deadline, "two days are left anyway");
    }

    function test_unbonding_voters_have_none() external {
        wait_(1 days);
        uint256 id = propose(prover, payment);
        vm.warp(governor.proposalSnapshot(id));
        unbond(second, prover, 12_000_000e18);
        wait_(1);
        vm.assertEq(vote(second, id, FOR), 0, "in the very second of the snapshot");
        vm.assertEq(vote(delegator, id, FOR), 9_000_000e18, "others");
        toEnd(id);
        assertState(id, IGovernor.ProposalState.Defeated, "no quorum");
    }

    function test_stake_after_the_snapshot_has_no_say() external {
        uint256 id = propose(prover, payment);
        toVote(id);
        stake(stranger, prover, 50_000_000e18);
        vm.assertEq(vote(stranger, id, FOR), 0, "too late");
    }

    function test_a_slash_before_the_snapshot_takes_votes() external {
        appointSlasher();
        bytes memory call = abi.encodeCall(ITreasury.spend, (token, grantee, 5));
        Proposal memory p = Proposal(address(bank), call, "another");
        uint256 id = propose(prover, p);
        slash(prover, 2_300_000e18);
        staking.syncVotes(prover, delegator);
        toVote(id);
        vm.assertEq(vote(prover, id, FOR), 1_800_000e18, "the prover's at once");
        vm.assertEq(vote(delegator, id, FOR), 8_100_000e18, "the delegator's by a call of anyone");
        vm.assertEq(vote(second, id, FOR), 12_000_000e18, "nobody called");
    }

    function test_a_majority_against_defeats() external {
        uint256 id = propose(prover, payment);
        toVote(id);
        vote(delegator, id, FOR);
        vote(second, id, AGAINST);
        vote(prover, id, FOR);
        toEnd(id);
        assertState(id, IGovernor.ProposalState.Defeated, "11 to 12");
        vm.expectRevert();
        queue(payment);
    }

    function test_the_proposer_takes_it_back_before_the_vote() external {
        uint256 id = propose(prover, payment);
        cancel(prover, payment);
        assertState(id, IGovernor.ProposalState.Canceled, "taken back");
    }

    function test_governance_appoints_and_sets_parameters() external {
        appointSlasher();
        IProverStaking.Parameters memory p = IProverStaking.Parameters(20_000e18, 2_000e18, 5_000, auction);
        decide(Proposal(address(staking), abi.encodeCall(IProverStaking.setParameters, (p)), "parameters"));
        vm.assertEq(staking.maxSlash(prover), 11_500_000e18, "half");
    }

    /// @dev Not even governance spends education's credit.
    function test_governance_cannot_spend_educations_credit() external {
        fund(address(this), 1_000e18);
        token.approve(address(bank), 1_000e18);
        bank.receiveIncome(token, 1_000e18);
        uint256 all = token.balanceOf(address(bank));
        Proposal memory p =
            Proposal(address(bank), abi.encodeCall(ITreasury.spend, (token, grantee, all)), "everything");
        uint256 id = propose(prover, p);
        toVote(id);
        vote(second, id, FOR);
        toEnd(id);
        queue(p);
        vm.warp(governor.proposalEta(id));
        vm.expectRevert(abi.encodeWithSelector(ITreasury.InsufficientFunds.selector, token, all, all - 80e18));
        execute(p);
    }

    function test_governance_cannot_change_the_delay() external {
        Proposal memory p =
            Proposal(address(clockwork), abi.encodeCall(TimelockController.updateDelay, (0)), "no delay");
        uint256 id = propose(prover, p);
        toVote(id);
        vote(second, id, FOR);
        toEnd(id);
        queue(p);
        vm.warp(governor.proposalEta(id));
        vm.expectRevert();
        execute(p);
        vm.assertEq(clockwork.getMinDelay(), 3 days, "as before");
    }

    function appointSlasher() private {
        bytes memory call = abi.encodeCall(staking.grantRole, (staking.SLASHER_ROLE(), slasher));
        decide(Proposal(address(staking), call, "a slasher"));
    }

    function decide(Proposal memory p) private {
        uint256 id = propose(prover, p);
        toVote(id);
        vote(second, id, FOR);
        toEnd(id);
        queue(p);
        vm.warp(governor.proposalEta(id));
        execute(p);
    }
}
