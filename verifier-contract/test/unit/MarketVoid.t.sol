// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {PrivateJobBase} from "../base/PrivateJobBase.sol";

/// @notice Row 15: seals are stopped while a job lives.
contract MarketVoidTest is PrivateJobBase {
    bytes32 private jobId;
    bytes32 private hidden;

    function setUp() external {
        deployPrivate();
        jobId = requestJob(1);
        hidden = requestPrivate(2);
        fundProver(prover, PRICE);
    }

    function trip() private {
        stopRecord(recordHash);
        stopRecord(privateHash);
    }

    function voids(bytes32 id, uint256 escrow, uint256 held_) private {
        (uint256 before, uint256 freeBefore) = (credit(requester), free(prover));
        IMarketTypes.Job memory job = market.job(id);
        uint256 since = stop.stoppedAt(SELECTOR, job.terms.recordHash);
        vm.expectEmit(address(market));
        emit IMarketEvents.JobVoided(id, requester, job.prover, escrow, held_, since);
        vm.prank(stranger);
        market.voidJob(id);
        assertStatus(id, IMarketTypes.Status.Voided);
        vm.assertEq(credit(requester) - before, escrow, "escrow");
        vm.assertEq(free(prover) - freeBefore, held_, "collateral or bond");
        vm.assertEq(credit(auction) + market.potsOf(token).income, 0, "nothing slashed");
        vm.assertEq(staking.openLocks(prover), 0, "no lock left");
        bytes memory error_ = wrongStatus(id);
        vm.expectRevert(error_);
        market.voidJob(id);
    }

    function notVoidable(bytes32 id) private {
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotVoidable.selector, id));
        market.voidJob(id);
    }

    function test_not_without_a_stop() external {
        notVoidable(jobId);
        lockAs(prover, jobId);
        notVoidable(jobId);
    }

    function test_open() external {
        vm.warp(market.job(jobId).terms.lockBy);
        trip();
        voids(jobId, PRICE, 0);
        voids(hidden, PRICE + BOND, 0);
    }

    function test_open_after_the_window() external {
        vm.warp(market.job(jobId).terms.lockBy + 1);
        trip();
        notVoidable(jobId);
        market.expire(jobId);
        vm.assertEq(credit(requester), PRICE, "the same money");
    }

    function test_reserved() external {
        reserveAs(prover, hidden);
        vm.warp(market.limitOf(hidden));
        trip();
        vm.warp(time() + 3 days);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.VoidInstead.selector, hidden));
        market.endReservation(hidden);
        voids(hidden, PRICE + BOND, BOND);
    }

    function test_delivered() external {
        reserveAs(prover, hidden);
        deliverTo(hidden);
        vm.warp(market.limitOf(hidden));
        trip();
        vm.warp(time() + 3 days);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.VoidInstead.selector, hidden));
        market.endReservation(hidden);
        voids(hidden, PRICE + BOND, BOND);
    }

    function test_reserved_and_missed_before_the_stop() external {
        reserveAs(prover, hidden);
        vm.warp(market.limitOf(hidden) + 1);
        trip();
        notVoidable(hidden);
        market.endReservation(hidden);
        vm.assertEq(credit(auction), BOND, "forfeit");
    }

    function test_locked_until_the_deadline() external {
        lockAs(prover, jobId);
        vm.warp(market.job(jobId).terms.deadline);
        trip();
        vm.warp(time() + 3 days);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.VoidInstead.selector, jobId));
        market.refund(jobId);
        voids(jobId, PRICE, PRICE);
    }

    function test_locked_and_missed_before_the_stop() external {
        lockAs(prover, jobId);
        vm.warp(market.job(jobId).terms.deadline + 1);
        trip();
        notVoidable(jobId);
        market.refund(jobId);
        vm.assertEq(credit(auction), PRICE / 2, "slashed");
    }

    function test_private_lock_until_its_end() external {
        reserveAs(prover, hidden);
        deliverTo(hidden);
        acknowledgeAs(prover, hidden);
        uint256 lockEnd = market.job(hidden).lockEnd;
        vm.warp(lockEnd);
        trip();
        vm.warp(lockEnd + 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.VoidInstead.selector, hidden));
        market.refund(hidden);
        voids(hidden, PRICE, PRICE);
    }

    function test_private_lock_missed_before_the_stop() external {
        reserveAs(prover, hidden);
        deliverTo(hidden);
        acknowledgeAs(prover, hidden);
        vm.warp(market.job(hidden).lockEnd + 1);
        trip();
        notVoidable(hidden);
        market.refund(hidden);
        vm.assertEq(credit(auction), PRICE / 2, "slashed");
    }

    /// @dev The change of a lock is the requester's already; voiding returns the price alone.
    function test_locked_below_the_maximum() external {
        IMarketTypes.Terms memory terms = termsFor(1);
        terms.floorPrice = LISTED;
        bytes32 cheap = request(9, terms, inputOf(1));
        lockAs(prover, cheap);
        vm.assertEq(credit(requester), PRICE - LISTED, "change");
        trip();
        voids(cheap, LISTED, PRICE);
    }
}
