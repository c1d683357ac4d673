// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IInferenceCallback} from "../../src/interfaces/IInferenceCallback.sol";
import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {Scenario} from "../base/Scenario.sol";

/// @notice The requester's contract, which is told the output by the transaction that pays the prover.
contract EvilReceiver is IInferenceCallback {
    enum Mood {
        Reenters,
        Burns,
        Bombs,
        Dies
    }

    InferenceMarket private immutable _market;
    Mood public mood;
    uint256 public calls;
    uint256 public keptOut;

    constructor(InferenceMarket market) {
        _market = market;
    }

    function become(Mood mood_) external {
        mood = mood_;
    }

    function onInference(bytes32 jobId, bytes calldata output) external {
        if (mood == Mood.Burns) {
            while (true) ++calls;
        }
        if (mood == Mood.Bombs) {
            assembly {
                revert(0, 300000)
            }
        }
        if (mood == Mood.Dies) selfdestruct(payable(msg.sender));
        ++calls;
        // Everything that could pay twice, or take back what was paid; each would do something if it were let in, or fail otherwise.
        IERC20 token = _market.networkToken();
        attempt(abi.encodeCall(_market.withdraw, (token, address(this))));
        attempt(abi.encodeCall(_market.withdrawCollateral, (token, 1, address(this))));
        attempt(abi.encodeCall(_market.sendIncome, (token)));
        attempt(abi.encodeCall(_market.retryCallback, (jobId, output)));
        attempt(abi.encodeCall(_market.refund, (jobId)));
        attempt(abi.encodeCall(_market.voidJob, (jobId)));
        attempt(abi.encodeCall(_market.cancel, (jobId)));
        attempt(abi.encodeCall(_market.noticeCancel, (jobId)));
        attempt(abi.encodeCall(_market.expire, (jobId)));
    }

    function attempt(bytes memory data) private {
        (bool ok, bytes memory why) = address(_market).call(data);
        bytes4 guard = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        if (!ok && bytes4(why) == guard) ++keptOut;
    }
}

/// @notice The callback is used against the prover that pays its gas, or by the prover against the requester.
contract CallbackAttacksTest is Scenario {
    uint32 private constant GAS = 1_000_000;
    EvilReceiver private receiver;

    function setUp() external {
        deploy();
        receiver = new EvilReceiver(market);
    }

    function requestWith(uint256 seed, address callback, uint32 gas_) private returns (bytes32) {
        IMarketTypes.Terms memory terms = termsFor(seed);
        (terms.callback, terms.callbackGas) = (callback, gas_);
        return requestAs(requester, seed, terms);
    }

    /// @dev The gas of settling; the prover is paid, whatever the callback does, and the requester has paid.
    function settling(EvilReceiver.Mood mood, uint256 seed, address callback) private returns (uint256 gas_) {
        receiver.become(mood);
        uint256 before = wealth(prover);
        uint256 requesters = wealth(requester);
        bytes32 jobId = requestWith(seed, callback, callback == address(0) ? 0 : GAS);
        prove(list(jobId), inputOf(seed), outputOf(seed), prover);
        gas_ = gasleft();
        market.fulfil(list(jobId), inputOf(seed), outputOf(seed), "seal", prover);
        gas_ -= gasleft();
        assertStatus(jobId, IMarketTypes.Status.Fulfilled);
        vm.assertEq(wealth(prover), before + 790e18, "paid");
        vm.assertEq(wealth(requester), requesters - PRICE, "by the requester");
    }

    function test_reentering_every_way_out_of_the_market() external {
        // It has credit and collateral of its own, and the treasury's pot is full: each way out would lead somewhere.
        settle(requestJob(8), 8, address(receiver));
        fundProver(address(receiver), PRICE);
        bytes32 lapsed = requestJob(9);
        lockAs(address(receiver), lapsed);
        vm.warp(market.job(lapsed).terms.deadline + 1);
        market.refund(lapsed);
        fund(address(receiver), 1);
        vm.prank(address(receiver));
        market.depositCollateral(token, 1);
        uint256 before = wealth(address(receiver));
        settling(EvilReceiver.Mood.Reenters, 1, address(receiver));
        vm.assertEq(receiver.calls(), 1, "told once");
        vm.assertEq(receiver.keptOut(), 9, "each by the guard");
        profit("a callback that re-enters nine functions", change(before, wealth(address(receiver))));
    }

    /// @dev The gas that the order names is the most a callback costs. Whoever proves knows it beforehand.
    function test_no_callback_costs_more_than_it_says() external {
        settling(EvilReceiver.Mood.Reenters, 1, address(0));
        uint256 plain = settling(EvilReceiver.Mood.Reenters, 2, address(0));
        for (uint256 i = 1; i <= uint256(type(EvilReceiver.Mood).max); ++i) {
            uint256 gas_ = settling(EvilReceiver.Mood(i), 2 + i, address(receiver));
            // Its own gas, the note that it failed, and the copies of the output.
            vm.assertLt(gas_, plain + GAS + 60_000, "the order's gas");
        }
        profit("callbacks that burn gas, return a bomb, or self-destruct", int256(wealth(address(receiver))));
    }

    function test_a_callback_without_code() external {
        settling(EvilReceiver.Mood.Reenters, 1, stranger);
        vm.assertFalse(
            market.job(market.jobIdOf(requester, 1, withCallback(1, stranger))).callbackPending, "told nothing"
        );
    }

    function withCallback(uint256 seed, address callback) private view returns (IMarketTypes.Terms memory terms) {
        terms = termsFor(seed);
        (terms.callback, terms.callbackGas) = (callback, GAS);
    }

    /// @dev A prover that sends just so much gas that the callback fails, and settlement does not: there is no such amount.
    function testFuzz_a_fulfiller_starves_nobody(uint256 gas_) external {
        gas_ = bound(gas_, 200_000, 3_000_000);
        bytes32 jobId = requestWith(1, address(receiver), GAS);
        prove(list(jobId), inputOf(1), outputOf(1), prover);
        bytes memory call_ =
            abi.encodeCall(market.fulfil, (list(jobId), inputOf(1), outputOf(1), bytes("seal"), prover));
        (bool ok,) = address(market).call{gas: gas_}(call_);
        vm.assertEq(receiver.calls(), ok ? 1 : 0, "settled and told, or neither");
        vm.assertEq(wealth(prover), ok ? 790e18 : 0, "and paid, or not");
    }

    function test_starving_a_callback_pays_nothing() external {
        bytes32 jobId = requestWith(1, address(receiver), GAS);
        prove(list(jobId), inputOf(1), outputOf(1), prover);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.InsufficientGas.selector, uint256(GAS) * 64 / 63 + 10_000));
        market.fulfil{gas: 1_200_000}(list(jobId), inputOf(1), outputOf(1), "seal", prover);
        profit("settling with too little gas for the callback", int256(wealth(prover)));
    }

    /// @dev In a batch the evil ones hold up no other.
    function test_a_batch_of_evil_callbacks() external {
        receiver.become(EvilReceiver.Mood.Burns);
        bytes32 bad = requestWith(1, address(receiver), GAS);
        EvilReceiver good = new EvilReceiver(market);
        bytes32 told = requestWith(2, address(good), GAS);
        bytes memory input = bytes.concat(inputOf(1), inputOf(2));
        proveAndFulfil(list(bad, told), input, bytes.concat(outputOf(1), outputOf(2)));
        vm.assertTrue(market.job(bad).callbackPending, "failed alone");
        vm.assertEq(good.calls(), 1, "the other was told");
        vm.assertEq(wealth(prover), 2 * 790e18, "both paid");
    }
}
