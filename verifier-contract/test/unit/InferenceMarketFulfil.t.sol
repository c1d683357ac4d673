// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInferenceMarket} from "../../src/interfaces/IInferenceMarket.sol";
import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {Deployment} from "../base/Deployment.sol";
import {Records} from "../base/Records.sol";
import {SealVerifierDouble} from "../base/SealVerifierDouble.sol";

contract InferenceMarketFulfilTest is Deployment {
    uint256 private constant FEE = 10e18;
    uint256 private constant OWNER_PART = 200e18;
    uint256 private constant PROVER_PART = 790e18;

    bytes32 private a;
    bytes32 private b;

    function setUp() external {
        deploy();
        a = requestJob(1);
        b = requestJob(2);
    }

    function pair() private pure returns (bytes memory input, bytes memory output) {
        return (bytes.concat(inputOf(1), inputOf(2)), bytes.concat(outputOf(1), outputOf(2)));
    }

    function rejects(bytes32[] memory jobs, bytes memory input, bytes memory output, bytes memory error_) private {
        // Proved or not: these are refused before the seal is looked at.
        prove(jobs, input, output, prover);
        vm.expectRevert(error_);
        market.fulfil(jobs, input, output, "seal", prover);
    }

    function assertPaid(uint256 jobs, uint256 refunds) private view {
        vm.assertEq(market.creditOf(prover), jobs * PROVER_PART, "prover");
        vm.assertEq(market.creditOf(owner), jobs * OWNER_PART, "owner");
        vm.assertEq(market.creditOf(requester), refunds * PRICE, "requester");
        vm.assertEq(rewards.epochOf(0).fees, jobs * FEE, "fees");
        vm.assertEq(token.balanceOf(address(market)), 2 * PRICE - jobs * FEE, "held");
    }

    function test_fulfil_pays_prover_owner_and_fee() external {
        prove(list(a), inputOf(1), outputOf(1), prover);
        vm.expectEmit(address(market));
        emit IInferenceMarket.JobFulfilled(a, prover, owner, PROVER_PART, OWNER_PART, FEE, outputOf(1));
        market.fulfil(list(a), inputOf(1), outputOf(1), "seal", prover);
        assertPaid(1, 0);
        vm.assertTrue(market.job(a).status == IInferenceMarket.Status.Fulfilled, "fulfilled");
        vm.assertEq(market.job(a).outputDigest, keccak256(outputOf(1)), "output digest");
        vm.assertTrue(market.job(b).status == IInferenceMarket.Status.Open, "the other is untouched");
    }

    function test_gas_of_settling_one_job() external {
        prove(list(a), inputOf(1), outputOf(1), prover);
        market.fulfil(list(a), inputOf(1), outputOf(1), "seal", prover);
        vm.snapshotGasLastCall("InferenceMarket", "fulfil one job, storage warm, double of the verifier");
    }

    function test_fulfil_a_batch() external {
        (bytes memory input, bytes memory output) = pair();
        proveAndFulfil(list(a, b), input, output);
        assertPaid(2, 0);
        vm.assertEq(market.job(b).outputDigest, keccak256(outputOf(2)), "each its own slice");
    }

    function test_batches_of_8_and_32() external {
        for (uint256 n = 8; n <= 32; n *= 4) {
            bytes32[] memory jobs = new bytes32[](n);
            bytes memory input;
            bytes memory output;
            for (uint256 i = 0; i < n; ++i) {
                uint256 seed = 100 * n + i;
                jobs[i] = requestJob(seed);
                (input, output) = (bytes.concat(input, inputOf(seed)), bytes.concat(output, outputOf(seed)));
            }
            uint256 before = market.creditOf(prover);
            proveAndFulfil(jobs, input, output);
            vm.assertEq(market.creditOf(prover) - before, n * PROVER_PART, "all paid");
        }
    }

    function test_context() external {
        bytes32 context = keccak256(abi.encode(block.chainid, address(market), prover, list(a, b)));
        vm.assertEq(market.contextOf(list(a, b), prover), context, "formula");
        vm.assertTrue(market.contextOf(list(b, a), prover) != context, "order");
        vm.assertTrue(market.contextOf(list(a), prover) != context, "length");
        vm.assertTrue(market.contextOf(list(a, b), stranger) != context, "payout");
        vm.chainId(4242);
        vm.assertTrue(market.contextOf(list(a, b), prover) != context, "chain");
    }

    /// @dev Whoever copies the transaction pays the prover; whoever changes the payout has no proof.
    function test_a_copied_seal_pays_its_prover() external {
        prove(list(a), inputOf(1), outputOf(1), prover);
        vm.startPrank(stranger);
        vm.expectRevert();
        market.fulfil(list(a), inputOf(1), outputOf(1), "seal", stranger);
        market.fulfil(list(a), inputOf(1), outputOf(1), "seal", prover);
        vm.stopPrank();
        assertPaid(1, 0);
        vm.assertEq(market.creditOf(stranger), 0, "nothing for the copier");
    }

    function test_a_seal_settles_nothing_but_its_jobs() external {
        (bytes memory input, bytes memory output) = pair();
        prove(list(a, b), input, output, prover);
        vm.expectRevert();
        market.fulfil(list(a), inputOf(1), outputOf(1), "seal", prover);
        vm.expectRevert();
        market.fulfil(list(b, a), bytes.concat(inputOf(2), inputOf(1)), output, "seal", prover);
        vm.expectRevert();
        market.fulfil(list(a, b), input, bytes.concat(outputOf(2), outputOf(1)), "seal", prover);
    }

    function test_the_verifiers_error_comes_through() external {
        bytes32 statement =
            keccak256(abi.encode(record, market.contextOf(list(a), prover), inputOf(1), outputOf(1), bytes("seal")));
        vm.expectRevert(abi.encodeWithSelector(SealVerifierDouble.NotProved.selector, statement));
        market.fulfil(list(a), inputOf(1), outputOf(1), "seal", prover);
    }

    function test_a_failed_verification_is_not_remembered() external {
        vm.expectRevert();
        market.fulfil(list(a), inputOf(1), outputOf(1), "seal", prover);
        proveAndFulfil(list(a), inputOf(1), outputOf(1));
        assertPaid(1, 0);
    }

    function test_a_duplicate_pays_once() external {
        proveAndFulfil(list(a, a), bytes.concat(inputOf(1), inputOf(1)), bytes.concat(outputOf(1), outputOf(1)));
        assertPaid(1, 0);
    }

    function test_a_settled_job_is_skipped_but_stays_in_the_statement() external {
        proveAndFulfil(list(a), inputOf(1), outputOf(1));
        (bytes memory input, bytes memory output) = pair();
        proveAndFulfil(list(a, b), input, output);
        assertPaid(2, 0);
    }

    function test_a_refunded_and_an_expired_job_are_skipped() external {
        vm.warp(market.job(a).deadline + 1);
        bytes32 c = requestJob(3);
        bytes memory output = bytes.concat(outputOf(1), outputOf(3));
        // b has expired and nobody has refunded it yet.
        proveAndFulfil(list(b, c), bytes.concat(inputOf(2), inputOf(3)), output);
        vm.assertTrue(market.job(b).status == IInferenceMarket.Status.Open, "left to be refunded");
        vm.assertEq(market.creditOf(prover), PROVER_PART, "one paid");

        market.refund(a);
        bytes32 d = requestJob(4);
        proveAndFulfil(list(a, d), bytes.concat(inputOf(1), inputOf(4)), output);
        vm.assertTrue(market.job(a).status == IInferenceMarket.Status.Refunded, "stays refunded");
        vm.assertEq(market.creditOf(prover), 2 * PROVER_PART, "one more paid");
        vm.assertEq(market.creditOf(requester), PRICE, "refunded once");
    }

    function test_a_skipped_job_still_needs_its_own_input() external {
        proveAndFulfil(list(a), inputOf(1), outputOf(1));
        bytes memory error_ = abi.encodeWithSelector(
            IInferenceMarket.InputMismatch.selector, keccak256(inputOf(1)), keccak256(inputOf(9))
        );
        (, bytes memory output) = pair();
        rejects(list(a, b), bytes.concat(inputOf(9), inputOf(2)), output, error_);
    }

    function test_unused_slots_are_zero_and_pay_nobody() external {
        bytes memory input = bytes.concat(inputOf(1), new bytes(INPUT_BYTES));
        bytes memory output = bytes.concat(outputOf(1), outputOf(0));
        proveAndFulfil(list(a, 0), input, output);
        assertPaid(1, 0);
        proveAndFulfil(list(0, b), bytes.concat(new bytes(INPUT_BYTES), inputOf(2)), output);
        assertPaid(2, 0);
    }

    function testFuzz_an_unused_slot_must_be_zero(uint256 position, bytes1 value) external {
        vm.assume(value != 0);
        bytes memory unused = new bytes(INPUT_BYTES);
        unused[position % INPUT_BYTES] = value;
        (, bytes memory output) = pair();
        bytes memory error_ = abi.encodeWithSelector(IInferenceMarket.UnusedSlotNotZero.selector, 1);
        rejects(list(a, 0), bytes.concat(inputOf(1), unused), output, error_);
    }

    /// @dev Zero is no commitment: in an unused slot of a private record any commitment will do.
    function test_unused_slots_of_private_records() external {
        record = Records.make(RecordHeader.PRIVATE_INPUT, 64, 10);
        bytes32 hash = store.publish(record);
        bytes memory points = Records.filler("point", 64);
        IInferenceMarket.Order memory order = orderFor(1);
        (order.recordHash, order.ownerBps, order.inputDigest) = (hash, 0, keccak256(points));
        order.listingId = registry.register(hash, 0, 0, "");
        vm.prank(requester);
        bytes32 jobId = market.request(order, points);
        bytes memory input = bytes.concat(points, Records.filler("other", 64));
        proveAndFulfil(list(jobId, 0), input, bytes.concat(outputOf(1), outputOf(2)));
        vm.assertEq(market.creditOf(prover), 990e18, "paid");
    }

    function test_rejects_another_input() external {
        bytes memory error_ = abi.encodeWithSelector(
            IInferenceMarket.InputMismatch.selector, keccak256(inputOf(1)), keccak256(inputOf(2))
        );
        rejects(list(a), inputOf(2), outputOf(1), error_);
    }

    function test_rejects_swapped_inputs() external {
        bytes memory error_ = abi.encodeWithSelector(
            IInferenceMarket.InputMismatch.selector, keccak256(inputOf(1)), keccak256(inputOf(2))
        );
        (, bytes memory output) = pair();
        rejects(list(a, b), bytes.concat(inputOf(2), inputOf(1)), output, error_);
    }

    function test_rejects_wrong_lengths() external {
        bytes memory longInput = bytes.concat(inputOf(1), hex"00");
        bytes memory longOutput = bytes.concat(outputOf(1), hex"00");
        rejects(
            list(a),
            longInput,
            outputOf(1),
            abi.encodeWithSelector(IInferenceMarket.BadInputLength.selector, INPUT_BYTES, INPUT_BYTES + 1)
        );
        rejects(
            list(a), "", outputOf(1), abi.encodeWithSelector(IInferenceMarket.BadInputLength.selector, INPUT_BYTES, 0)
        );
        rejects(
            list(a),
            inputOf(1),
            longOutput,
            abi.encodeWithSelector(IInferenceMarket.BadOutputLength.selector, OUTPUT_BYTES, OUTPUT_BYTES + 1)
        );
        rejects(
            list(a, b),
            bytes.concat(inputOf(1), inputOf(2)),
            outputOf(1),
            abi.encodeWithSelector(IInferenceMarket.BadOutputLength.selector, 2 * OUTPUT_BYTES, OUTPUT_BYTES)
        );
    }

    function test_rejects_unknown_jobs() external {
        (bytes memory input, bytes memory output) = pair();
        bytes memory error_ = abi.encodeWithSelector(IInferenceMarket.UnknownJob.selector, bytes32("x"));
        rejects(list("x"), inputOf(1), outputOf(1), error_);
        rejects(list(a, "x"), input, output, error_);
    }

    function test_rejects_jobs_of_two_records() external {
        bytes32 other = store.publish(Records.make(2, INPUT_BYTES, OUTPUT_BYTES));
        IInferenceMarket.Order memory order = orderFor(3);
        order.recordHash = other;
        order.ownerBps = 0;
        order.listingId = registry.register(other, 0, 0, "");
        vm.prank(requester);
        bytes32 c = market.request(order, inputOf(3));
        bytes memory error_ = abi.encodeWithSelector(IInferenceMarket.MixedRecords.selector, recordHash, other);
        rejects(list(a, c), bytes.concat(inputOf(1), inputOf(3)), bytes.concat(outputOf(1), outputOf(3)), error_);
    }

    /// @dev Listings may differ within a batch as long as the record is one; each owner gets its own part.
    function test_jobs_of_two_listings_of_one_record() external {
        vm.prank(stranger);
        uint256 copy = registry.register(recordHash, 0, 5_000, "");
        IInferenceMarket.Order memory order = orderFor(3);
        (order.listingId, order.ownerBps) = (copy, 5_000);
        vm.prank(requester);
        bytes32 c = market.request(order, inputOf(3));
        proveAndFulfil(list(a, c), bytes.concat(inputOf(1), inputOf(3)), bytes.concat(outputOf(1), outputOf(3)));
        vm.assertEq(market.creditOf(owner), 200e18, "first owner");
        vm.assertEq(market.creditOf(stranger), 500e18, "second owner");
        vm.assertEq(market.creditOf(prover), 790e18 + 490e18, "prover");
        vm.assertEq(rewards.creatorFees(0, stranger), FEE, "creator of the second");
    }

    function test_rejects_when_nothing_is_left_to_pay() external {
        bytes memory nothing = abi.encodeWithSelector(IInferenceMarket.NothingToFulfil.selector);
        rejects(new bytes32[](0), "", "", nothing);
        rejects(list(0), new bytes(INPUT_BYTES), outputOf(0), nothing);
        proveAndFulfil(list(a), inputOf(1), outputOf(1));
        rejects(list(a), inputOf(1), outputOf(1), nothing);
        vm.warp(market.job(b).deadline + 1);
        rejects(list(b), inputOf(2), outputOf(2), nothing);
    }

    function test_rejects_a_payout_to_nobody() external {
        vm.expectRevert(IInferenceMarket.ZeroAddress.selector);
        market.fulfil(list(a), inputOf(1), outputOf(1), "seal", address(0));
    }

    function test_deadline_belongs_to_the_prover() external {
        vm.warp(market.job(a).deadline);
        vm.expectRevert(abi.encodeWithSelector(IInferenceMarket.NotRefundable.selector, a));
        market.refund(a);
        proveAndFulfil(list(a), inputOf(1), outputOf(1));
        assertPaid(1, 0);
    }

    function test_the_second_after_belongs_to_the_requester() external {
        vm.warp(market.job(a).deadline + 1);
        rejects(list(a), inputOf(1), outputOf(1), abi.encodeWithSelector(IInferenceMarket.NothingToFulfil.selector));
        market.refund(a);
        assertPaid(0, 1);
    }

    /// @dev Deprecation and changed terms are for new requests; a sold listing pays its new holder.
    function test_open_jobs_outlive_changes_of_the_listing() external {
        vm.startPrank(owner);
        registry.setTerms(listingId, 1, 9_900);
        registry.deprecate(listingId);
        registry.transferFrom(owner, stranger, listingId);
        vm.stopPrank();
        proveAndFulfil(list(a), inputOf(1), outputOf(1));
        vm.assertEq(market.creditOf(stranger), OWNER_PART, "the share as requested");
        vm.assertEq(market.creditOf(prover), PROVER_PART, "the rest");
    }

    function test_one_account_may_play_all_parts() external {
        vm.prank(owner);
        registry.transferFrom(owner, requester, listingId);
        prove(list(a), inputOf(1), outputOf(1), requester);
        market.fulfil(list(a), inputOf(1), outputOf(1), "seal", requester);
        vm.assertEq(market.creditOf(requester), PRICE - FEE, "all but the fee");
    }
}
