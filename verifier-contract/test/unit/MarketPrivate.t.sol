// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {PrivateJobBase} from "../base/PrivateJobBase.sol";
import {Records} from "../base/Records.sol";

/// @notice Rows 5 to 9, and what 11 and 13 are to a private job.
contract MarketPrivateTest is PrivateJobBase {
    bytes32 private jobId;
    uint256 private start;

    function setUp() external {
        deployPrivate();
        jobId = requestPrivate(1);
        start = time();
    }

    function rejectsReserve(address by, bytes memory error_) private {
        vm.prank(by);
        vm.expectRevert(error_);
        market.reserve(jobId, 0, by);
    }

    function tooLate(uint256 limit) private view returns (bytes memory) {
        return abi.encodeWithSelector(IMarketEvents.TooLate.selector, jobId, limit);
    }

    function tooEarly(uint256 limit) private view returns (bytes memory) {
        return abi.encodeWithSelector(IMarketEvents.TooEarly.selector, jobId, limit);
    }

    // ---- row 5

    function test_reserve_holds_the_bond_and_fixes_the_price() external {
        IMarketTypes.Terms memory terms = privateTerms();
        terms.floorPrice = LISTED;
        jobId = request(2, terms, points);
        vm.warp(start + 250);
        vm.expectEmit(address(market));
        emit IMarketEvents.JobReserved(jobId, prover, stranger, 700e18, BOND, "key", time() + A);
        vm.prank(prover);
        market.reserve(jobId, 700e18, stranger);
        assertStatus(jobId, IMarketTypes.Status.Reserved);
        vm.assertEq(free(prover), 2 * PRICE - BOND, "bond held");
        vm.assertEq(staking.openLocks(prover), 1, "counted");

        // However long the handing over takes, the price stays what it was.
        vm.warp(time() + A);
        deliverTo(jobId);
        vm.warp(time() + A);
        acknowledgeAs(prover, jobId);
        vm.assertEq(market.job(jobId).price, 700e18, "price");
        vm.assertEq(market.job(jobId).payout, stranger, "payout");
        vm.assertEq(credit(requester), 300e18 + BOND, "change and bond");
    }

    function test_reserve_needs_room_for_both_windows() external {
        uint256 lockBy = market.job(jobId).terms.lockBy;
        vm.warp(lockBy - 2 * A + 1);
        rejectsReserve(prover, tooLate(lockBy));
        vm.warp(lockBy - 2 * A);
        reserveAs(prover, jobId);
        // At the latest, the lock ends at the deadline or before.
        vm.warp(time() + A);
        deliverTo(jobId);
        vm.warp(time() + A);
        acknowledgeAs(prover, jobId);
        IMarketTypes.Job memory job = market.job(jobId);
        vm.assertLe(job.lockEnd, job.terms.deadline, "inside");
    }

    function test_reserve_needs_a_key() external {
        fundProver(stranger, PRICE);
        rejectsReserve(stranger, abi.encodeWithSelector(IMarketEvents.NoKey.selector, stranger));
        vm.prank(stranger);
        vm.expectEmit(address(market));
        emit IMarketEvents.KeyRegistered(stranger, "other");
        market.registerKey("other");
        vm.assertEq(market.keyOf(stranger), "other", "stored");
        reserveAs(stranger, jobId);
    }

    function test_reserve_needs_the_bond() external {
        vm.prank(prover);
        market.withdrawCollateral(token, 2 * PRICE - BOND + 1, prover);
        rejectsReserve(prover, abi.encodeWithSelector(IMarketEvents.InsufficientCollateral.selector, BOND, BOND - 1));
    }

    function test_reserve_is_for_private_open_uncancelled_jobs() external {
        bytes32 hash = recordHash;
        jobId = requestJob(9);
        rejectsReserve(prover, abi.encodeWithSelector(IMarketEvents.WrongKind.selector, jobId));
        jobId = requestPrivate(3);
        vm.prank(requester);
        market.noticeCancel(jobId);
        uint256 cancelAt = market.job(jobId).cancelAt;
        vm.warp(cancelAt + 1);
        rejectsReserve(prover, tooLate(cancelAt));
        vm.warp(cancelAt);
        stopRecord(privateHash);
        rejectsReserve(prover, abi.encodeWithSelector(IMarketEvents.Stopped.selector, SELECTOR, privateHash));
        vm.assertTrue(hash != privateHash, "two records");
    }

    // ---- row 6

    function test_deliver_publishes_the_ciphertext() external {
        reserveAs(prover, jobId);
        vm.warp(start + A);
        vm.expectEmit(address(market));
        emit IMarketEvents.InputDelivered(jobId, "ciphertext", start + 2 * A);
        deliverTo(jobId);
        assertStatus(jobId, IMarketTypes.Status.Delivered);
    }

    function test_deliver_is_the_requesters_in_time() external {
        bytes memory error_ = wrongStatus(jobId);
        vm.prank(requester);
        vm.expectRevert(error_);
        market.deliver(jobId, "ciphertext");
        reserveAs(prover, jobId);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotAllowed.selector, stranger));
        market.deliver(jobId, "ciphertext");
        vm.prank(requester);
        vm.expectRevert(IMarketEvents.EmptyCiphertext.selector);
        market.deliver(jobId, "");
        vm.warp(start + A + 1);
        vm.prank(requester);
        vm.expectRevert(tooLate(start + A));
        market.deliver(jobId, "ciphertext");
    }

    function test_no_delivery_and_no_acknowledgement_when_stopped() external {
        bytes32 other = requestPrivate(2);
        reserveAs(prover, jobId);
        reserveAs(prover, other);
        deliverTo(other);
        stopRecord(privateHash);
        bytes memory error_ = abi.encodeWithSelector(IMarketEvents.Stopped.selector, SELECTOR, privateHash);
        vm.prank(requester);
        vm.expectRevert(error_);
        market.deliver(jobId, "ciphertext");
        vm.prank(prover);
        vm.expectRevert(error_);
        market.acknowledge(other);
    }

    // ---- row 7

    function test_acknowledge_returns_bonds_and_locks() external {
        reserveAs(prover, jobId);
        deliverTo(jobId);
        vm.warp(start + A);
        vm.expectEmit(address(market));
        emit IMarketEvents.InputAcknowledged(jobId, prover, BOND);
        vm.expectEmit(address(market));
        emit IMarketEvents.JobLocked(jobId, prover, prover, PRICE, 0, PRICE, time() + 1 hours);
        acknowledgeAs(prover, jobId);
        assertStatus(jobId, IMarketTypes.Status.Locked);
        vm.assertEq(credit(requester), BOND, "requester's bond");
        vm.assertEq(free(prover), PRICE, "prover's bond back, collateral held");
        vm.assertEq(market.limitOf(jobId), market.job(jobId).lockEnd, "whose turn");
        vm.assertEq(staking.openLocks(prover), 1, "still one lock");
    }

    function test_acknowledge_is_that_provers_in_time() external {
        reserveAs(prover, jobId);
        bytes memory error_ = wrongStatus(jobId);
        vm.prank(prover);
        vm.expectRevert(error_);
        market.acknowledge(jobId);
        deliverTo(jobId);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotAllowed.selector, stranger));
        market.acknowledge(jobId);
        vm.warp(start + A + 1);
        vm.prank(prover);
        vm.expectRevert(tooLate(start + A));
        market.acknowledge(jobId);
    }

    function test_acknowledge_needs_the_collateral() external {
        reserveAs(prover, jobId);
        deliverTo(jobId);
        vm.startPrank(prover);
        market.withdrawCollateral(token, PRICE + 1, prover);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.InsufficientCollateral.selector, PRICE, PRICE - 1));
        market.acknowledge(jobId);
    }

    // ---- rows 8 and 9

    function test_a_missed_delivery_costs_the_requester_its_bond() external {
        reserveAs(prover, jobId);
        vm.warp(start + A);
        vm.expectRevert(tooEarly(start + A));
        market.endReservation(jobId);
        vm.warp(start + A + 1);
        vm.expectEmit(address(market));
        emit IMarketEvents.DeliveryMissed(jobId, requester, prover, PRICE, BOND);
        vm.prank(stranger);
        market.endReservation(jobId);
        assertStatus(jobId, IMarketTypes.Status.Cancelled);
        vm.assertEq(credit(requester), PRICE, "price");
        vm.assertEq(free(prover), 2 * PRICE, "prover's bond back");
        vm.assertEq(credit(auction), BOND, "requester's forfeit");
        vm.assertEq(staking.openLocks(prover), 0, "ended");
    }

    function test_a_missed_acknowledgement_costs_both_their_bonds() external {
        reserveAs(prover, jobId);
        deliverTo(jobId);
        vm.warp(start + A);
        vm.expectRevert(tooEarly(start + A));
        market.endReservation(jobId);
        vm.warp(start + A + 1);
        vm.expectEmit(address(market));
        emit IMarketEvents.AcknowledgementMissed(jobId, requester, prover, PRICE, BOND);
        vm.prank(stranger);
        market.endReservation(jobId);
        assertStatus(jobId, IMarketTypes.Status.Cancelled);
        vm.assertEq(credit(requester), PRICE, "price");
        vm.assertEq(free(prover), 2 * PRICE - BOND, "forfeit");
        vm.assertEq(credit(auction), 2 * BOND, "both");
        vm.assertEq(staking.openLocks(prover), 0, "ended");
        bytes memory error_ = wrongStatus(jobId);
        vm.expectRevert(error_);
        market.endReservation(jobId);
    }

    function test_only_a_reservation_can_be_missed() external {
        bytes memory error_ = wrongStatus(jobId);
        vm.expectRevert(error_);
        market.endReservation(jobId);
        reserveAs(prover, jobId);
        deliverTo(jobId);
        acknowledgeAs(prover, jobId);
        error_ = wrongStatus(jobId);
        vm.warp(start + 3 days);
        vm.expectRevert(error_);
        market.endReservation(jobId);
    }

    function test_no_cancel_and_no_expiry_of_a_reservation() external {
        vm.prank(requester);
        market.noticeCancel(jobId);
        reserveAs(prover, jobId);
        bytes memory error_ = wrongStatus(jobId);
        vm.warp(start + 3 days);
        vm.expectRevert(error_);
        market.cancel(jobId);
        vm.expectRevert(error_);
        market.expire(jobId);
    }

    function test_a_job_keeps_the_window_it_was_requested_under() external {
        vm.prank(governor);
        market.setAckWindow(5 minutes);
        reserveAs(prover, jobId);
        vm.assertEq(market.limitOf(jobId), start + A, "old");
        jobId = requestPrivate(2);
        reserveAs(prover, jobId);
        vm.assertEq(market.limitOf(jobId), start + 5 minutes, "new");
    }

    // ---- rows 11 and 13

    function lockIt() private returns (uint256 lockEnd) {
        reserveAs(prover, jobId);
        deliverTo(jobId);
        acknowledgeAs(prover, jobId);
        return market.job(jobId).lockEnd;
    }

    function test_fulfil_compares_the_requesters_commitment() external {
        vm.warp(lockIt());
        bytes memory other = Records.filler("other", 64);
        prove(list(jobId), other, outputOf(1), prover);
        vm.expectRevert(
            abi.encodeWithSelector(IMarketEvents.InputMismatch.selector, keccak256(points), keccak256(other))
        );
        market.fulfil(list(jobId), other, outputOf(1), "seal", prover);
        proveAndFulfil(list(jobId), points, outputOf(1));
        assertStatus(jobId, IMarketTypes.Status.Fulfilled);
        vm.assertEq(free(prover), 2 * PRICE, "collateral back");
        vm.assertEq(credit(prover), 790e18, "paid");
    }

    /// @dev Nobody else has the input: there is no late window, and the requester waits no longer.
    function test_the_second_after_the_lock_belongs_to_the_requester() external {
        uint256 lockEnd = lockIt();
        vm.warp(lockEnd);
        vm.expectRevert(tooEarly(lockEnd));
        market.refund(jobId);
        vm.warp(lockEnd + 1);
        prove(list(jobId), points, outputOf(1), prover);
        vm.expectRevert(IMarketEvents.NothingToFulfil.selector);
        market.fulfil(list(jobId), points, outputOf(1), "seal", prover);
        market.refund(jobId);
        assertStatus(jobId, IMarketTypes.Status.Refunded);
        vm.assertEq(credit(requester), PRICE + BOND, "price, and the bond since the lock");
        vm.assertEq(market.potsOf(token).income + credit(auction), PRICE, "slashed");
    }

    /// @dev Zero is no commitment: in an unused slot of a private record any commitment will do.
    function test_unused_slots() external {
        lockIt();
        bytes memory input = bytes.concat(points, Records.filler("other", 64));
        proveAndFulfil(list(jobId, 0), input, bytes.concat(outputOf(1), outputOf(2)));
        vm.assertEq(credit(prover), 790e18, "paid");
    }

    function test_a_private_job_is_not_fulfilled_without_a_lock() external {
        prove(list(jobId), points, outputOf(1), prover);
        vm.expectRevert(IMarketEvents.NothingToFulfil.selector);
        market.fulfil(list(jobId), points, outputOf(1), "seal", prover);
    }
}
