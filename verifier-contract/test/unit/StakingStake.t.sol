// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {IStakedVotes} from "../../src/interfaces/IStakedVotes.sol";
import {ProverStaking} from "../../src/staking/ProverStaking.sol";
import {StakedVotes} from "../../src/staking/StakedVotes.sol";
import {StakingDeployment} from "../base/StakingDeployment.sol";

contract StakingStakeTest is StakingDeployment {
    function setUp() external {
        deployStaking();
        grantRoles();
    }

    function test_own_stake_is_bonded_and_votes() external {
        fund(prover, MINIMUM);
        vm.expectEmit(address(staking));
        emit IProverStaking.Staked(prover, prover, MINIMUM, MINIMUM);
        vm.prank(prover);
        vm.assertEq(staking.stake(prover, MINIMUM), MINIMUM, "a share per unit");
        vm.assertEq(token.balanceOf(address(staking)), MINIMUM, "pulled");
        vm.assertEq(staking.bondedStake(prover), MINIMUM, "bonded");
        vm.assertEq(staking.stakeOf(prover, prover), MINIMUM, "own");
        vm.assertEq(staking.unbondingStake(prover), 0, "unbonding");
        vm.assertEq(votes.getVotes(prover), MINIMUM, "votes without a call to delegate");
    }

    function test_own_stake_has_a_minimum() external {
        fund(prover, MINIMUM);
        vm.prank(prover);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.BelowMinimumStake.selector, prover, MINIMUM - 1, MINIMUM));
        staking.stake(prover, MINIMUM - 1);
    }

    function test_more_than_there_can_be_is_refused_by_name() external {
        stake(prover, prover, MINIMUM);
        bytes memory tooMuch =
            abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 128, type(uint256).max);
        vm.startPrank(prover);
        vm.expectRevert(tooMuch);
        staking.stake(prover, type(uint256).max);
        vm.expectRevert(tooMuch);
        staking.stakeWithPermit(prover, type(uint256).max, 0, 0, 0, 0);
        vm.expectRevert(tooMuch);
        staking.distributeReward(prover, type(uint256).max);
        vm.assertEq(staking.bondedStake(prover), MINIMUM, "as it was");
    }

    function test_the_delegator_keeps_the_vote() external {
        stake(prover, prover, MINIMUM);
        vm.assertEq(stake(delegator, prover, 5e18), 5e18, "shares");
        vm.assertEq(staking.bondedStake(prover), MINIMUM + 5e18, "the prover's stake");
        vm.assertEq(staking.stakeOf(prover, delegator), 5e18, "the delegator's position");
        vm.assertEq(votes.getVotes(prover), MINIMUM, "prover's votes");
        vm.assertEq(votes.getVotes(delegator), 5e18, "delegator's votes");
    }

    function test_delegation_needs_a_prover_above_the_minimum() external {
        fund(delegator, 10e18);
        bytes4 selector = IProverStaking.BelowMinimumStake.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, prover, 0, MINIMUM));
        vm.prank(delegator);
        staking.stake(prover, 5e18);

        stake(prover, prover, MINIMUM);
        vm.prank(delegator);
        staking.stake(prover, 5e18);
        slash(prover, 1e18);
        uint256 own = staking.stakeOf(prover, prover);
        vm.expectRevert(abi.encodeWithSelector(selector, prover, own, MINIMUM));
        vm.prank(delegator);
        staking.stake(prover, 5e18);
    }

    function test_nothing_and_nobody_are_refused() external {
        vm.expectRevert(IProverStaking.ZeroAmount.selector);
        staking.stake(prover, 0);
        vm.expectRevert(IProverStaking.ZeroAddress.selector);
        staking.stake(address(0), 1);
    }

    function test_stake_that_is_not_paid_reverts() external {
        vm.prank(prover);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(staking), 0, MINIMUM)
        );
        staking.stake(prover, MINIMUM);
    }

    /// @dev The price of a share is the pool's alone: tokens sent here change nothing.
    function test_donations_change_no_books() external {
        stake(prover, prover, MINIMUM);
        fund(stranger, 1_000_000e18);
        vm.prank(stranger);
        token.transfer(address(staking), 1_000_000e18);
        vm.assertEq(staking.bondedStake(prover), MINIMUM, "bonded");
        vm.assertEq(stake(delegator, prover, 3), 3, "a share per unit still");
    }

    function test_after_a_slash_a_token_buys_more_shares_but_one_vote() external {
        stake(prover, prover, 2 * MINIMUM);
        slash(prover, 2 * MINIMUM / 5);
        uint256 shares = stake(delegator, prover, 8e18);
        vm.assertEq(shares, 10e18, "shares at 0.8");
        vm.assertEq(staking.stakeOf(prover, delegator), 8e18, "worth what was paid");
        vm.assertEq(votes.getVotes(delegator), 8e18, "a vote per token");
    }

    function test_nobody_joins_a_depleted_pool() external {
        stake(prover, prover, 1_000_000e18);
        while (uint256(staking.poolOf(prover).assets) * 1e6 >= staking.poolOf(prover).bondedShares) {
            slash(prover, staking.maxSlash(prover));
        }
        IProverStaking.Pool memory pool = staking.poolOf(prover);
        fund(prover, MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.PoolDepleted.selector, pool.assets, pool.bondedShares));
        vm.prank(prover);
        staking.stake(prover, MINIMUM);

        // Until all of it has left.
        wait_(1 days);
        uint256 ticket = unbond(prover, prover, pool.bondedShares);
        wait_(15 days);
        vm.assertEq(withdraw(prover, ticket), pool.assets, "the last shares take all");
        vm.prank(prover);
        vm.assertEq(staking.stake(prover, MINIMUM), MINIMUM, "a new pool");
    }

    function test_permit_and_stake_in_one_call() external {
        (address holder, uint8 v, bytes32 r, bytes32 s) = permit(MINIMUM);
        vm.prank(holder);
        staking.stakeWithPermit(holder, MINIMUM, time(), v, r, s);
        vm.assertEq(staking.stakeOf(holder, holder), MINIMUM, "staked");
    }

    function test_a_permit_that_was_used_already_does_no_harm() external {
        (address holder, uint8 v, bytes32 r, bytes32 s) = permit(MINIMUM);
        vm.prank(stranger);
        token.permit(holder, address(staking), MINIMUM, time(), v, r, s);
        vm.prank(holder);
        staking.stakeWithPermit(holder, MINIMUM, time(), v, r, s);
        vm.assertEq(staking.stakeOf(holder, holder), MINIMUM, "staked");
    }

    function permit(uint256 amount) private returns (address holder, uint8 v, bytes32 r, bytes32 s) {
        uint256 key = 0xA11CE;
        holder = vm.addr(key);
        vm.prank(team);
        token.transfer(holder, amount);
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typeHash, holder, address(staking), amount, 0, time()));
        (v, r, s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash)));
    }

    function deployWith(INetworkToken token_, IStakedVotes votes_, address timelock_) external {
        new ProverStaking(token_, votes_, timelock_, parameters(), new address[](0), new address[](0));
    }

    function test_deployment_demands_its_parts() external {
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.WrongVotes.selector, address(staking)));
        this.deployWith(token, votes, timelock);
        vm.expectRevert(IProverStaking.ZeroAddress.selector);
        this.deployWith(INetworkToken(address(0)), votes, timelock);
        StakedVotes own = new StakedVotes(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1));
        vm.expectRevert(IProverStaking.ZeroAddress.selector);
        this.deployWith(token, own, address(0));
    }
}
