// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {VerinGovernor} from "../../src/governance/VerinGovernor.sol";
import {VerinTimelock} from "../../src/governance/VerinTimelock.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {StakedVotes} from "../../src/staking/StakedVotes.sol";
import {FlashLender, IFlashBorrower} from "../base/FlashLender.sol";
import {Scenario} from "../base/Scenario.sol";

/// @notice Stakes what it is lent and decides with it.
contract FlashVoter is IFlashBorrower {
    IProverStaking private immutable _staking;
    VerinGovernor private immutable _dao;
    uint256 private immutable _proposal;

    uint256 public votes;
    uint256 public weight;
    bool public proposed;

    constructor(IProverStaking staking, VerinGovernor dao, uint256 proposal) {
        (_staking, _dao, _proposal) = (staking, dao, proposal);
    }

    /// @dev All within the loan's transaction.
    function onLoan(IERC20 token, uint256 amount) external {
        stakeAndVote(token, amount);
        _staking.unbond(address(this), amount);
        token.transfer(msg.sender, amount);
    }

    function stakeAndVote(IERC20 token, uint256 amount) public {
        token.approve(address(_staking), amount);
        _staking.stake(address(this), amount);
        votes = StakedVotes(address(_staking.votes())).getVotes(address(this));
        weight = _dao.castVote(_proposal, 1);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) =
            (new address[](1), new uint256[](1), new bytes[](1));
        targets[0] = address(this);
        try _dao.propose(targets, values, calls, "mine") returns (uint256) {
            proposed = true;
        } catch {}
    }
}

/// @notice Somebody decides with votes it has only for a moment. Timelock and governor are the real ones.
contract GovernanceFlashLoanTest is Scenario {
    uint256 private constant LOAN = 40_000_000e18;
    uint256 private constant PRIZE = 50_000_000e18;
    /// @dev What `deploy` creates.
    uint256 private constant DEPLOYED = PARTS + 5;

    VerinGovernor private dao;
    FlashLender private lender = new FlashLender();
    FlashVoter private voter;
    address private proposer = actor("proposer");
    uint256 private proposal;

    /// @dev A proposal to pay the attacker is under vote; nobody else has voted.
    function setUp() external {
        uint256 nonce = vm.getNonce(address(this));
        VerinTimelock clockwork = new VerinTimelock(vm.computeCreateAddress(address(this), nonce + 1 + DEPLOYED));
        governor = address(clockwork);
        deploy();
        dao = new VerinGovernor(StakedVotes(address(staking.votes())), clockwork);
        give(address(income), PRIZE);
        give(address(lender), LOAN);
        stakeAs(proposer, 100_000e18);
        vm.warp(time() + 1);
        proposal = propose();
        vm.warp(dao.proposalSnapshot(proposal) + 1);
        voter = new FlashVoter(staking, dao, proposal);
    }

    function propose() private returns (uint256) {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) =
            (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calls[0]) = (address(income), abi.encodeCall(ITreasury.spend, (token, stranger, PRIZE)));
        vm.prank(proposer);
        return dao.propose(targets, values, calls, "all for me");
    }

    function assertRejected() private {
        vm.warp(dao.proposalDeadline(proposal) + 1);
        vm.assertTrue(dao.state(proposal) == IGovernor.ProposalState.Defeated, "defeated");
        vm.assertEq(token.balanceOf(address(income)), PRIZE, "the treasury has all it had");
    }

    function test_a_loan_cannot_leave_in_its_transaction() external {
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.BondedTooRecently.selector, time() + 1 days));
        lender.lend(token, voter);
        assertRejected();
        profit("a vote with 40,000,000 lent for one transaction", int256(wealth(stranger)));
    }

    /// @dev With tokens of its own, too, who comes after the snapshot has no say, and no proposal in the same second.
    function test_stake_after_the_snapshot_decides_nothing() external {
        give(address(voter), LOAN);
        voter.stakeAndVote(token, LOAN);
        vm.assertEq(voter.votes(), LOAN, "it has votes now");
        vm.assertEq(voter.weight(), 0, "but had none at the snapshot");
        vm.assertFalse(voter.proposed(), "nor a second ago");
        assertRejected();
        profit("a vote with 40,000,000 staked after the snapshot", int256(wealth(stranger)));
    }

    /// @dev Votes at the snapshot's second are bonded for a day from then, and slashable for 15 more: longer than until the
    /// decision takes effect.
    function test_votes_at_the_snapshot_stay_to_be_slashed() external {
        vm.warp(dao.proposalDeadline(proposal) + 1);
        vm.prank(proposer);
        uint256 second = proposeAgain();
        vm.warp(dao.proposalSnapshot(second));
        stakeAs(stranger, LOAN);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.BondedTooRecently.selector, time() + 1 days));
        staking.unbond(stranger, LOAN);
        vm.warp(time() + 1 days);
        uint256 ticket = staking.unbond(stranger, LOAN);
        vm.stopPrank();
        uint256 effective = dao.proposalDeadline(second) + dao.EXTENSION() + 3 days;
        vm.assertLt(effective, staking.ticketOf(ticket).unlocksAt, "still here when it takes effect");
    }

    function proposeAgain() private returns (uint256) {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) =
            (new address[](1), new uint256[](1), new bytes[](1));
        targets[0] = address(income);
        return dao.propose(targets, values, calls, "again");
    }
}
