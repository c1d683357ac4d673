// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors, IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {IVerifierRouter} from "../../src/interfaces/IVerifierRouter.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {SealStatement} from "../../src/libraries/seal/SealStatement.sol";
import {Deployment} from "../base/Deployment.sol";
import {Records} from "../base/Records.sol";
import {PlainToken} from "../base/MarketTokens.sol";

/// @notice Row 1, sent by the requester.
contract MarketRequestTest is Deployment {
    IMarketTypes.Terms private terms;
    bytes private input;

    function setUp() external {
        deploy();
        terms = termsFor(1);
        input = inputOf(1);
    }

    function send() private returns (bytes32) {
        return request(1, terms, input);
    }

    function rejects(bytes memory error_) private {
        vm.prank(requester);
        vm.expectRevert(error_);
        market.request(1, terms, input);
    }

    function use(RecordHeader.Header memory header, uint128 price) private {
        bytes32 hash = store.publish(Records.encode(header));
        (terms.recordHash, terms.ownerBps) = (hash, 0);
        terms.listingId = registry.register(hash, price, 0, "");
    }

    function test_escrows_the_maximum_and_stores_the_terms() external {
        (terms.callback, terms.callbackGas) = (stranger, 100_000);
        terms.floorPrice = LISTED;
        uint256 before = token.balanceOf(requester);
        bytes32 jobId = send();
        vm.assertEq(token.balanceOf(requester), before - PRICE, "paid");
        vm.assertEq(held(), PRICE, "held");
        assertStatus(jobId, IMarketTypes.Status.Open);

        IMarketTypes.Job memory job = market.job(jobId);
        vm.assertEq(job.requester, requester, "requester");
        vm.assertTrue(!job.isPrivate && job.direct && !job.callbackPending, "kind");
        vm.assertEq(job.ownerBps, OWNER_BPS, "share");
        vm.assertEq(job.ackWindow, 30 minutes, "window");
        vm.assertEq(address(job.terms.token), address(token), "token");
        vm.assertEq(job.terms.listingId, listingId, "listing");
        vm.assertEq(bytes32(job.terms.verifier), bytes32(SELECTOR), "verifier");
        vm.assertEq(job.terms.floorPrice, LISTED, "floor");
        vm.assertEq(job.terms.maxPrice, PRICE, "maximum");
        vm.assertEq(job.terms.collateral, PRICE, "collateral");
        vm.assertEq(job.terms.bond, 0, "bond");
        vm.assertEq(job.terms.curveStart, terms.curveStart, "curve");
        vm.assertEq(job.terms.curveSeconds, terms.curveSeconds, "curve");
        vm.assertEq(job.terms.lockBy, terms.lockBy, "lock by");
        vm.assertEq(job.terms.proveWindow, terms.proveWindow, "window to prove");
        vm.assertEq(job.terms.deadline, terms.deadline, "deadline");
        vm.assertEq(job.terms.callback, stranger, "callback");
        vm.assertEq(job.terms.callbackGas, 100_000, "its gas");
        vm.assertEq(job.terms.recordHash, recordHash, "record");
        vm.assertEq(job.terms.inputDigest, keccak256(input), "digest");
        vm.assertEq(job.outputDigest, 0, "no output yet");
        vm.assertEq(job.prover, address(0), "no prover yet");
        vm.assertEq(market.limitOf(jobId), terms.lockBy, "whose turn");
    }

    function test_publishes_the_input() external {
        bytes32 jobId = market.jobIdOf(requester, 1, terms);
        vm.expectEmit(address(market));
        emit IMarketEvents.JobRequested(jobId, requester, listingId, 1, terms, PRICE, 30 minutes, input);
        send();
    }

    /// @dev The id is a pure function of chain, market, requester, nonce and terms: known before the request is sent.
    function test_job_id() external {
        bytes32 expected = keccak256(abi.encode(block.chainid, address(market), requester, 1, terms));
        vm.assertEq(market.jobIdOf(requester, 1, terms), expected, "predicted");
        vm.assertEq(send(), expected, "stored under it");
        vm.chainId(4242);
        vm.assertTrue(market.jobIdOf(requester, 1, terms) != expected, "chain");
        vm.assertTrue(market.jobIdOf(stranger, 1, terms) != expected, "requester");
    }

    function test_a_nonce_is_used_once() external {
        bytes32 jobId = send();
        rejects(abi.encodeWithSelector(IMarketEvents.NonceUsed.selector, requester, 1));
        terms.maxPrice += 1;
        rejects(abi.encodeWithSelector(IMarketEvents.NonceUsed.selector, requester, 1));
        vm.assertTrue(request(0, terms, input) != jobId, "in any order");
        vm.assertTrue(request(type(uint256).max, terms, input) != jobId, "any number");
        fund(stranger, 2 * PRICE);
        vm.prank(stranger);
        vm.assertTrue(market.request(1, terms, input) != jobId, "each requester its own");
    }

    function test_nonces_can_be_thrown_away() external {
        vm.prank(requester);
        vm.expectEmit(address(market));
        emit IMarketEvents.NoncesInvalidated(requester, 0, 6);
        market.invalidateNonces(0, 6);
        rejects(abi.encodeWithSelector(IMarketEvents.NonceUsed.selector, requester, 1));
        vm.assertTrue(market.nonceUsed(requester, 2) && !market.nonceUsed(requester, 3), "the set bits");
        request(3, terms, input);
    }

    /// @dev Terminal states absorb: nothing reopens a job.
    function test_an_ended_job_is_not_reopened() external {
        (terms.lockBy, terms.proveWindow) = (uint64(time()), 0);
        bytes32 jobId = send();
        vm.warp(time() + 1);
        market.expire(jobId);
        vm.warp(time() - 1);
        rejects(abi.encodeWithSelector(IMarketEvents.NonceUsed.selector, requester, 1));
    }

    function test_collateral_is_the_larger_of_maximum_and_floor() external {
        use(Records.legal(0, INPUT_BYTES, OUTPUT_BYTES), 0);
        (terms.floorPrice, terms.maxPrice) = (0, COLLATERAL_FLOOR - 1);
        vm.assertEq(market.job(send()).terms.collateral, COLLATERAL_FLOOR, "floor");
        terms.maxPrice = COLLATERAL_FLOOR + 1;
        vm.assertEq(market.job(request(2, terms, input)).terms.collateral, COLLATERAL_FLOOR + 1, "maximum");
    }

    function test_a_job_may_be_free() external {
        use(Records.legal(0, INPUT_BYTES, OUTPUT_BYTES), 0);
        (terms.floorPrice, terms.maxPrice) = (0, 0);
        bytes32 jobId = send();
        prove(list(jobId), input, outputOf(1), prover);
        // The listing's record is the same bytes as the default one.
        market.fulfil(list(jobId), input, outputOf(1), "seal", prover);
        vm.assertEq(credit(prover), 0, "nothing to pay");
        assertStatus(jobId, IMarketTypes.Status.Fulfilled);
    }

    function test_rejects_listings() external {
        terms.listingId = 99;
        rejects(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 99));
        terms.listingId = listingId;
        vm.prank(owner);
        registry.deprecate(listingId);
        rejects(abi.encodeWithSelector(IMarketEvents.ListingDeprecated.selector, listingId));
    }

    function test_rejects_another_record() external {
        terms.recordHash = "other";
        rejects(abi.encodeWithSelector(IMarketEvents.RecordMismatch.selector, recordHash, bytes32("other")));
    }

    /// @dev A holder cannot slip a new share under an order on its way.
    function test_rejects_a_changed_share() external {
        vm.prank(owner);
        registry.setTerms(listingId, LISTED, OWNER_BPS + 1);
        rejects(abi.encodeWithSelector(IMarketEvents.OwnerShareChanged.selector, OWNER_BPS, OWNER_BPS + 1));
    }

    function test_rejects_prices() external {
        terms.floorPrice = LISTED - 1;
        rejects(abi.encodeWithSelector(IMarketEvents.BadPrice.selector, LISTED, LISTED - 1, PRICE));
        terms.floorPrice = PRICE + 1;
        rejects(abi.encodeWithSelector(IMarketEvents.BadPrice.selector, LISTED, PRICE + 1, PRICE));
        terms.floorPrice = LISTED;
        terms.maxPrice = LISTED;
        send();
    }

    function test_rejects_times() external {
        bytes memory bad = abi.encodeWithSelector(IMarketEvents.BadTimes.selector);
        terms.lockBy = uint64(time() - 1);
        rejects(bad);
        terms.lockBy = uint64(time());
        terms.deadline = uint64(time() + 1 hours - 1);
        rejects(bad);
        terms.deadline = uint64(time() + 14 days + 1);
        rejects(bad);
        (terms.lockBy, terms.deadline) = (type(uint64).max, type(uint64).max);
        rejects(bad);
        (terms.lockBy, terms.deadline) = (uint64(time()), uint64(time() + 1 hours));
        send();
        terms.deadline = uint64(time() + 14 days);
        request(2, terms, input);
    }

    function test_rejects_verifiers() external {
        terms.verifier = "none";
        rejects(abi.encodeWithSelector(IMarketEvents.VerifierMismatch.selector, SELECTOR, bytes4("none")));
        terms.verifier = SELECTOR;
        tombstone(SELECTOR);
        rejects(abi.encodeWithSelector(IVerifierRouter.TombstonedVerifier.selector, SELECTOR));
    }

    function test_rejects_what_is_stopped() external {
        stopRecord(recordHash);
        rejects(abi.encodeWithSelector(IMarketEvents.Stopped.selector, SELECTOR, recordHash));
    }

    function test_rejects_tokens() external {
        PlainToken other = new PlainToken();
        terms.token = other;
        rejects(abi.encodeWithSelector(IMarketEvents.TokenMismatch.selector, token, other));
        IModelRegistry.Terms memory offer = IModelRegistry.Terms(0, 0, 0, 0, other);
        (terms.listingId, terms.ownerBps) = (registry.list(recordHash, SELECTOR, offer, ""), 0);
        rejects(abi.encodeWithSelector(IMarketEvents.TokenNotAllowed.selector, other));
        terms.token = token;
        rejects(abi.encodeWithSelector(IMarketEvents.TokenMismatch.selector, other, token));
        terms.token = other;
        allow(other);
        other.mint(requester, PRICE);
        vm.prank(requester);
        other.approve(address(market), PRICE);
        send();
        vm.assertEq(other.balanceOf(address(market)), PRICE, "escrowed");
    }

    function test_rejects_bonds_and_hidden_direct_jobs() external {
        terms.bond = 1;
        rejects(abi.encodeWithSelector(IMarketEvents.BadBond.selector, BOND_FLOOR, 1));
        use(Records.legal(RecordHeader.PRIVATE_INPUT, 128, 10), 0);
        input = Records.filler("two points", 128);
        (terms.inputDigest, terms.bond) = (keccak256(input), BOND_FLOOR - 1);
        rejects(abi.encodeWithSelector(IMarketEvents.BadBond.selector, BOND_FLOOR, BOND_FLOOR - 1));
        terms.bond = BOND_FLOOR;
        rejects(abi.encodeWithSelector(IMarketEvents.PrivateAndDirect.selector));
        terms.direct = false;
        bytes32 jobId = send();
        vm.assertTrue(market.job(jobId).isPrivate, "private");
        vm.assertEq(held(), PRICE + BOND_FLOOR, "price and bond");
    }

    function test_rejects_callbacks_that_want_too_much_gas() external {
        terms.callbackGas = 1_000_001;
        rejects(abi.encodeWithSelector(IMarketEvents.BadCallbackGas.selector, 1_000_000, 1_000_001));
        terms.callbackGas = 1_000_000;
        send();
    }

    function test_rejects_inputs_of_the_wrong_length() external {
        input = new bytes(INPUT_BYTES + 1);
        terms.inputDigest = keccak256(input);
        rejects(abi.encodeWithSelector(IMarketEvents.BadInputLength.selector, INPUT_BYTES, INPUT_BYTES + 1));
        input = "";
        rejects(abi.encodeWithSelector(IMarketEvents.BadInputLength.selector, INPUT_BYTES, 0));
    }

    function test_rejects_inputs_with_another_digest() external {
        input = inputOf(2);
        rejects(abi.encodeWithSelector(IMarketEvents.InputMismatch.selector, terms.inputDigest, keccak256(input)));
    }

    /// @dev What no seal can be made for is refused before anybody locks collateral for it.
    function testFuzz_rejects_inputs_out_of_range(uint256 where, uint8 value) external {
        RecordHeader.Header memory header = Records.legal(0, INPUT_BYTES, OUTPUT_BYTES);
        (header.inputMin, header.inputMax) = (-100, 3);
        use(header, 0);
        input = new bytes(INPUT_BYTES);
        input[where % INPUT_BYTES] = bytes1(value);
        terms.inputDigest = keccak256(input);
        int8 signed = int8(value);
        if (signed < -100 || signed > 3) rejects(abi.encodeWithSelector(SealStatement.InputOutOfRange.selector));
        else send();
        // Again, from what was remembered of the record.
        terms.listingId = registry.register(terms.recordHash, 0, 0, "");
        vm.prank(requester);
        if (signed < -100 || signed > 3) vm.expectRevert(SealStatement.InputOutOfRange.selector);
        market.request(2, terms, input);
    }

    function test_rejects_records_that_no_seal_is_for() external {
        RecordHeader.Header memory header = Records.legal(0, INPUT_BYTES, OUTPUT_BYTES);
        header.inputWidth = 3;
        use(header, 0);
        rejects(abi.encodeWithSelector(RecordHeader.BadRecordHeader.selector));
    }

    /// @dev With weights and output hidden, nobody but the prover could say what was proved.
    function test_rejects_outputs_nobody_could_open() external {
        use(Records.legal(RecordHeader.PRIVATE_OUTPUT | RecordHeader.PRIVATE_WEIGHTS, INPUT_BYTES, 64), 0);
        rejects(abi.encodeWithSelector(IMarketEvents.OutputNotOpenable.selector, terms.recordHash));
        use(Records.legal(RecordHeader.PRIVATE_OUTPUT, INPUT_BYTES, 64), 0);
        (terms.direct, terms.bond) = (false, BOND);
        vm.assertTrue(market.job(send()).isPrivate, "a hidden output is handed over like a hidden input");
    }

    function test_rejects_requesters_who_cannot_pay() external {
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(market), 0, PRICE)
        );
        market.request(1, terms, input);
        IERC20 payment = terms.token;
        vm.assertEq(payment.balanceOf(address(market)), 0, "nothing taken");
        vm.assertFalse(market.nonceUsed(stranger, 1), "nothing used");
    }
}
