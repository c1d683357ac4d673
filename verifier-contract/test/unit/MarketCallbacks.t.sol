// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IInferenceCallback} from "../../src/interfaces/IInferenceCallback.sol";
import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {Deployment} from "../base/Deployment.sol";

/// @notice Behaves as it is told to.
contract Receiver is IInferenceCallback {
    enum Mood {
        Grateful,
        Reverting,
        Burning,
        Bombing,
        Reentering,
        Demanding
    }

    Mood public mood;
    bytes32 public jobId;
    bytes public output;
    uint256 public calls;
    uint256 public gasGiven;
    bytes public answer;

    function become(Mood mood_) external {
        mood = mood_;
    }

    function onInference(bytes32 jobId_, bytes calldata output_) external {
        uint256 given = gasleft();
        if (mood == Mood.Reverting) revert("no");
        if (mood == Mood.Burning) {
            while (true) ++calls;
        }
        if (mood == Mood.Bombing) {
            assembly {
                // As much as its gas buys: copied by the caller, it would cost the caller as much again.
                revert(0, 200000)
            }
        }
        if (mood == Mood.Reentering) {
            (bool ok, bytes memory data) =
                msg.sender.call(abi.encodeCall(InferenceMarket(msg.sender).voidJob, (jobId_)));
            require(!ok, "let in");
            answer = data;
            return;
        }
        if (mood == Mood.Demanding) require(given >= 299_000, "starved");
        (jobId, output, gasGiven) = (jobId_, output_, given);
        ++calls;
    }
}

/// @notice Callbacks of rows 10, 11 and 12: last, and nothing depends on them.
contract MarketCallbacksTest is Deployment {
    uint32 private constant GAS = 300_000;

    Receiver private receiver = new Receiver();
    bytes32 private jobId;

    function setUp() external {
        deploy();
        fundProver(prover, PRICE);
        jobId = requestWith(1, address(receiver));
    }

    function requestWith(uint256 nonce, address callback) private returns (bytes32) {
        IMarketTypes.Terms memory terms = termsFor(1);
        (terms.callback, terms.callbackGas) = (callback, GAS);
        return request(nonce, terms, inputOf(1));
    }

    function fulfil() private {
        proveAndFulfil(list(jobId), inputOf(1), outputOf(1));
    }

    function settledAndPending() private {
        prove(list(jobId), inputOf(1), outputOf(1), prover);
        vm.expectEmit(address(market));
        emit IMarketEvents.CallbackFailed(jobId, address(receiver));
        market.fulfil(list(jobId), inputOf(1), outputOf(1), "seal", prover);
        assertStatus(jobId, IMarketTypes.Status.Fulfilled);
        vm.assertEq(credit(prover), 790e18, "paid all the same");
        vm.assertTrue(market.job(jobId).callbackPending, "to be repeated");
        receiver.become(Receiver.Mood.Grateful);
        vm.prank(stranger);
        vm.expectEmit(address(market));
        emit IMarketEvents.CallbackRetried(jobId, address(receiver));
        market.retryCallback(jobId, outputOf(1));
        told();
    }

    function told() private {
        vm.assertEq(receiver.jobId(), jobId, "job");
        vm.assertEq(receiver.output(), outputOf(1), "output");
        vm.assertFalse(market.job(jobId).callbackPending, "done");
        vm.expectRevert(IMarketEvents.NothingToRetry.selector);
        market.retryCallback(jobId, outputOf(1));
    }

    function test_told_on_direct_fulfilment() external {
        fulfil();
        told();
        vm.assertLe(receiver.gasGiven(), GAS, "no more gas than asked for");
        vm.assertLe(GAS - 1_000, receiver.gasGiven(), "and no less");
    }

    function test_told_on_time_and_late() external {
        lockAs(prover, jobId);
        fulfil();
        told();
        jobId = requestWith(2, address(receiver));
        lockAs(prover, jobId);
        vm.warp(market.job(jobId).lockEnd + 1);
        fulfil();
        assertStatus(jobId, IMarketTypes.Status.FulfilledLate);
        told();
        vm.assertEq(receiver.calls(), 2, "once each");
    }

    function test_reverting() external {
        receiver.become(Receiver.Mood.Reverting);
        settledAndPending();
    }

    function test_burning() external {
        receiver.become(Receiver.Mood.Burning);
        settledAndPending();
    }

    function test_bombing() external {
        receiver.become(Receiver.Mood.Bombing);
        prove(list(jobId), inputOf(1), outputOf(1), prover);
        uint256 before = gasleft();
        market.fulfil(list(jobId), inputOf(1), outputOf(1), "seal", prover);
        vm.assertLt(before - gasleft(), 900_000, "its answer was not copied");
        vm.assertTrue(market.job(jobId).callbackPending, "failed");
    }

    function test_reentering() external {
        receiver.become(Receiver.Mood.Reentering);
        fulfil();
        bytes memory blocked = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.assertEq(receiver.answer(), blocked, "kept out");
        assertStatus(jobId, IMarketTypes.Status.Fulfilled);
    }

    function test_an_account_without_code_is_told_nothing() external {
        jobId = requestWith(2, stranger);
        fulfil();
        vm.assertFalse(market.job(jobId).callbackPending, "a call without code succeeds");
    }

    /// @dev Whatever gas the fulfiller chooses: either all reverts, or the callback had what it asked for.
    function testFuzz_a_fulfiller_cannot_starve_a_callback(uint256 gas_) external {
        gas_ = bound(gas_, 100_000, 1_500_000);
        receiver.become(Receiver.Mood.Demanding);
        prove(list(jobId), inputOf(1), outputOf(1), prover);
        bytes memory call_ =
            abi.encodeCall(market.fulfil, (list(jobId), inputOf(1), outputOf(1), bytes("seal"), prover));
        (bool ok,) = address(market).call{gas: gas_}(call_);
        vm.assertEq(receiver.calls(), ok ? 1 : 0, "told if and only if settled");
        vm.assertTrue(
            market.job(jobId).status == (ok ? IMarketTypes.Status.Fulfilled : IMarketTypes.Status.Open), "or nothing"
        );
        if (gas_ > 1_300_000) vm.assertTrue(ok, "enough is enough");
    }

    function test_retry_needs_the_proved_output() external {
        receiver.become(Receiver.Mood.Reverting);
        fulfil();
        vm.expectRevert(IMarketEvents.NothingToRetry.selector);
        market.retryCallback(jobId, outputOf(2));
        vm.expectRevert(IMarketEvents.CallbackReverted.selector);
        market.retryCallback(jobId, outputOf(1));
        vm.assertTrue(market.job(jobId).callbackPending, "still");
    }

    function test_a_batch_tells_each() external {
        Receiver bad = new Receiver();
        bad.become(Receiver.Mood.Burning);
        bytes32 other = requestWith(2, address(bad));
        bytes memory input = bytes.concat(inputOf(1), inputOf(1));
        proveAndFulfil(list(other, jobId), input, bytes.concat(outputOf(2), outputOf(1)));
        told();
        vm.assertTrue(market.job(other).callbackPending, "the other failed alone");
        vm.assertEq(credit(prover), 2 * 790e18, "both paid");
    }
}
