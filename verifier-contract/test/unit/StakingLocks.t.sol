// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {StakingDeployment} from "../base/StakingDeployment.sol";

contract StakingLocksTest is StakingDeployment {
    function setUp() external {
        deployStaking();
        grantRoles();
        stake(prover, prover, MINIMUM);
    }

    function open() private {
        vm.prank(market);
        staking.openLock(prover);
    }

    function test_bonded_stake_limits_open_locks() external {
        for (uint256 i = 1; i <= 10; ++i) {
            vm.expectEmit(address(staking));
            emit IProverStaking.LockOpened(market, prover, i);
            open();
        }
        bytes memory reached =
            abi.encodeWithSelector(IProverStaking.LockCapReached.selector, prover, MINIMUM, 11 * PER_LOCK);
        vm.expectRevert(reached);
        open();
        vm.expectEmit(address(staking));
        emit IProverStaking.LockClosed(market, prover, 9);
        vm.prank(market);
        staking.closeLock(prover);
        open();
    }

    function test_delegated_stake_counts_and_unbonding_does_not() external {
        stake(delegator, prover, 2 * PER_LOCK);
        for (uint256 i = 0; i < 11; ++i) {
            open();
        }
        wait_(1 days);
        unbond(delegator, prover, PER_LOCK + 1);
        vm.expectRevert();
        open();
        vm.assertEq(staking.openLocks(prover), 11, "what is open stays open");
    }

    function test_a_prover_below_the_minimum_opens_none() external {
        stake(delegator, prover, 100_000e18);
        slash(prover, 1e18);
        bytes4 selector = IProverStaking.BelowMinimumStake.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, prover, staking.stakeOf(prover, prover), MINIMUM));
        open();
    }

    function test_locks_are_opened_by_markets() external {
        bytes32 role = staking.MARKET_ROLE();
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, stranger, role)
        );
        staking.openLock(prover);
    }

    function test_a_market_closes_its_own_locks_only() external {
        open();
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.NoOpenLock.selector, stranger, prover));
        staking.closeLock(prover);
        vm.startPrank(market);
        staking.closeLock(prover);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.NoOpenLock.selector, market, prover));
        staking.closeLock(prover);
    }

    function test_a_retired_market_still_closes() external {
        open();
        bytes32 role = staking.MARKET_ROLE();
        vm.prank(timelock);
        staking.revokeRole(role, market);
        vm.prank(market);
        staking.closeLock(prover);
        vm.assertEq(staking.openLocks(prover), 0, "closed");
        vm.expectRevert();
        open();
    }
}
