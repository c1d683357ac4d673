// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {PrivateJobBase} from "../base/PrivateJobBase.sol";
import {Scenario} from "../base/Scenario.sol";

/// @notice Somebody takes jobs so that nobody else can do them.
contract LockGriefingTest is Scenario, PrivateJobBase {
    uint256 private constant JOBS = 3;
    uint256 private constant C = PRICE;
    address private griefer = actor("griefer");
    bytes32[JOBS] private jobs;

    /// @dev Stake for three locks, collateral for more.
    function setUp() external {
        deployPrivate();
        record = store.read(recordHash);
        stakeAs(griefer, JOBS * 1e18);
        fund(griefer, 10 * C);
        vm.prank(griefer);
        market.depositCollateral(token, 10 * C);
        for (uint256 i = 0; i < JOBS; ++i) {
            jobs[i] = requestJob(i);
        }
    }

    function lockAll() private {
        for (uint256 i = 0; i < JOBS; ++i) {
            lockAs(griefer, jobs[i]);
        }
    }

    /// @dev A lock keeps others out for its prove window, an hour here, and no longer: then anybody may prove, for a bounty.
    function test_an_idle_lock_costs_its_collateral() external {
        uint256 before = wealth(griefer);
        uint256 requesters = wealth(requester);
        lockAll();
        vm.warp(market.job(jobs[0]).lockEnd + 1);
        settle(jobs[0], 0, stranger);
        vm.assertEq(wealth(stranger), C / 2, "a competitor takes the bounty");
        vm.warp(market.job(jobs[0]).terms.deadline + 1);
        market.refund(jobs[1]);
        market.refund(jobs[2]);
        int256 gain = change(before, wealth(griefer));
        vm.assertTrue(gain == -int256(JOBS * C), "all of every collateral");
        vm.assertEq(wealth(requester), requesters + JOBS * PRICE, "every requester has its money");
        profit("blocking three jobs of 1,000 for an hour each", gain);
        profit(
            "blocking, for each hour of each job", gain / int256(JOBS * market.job(jobs[0]).terms.proveWindow / 1 hours)
        );
    }

    /// @dev Cheapest is to prove the jobs in the end, late: half of the collateral comes back.
    function test_proving_late_halves_the_cost() external {
        uint256 before = wealth(griefer);
        lockAll();
        vm.warp(market.job(jobs[0]).lockEnd + 1);
        for (uint256 i = 0; i < JOBS; ++i) {
            settle(jobs[i], i, griefer);
        }
        int256 gain = change(before, wealth(griefer));
        vm.assertTrue(gain == -int256(JOBS * C / 2), "half of every collateral");
        profit("blocking the three and proving them late, if nobody is faster", gain);
    }

    /// @dev Stake, too, is needed for each lock, and bound for 16 days: it cannot be moved on to the next account.
    function test_stake_limits_the_locks() external {
        lockAll();
        bytes32 fourth = requestJob(JOBS);
        vm.prank(griefer);
        vm.expectRevert(
            abi.encodeWithSelector(IProverStaking.LockCapReached.selector, griefer, JOBS * 1e18, (JOBS + 1) * 1e18)
        );
        market.lock(fourth, 0, griefer);
        vm.prank(griefer);
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.BondedTooRecently.selector, time() + 1 days));
        staking.unbond(griefer, 1e18);
        settle(fourth, JOBS, stranger);
        vm.assertEq(wealth(stranger), 790e18, "the fourth job is done by somebody else");
        profit("locks beyond the stake", 0);
    }

    /// @dev Of a private job a reservation without acknowledgement costs both sides one bond, since whose fault it is cannot be told.
    function test_an_idle_reservation_costs_a_bond() external {
        record = store.read(privateHash);
        bytes32 jobId = requestPrivate(9);
        vm.prank(griefer);
        market.registerKey("key");
        uint256 before = wealth(griefer);
        uint256 requesters = wealth(requester);
        reserveAs(griefer, jobId);
        deliverTo(jobId);
        vm.warp(time() + A + 1);
        market.endReservation(jobId);
        int256 gain = change(before, wealth(griefer));
        vm.assertTrue(gain == -int256(uint256(BOND)), "its bond");
        vm.assertEq(wealth(requester), requesters + PRICE, "the requester lost its bond, and nothing else");
        profit("reserving a private job for its half hour, bonds of 50", gain);
    }

    /// @dev The other way round, a requester that never delivers pays alone.
    function test_a_requester_that_delivers_nothing_pays() external {
        record = store.read(privateHash);
        uint256 requesters = wealth(requester);
        uint256 before = wealth(prover);
        bytes32 jobId = requestPrivate(9);
        reserveAs(prover, jobId);
        vm.warp(time() + A + 1);
        market.endReservation(jobId);
        vm.assertEq(wealth(prover), before, "the prover has its bond");
        int256 gain = change(requesters, wealth(requester));
        vm.assertTrue(gain == -int256(uint256(BOND)), "the requester has not");
        profit("a requester that lets provers wait for its input", gain);
    }
}
