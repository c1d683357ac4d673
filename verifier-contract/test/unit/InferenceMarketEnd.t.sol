// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInferenceMarket} from "../../src/interfaces/IInferenceMarket.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {IRecordVerifier} from "../../src/interfaces/IRecordVerifier.sol";
import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {Deployment} from "../base/Deployment.sol";

/// @notice Refunds, withdrawals, wiring.
contract InferenceMarketEndTest is Deployment {
    bytes32 private jobId;

    function setUp() external {
        deploy();
        jobId = requestJob(1);
    }

    function rejectsRefund() private {
        vm.expectRevert(abi.encodeWithSelector(IInferenceMarket.NotRefundable.selector, jobId));
        market.refund(jobId);
    }

    function test_anyone_refunds_after_the_deadline() external {
        vm.warp(market.job(jobId).deadline + 1);
        vm.expectEmit(address(market));
        emit IInferenceMarket.JobRefunded(jobId, requester, PRICE);
        vm.prank(stranger);
        market.refund(jobId);
        vm.assertTrue(market.job(jobId).status == IInferenceMarket.Status.Refunded, "refunded");
        vm.assertEq(market.creditOf(requester), PRICE, "credited to the requester");
    }

    function test_no_refund_before_the_deadline_has_passed() external {
        rejectsRefund();
        vm.warp(market.job(jobId).deadline);
        rejectsRefund();
    }

    function test_no_second_refund() external {
        vm.warp(market.job(jobId).deadline + 1);
        market.refund(jobId);
        rejectsRefund();
    }

    function test_no_refund_of_a_fulfilled_job() external {
        proveAndFulfil(list(jobId), inputOf(1), outputOf(1));
        vm.warp(market.job(jobId).deadline + 1);
        rejectsRefund();
    }

    function test_no_refund_of_an_unknown_job() external {
        jobId = "x";
        rejectsRefund();
    }

    function test_withdraw_pays_the_whole_credit_once() external {
        proveAndFulfil(list(jobId), inputOf(1), outputOf(1));
        vm.startPrank(prover);
        vm.expectEmit(address(market));
        emit IInferenceMarket.Withdrawn(prover, stranger, 790e18);
        vm.assertEq(market.withdraw(stranger), 790e18, "amount");
        vm.assertEq(token.balanceOf(stranger), 790e18, "arrived");
        vm.assertEq(market.creditOf(prover), 0, "credit gone");
        vm.expectRevert(abi.encodeWithSelector(IInferenceMarket.NoCredit.selector, prover));
        market.withdraw(stranger);
    }

    function test_withdraw_rejects_nobody() external {
        proveAndFulfil(list(jobId), inputOf(1), outputOf(1));
        vm.startPrank(prover);
        vm.expectRevert(IInferenceMarket.ZeroAddress.selector);
        market.withdraw(address(0));
        vm.stopPrank();
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IInferenceMarket.NoCredit.selector, stranger));
        market.withdraw(stranger);
    }

    /// @dev The mistakes a deployer can make with predicted addresses do not survive the constructor.
    function test_wrong_wiring_cannot_be_deployed() external {
        bytes memory wrong = abi.encodeWithSelector(IInferenceMarket.WrongWiring.selector);
        vm.expectRevert(wrong);
        new InferenceMarket(token, registry, verifier, rewards);

        // Right address, wrong parts: put a fresh market where these rewards expect theirs.
        vm.etch(address(rewards), address(new RewardsOf(address(token))).code);
        vm.expectRevert(wrong);
        new InferenceMarket(token, IModelRegistry(address(1)), verifier, rewards);
        vm.expectRevert(wrong);
        new InferenceMarket(token, registry, IRecordVerifier(address(1)), rewards);
    }
}

/// @notice Stands for a rewards contract of whatever market asks.
contract RewardsOf {
    address private immutable _token;

    constructor(address token_) {
        _token = token_;
    }

    function market() external view returns (address) {
        return msg.sender;
    }

    function token() external view returns (address) {
        return _token;
    }
}
