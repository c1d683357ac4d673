// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {Deployment} from "../base/Deployment.sol";

/// @notice Rows 10, 11 and 12 of one job; batches have their own file.
contract MarketSettleTest is Deployment {
    bytes32 private jobId;
    uint256 private start;

    function setUp() external {
        deploy();
        IMarketTypes.Terms memory terms = termsFor(1);
        terms.floorPrice = LISTED;
        start = terms.curveStart;
        jobId = request(1, terms, inputOf(1));
        fundProver(prover, 2 * PRICE);
    }

    function proveFor(address payout) private {
        prove(list(jobId), inputOf(1), outputOf(1), payout);
    }

    function fulfilFor(address payout) private {
        market.fulfil(list(jobId), inputOf(1), outputOf(1), "seal", payout);
    }

    function rejects(address payout, bytes memory error_) private {
        proveFor(payout);
        vm.expectRevert(error_);
        fulfilFor(payout);
    }

    function nothing() private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMarketEvents.NothingToFulfil.selector);
    }

    // ---- row 10

    function test_direct_pays_the_price_of_the_second() external {
        vm.warp(start + 500);
        proveFor(stranger);
        vm.expectEmit(address(market));
        emit IMarketEvents.JobFulfilled(jobId, stranger, owner, 632e18, 160e18, 8e18, 200e18, 0, outputOf(1));
        fulfilFor(stranger);
        assertStatus(jobId, IMarketTypes.Status.Fulfilled);
        vm.assertEq(credit(stranger), 632e18, "prover");
        vm.assertEq(credit(owner), 160e18, "owner");
        vm.assertEq(credit(requester), 200e18, "change");
        vm.assertEq(rewards.potOf(0, token).fees, 8e18, "fee");
        vm.assertEq(market.job(jobId).outputDigest, keccak256(outputOf(1)), "output");
        vm.assertEq(held(), 2 * PRICE + 992e18, "the rest is still here");
        vm.assertEq(rewards.proverFees(0, token, stranger), 8e18, "work of the payout");
    }

    function test_direct_is_opt_in() external {
        IMarketTypes.Terms memory terms = termsFor(1);
        terms.direct = false;
        jobId = request(2, terms, inputOf(1));
        rejects(prover, nothing());
    }

    function test_direct_in_the_last_second_and_not_after() external {
        uint256 lockBy = market.job(jobId).terms.lockBy;
        vm.warp(lockBy + 1);
        rejects(prover, nothing());
        vm.warp(lockBy);
        fulfilFor(prover);
        vm.assertEq(credit(prover), 790e18, "the maximum by then");
    }

    function test_no_payment_when_stopped() external {
        proveFor(prover);
        stopRecord(recordHash);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.Stopped.selector, SELECTOR, recordHash));
        fulfilFor(prover);
    }

    function test_no_payment_to_nobody() external {
        rejects(address(0), abi.encodeWithSelector(IMarketEvents.BadRecipient.selector, address(0)));
        rejects(address(market), abi.encodeWithSelector(IMarketEvents.BadRecipient.selector, address(market)));
    }

    // ---- row 11

    function lockAt(uint256 seconds_) private returns (uint256 lockEnd) {
        vm.warp(start + seconds_);
        vm.prank(prover);
        market.lock(jobId, 0, stranger);
        return market.job(jobId).lockEnd;
    }

    function test_on_time_pays_the_lockers_payout_and_releases_its_collateral() external {
        vm.warp(lockAt(500));
        proveFor(stranger);
        vm.expectEmit(address(market));
        emit IMarketEvents.JobFulfilled(jobId, stranger, owner, 632e18, 160e18, 8e18, 0, PRICE, outputOf(1));
        vm.prank(owner);
        fulfilFor(stranger);
        assertStatus(jobId, IMarketTypes.Status.Fulfilled);
        vm.assertEq(credit(stranger), 632e18, "payout");
        vm.assertEq(credit(owner), 160e18, "owner");
        vm.assertEq(credit(requester), 200e18, "change of the lock");
        vm.assertEq(free(prover), 2 * PRICE, "collateral");
        vm.assertEq(staking.openLocks(prover), 0, "lock ended");
        vm.assertEq(rewards.potOf(0, token).fees, 8e18, "fee");
    }

    function test_on_time_nobody_elses_proof_counts() external {
        uint256 lockEnd = lockAt(0);
        rejects(prover, nothing());
        vm.warp(lockEnd);
        rejects(prover, nothing());
        fulfilForStranger();
    }

    function fulfilForStranger() private {
        proveFor(stranger);
        fulfilFor(stranger);
    }

    function test_a_locked_job_is_not_fulfilled_directly() external {
        lockAt(0);
        vm.warp(market.job(jobId).terms.lockBy - 1 hours);
        // By now the lock has lapsed: what counts is row 12.
        proveFor(prover);
        fulfilFor(prover);
        assertStatus(jobId, IMarketTypes.Status.FulfilledLate);
    }

    function test_a_fulfilled_job_stays_so() external {
        lockAt(0);
        fulfilForStranger();
        vm.expectRevert(IMarketEvents.NothingToFulfil.selector);
        fulfilFor(stranger);
        vm.warp(start + 3 days);
        bytes memory error_ = wrongStatus(jobId);
        vm.expectRevert(error_);
        market.refund(jobId);
        stopRecord(recordHash);
        vm.expectRevert(error_);
        market.voidJob(jobId);
    }

    // ---- row 12

    function test_late_pays_a_bounty_out_of_the_collateral() external {
        vm.warp(lockAt(500) + 1);
        proveFor(owner);
        vm.expectEmit(address(market));
        emit IMarketEvents.JobFulfilledLate(jobId, owner, requester, 800e18, PRICE / 2, PRICE / 2, outputOf(1));
        fulfilFor(owner);
        assertStatus(jobId, IMarketTypes.Status.FulfilledLate);
        vm.assertEq(credit(requester), PRICE, "change and price");
        vm.assertEq(credit(owner), PRICE / 2, "bounty, and nothing as owner");
        vm.assertEq(credit(auction), PRICE / 2, "slashed");
        vm.assertEq(free(prover), PRICE, "the rest of its collateral is untouched");
        vm.assertEq(rewards.potOf(0, token).fees, 0, "no fee");
        vm.assertEq(rewards.proverFees(0, token, owner), 0, "no work credit");
        vm.assertEq(staking.openLocks(prover), 0, "lock ended");
        vm.assertEq(market.job(jobId).outputDigest, keccak256(outputOf(1)), "output");
    }

    function test_late_in_the_last_second_and_not_after() external {
        lockAt(0);
        uint256 deadline = market.job(jobId).terms.deadline;
        vm.warp(deadline + 1);
        rejects(owner, nothing());
        vm.warp(deadline);
        fulfilFor(owner);
        assertStatus(jobId, IMarketTypes.Status.FulfilledLate);
        bytes memory error_ = wrongStatus(jobId);
        vm.warp(deadline + 1);
        vm.expectRevert(error_);
        market.refund(jobId);
    }

    function test_the_locker_itself_can_be_late() external {
        vm.warp(lockAt(0) + 1);
        fulfilForStranger();
        vm.assertEq(credit(stranger), PRICE / 2, "half is gone all the same");
    }

    // ---- the statement

    /// @dev Whoever copies the transaction pays the prover; whoever changes the payout has no proof.
    function test_a_copied_seal_pays_its_prover() external {
        proveFor(prover);
        vm.startPrank(stranger);
        vm.expectRevert();
        fulfilFor(stranger);
        fulfilFor(prover);
        vm.stopPrank();
        vm.assertEq(credit(stranger), 0, "nothing for the copier");
        assertStatus(jobId, IMarketTypes.Status.Fulfilled);
    }

    function test_deprecation_and_new_terms_are_for_new_requests() external {
        vm.startPrank(owner);
        registry.setTerms(listingId, 1, 9_900);
        registry.deprecate(listingId);
        registry.transferFrom(owner, requester, listingId);
        vm.stopPrank();
        vm.warp(start + 1_000);
        proveFor(prover);
        fulfilFor(prover);
        vm.assertEq(credit(requester), 200e18, "the share as requested, to the new holder");
        vm.assertEq(credit(prover), 790e18, "the rest");
    }
}
