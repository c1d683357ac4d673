// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IStakedVotes} from "../../src/interfaces/IStakedVotes.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {StakedVotes} from "../../src/staking/StakedVotes.sol";
import {StakingDeployment} from "../base/StakingDeployment.sol";

contract StakedVotesTest is StakingDeployment {
    function setUp() external {
        deployStaking();
        grantRoles();
        stake(prover, prover, MINIMUM);
        stake(delegator, prover, 100e18);
    }

    function test_receipts_stay_with_the_staker() external {
        vm.startPrank(delegator);
        vm.expectRevert(IStakedVotes.NotTransferable.selector);
        votes.transfer(stranger, 1);
        votes.approve(stranger, 1);
        vm.stopPrank();
        vm.prank(stranger);
        vm.expectRevert(IStakedVotes.NotTransferable.selector);
        votes.transferFrom(delegator, stranger, 1);
    }

    function test_only_staking_makes_and_destroys_them() external {
        bytes memory refusal = abi.encodeWithSelector(IStakedVotes.NotStaking.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        votes.mint(stranger, 1);
        vm.expectRevert(refusal);
        votes.burn(delegator, 1);
        vm.stopPrank();
        vm.expectRevert(IStakedVotes.ZeroAddress.selector);
        new StakedVotes(address(0));
    }

    function test_the_clock_is_in_seconds() external view {
        vm.assertEq(votes.clock(), time(), "now");
        vm.assertEq(keccak256(bytes(votes.CLOCK_MODE())), keccak256("mode=timestamp"), "ERC-6372");
    }

    function test_a_delegate_is_kept() external {
        vm.prank(delegator);
        votes.delegate(stranger);
        stake(delegator, prover, 11e18);
        vm.assertEq(votes.getVotes(delegator), 0, "given away");
        vm.assertEq(votes.getVotes(stranger), 111e18, "to whom it chose");
    }

    function test_past_votes_are_those_at_the_end_of_their_second() external {
        uint256 before = time();
        wait_(1 days);
        unbond(delegator, prover, 100e18);
        uint256 then = time();
        wait_(1);
        vm.assertEq(votes.getPastVotes(delegator, before), 100e18, "before");
        vm.assertEq(votes.getPastVotes(delegator, then), 0, "in the second of unbonding");
        vm.assertEq(votes.getPastTotalSupply(then), MINIMUM, "staked then");
    }

    /// @dev In one block stake cannot leave again; and where it leaves later, its votes of then are gone.
    function test_a_round_trip_gains_no_votes() external {
        stake(stranger, prover, 50_000_000e18);
        uint256 inBlock = time();
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.BondedTooRecently.selector, inBlock + 1 days));
        unbond(stranger, prover, 50_000_000e18);
        wait_(1 days);
        uint256 ticket = unbond(stranger, prover, 50_000_000e18);
        uint256 leaving = time();
        wait_(15 days);
        withdraw(stranger, ticket);
        vm.assertEq(votes.getPastVotes(stranger, leaving), 0, "none from unbonding on");
        vm.assertLe(inBlock + 16 days, time(), "and the tokens were away for 16 days");
    }
}
