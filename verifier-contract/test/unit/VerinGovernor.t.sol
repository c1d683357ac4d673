// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {VerinGovernor} from "../../src/governance/VerinGovernor.sol";
import {VerinTimelock} from "../../src/governance/VerinTimelock.sol";
import {GovernanceDeployment} from "../base/GovernanceDeployment.sol";

/// @notice A timelock of another delay, to show that the governor refuses it.
contract SlowTimelock is TimelockController {
    constructor(uint256 delay) TimelockController(delay, new address[](0), new address[](0), address(0)) {}
}

/// @notice The rules of the vote and who holds which role.
contract VerinGovernorTest is GovernanceDeployment {
    function setUp() external {
        deployGovernance();
    }

    function test_a_decision_takes_less_than_unbonding() external view {
        uint256 decision = governor.votingDelay() + governor.votingPeriod() + governor.lateQuorumVoteExtension()
            + clockwork.getMinDelay();
        vm.assertEq(decision, 14 days, "2 + 7 + 2 + 3");
        vm.assertLt(decision, staking.UNBONDING(), "delay + vote + extension + timelock < unbonding");
    }

    function deployWith(SlowTimelock slow) external {
        new VerinGovernor(votes, slow);
    }

    function test_a_slower_timelock_is_refused() external {
        SlowTimelock slow = new SlowTimelock(4 days);
        vm.expectRevert(abi.encodeWithSelector(VerinGovernor.LongerThanUnbonding.selector, 15 days, 15 days));
        this.deployWith(slow);
        this.deployWith(new SlowTimelock(4 days - 1));
    }

    function test_the_timelock_has_no_admin_but_itself() external view {
        bytes32 admin = clockwork.DEFAULT_ADMIN_ROLE();
        vm.assertTrue(clockwork.hasRole(admin, address(clockwork)), "itself");
        vm.assertFalse(clockwork.hasRole(admin, address(this)), "not the deployer");
        vm.assertFalse(clockwork.hasRole(admin, address(governor)), "not the governor");
        bytes32 proposer = clockwork.PROPOSER_ROLE();
        vm.assertTrue(clockwork.hasRole(proposer, address(governor)), "the governor proposes");
        vm.assertFalse(clockwork.hasRole(proposer, address(this)), "the deployer does not");
        vm.assertTrue(clockwork.hasRole(clockwork.CANCELLER_ROLE(), address(governor)), "the governor cancels");
        vm.assertTrue(clockwork.hasRole(clockwork.EXECUTOR_ROLE(), address(0)), "anyone executes");
        vm.assertTrue(staking.hasRole(staking.DEFAULT_ADMIN_ROLE(), address(clockwork)), "it rules the staking");
        vm.assertFalse(staking.hasRole(staking.DEFAULT_ADMIN_ROLE(), address(this)), "the deployer does not");
    }

    function test_nobody_schedules_past_the_governor() external {
        bytes memory refusal = abi.encodeWithSelector(
            IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), clockwork.PROPOSER_ROLE()
        );
        vm.expectRevert(refusal);
        clockwork.schedule(address(bank), 0, "", 0, 0, 3 days);
        vm.expectRevert(VerinTimelock.ZeroAddress.selector);
        new VerinTimelock(address(0));
    }

    function test_the_rules_are_fixed() external {
        vm.startPrank(address(clockwork));
        vm.expectRevert(VerinTimelock.DelayIsFixed.selector);
        clockwork.updateDelay(1);
        vm.expectRevert(VerinGovernor.RulesAreFixed.selector);
        governor.setLateQuorumVoteExtension(1);
        vm.expectRevert(VerinGovernor.RulesAreFixed.selector);
        governor.updateTimelock(clockwork);
    }

    function test_the_quorum_is_ten_million_or_four_percent_of_the_stake() external {
        stake(prover, prover, 1_000_000e18);
        uint256 small = time();
        wait_(1);
        stake(prover, prover, 197_500_000e18);
        uint256 middle = time();
        wait_(1);
        vm.prank(treasury);
        token.transfer(team, 100_000_000e18);
        stake(prover, prover, 61_500_000e18);
        uint256 large = time();
        wait_(1);
        vm.assertEq(governor.quorum(small), 10_000_000e18, "4 % of 1 million is less");
        vm.assertEq(governor.quorum(middle), 10_000_000e18, "4 % of 198.5 million is less");
        vm.assertEq(governor.quorum(large), 10_400_000e18, "4 % of 260 million");
    }

    function test_proposing_takes_votes() external {
        stake(prover, prover, 100_000e18 - 1);
        wait_(1);
        Proposal memory p = Proposal(address(bank), "", "nothing");
        bytes4 selector = IGovernor.GovernorInsufficientProposerVotes.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, prover, 100_000e18 - 1, 100_000e18));
        propose(prover, p);
        stake(prover, prover, 1);
        vm.expectRevert(abi.encodeWithSelector(selector, prover, 100_000e18 - 1, 100_000e18));
        propose(prover, p);
        wait_(1);
        propose(prover, p);
    }

    function test_the_clock_is_that_of_the_votes() external view {
        vm.assertEq(governor.clock(), time(), "seconds");
        vm.assertEq(keccak256(bytes(governor.CLOCK_MODE())), keccak256("mode=timestamp"), "ERC-6372");
    }
}
