// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {RecordVerifier} from "../../src/verify/RecordVerifier.sol";
import {Deployment} from "../base/Deployment.sol";
import {Records} from "../base/Records.sol";
import {SealVerifierDouble} from "../base/SealVerifierDouble.sol";

/// @notice Many jobs under one seal: each is settled, or fails, alone.
contract MarketBatchTest is Deployment {
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
        vm.assertEq(credit(prover), jobs * PROVER_PART, "prover");
        vm.assertEq(credit(owner), jobs * OWNER_PART, "owner");
        vm.assertEq(credit(requester), refunds * PRICE, "requester");
        vm.assertEq(rewards.potOf(0, token).fees, jobs * FEE, "fees");
        vm.assertEq(held(), 2 * PRICE - jobs * FEE, "held");
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
            uint256 before = credit(prover);
            proveAndFulfil(jobs, input, output);
            vm.assertEq(credit(prover) - before, n * PROVER_PART, "all paid");
        }
    }

    /// @dev One seal, three rows: a direct job, a lock on time, a lock that lapsed, and a lock of somebody else's.
    function test_rows_mix() external {
        bytes32[] memory jobs = new bytes32[](4);
        bytes memory input = bytes.concat(inputOf(1), inputOf(2), inputOf(3), inputOf(4));
        bytes memory output = bytes.concat(outputOf(1), outputOf(2), outputOf(3), outputOf(4));
        fundProver(stranger, 2 * PRICE);
        fundProver(prover, PRICE);
        lockAs(stranger, b);
        vm.warp(time() + 1 hours + 1);
        (jobs[0], jobs[1], jobs[2], jobs[3]) = (a, b, requestJob(3), requestJob(4));
        lockAs(prover, jobs[2]);
        lockAs(stranger, jobs[3]);
        proveAndFulfil(jobs, input, output);
        assertStatus(a, IMarketTypes.Status.Fulfilled);
        assertStatus(b, IMarketTypes.Status.FulfilledLate);
        assertStatus(jobs[2], IMarketTypes.Status.Fulfilled);
        assertStatus(jobs[3], IMarketTypes.Status.Locked);
        vm.assertEq(credit(prover), 2 * PROVER_PART + PRICE / 2, "two prices and a bounty");
        vm.assertEq(free(prover), PRICE, "collateral back");
        vm.assertEq(credit(requester), PRICE, "the late one is free");
        vm.assertEq(rewards.potOf(0, token).fees, 2 * FEE, "two fees");
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

    function test_the_verifiers_error_comes_through_and_is_not_remembered() external {
        bytes32 statement =
            keccak256(abi.encode(record, market.contextOf(list(a), prover), inputOf(1), outputOf(1), bytes("seal")));
        vm.expectRevert(abi.encodeWithSelector(SealVerifierDouble.NotProved.selector, statement));
        market.fulfil(list(a), inputOf(1), outputOf(1), "seal", prover);
        proveAndFulfil(list(a), inputOf(1), outputOf(1));
        assertPaid(1, 0);
    }

    function test_a_duplicate_pays_once() external {
        proveAndFulfil(list(a, a), bytes.concat(inputOf(1), inputOf(1)), bytes.concat(outputOf(1), outputOf(1)));
        assertPaid(1, 0);
    }

    function test_ended_jobs_are_skipped_but_stay_in_the_statement() external {
        proveAndFulfil(list(a), inputOf(1), outputOf(1));
        (bytes memory input, bytes memory output) = pair();
        bytes memory foreign = bytes.concat(inputOf(9), inputOf(2));
        bytes32 expected = keccak256(inputOf(1));
        rejects(
            list(a, b),
            foreign,
            output,
            abi.encodeWithSelector(IMarketEvents.InputMismatch.selector, expected, keccak256(inputOf(9)))
        );
        proveAndFulfil(list(a, b), input, output);
        assertPaid(2, 0);
    }

    function test_an_expired_job_is_skipped() external {
        vm.warp(market.job(a).terms.lockBy + 1);
        bytes32 c = requestJob(3);
        bytes memory output = bytes.concat(outputOf(1), outputOf(3));
        // b has expired and nobody has ended it yet.
        proveAndFulfil(list(b, c), bytes.concat(inputOf(2), inputOf(3)), output);
        assertStatus(b, IMarketTypes.Status.Open);
        vm.assertEq(credit(prover), PROVER_PART, "one paid");
        market.expire(a);
        bytes32 d = requestJob(4);
        proveAndFulfil(list(a, d), bytes.concat(inputOf(1), inputOf(4)), output);
        assertStatus(a, IMarketTypes.Status.Expired);
        vm.assertEq(credit(prover), 2 * PROVER_PART, "one more paid");
        vm.assertEq(credit(requester), PRICE, "returned once");
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
        bytes memory error_ = abi.encodeWithSelector(IMarketEvents.UnusedSlotNotZero.selector, 1);
        rejects(list(a, 0), bytes.concat(inputOf(1), unused), output, error_);
    }

    function test_rejects_another_input() external {
        bytes memory error_ =
            abi.encodeWithSelector(IMarketEvents.InputMismatch.selector, keccak256(inputOf(1)), keccak256(inputOf(2)));
        rejects(list(a), inputOf(2), outputOf(1), error_);
        (, bytes memory output) = pair();
        rejects(list(a, b), bytes.concat(inputOf(2), inputOf(1)), output, error_);
    }

    function test_rejects_wrong_lengths() external {
        bytes memory long_ = bytes.concat(inputOf(1), hex"00");
        bytes memory error_ =
            abi.encodeWithSelector(IMarketEvents.BadInputLength.selector, INPUT_BYTES, INPUT_BYTES + 1);
        rejects(list(a), long_, outputOf(1), error_);
        error_ = abi.encodeWithSelector(IMarketEvents.BadInputLength.selector, INPUT_BYTES, 0);
        rejects(list(a), "", outputOf(1), error_);
        long_ = bytes.concat(outputOf(1), hex"00");
        error_ = abi.encodeWithSelector(IMarketEvents.BadOutputLength.selector, OUTPUT_BYTES, OUTPUT_BYTES + 1);
        rejects(list(a), inputOf(1), long_, error_);
        error_ = abi.encodeWithSelector(IMarketEvents.BadOutputLength.selector, 2 * OUTPUT_BYTES, OUTPUT_BYTES);
        (bytes memory input,) = pair();
        rejects(list(a, b), input, outputOf(1), error_);
    }

    function test_rejects_unknown_jobs() external {
        (bytes memory input, bytes memory output) = pair();
        bytes memory error_ = abi.encodeWithSelector(IMarketEvents.UnknownJob.selector, bytes32("x"));
        rejects(list("x"), inputOf(1), outputOf(1), error_);
        rejects(list(a, "x"), input, output, error_);
    }

    function test_rejects_jobs_of_two_records_or_verifiers() external {
        bytes32 other = store.publish(Records.encode(Records.legal(0, INPUT_BYTES, OUTPUT_BYTES - 1)));
        IMarketTypes.Terms memory terms = termsFor(3);
        (terms.recordHash, terms.ownerBps, terms.listingId) = (other, 0, registry.register(other, 0, 0, ""));
        bytes32 c = request(3, terms, inputOf(3));
        bytes memory input = bytes.concat(inputOf(1), inputOf(3));
        bytes memory output = bytes.concat(outputOf(1), outputOf(3));
        rejects(
            list(a, c), input, output, abi.encodeWithSelector(IMarketEvents.MixedRecords.selector, recordHash, other)
        );
        RecordVerifier second = new RecordVerifier(store, seals);
        vm.prank(governor);
        router.add("new", second);
        terms = termsFor(3);
        IModelRegistry.Terms memory offer = IModelRegistry.Terms(0, 0, 0, 0, token);
        (terms.verifier, terms.ownerBps) = ("new", 0);
        terms.listingId = registry.list(recordHash, "new", offer, "");
        c = request(4, terms, inputOf(3));
        rejects(
            list(a, c),
            input,
            output,
            abi.encodeWithSelector(IMarketEvents.MixedRecords.selector, recordHash, recordHash)
        );
    }

    /// @dev Listings may differ within a batch as long as the record is one; each owner gets its own part.
    function test_jobs_of_two_listings_of_one_record() external {
        vm.prank(stranger);
        uint256 copy = registry.register(recordHash, 0, 5_000, "");
        IMarketTypes.Terms memory terms = termsFor(3);
        (terms.listingId, terms.ownerBps) = (copy, 5_000);
        bytes32 c = request(3, terms, inputOf(3));
        proveAndFulfil(list(a, c), bytes.concat(inputOf(1), inputOf(3)), bytes.concat(outputOf(1), outputOf(3)));
        vm.assertEq(credit(owner), 200e18, "first owner");
        vm.assertEq(credit(stranger), 500e18, "second owner");
        vm.assertEq(credit(prover), 790e18 + 490e18, "prover");
        vm.assertEq(rewards.creatorFees(0, token, stranger), FEE, "creator of the second");
    }

    function test_rejects_when_nothing_is_left_to_pay() external {
        bytes memory nothing = abi.encodeWithSelector(IMarketEvents.NothingToFulfil.selector);
        rejects(new bytes32[](0), "", "", nothing);
        rejects(list(0), new bytes(INPUT_BYTES), outputOf(0), nothing);
        proveAndFulfil(list(a), inputOf(1), outputOf(1));
        rejects(list(a), inputOf(1), outputOf(1), nothing);
        vm.warp(market.job(b).terms.lockBy + 1);
        rejects(list(b), inputOf(2), outputOf(2), nothing);
    }
}
