// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {Deployment} from "../base/Deployment.sol";

/// @notice Rows 2, 3 and 14: an open job that nobody takes.
contract MarketCancelTest is Deployment {
    bytes32 private jobId;

    function setUp() external {
        deploy();
        jobId = requestJob(1);
        fundProver(prover, PRICE);
    }

    function notice() private returns (uint256 cancelAt) {
        vm.prank(requester);
        market.noticeCancel(jobId);
        return market.job(jobId).cancelAt;
    }

    function tooEarly(uint256 limit) private view returns (bytes memory) {
        return abi.encodeWithSelector(IMarketEvents.TooEarly.selector, jobId, limit);
    }

    function test_notice_is_five_minutes() external {
        vm.expectEmit(address(market));
        emit IMarketEvents.CancelNoticed(jobId, time() + 5 minutes);
        vm.assertEq(notice(), time() + 5 minutes, "stored");
        assertStatus(jobId, IMarketTypes.Status.Open);
        vm.assertEq(credit(requester), 0, "no money yet");
    }

    function test_notice_is_the_requesters_and_given_once() external {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotAllowed.selector, stranger));
        market.noticeCancel(jobId);
        notice();
        vm.warp(time() + 1);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.AlreadyNoticed.selector, jobId));
        market.noticeCancel(jobId);
    }

    function test_no_notice_of_a_locked_job() external {
        lockAs(prover, jobId);
        bytes memory error_ = wrongStatus(jobId);
        vm.prank(requester);
        vm.expectRevert(error_);
        market.noticeCancel(jobId);
    }

    function test_the_last_second_of_the_notice_belongs_to_provers() external {
        uint256 cancelAt = notice();
        vm.warp(cancelAt);
        vm.expectRevert(tooEarly(cancelAt));
        market.cancel(jobId);
        lockAs(prover, jobId);
        assertStatus(jobId, IMarketTypes.Status.Locked);
        bytes memory error_ = wrongStatus(jobId);
        vm.warp(cancelAt + 1);
        vm.expectRevert(error_);
        market.cancel(jobId);
    }

    function test_the_last_second_of_the_notice_fulfils_directly() external {
        vm.warp(notice());
        proveAndFulfil(list(jobId), inputOf(1), outputOf(1));
        assertStatus(jobId, IMarketTypes.Status.Fulfilled);
    }

    function test_anyone_cancels_the_second_after() external {
        uint256 cancelAt = notice();
        vm.warp(cancelAt + 1);
        vm.prank(prover);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.TooLate.selector, jobId, cancelAt));
        market.lock(jobId, 0, prover);
        prove(list(jobId), inputOf(1), outputOf(1), prover);
        vm.expectRevert(IMarketEvents.NothingToFulfil.selector);
        market.fulfil(list(jobId), inputOf(1), outputOf(1), "seal", prover);

        vm.expectEmit(address(market));
        emit IMarketEvents.JobCancelled(jobId, requester, PRICE);
        vm.prank(stranger);
        market.cancel(jobId);
        assertStatus(jobId, IMarketTypes.Status.Cancelled);
        vm.assertEq(credit(requester), PRICE, "all of it");
    }

    function test_no_cancel_without_notice() external {
        vm.warp(time() + 3 days);
        vm.expectRevert(tooEarly(0));
        market.cancel(jobId);
    }

    function test_a_cancelled_job_stays_so() external {
        vm.warp(notice() + 1);
        market.cancel(jobId);
        bytes memory error_ = wrongStatus(jobId);
        vm.expectRevert(error_);
        market.cancel(jobId);
        vm.warp(time() + 3 days);
        vm.expectRevert(error_);
        market.expire(jobId);
    }

    function test_no_expiry_in_the_last_second() external {
        uint256 lockBy = market.job(jobId).terms.lockBy;
        vm.expectRevert(tooEarly(lockBy));
        market.expire(jobId);
        vm.warp(lockBy);
        vm.expectRevert(tooEarly(lockBy));
        market.expire(jobId);
        lockAs(prover, jobId);
    }

    function test_anyone_expires_the_second_after() external {
        uint256 lockBy = market.job(jobId).terms.lockBy;
        vm.warp(lockBy + 1);
        vm.prank(prover);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.TooLate.selector, jobId, lockBy));
        market.lock(jobId, 0, prover);
        vm.expectEmit(address(market));
        emit IMarketEvents.JobExpired(jobId, requester, PRICE);
        vm.prank(stranger);
        market.expire(jobId);
        assertStatus(jobId, IMarketTypes.Status.Expired);
        vm.assertEq(credit(requester), PRICE, "all of it");
        bytes memory error_ = wrongStatus(jobId);
        vm.expectRevert(error_);
        market.expire(jobId);
    }

    function test_nothing_ends_an_unknown_job() external {
        jobId = "x";
        bytes memory error_ = wrongStatus(jobId);
        vm.expectRevert(error_);
        market.cancel(jobId);
        vm.expectRevert(error_);
        market.expire(jobId);
        vm.expectRevert(error_);
        market.refund(jobId);
        vm.expectRevert(error_);
        market.endReservation(jobId);
        vm.expectRevert(error_);
        market.voidJob(jobId);
        vm.expectRevert(error_);
        market.limitOf(jobId);
    }
}
