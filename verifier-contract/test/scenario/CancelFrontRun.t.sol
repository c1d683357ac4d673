// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {Scenario} from "../base/Scenario.sol";

/// @notice The requester sees a lock or a proof on its way and cancels in front of it, to have the output (which is in the proof's
/// transaction) for nothing.
contract CancelFrontRunTest is Scenario {
    bytes32 private jobId;

    function setUp() external {
        deploy();
        fundProver(prover, PRICE);
        jobId = requestJob(1);
    }

    function noticed() private {
        vm.startPrank(requester);
        market.noticeCancel(jobId);
        // Not in the same second, nor in the five minutes after.
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.TooEarly.selector, jobId, time() + 5 minutes));
        market.cancel(jobId);
        vm.stopPrank();
    }

    function assertPaid() private view {
        assertStatus(jobId, IMarketTypes.Status.Fulfilled);
        vm.assertEq(credit(prover), 790e18, "the prover is paid");
    }

    function test_in_front_of_a_proof() external {
        uint256 before = wealth(requester);
        noticed();
        settle(jobId, 1, prover);
        assertPaid();
        vm.assertEq(wealth(requester), before, "the requester has paid");
        profit("notice of cancellation in front of a proof", change(before, wealth(requester)));
    }

    function test_in_front_of_a_lock() external {
        uint256 before = wealth(requester);
        noticed();
        // The last second of the notice.
        vm.warp(time() + 5 minutes);
        lockAs(prover, jobId);
        vm.expectRevert(wrongStatus(jobId));
        market.cancel(jobId);
        vm.warp(market.job(jobId).lockEnd);
        settle(jobId, 1, prover);
        assertPaid();
        profit("notice of cancellation in front of a lock", change(before, wealth(requester)));
    }

    function test_once_locked_there_is_no_notice() external {
        lockAs(prover, jobId);
        vm.prank(requester);
        vm.expectRevert(wrongStatus(jobId));
        market.noticeCancel(jobId);
        settle(jobId, 1, prover);
        assertPaid();
    }

    /// @dev A prover that comes too late loses its call's gas, and no collateral.
    function test_after_the_notice_nobody_loses_anything() external {
        uint256 provers = wealth(prover);
        uint256 before = wealth(requester) + PRICE;
        noticed();
        vm.warp(time() + 5 minutes + 1);
        vm.prank(prover);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.TooLate.selector, jobId, time() - 1));
        market.lock(jobId, 0, prover);
        prove(list(jobId), inputOf(1), outputOf(1), prover);
        vm.expectRevert(IMarketEvents.NothingToFulfil.selector);
        market.fulfil(list(jobId), inputOf(1), outputOf(1), "seal", prover);
        market.cancel(jobId);
        vm.assertEq(wealth(prover), provers, "the prover has what it had");
        profit("cancelling after the notice", change(before, wealth(requester)));
    }

    /// @dev A signed order's nonce can be thrown away in front of the relayer: then there is no job, and nobody has proved one.
    function test_a_withdrawn_order_never_was_a_job() external {
        uint256 key = 0xA11CE;
        address signer = vm.addr(key);
        fund(signer, PRICE);
        IMarketTypes.Terms memory terms = termsFor(2);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, market.orderDigest(signer, 1, terms));
        vm.prank(signer);
        market.invalidateNonces(0, 2);
        IMarketTypes.Permit memory none;
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NonceUsed.selector, signer, 1));
        market.requestFor(signer, 1, terms, inputOf(2), abi.encodePacked(r, s, v), none);
        assertStatus(market.jobIdOf(signer, 1, terms), IMarketTypes.Status.None);
        profit("withdrawing an order in front of its relayer", change(PRICE, wealth(signer)));
    }
}
