// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {DigitOracle} from "../../examples/DigitOracle.sol";
import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {Deployment} from "../base/Deployment.sol";

/// @notice The example that has inferences made: through the market itself, a proved answer or the price back.
contract DigitOracleTest is Deployment {
    /// @dev Ten scores of a byte, signed.
    bytes private constant SCORES = hex"00fffe03437f00ff4301";
    uint8 private constant DIGIT = 5;

    DigitOracle private oracle;
    address private asker = actor("asker");
    address private other = actor("other asker");

    function setUp() external {
        deploy();
        oracle = new DigitOracle(market, registry, token, listingId, recordHash, 1);
        fundProver(prover, 10 * PRICE);
        pocket(asker);
        pocket(other);
    }

    function pocket(address account) private {
        vm.prank(team);
        token.transfer(account, 10 * PRICE);
        vm.prank(account);
        token.approve(address(oracle), type(uint256).max);
    }

    function ask(address by, uint256 seed) private returns (bytes32) {
        vm.prank(by);
        return oracle.ask(inputOf(seed), PRICE);
    }

    /// @notice Proves the job with the input of `seed`.
    function answer(bytes32 jobId, uint256 seed) private {
        proveAndFulfil(list(jobId), inputOf(seed), SCORES);
    }

    function assertAnswered(bytes32 jobId) private view {
        (, bool answered, uint8 digit,) = oracle.questions(jobId);
        vm.assertTrue(answered, "answered");
        vm.assertEq(digit, DIGIT, "0x7f is the largest");
    }

    /// @notice What `account` has spent of what it had.
    function spent(address account) private view returns (uint256) {
        return 10 * PRICE - token.balanceOf(account);
    }

    function assertKeepsNothing() private view {
        vm.assertEq(token.balanceOf(address(oracle)) + credit(address(oracle)), 0, "keeps nothing");
    }

    function test_an_answer_for_its_price() external {
        bytes32 jobId = ask(asker, 1);
        answer(jobId, 1);
        assertAnswered(jobId);
        vm.assertEq(spent(asker), PRICE, "the price, to the wei");
        vm.assertEq(credit(prover), 790e18, "the prover's part");
        assertKeepsNothing();
        vm.expectRevert(abi.encodeWithSelector(DigitOracle.NothingToPayBack.selector, jobId));
        oracle.payBack(jobId);
    }

    function test_an_answer_from_whoever_locked_it() external {
        bytes32 jobId = ask(asker, 1);
        lockAs(prover, jobId);
        answer(jobId, 1);
        assertAnswered(jobId);
        vm.assertEq(spent(asker), PRICE, "the price, to the wei");
        assertKeepsNothing();
    }

    function test_the_price_is_the_askers() external {
        vm.assertEq(oracle.leastPrice(), LISTED, "the listing's");
        vm.prank(asker);
        bytes memory tooLow = abi.encodeWithSelector(IMarketEvents.BadPrice.selector, LISTED, LISTED - 1, LISTED - 1);
        vm.expectRevert(tooLow);
        oracle.ask(inputOf(1), LISTED - 1);
        vm.assertEq(spent(asker), 0, "nothing was taken");
    }

    function test_nobody_took_it() external {
        bytes32 jobId = ask(asker, 1);
        uint64 lockBy = market.job(jobId).terms.lockBy;
        vm.warp(lockBy);
        vm.expectRevert();
        oracle.payBack(jobId);
        vm.warp(lockBy + 1);
        oracle.payBack(jobId);
        vm.assertEq(spent(asker), 0, "all of it is back");
        assertKeepsNothing();
        vm.expectRevert(abi.encodeWithSelector(DigitOracle.NothingToPayBack.selector, jobId));
        oracle.payBack(jobId);
    }

    function test_its_prover_did_not_deliver() external {
        bytes32 jobId = ask(asker, 1);
        lockAs(prover, jobId);
        uint64 deadline = market.job(jobId).terms.deadline;
        vm.warp(deadline);
        vm.expectRevert();
        oracle.payBack(jobId);
        vm.warp(deadline + 1);
        vm.prank(stranger);
        oracle.payBack(jobId);
        vm.assertEq(spent(asker), 0, "all of it is back");
        assertKeepsNothing();
    }

    function test_a_late_answer_is_free() external {
        bytes32 jobId = ask(asker, 1);
        lockAs(prover, jobId);
        vm.warp(market.job(jobId).lockEnd + 1);
        answer(jobId, 1);
        assertStatus(jobId, IMarketTypes.Status.FulfilledLate);
        assertAnswered(jobId);
        oracle.payBack(jobId);
        vm.assertEq(spent(asker), 0, "all of it is back");
        assertKeepsNothing();
    }

    function test_stopped_seals_cost_nothing() external {
        bytes32 jobId = ask(asker, 1);
        lockAs(prover, jobId);
        stopRecord(recordHash);
        market.voidJob(jobId);
        oracle.payBack(jobId);
        vm.assertEq(spent(asker), 0, "all of it is back");
        assertKeepsNothing();
    }

    /// @dev Whoever is first withdraws the credit of both.
    function test_what_is_paid_back_is_each_askers_own() external {
        bytes32 first = ask(asker, 1);
        vm.prank(other);
        bytes32 second = oracle.ask(inputOf(2), 2 * PRICE);
        bytes32 done = ask(asker, 3);
        answer(done, 3);
        vm.warp(market.job(second).terms.lockBy + 1);
        market.expire(second);
        oracle.payBack(first);
        vm.assertEq(spent(asker), PRICE, "of the answered one");
        vm.assertEq(spent(other), 2 * PRICE, "not yet");
        oracle.payBack(second);
        vm.assertEq(spent(other), 0, "all of it is back");
        assertKeepsNothing();
    }

    function test_only_the_market_answers() external {
        bytes32 jobId = ask(asker, 1);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(DigitOracle.NotTheMarket.selector, stranger));
        oracle.onInference(jobId, SCORES);
    }

    /// @dev A stranger's job that names the oracle is settled like any other; the oracle does not listen.
    function test_a_strangers_job_is_no_question() external {
        IMarketTypes.Terms memory terms = termsFor(1);
        (terms.callback, terms.callbackGas) = (address(oracle), 100_000);
        bytes32 jobId = request(1, terms, inputOf(1));
        answer(jobId, 1);
        assertStatus(jobId, IMarketTypes.Status.Fulfilled);
        vm.assertTrue(market.job(jobId).callbackPending, "the callback failed");
        (, bool answered,,) = oracle.questions(jobId);
        vm.assertFalse(answered, "no answer");
        vm.expectRevert(abi.encodeWithSelector(DigitOracle.UnknownQuestion.selector, jobId));
        oracle.payBack(jobId);
    }

    function test_the_same_image_can_be_asked_about_again() external {
        bytes32 first = ask(asker, 1);
        bytes32 second = ask(other, 1);
        proveAndFulfil(list(first, second), bytes.concat(inputOf(1), inputOf(1)), bytes.concat(SCORES, SCORES));
        assertAnswered(first);
        assertAnswered(second);
    }
}
