// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {Deployment} from "../base/Deployment.sol";
import {RewardsDouble} from "../base/RewardsDouble.sol";
import {BlocklistToken, FeeToken, PlainToken, ReentrantToken, SilentToken} from "../base/MarketTokens.sol";

/// @notice Credits, collateral, pots, and tokens that lie.
contract MarketMoneyTest is Deployment {
    RewardsDouble private work;

    function setUp() external {
        deploy();
    }

    /// @notice A market whose rewards take any token; the default listing is in `payment`.
    function deployFor(IERC20 payment) private {
        address predicted = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 2);
        work = new RewardsDouble(token, predicted);
        market = marketWith(address(work));
        allow(payment);
        listIn(payment);
    }

    function listIn(IERC20 payment) private {
        IModelRegistry.Terms memory offer = IModelRegistry.Terms(LISTED, LISTED, 0, OWNER_BPS, payment);
        vm.prank(owner);
        listingId = registry.list(recordHash, SELECTOR, offer, "");
    }

    function requestIn(IERC20 payment, uint256 nonce) private returns (bytes32) {
        IMarketTypes.Terms memory terms = termsFor(1);
        terms.token = payment;
        return request(nonce, terms, inputOf(1));
    }

    function endow(address account, PlainToken payment, uint256 amount) private {
        payment.mint(account, amount);
        vm.prank(account);
        payment.approve(address(market), type(uint256).max);
    }

    function wrongDelta(IERC20 payment, uint256 expected, uint256 got) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMarketEvents.WrongDelta.selector, payment, expected, got);
    }

    // ---- credits and collateral

    function test_withdraw_pays_the_whole_credit_once() external {
        bytes32 jobId = requestJob(1);
        proveAndFulfil(list(jobId), inputOf(1), outputOf(1));
        vm.startPrank(prover);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.BadRecipient.selector, address(0)));
        market.withdraw(token, address(0));
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.BadRecipient.selector, address(market)));
        market.withdraw(token, address(market));
        vm.expectEmit(address(market));
        emit IMarketEvents.Withdrawn(prover, token, stranger, 790e18);
        vm.assertEq(market.withdraw(token, stranger), 790e18, "amount");
        vm.assertEq(token.balanceOf(stranger), 790e18, "arrived");
        vm.assertEq(credit(prover), 0, "credit gone");
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NoCredit.selector, prover));
        market.withdraw(token, stranger);
    }

    function test_collateral_goes_in_and_out() external {
        fund(prover, 100);
        vm.startPrank(prover);
        vm.expectEmit(address(market));
        emit IMarketEvents.CollateralDeposited(prover, token, 100);
        market.depositCollateral(token, 100);
        vm.assertEq(free(prover), 100, "in");
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.InsufficientCollateral.selector, 101, 100));
        market.withdrawCollateral(token, 101, prover);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.BadRecipient.selector, address(0)));
        market.withdrawCollateral(token, 1, address(0));
        vm.expectEmit(address(market));
        emit IMarketEvents.CollateralWithdrawn(prover, token, stranger, 60);
        market.withdrawCollateral(token, 60, stranger);
        vm.assertEq(free(prover), 40, "rest");
        vm.assertEq(token.balanceOf(stranger), 60, "arrived");
    }

    function test_collateral_of_nothing_and_of_too_much_is_refused_by_name() external {
        fund(prover, 100);
        vm.startPrank(prover);
        market.depositCollateral(token, 100);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NoCredit.selector, prover));
        market.withdrawCollateral(token, 0, stranger);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NoCredit.selector, prover));
        market.withdrawCollateral(IERC20(stranger), 0, prover);
        bytes memory tooMuch =
            abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 128, type(uint256).max);
        vm.expectRevert(tooMuch);
        market.depositCollateral(token, type(uint256).max);
        vm.assertEq(free(prover), 100, "as it was");
    }

    function test_collateral_of_unlisted_tokens_is_refused() external {
        PlainToken other = new PlainToken();
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.TokenNotAllowed.selector, other));
        market.depositCollateral(other, 1);
    }

    /// @dev Taking a token off the list touches nothing that is here.
    function test_a_delisted_token_is_served_to_the_end() external {
        PlainToken other = new PlainToken();
        deployFor(other);
        endow(requester, other, 2 * PRICE);
        endow(prover, other, PRICE);
        stakeFor(prover);
        vm.prank(prover);
        market.depositCollateral(other, PRICE);
        bytes32 jobId = requestIn(other, 1);
        bytes32 second = requestIn(other, 2);
        vm.prank(governor);
        market.setTokenRules(other, IMarketTypes.TokenRules(false, 0, 0));
        vm.assertFalse(market.rulesOf(other).allowed, "off");
        lockAs(prover, jobId);
        bytes memory twice = bytes.concat(inputOf(1), inputOf(1));
        proveAndFulfil(list(jobId, second), twice, bytes.concat(outputOf(1), outputOf(2)));
        vm.startPrank(prover);
        market.withdrawCollateral(other, PRICE, prover);
        vm.assertEq(market.withdraw(other, prover), 2 * 790e18, "paid");
        vm.assertEq(work.fees(other), 20e18, "fees");
        vm.assertEq(work.calls(), 1, "recorded together");
    }

    function test_income_goes_to_the_treasury_by_anybodys_call() external {
        fundProver(prover, PRICE);
        bytes32 jobId = requestJob(1);
        lockAs(prover, jobId);
        vm.warp(time() + 2 days + 1);
        market.refund(jobId);
        vm.expectEmit(address(market));
        emit IMarketEvents.IncomeSent(token, PRICE / 2);
        vm.prank(stranger);
        vm.assertEq(market.sendIncome(token), PRICE / 2, "amount");
        vm.assertEq(incomeOf(token), PRICE / 2, "as income");
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NoCredit.selector, address(income)));
        market.sendIncome(token);
        vm.prank(auction);
        vm.assertEq(market.withdraw(token, auction), PRICE / 2, "the auction takes its own");
    }

    /// @dev A batch in two tokens: each pot gets its own, in one call per token.
    function test_fees_of_two_tokens() external {
        PlainToken other = new PlainToken();
        deployFor(other);
        endow(requester, other, PRICE);
        bytes32 a = requestIn(other, 1);
        allow(token);
        listIn(token);
        vm.prank(requester);
        token.approve(address(market), type(uint256).max);
        bytes32 b = requestIn(token, 2);
        bytes32 c = requestIn(token, 3);
        bytes32[] memory jobs = new bytes32[](4);
        (jobs[0], jobs[1], jobs[2], jobs[3]) = (b, a, c, b);
        bytes memory input = bytes.concat(inputOf(1), inputOf(1), inputOf(1), inputOf(1));
        proveAndFulfil(jobs, input, bytes.concat(outputOf(1), outputOf(2), outputOf(3), outputOf(4)));
        vm.assertEq(work.fees(other), 10e18, "one");
        vm.assertEq(work.fees(token), 20e18, "two");
        vm.assertEq(work.calls(), 2, "calls");
        vm.assertEq(work.jobs(), 3, "the repetition pays nothing");
        vm.assertEq(market.creditOf(prover, other), 790e18, "one");
        vm.assertEq(market.creditOf(prover, token), 1_580e18, "two");
    }

    // ---- rewards that refuse

    function test_refused_work_waits() external {
        PlainToken other = new PlainToken();
        deployFor(other);
        endow(requester, other, 2 * PRICE);
        work.refuse(true);
        (address[] memory creators, uint256[] memory fees) = (new address[](1), new uint256[](1));
        (creators[0], fees[0]) = (owner, 10e18);
        bytes32 jobId = requestIn(other, 1);
        prove(list(jobId), inputOf(1), outputOf(1), prover);
        vm.expectEmit(address(market));
        emit IMarketEvents.WorkDeferred(other, prover, creators, fees);
        market.fulfil(list(jobId), inputOf(1), outputOf(1), "seal", prover);
        jobId = requestIn(other, 2);
        proveAndFulfil(list(jobId), inputOf(1), outputOf(1));
        vm.assertEq(market.creditOf(prover, other), 2 * 790e18, "the prover has its part");
        vm.assertEq(market.potsOf(other).fees, 20e18, "the fees wait");

        vm.expectRevert(RewardsDouble.Refused.selector);
        market.retryWork(other, prover, creators, fees);
        work.refuse(false);
        vm.expectRevert(IMarketEvents.NothingToRetry.selector);
        market.retryWork(other, stranger, creators, fees);
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectEmit(address(market));
            emit IMarketEvents.WorkRetried(other, prover, 10e18);
            market.retryWork(other, prover, creators, fees);
        }
        vm.expectRevert(IMarketEvents.NothingToRetry.selector);
        market.retryWork(other, prover, creators, fees);
        vm.assertEq(market.potsOf(other).fees, 0, "gone");
        vm.assertEq(work.fees(other), 20e18, "arrived");
        vm.assertEq(work.credits(prover), 2, "credited");
    }

    /// @dev Whatever gas the fulfiller chooses, it cannot make the recording of work fail.
    function testFuzz_a_fulfiller_cannot_starve_the_records(uint256 gas_) external {
        gas_ = bound(gas_, 100_000, 1_000_000);
        bytes32 jobId = requestJob(1);
        prove(list(jobId), inputOf(1), outputOf(1), prover);
        bytes memory call_ =
            abi.encodeCall(market.fulfil, (list(jobId), inputOf(1), outputOf(1), bytes("seal"), prover));
        (bool ok,) = address(market).call{gas: gas_}(call_);
        vm.assertEq(market.potsOf(token).fees, 0, "nothing deferred");
        vm.assertEq(rewards.potOf(0, token).fees, ok ? 10e18 : 0, "recorded if and only if settled");
    }

    /// @dev Nor if recording takes all the gas that it is promised.
    function testFuzz_records_have_their_gas(uint256 gas_) external {
        gas_ = bound(gas_, 100_000, 1_000_000);
        PlainToken other = new PlainToken();
        deployFor(other);
        endow(requester, other, PRICE);
        work.needGas(360_000);
        bytes32 jobId = requestIn(other, 1);
        prove(list(jobId), inputOf(1), outputOf(1), prover);
        bytes memory call_ =
            abi.encodeCall(market.fulfil, (list(jobId), inputOf(1), outputOf(1), bytes("seal"), prover));
        (bool ok,) = address(market).call{gas: gas_}(call_);
        vm.assertEq(market.potsOf(other).fees, 0, "nothing deferred");
        vm.assertEq(work.fees(other), ok ? 10e18 : 0, "recorded if and only if settled");
        if (gas_ > 900_000) vm.assertTrue(ok, "enough is enough");
    }

    function test_nothing_is_not_pulled() external {
        BlocklistToken halted = new BlocklistToken();
        allow(halted);
        halted.set(address(market), true);
        vm.prank(prover);
        market.depositCollateral(halted, 0);
    }

    // ---- tokens that lie

    function test_a_fee_on_transfer_is_refused() external {
        FeeToken evil = new FeeToken();
        deployFor(evil);
        endow(requester, evil, 10 * PRICE);
        evil.charge(1, 0);
        IMarketTypes.Terms memory terms = termsFor(1);
        terms.token = evil;
        vm.startPrank(requester);
        vm.expectRevert(wrongDelta(evil, PRICE, PRICE - 1));
        market.request(1, terms, inputOf(1));
        vm.expectRevert(wrongDelta(evil, 5, 4));
        market.depositCollateral(evil, 5);
        evil.charge(0, 0);
        market.depositCollateral(evil, 100);
        vm.stopPrank();
        bytes32 jobId = requestIn(evil, 1);
        // Charging on top, it would take the fee from others' money.
        evil.charge(0, 1);
        vm.prank(requester);
        vm.expectRevert(wrongDelta(evil, 100, 101));
        market.withdrawCollateral(evil, 100, requester);
        vm.assertEq(market.freeCollateralOf(requester, evil), 100, "still there");
        vm.warp(time() + 1 days + 1);
        market.expire(jobId);
        vm.prank(requester);
        vm.expectRevert(wrongDelta(evil, PRICE, PRICE + 1));
        market.withdraw(evil, requester);
        // Taking it from the amount is the receiver's trouble, nobody else's.
        evil.charge(1, 0);
        vm.prank(requester);
        market.withdraw(evil, requester);
    }

    function test_a_blocked_account_holds_nobody_up() external {
        BlocklistToken payment = new BlocklistToken();
        deployFor(payment);
        endow(requester, payment, 3 * PRICE);
        endow(prover, payment, 2 * PRICE);
        stakeFor(prover);
        vm.prank(prover);
        market.depositCollateral(payment, 2 * PRICE);
        bytes32 a = requestIn(payment, 1);
        bytes32 b = requestIn(payment, 2);
        bytes32 c = requestIn(payment, 3);
        lockAs(prover, b);
        address[5] memory all = [requester, prover, owner, auction, address(income)];
        for (uint256 i = 0; i < all.length; ++i) {
            payment.set(all[i], true);
        }
        payment.set(address(work), true);
        proveAndFulfil(list(a), inputOf(1), outputOf(1));
        vm.warp(time() + 2 days + 1);
        market.refund(b);
        market.expire(c);
        vm.prank(prover);
        vm.expectRevert(abi.encodeWithSelector(BlocklistToken.Blocked.selector, prover));
        market.withdraw(payment, prover);
        vm.prank(prover);
        market.withdraw(payment, stranger);
        vm.assertEq(payment.balanceOf(stranger), 790e18, "to another address");
        vm.assertEq(market.potsOf(payment).fees, 10e18, "fees wait");
        vm.expectRevert(abi.encodeWithSelector(BlocklistToken.Blocked.selector, address(income)));
        market.sendIncome(payment);
        vm.assertEq(market.potsOf(payment).income, PRICE / 2, "so does income");
    }

    function test_a_reentrant_token_is_kept_out() external {
        ReentrantToken evil = new ReentrantToken();
        deployFor(evil);
        endow(requester, evil, 2 * PRICE);
        bytes memory blocked = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        evil.arm(address(market), abi.encodeCall(market.withdraw, (evil, requester)));
        bytes32 jobId = requestIn(evil, 1);
        vm.assertEq(evil.answer(), blocked, "request");
        bytes memory attack =
            abi.encodeCall(market.fulfil, (list(jobId), inputOf(1), outputOf(1), bytes("seal"), prover));
        evil.arm(address(market), attack);
        proveAndFulfil(list(jobId), inputOf(1), outputOf(1));
        vm.assertEq(evil.answer(), blocked, "fulfil");
        vm.assertEq(market.creditOf(prover, evil), 790e18, "paid once");
        evil.arm(address(market), abi.encodeCall(market.depositCollateral, (evil, 0)));
        vm.prank(prover);
        market.withdraw(evil, prover);
        vm.assertEq(evil.answer(), blocked, "withdraw");
        vm.assertEq(evil.balanceOf(prover), 790e18, "once");
    }

    /// @dev Each guarded function, in the middle of a transfer.
    function test_no_function_lets_a_reentrant_token_in() external {
        ReentrantToken evil = new ReentrantToken();
        deployFor(evil);
        endow(prover, evil, PRICE);
        bytes32 jobId = "job";
        IMarketTypes.Permit memory permit;
        bytes[18] memory attacks = [
            abi.encodeCall(market.request, (1, termsFor(1), inputOf(1))),
            abi.encodeCall(market.requestFor, (requester, 1, termsFor(1), inputOf(1), "", permit)),
            abi.encodeCall(market.noticeCancel, (jobId)),
            abi.encodeCall(market.cancel, (jobId)),
            abi.encodeCall(market.expire, (jobId)),
            abi.encodeCall(market.reserve, (jobId, 0, prover)),
            abi.encodeCall(market.deliver, (jobId, "ciphertext")),
            abi.encodeCall(market.acknowledge, (jobId)),
            abi.encodeCall(market.endReservation, (jobId)),
            abi.encodeCall(market.lock, (jobId, 0, prover)),
            abi.encodeCall(market.refund, (jobId)),
            abi.encodeCall(market.voidJob, (jobId)),
            abi.encodeCall(market.fulfil, (list(jobId), inputOf(1), outputOf(1), bytes("seal"), prover)),
            abi.encodeCall(market.retryCallback, (jobId, outputOf(1))),
            abi.encodeCall(market.retryWork, (evil, prover, new address[](1), new uint256[](1))),
            abi.encodeCall(market.withdraw, (evil, prover)),
            abi.encodeCall(market.withdrawCollateral, (evil, 0, prover)),
            abi.encodeCall(market.sendIncome, (evil))
        ];
        for (uint256 i = 0; i < attacks.length; ++i) {
            evil.arm(address(market), attacks[i]);
            vm.prank(prover);
            market.depositCollateral(evil, 1);
            vm.assertEq(
                evil.answer(),
                abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
                "refused"
            );
        }
    }

    function test_a_token_that_returns_nothing_is_taken_at_its_balances() external {
        SilentToken silent = new SilentToken();
        IERC20 payment = IERC20(address(silent));
        deployFor(payment);
        silent.mint(requester, PRICE);
        vm.prank(requester);
        silent.approve(address(market), PRICE);
        silent.lie(true);
        IMarketTypes.Terms memory terms = termsFor(1);
        terms.token = payment;
        vm.prank(requester);
        vm.expectRevert(wrongDelta(payment, PRICE, 0));
        market.request(1, terms, inputOf(1));
        silent.lie(false);
        bytes32 jobId = requestIn(payment, 1);
        vm.warp(time() + 1 days + 1);
        market.expire(jobId);
        silent.lie(true);
        vm.prank(requester);
        vm.expectRevert(wrongDelta(payment, PRICE, 0));
        market.withdraw(payment, requester);
        silent.lie(false);
        vm.prank(requester);
        market.withdraw(payment, requester);
        vm.assertEq(silent.balanceOf(requester), PRICE, "back");
    }
}
