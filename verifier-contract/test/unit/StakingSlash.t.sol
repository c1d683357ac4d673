// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {StakingDeployment} from "../base/StakingDeployment.sol";

contract StakingSlashTest is StakingDeployment {
    function setUp() external {
        deployStaking();
        grantRoles();
        stake(prover, prover, 60_000e18);
        stake(delegator, prover, 40_000e18);
        wait_(1 days);
    }

    function test_a_slash_is_pro_rata_over_bonded_and_unbonding() external {
        uint256 ticket = unbond(delegator, prover, 20_000e18);
        vm.expectEmit(address(staking));
        emit IProverStaking.Slashed(prover, 8_000e18, 2_000e18, "why");
        slash(prover, 10_000e18);
        vm.assertEq(staking.bondedStake(prover), 72_000e18, "bonded");
        vm.assertEq(staking.unbondingStake(prover), 18_000e18, "unbonding");
        vm.assertEq(staking.stakeOf(prover, prover), 54_000e18, "own");
        vm.assertEq(staking.stakeOf(prover, delegator), 18_000e18, "delegated");
        vm.assertEq(token.balanceOf(auction), 10_000e18, "to the auction");
        wait_(15 days);
        vm.assertEq(withdraw(delegator, ticket), 18_000e18, "what was leaving paid too");
    }

    function test_the_provers_votes_fall_at_once_the_delegators_by_a_call_of_anyone() external {
        slash(prover, 10_000e18);
        vm.assertEq(votes.getVotes(prover), 54_000e18, "prover");
        vm.assertEq(votes.getVotes(delegator), 40_000e18, "not yet");
        vm.expectEmit(address(staking));
        emit IProverStaking.VotesSynced(prover, delegator, 4_000e18);
        vm.prank(stranger);
        vm.assertEq(staking.syncVotes(prover, delegator), 4_000e18, "burned");
        vm.assertEq(votes.getVotes(delegator), 36_000e18, "delegator");
        vm.assertEq(votes.totalSupply(), staking.bondedStake(prover), "votes are the bonded stake");
        vm.assertEq(staking.syncVotes(prover, delegator), 0, "once");
    }

    function test_any_change_of_a_position_syncs_it() external {
        slash(prover, 10_000e18);
        stake(delegator, prover, 9e18);
        vm.assertEq(votes.getVotes(delegator), 36_009e18, "by a stake");
        slash(prover, 10_000e18);
        wait_(1 days);
        unbond(delegator, prover, 10e18);
        vm.assertEq(votes.getVotes(delegator), staking.stakeOf(prover, delegator), "by unbonding");
    }

    function test_one_slash_is_bounded() external {
        vm.assertEq(staking.maxSlash(prover), 20_000e18, "a fifth");
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.SlashTooLarge.selector, 20_000e18 + 1, 20_000e18));
        slash(prover, 20_000e18 + 1);
        slash(prover, 20_000e18);
        vm.assertEq(staking.maxSlash(prover), 16_000e18, "a fifth of the rest");
    }

    function test_unbonding_lowers_no_bound() external {
        unbond(delegator, prover, 40_000e18);
        unbond(prover, prover, 60_000e18);
        vm.assertEq(staking.bondedStake(prover), 0, "all is leaving");
        slash(prover, 20_000e18);
        vm.assertEq(staking.unbondingStake(prover), 80_000e18, "and still pays");
    }

    function test_a_slash_of_nothing() external {
        vm.expectRevert(IProverStaking.ZeroAmount.selector);
        slash(prover, 0);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.SlashTooLarge.selector, 1, 0));
        slash(stranger, 1);
    }

    function test_slashing_is_for_slashers() external {
        bytes32 role = staking.SLASHER_ROLE();
        address[3] memory others = [stranger, market, timelock];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, others[i], role)
            );
            staking.slash(prover, 1, "");
        }
    }

    function test_other_provers_are_not_touched() external {
        stake(stranger, stranger, MINIMUM);
        slash(prover, 10_000e18);
        vm.assertEq(staking.bondedStake(stranger), MINIMUM, "untouched");
    }
}
