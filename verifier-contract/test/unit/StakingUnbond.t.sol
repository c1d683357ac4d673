// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {StakingDeployment} from "../base/StakingDeployment.sol";

/// @notice `unbond` and `withdraw`.
contract StakingUnbondTest is StakingDeployment {
    function setUp() external {
        deployStaking();
        grantRoles();
        stake(prover, prover, 2 * MINIMUM);
        stake(delegator, prover, 100e18);
        wait_(1 days);
    }

    function test_unbonding_stake_neither_counts_nor_votes() external {
        vm.expectEmit(address(staking));
        emit IProverStaking.Unbonding(1, prover, delegator, 40e18, 40e18, time() + 15 days);
        uint256 ticket = unbond(delegator, prover, 40e18);
        vm.assertEq(staking.bondedStake(prover), 2 * MINIMUM + 60e18, "bonded");
        vm.assertEq(staking.unbondingStake(prover), 40e18, "unbonding");
        vm.assertEq(votes.getVotes(delegator), 60e18, "votes at once");
        IProverStaking.Ticket memory stub = staking.ticketOf(ticket);
        vm.assertEq(stub.account, delegator, "whose");
        vm.assertEq(stub.prover, prover, "where");
        vm.assertEq(stub.shares, 40e18, "how many");
        vm.assertEq(stub.unlocksAt, time() + 15 days, "when");
    }

    function test_a_stake_stays_bonded_for_a_day() external {
        vm.warp(START + 1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.BondedTooRecently.selector, START + 1 days));
        unbond(delegator, prover, 1);
        vm.warp(START + 1 days);
        unbond(delegator, prover, 1);
    }

    function test_adding_to_a_stake_bonds_it_anew() external {
        stake(delegator, prover, 1);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.BondedTooRecently.selector, time() + 1 days));
        unbond(delegator, prover, 100e18);
        // Of others nobody's but its own.
        unbond(prover, prover, MINIMUM);
    }

    function test_more_than_there_is_cannot_unbond() external {
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.InsufficientShares.selector, 100e18 + 1, 100e18));
        unbond(delegator, prover, 100e18 + 1);
        vm.expectRevert(IProverStaking.ZeroAmount.selector);
        unbond(delegator, prover, 0);
    }

    function test_own_stake_leaves_wholly_or_stays_above_the_minimum() external {
        bytes4 selector = IProverStaking.BelowMinimumStake.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, prover, MINIMUM - 1, MINIMUM));
        unbond(prover, prover, MINIMUM + 1);
        unbond(prover, prover, MINIMUM);
        unbond(prover, prover, MINIMUM);
        vm.assertEq(staking.bondedStake(prover), 100e18, "the delegator's is left");
        unbond(delegator, prover, 100e18);
    }

    /// @dev A slash to below the minimum keeps nobody's stake here.
    function test_stake_below_the_minimum_can_leave() external {
        unbond(prover, prover, MINIMUM);
        slash(prover, staking.maxSlash(prover));
        uint256 ticket = unbond(prover, prover, MINIMUM);
        wait_(15 days);
        vm.assertEq(withdraw(prover, ticket), MINIMUM * 8 / 10, "four fifths");
    }

    function test_withdraw_after_fifteen_days() external {
        uint256 ticket = unbond(delegator, prover, 40e18);
        uint256 until = time() + 15 days;
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.StillUnbonding.selector, ticket, until));
        withdraw(delegator, ticket);
        vm.warp(until);
        vm.expectEmit(address(staking));
        emit IProverStaking.Withdrawn(ticket, prover, delegator, stranger, 40e18);
        vm.prank(delegator);
        vm.assertEq(staking.withdraw(ticket, stranger), 40e18, "amount");
        vm.assertEq(token.balanceOf(stranger), 40e18, "paid");
        vm.assertEq(staking.unbondingStake(prover), 0, "gone");
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.NotTicketOwner.selector, ticket, delegator));
        withdraw(delegator, ticket);
    }

    function test_a_ticket_is_its_owners() external {
        uint256 ticket = unbond(delegator, prover, 40e18);
        wait_(15 days);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.NotTicketOwner.selector, ticket, stranger));
        withdraw(stranger, ticket);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.NotTicketOwner.selector, 0, stranger));
        withdraw(stranger, 0);
    }

    function test_tickets_run_side_by_side() external {
        uint256 first = unbond(delegator, prover, 40e18);
        wait_(3 days);
        uint256 second = unbond(delegator, prover, 60e18);
        wait_(12 days);
        vm.assertEq(withdraw(delegator, first), 40e18, "first");
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.StillUnbonding.selector, second, time() + 3 days));
        withdraw(delegator, second);
        wait_(3 days);
        vm.assertEq(withdraw(delegator, second), 60e18, "second");
    }
}
