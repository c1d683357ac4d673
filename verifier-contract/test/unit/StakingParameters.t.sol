// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {ProverStaking} from "../../src/staking/ProverStaking.sol";
import {StakedVotes} from "../../src/staking/StakedVotes.sol";
import {StakingDeployment} from "../base/StakingDeployment.sol";

contract StakingParametersTest is StakingDeployment {
    function setUp() external {
        deployStaking();
    }

    function set(IProverStaking.Parameters memory p) private {
        vm.prank(timelock);
        staking.setParameters(p);
    }

    function refused(IProverStaking.Parameters memory p, bytes32 name, uint256 value, uint256 low, uint256 high)
        private
    {
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.ParameterOutOfBounds.selector, name, value, low, high));
        set(p);
    }

    function test_the_timelock_sets_them() external {
        IProverStaking.Parameters memory p = IProverStaking.Parameters(5e18, 7e18, 99, stranger);
        vm.expectEmit(address(staking));
        emit IProverStaking.ParametersSet(p);
        set(p);
        vm.assertEq(keccak256(abi.encode(staking.parameters())), keccak256(abi.encode(p)), "set");
    }

    function test_the_first_markets_and_slashers_come_with_the_deployment() external {
        address[] memory markets = new address[](2);
        address[] memory slashers = new address[](1);
        (markets[0], markets[1], slashers[0]) = (market, stranger, slasher);
        address predicted = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        StakedVotes receipts = new StakedVotes(predicted);
        ProverStaking other = new ProverStaking(token, receipts, timelock, parameters(), markets, slashers);
        vm.assertTrue(other.hasRole(other.MARKET_ROLE(), market), "market");
        vm.assertTrue(other.hasRole(other.MARKET_ROLE(), stranger), "second market");
        vm.assertTrue(other.hasRole(other.SLASHER_ROLE(), slasher), "slasher");
        vm.assertFalse(other.hasRole(other.SLASHER_ROLE(), market), "no slasher");
        vm.assertTrue(other.hasRole(bytes32(0), timelock), "admin");
        vm.assertFalse(other.hasRole(bytes32(0), address(this)), "the deployer is nobody");
    }

    function test_nobody_else_does() external {
        IProverStaking.Parameters memory p = parameters();
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), bytes32(0))
        );
        staking.setParameters(p);
    }

    function test_each_is_bounded() external {
        IProverStaking.Parameters memory p = parameters();
        p.minimumStake = 1e18 - 1;
        refused(p, "minimumStake", 1e18 - 1, 1e18, 1_000_000e18);
        p.minimumStake = 1_000_000e18 + 1;
        refused(p, "minimumStake", 1_000_000e18 + 1, 1e18, 1_000_000e18);
        p = parameters();
        p.stakePerLock = 1e18 - 1;
        refused(p, "stakePerLock", 1e18 - 1, 1e18, 1_000_000e18);
        p.stakePerLock = 1_000_000e18 + 1;
        refused(p, "stakePerLock", 1_000_000e18 + 1, 1e18, 1_000_000e18);
        p = parameters();
        p.maxSlashBps = 0;
        refused(p, "maxSlashBps", 0, 1, 5_000);
        p.maxSlashBps = 5_001;
        refused(p, "maxSlashBps", 5_001, 1, 5_000);
        p = parameters();
        p.slashAuction = address(0);
        vm.expectRevert(IProverStaking.ZeroAddress.selector);
        set(p);
        p.slashAuction = address(staking);
        vm.expectRevert(IProverStaking.ZeroAddress.selector);
        set(p);
    }

    /// @dev A minimum that is raised stops new locks and delegations; whoever is below it can leave.
    function test_no_parameter_keeps_stake_here() external {
        stake(prover, prover, MINIMUM);
        IProverStaking.Parameters memory p = parameters();
        p.minimumStake = 1_000_000e18;
        set(p);
        wait_(1 days);
        uint256 ticket = unbond(prover, prover, MINIMUM);
        wait_(15 days);
        vm.assertEq(withdraw(prover, ticket), MINIMUM, "out");
    }
}
