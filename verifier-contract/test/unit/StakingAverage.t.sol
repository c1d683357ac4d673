// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {StakingDeployment} from "../base/StakingDeployment.sol";

/// @notice The mean of a stake over time.
contract StakingAverageTest is StakingDeployment {
    function setUp() external {
        deployStaking();
        grantRoles();
    }

    function average(uint256 from, uint256 to) private view returns (uint256) {
        return staking.averageStake(prover, uint64(START + from), uint64(START + to));
    }

    function test_it_weighs_by_time() external {
        stake(prover, prover, 30_000e18);
        wait_(2 days);
        stake(delegator, prover, 60_000e18);
        wait_(1 days);
        unbond(delegator, prover, 30_000e18);
        wait_(1 days);
        slash(prover, 9_000e18);
        wait_(6 days);
        vm.assertEq(average(0, 2 days), 30_000e18, "at first");
        vm.assertEq(average(0, 3 days), 50_000e18, "30, 30, 90");
        vm.assertEq(average(1 days, 4 days), 60_000e18, "30, 90, 60");
        vm.assertEq(average(4 days, 10 days), 54_000e18, "60 less a tenth of it");
        vm.assertEq(average(0, 10 days), 53_400e18, "all: 2 * 30 + 90 + 60 + 6 * 54");
        vm.assertEq(staking.averageStake(prover, 0, uint64(START)), 0, "nothing before");
    }

    /// @dev However much is staked, at the moment of asking it has been staked for no time.
    function test_stake_of_the_moment_weighs_nothing() external {
        stake(prover, prover, MINIMUM);
        wait_(7 days);
        stake(delegator, prover, 50_000_000e18);
        vm.assertEq(average(0, 7 days), MINIMUM, "unmoved");
    }

    function test_only_of_the_past() external {
        stake(prover, prover, MINIMUM);
        wait_(1 days);
        bytes4 selector = IProverStaking.InvalidRange.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, time(), time()));
        staking.averageStake(prover, uint64(time()), uint64(time()));
        vm.expectRevert(abi.encodeWithSelector(selector, time(), time() + 1));
        staking.averageStake(prover, uint64(time()), uint64(time() + 1));
        vm.expectRevert(abi.encodeWithSelector(selector, time(), START));
        staking.averageStake(prover, uint64(time()), uint64(START));
    }
}
