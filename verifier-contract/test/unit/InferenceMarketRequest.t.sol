// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors, IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IInferenceMarket} from "../../src/interfaces/IInferenceMarket.sol";
import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {Deployment} from "../base/Deployment.sol";
import {Records} from "../base/Records.sol";

contract InferenceMarketRequestTest is Deployment {
    IInferenceMarket.Order private order;
    bytes private input;

    function setUp() external {
        deploy();
        order = orderFor(1);
        input = inputOf(1);
    }

    function send() private returns (bytes32) {
        vm.prank(requester);
        return market.request(order, input);
    }

    function rejects(bytes memory error_) private {
        vm.prank(requester);
        vm.expectRevert(error_);
        market.request(order, input);
    }

    function test_request_escrows_the_price_and_stores_the_terms() external {
        uint256 before = token.balanceOf(requester);
        bytes32 jobId = send();
        vm.assertEq(token.balanceOf(requester), before - PRICE, "paid");
        vm.assertEq(token.balanceOf(address(market)), PRICE, "held");

        IInferenceMarket.Job memory job = market.job(jobId);
        vm.assertEq(job.requester, requester, "requester");
        vm.assertEq(job.deadline, order.deadline, "deadline");
        vm.assertEq(job.ownerBps, OWNER_BPS, "share");
        vm.assertTrue(job.status == IInferenceMarket.Status.Open, "open");
        vm.assertEq(job.price, PRICE, "price");
        vm.assertEq(job.listingId, listingId, "listing");
        vm.assertEq(job.inputBytes, INPUT_BYTES, "input bytes");
        vm.assertEq(job.outputBytes, OUTPUT_BYTES, "output bytes");
        vm.assertEq(job.recordHash, recordHash, "record");
        vm.assertEq(job.inputDigest, keccak256(input), "digest");
        vm.assertEq(job.outputDigest, 0, "no output yet");
    }

    function test_request_publishes_the_input() external {
        vm.expectEmit(address(market));
        emit IInferenceMarket.JobRequested(market.jobIdOf(requester, order), requester, listingId, order, input);
        send();
    }

    /// @dev The id is a pure function of chain, market, requester and order: known before the request is sent.
    function test_job_id() external {
        bytes32 expected = keccak256(
            abi.encode(
                block.chainid,
                address(market),
                requester,
                order.listingId,
                order.recordHash,
                order.inputDigest,
                order.ownerBps,
                order.maxPrice,
                order.deadline,
                order.nonce
            )
        );
        vm.assertEq(market.jobIdOf(requester, order), expected, "predicted");
        vm.assertEq(send(), expected, "stored under it");
        vm.chainId(4242);
        vm.assertTrue(market.jobIdOf(requester, order) != expected, "chain");
        vm.assertTrue(market.jobIdOf(stranger, order) != expected, "requester");
    }

    function test_an_order_is_taken_once() external {
        bytes32 jobId = send();
        rejects(abi.encodeWithSelector(IInferenceMarket.JobExists.selector, jobId));
        order.nonce = 2;
        vm.assertTrue(send() != jobId, "another nonce is another job");
    }

    /// @dev Terminal states absorb: not even the same order reopens a refunded job.
    function test_an_ended_job_is_not_reopened() external {
        order.deadline = uint64(time());
        bytes32 jobId = send();
        vm.warp(time() + 1);
        market.refund(jobId);
        vm.warp(time() - 1);
        rejects(abi.encodeWithSelector(IInferenceMarket.JobExists.selector, jobId));
    }

    function test_two_requesters_may_send_equal_orders() external {
        fund(stranger, PRICE);
        bytes32 first = send();
        vm.prank(stranger);
        vm.assertTrue(market.request(order, input) != first, "different jobs");
    }

    function test_rejects_unknown_listings() external {
        order.listingId = 99;
        rejects(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 99));
    }

    function test_rejects_deprecated_listings() external {
        vm.prank(owner);
        registry.deprecate(listingId);
        rejects(abi.encodeWithSelector(IInferenceMarket.ListingDeprecated.selector, listingId));
    }

    function test_rejects_another_record() external {
        order.recordHash = "other";
        rejects(abi.encodeWithSelector(IInferenceMarket.RecordMismatch.selector, recordHash, bytes32("other")));
    }

    /// @dev A holder cannot slip a new share under an order on its way.
    function test_rejects_a_changed_share() external {
        vm.prank(owner);
        registry.setTerms(listingId, PRICE, OWNER_BPS + 1);
        rejects(abi.encodeWithSelector(IInferenceMarket.OwnerShareChanged.selector, OWNER_BPS, OWNER_BPS + 1));
    }

    function test_rejects_less_than_the_asked_price() external {
        order.maxPrice = PRICE - 1;
        rejects(abi.encodeWithSelector(IInferenceMarket.PriceTooLow.selector, PRICE, PRICE - 1));
    }

    function test_takes_more_than_the_asked_price() external {
        order.maxPrice = PRICE + 1;
        vm.assertEq(market.job(send()).price, PRICE + 1, "what was offered");
    }

    function test_rejects_bad_deadlines() external {
        order.deadline = uint64(time() - 1);
        rejects(abi.encodeWithSelector(IInferenceMarket.BadDeadline.selector, order.deadline));
        order.deadline = uint64(time() + 14 days + 1);
        rejects(abi.encodeWithSelector(IInferenceMarket.BadDeadline.selector, order.deadline));
        order.deadline = type(uint64).max;
        rejects(abi.encodeWithSelector(IInferenceMarket.BadDeadline.selector, order.deadline));
        order.deadline = uint64(time());
        send();
        order.deadline = uint64(time() + 14 days);
        send();
    }

    function test_rejects_inputs_of_the_wrong_length() external {
        input = new bytes(INPUT_BYTES + 1);
        order.inputDigest = keccak256(input);
        rejects(abi.encodeWithSelector(IInferenceMarket.BadInputLength.selector, INPUT_BYTES, INPUT_BYTES + 1));
        input = "";
        rejects(abi.encodeWithSelector(IInferenceMarket.BadInputLength.selector, INPUT_BYTES, 0));
    }

    function test_rejects_inputs_with_another_digest() external {
        input = inputOf(2);
        rejects(abi.encodeWithSelector(IInferenceMarket.InputMismatch.selector, order.inputDigest, keccak256(input)));
    }

    function test_rejects_requesters_who_cannot_pay() external {
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(market), 0, PRICE)
        );
        market.request(order, input);
    }

    /// @dev Of a private input the request carries the commitment points.
    function test_private_input() external {
        bytes32 hash = store.publish(Records.make(RecordHeader.PRIVATE_INPUT, 128, 64));
        order.recordHash = hash;
        order.ownerBps = 0;
        order.listingId = registry.register(hash, 0, 0, "");
        input = Records.filler("two points", 128);
        order.inputDigest = keccak256(input);
        vm.assertTrue(market.job(send()).privateInput, "marked");
    }
}
