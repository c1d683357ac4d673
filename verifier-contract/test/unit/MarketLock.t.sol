// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {Deployment} from "../base/Deployment.sol";
import {Records} from "../base/Records.sol";

/// @notice Rows 4 and 13: a public job is taken, and nobody proves it.
contract MarketLockTest is Deployment {
    bytes32 private jobId;
    uint256 private start;

    function setUp() external {
        deploy();
        IMarketTypes.Terms memory terms = termsFor(1);
        terms.floorPrice = LISTED;
        jobId = request(1, terms, inputOf(1));
        start = terms.curveStart;
        fundProver(prover, 2 * PRICE);
    }

    function rejects(address by, uint256 minPrice, bytes memory error_) private {
        vm.prank(by);
        vm.expectRevert(error_);
        market.lock(jobId, minPrice, by);
    }

    function test_lock_fixes_the_price_of_the_second() external {
        vm.warp(start + 500);
        vm.assertEq(market.priceAt(jobId, time()), 800e18, "halfway up");
        vm.expectEmit(address(market));
        emit IMarketEvents.JobLocked(jobId, prover, stranger, 800e18, 200e18, PRICE, time() + 1 hours);
        vm.prank(prover);
        market.lock(jobId, 800e18, stranger);

        IMarketTypes.Job memory job = market.job(jobId);
        assertStatus(jobId, IMarketTypes.Status.Locked);
        vm.assertEq(job.prover, prover, "prover");
        vm.assertEq(job.payout, stranger, "payout");
        vm.assertEq(job.price, 800e18, "price");
        vm.assertEq(job.lockEnd, start + 500 + 1 hours, "end");
        vm.assertEq(market.limitOf(jobId), job.terms.deadline, "whose turn");
        vm.assertEq(credit(requester), 200e18, "change");
        vm.assertEq(free(prover), PRICE, "collateral held");
        vm.assertEq(staking.openLocks(prover), 1, "lock counted");
    }

    function test_lock_needs_the_provers_price() external {
        vm.warp(start + 499);
        uint256 price = market.priceAt(jobId, time());
        rejects(prover, 800e18, abi.encodeWithSelector(IMarketEvents.PriceTooLow.selector, price, 800e18));
        rejects(prover, price + 1, abi.encodeWithSelector(IMarketEvents.PriceTooLow.selector, price, price + 1));
    }

    function test_lock_needs_collateral() external {
        rejects(stranger, 0, abi.encodeWithSelector(IMarketEvents.InsufficientCollateral.selector, PRICE, 0));
        vm.prank(prover);
        market.withdrawCollateral(token, PRICE + 1, prover);
        rejects(prover, 0, abi.encodeWithSelector(IMarketEvents.InsufficientCollateral.selector, PRICE, PRICE - 1));
    }

    function test_lock_needs_stake() external {
        vm.startPrank(governor);
        staking.setParameters(stakeRules(uint128(STAKE + 1)));
        vm.stopPrank();
        rejects(prover, 0, abi.encodeWithSelector(IProverStaking.LockCapReached.selector, prover, STAKE, STAKE + 1));
        vm.startPrank(governor);
        staking.setParameters(stakeRules(uint128(STAKE)));
        vm.stopPrank();
        lockAs(prover, jobId);
    }

    function test_lock_needs_a_recipient() external {
        vm.startPrank(prover);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.BadRecipient.selector, address(0)));
        market.lock(jobId, 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.BadRecipient.selector, address(market)));
        market.lock(jobId, 0, address(market));
    }

    function test_lock_in_the_last_second_and_not_after() external {
        uint256 lockBy = market.job(jobId).terms.lockBy;
        vm.warp(lockBy + 1);
        rejects(prover, 0, abi.encodeWithSelector(IMarketEvents.TooLate.selector, jobId, lockBy));
        vm.warp(lockBy);
        lockAs(prover, jobId);
        vm.assertEq(market.job(jobId).price, PRICE, "the maximum by then");
    }

    function test_no_second_lock() external {
        lockAs(prover, jobId);
        rejects(prover, 0, wrongStatus(jobId));
    }

    function test_no_lock_when_stopped() external {
        stopRecord(recordHash);
        rejects(prover, 0, abi.encodeWithSelector(IMarketEvents.Stopped.selector, SELECTOR, recordHash));
    }

    function test_a_tombstoned_verifier_still_serves_what_was_requested() external {
        tombstone(SELECTOR);
        lockAs(prover, jobId);
        proveAndFulfil(list(jobId), inputOf(1), outputOf(1));
        assertStatus(jobId, IMarketTypes.Status.Fulfilled);
    }

    function test_a_private_job_is_not_locked() external {
        bytes32 hash = store.publish(Records.encode(Records.legal(RecordHeader.PRIVATE_INPUT, 64, 10)));
        bytes memory input = Records.filler("point", 64);
        IMarketTypes.Terms memory terms = termsFor(1);
        (terms.recordHash, terms.ownerBps, terms.direct, terms.bond) = (hash, 0, false, BOND);
        (terms.listingId, terms.inputDigest) = (registry.register(hash, 0, 0, ""), keccak256(input));
        jobId = request(2, terms, input);
        rejects(prover, 0, abi.encodeWithSelector(IMarketEvents.WrongKind.selector, jobId));
    }

    function test_one_account_may_play_all_parts() external {
        stakeFor(requester);
        vm.prank(requester);
        market.depositCollateral(token, PRICE);
        lockAs(requester, jobId);
        prove(list(jobId), inputOf(1), outputOf(1), requester);
        market.fulfil(list(jobId), inputOf(1), outputOf(1), "seal", requester);
        vm.assertEq(credit(requester) + credit(owner), PRICE - 6e18, "all but the fee");
        vm.assertEq(free(requester), PRICE, "collateral back");
    }

    function test_no_refund_before_the_deadline_has_passed() external {
        lockAs(prover, jobId);
        uint256 deadline = market.job(jobId).terms.deadline;
        bytes memory error_ = abi.encodeWithSelector(IMarketEvents.TooEarly.selector, jobId, deadline);
        vm.warp(market.job(jobId).lockEnd + 1);
        vm.expectRevert(error_);
        market.refund(jobId);
        vm.warp(deadline);
        vm.expectRevert(error_);
        market.refund(jobId);
    }

    function test_anyone_refunds_after_the_deadline() external {
        vm.warp(start + 500);
        lockAs(prover, jobId);
        vm.warp(market.job(jobId).terms.deadline + 1);
        vm.expectEmit(address(market));
        emit IMarketEvents.JobRefunded(jobId, requester, 800e18, PRICE / 2, PRICE / 2);
        vm.prank(stranger);
        market.refund(jobId);
        assertStatus(jobId, IMarketTypes.Status.Refunded);
        vm.assertEq(credit(requester), PRICE, "change and price");
        vm.assertEq(market.potsOf(token).income, PRICE / 2, "treasury");
        vm.assertEq(credit(auction), PRICE / 2, "slash auction");
        vm.assertEq(free(prover), PRICE, "the rest of its collateral is untouched");
        vm.assertEq(staking.openLocks(prover), 0, "lock ended");
        bytes memory error_ = wrongStatus(jobId);
        vm.expectRevert(error_);
        market.refund(jobId);
    }

    function test_no_refund_of_an_open_or_fulfilled_job() external {
        vm.warp(time() + 2 days + 1);
        bytes memory error_ = wrongStatus(jobId);
        vm.expectRevert(error_);
        market.refund(jobId);
        bytes32 other = requestJob(2);
        proveAndFulfil(list(other), inputOf(2), outputOf(2));
        vm.warp(time() + 2 days + 1);
        error_ = wrongStatus(other);
        vm.expectRevert(error_);
        market.refund(other);
    }

    /// @dev Odd collateral: the treasury's half is rounded down, nothing is lost.
    function test_an_odd_wei_goes_to_the_auction() external {
        IMarketTypes.Terms memory terms = termsFor(2);
        terms.maxPrice = PRICE + 1;
        bytes32 odd = request(2, terms, inputOf(2));
        vm.prank(prover);
        market.depositCollateral(token, 0);
        lockAs(prover, odd);
        vm.warp(terms.deadline + 1);
        market.refund(odd);
        vm.assertEq(market.potsOf(token).income, PRICE / 2, "floor");
        vm.assertEq(credit(auction), PRICE / 2 + 1, "rest");
    }
}
