// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {IRecordStore} from "../../src/interfaces/IRecordStore.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {IEmergencyStop} from "../../src/interfaces/IEmergencyStop.sol";
import {IVerifierRouter} from "../../src/interfaces/IVerifierRouter.sol";
import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {MarketRequests} from "../../src/market/MarketRequests.sol";
import {MarketStorage} from "../../src/market/MarketStorage.sol";
import {NotTokens} from "../base/NotTokens.sol";
import {PrivateJobBase} from "../base/PrivateJobBase.sol";

/// @notice Parameters, pause, wiring.
contract MarketGovernedTest is PrivateJobBase, NotTokens {
    function setUp() external {
        deployPrivate();
    }

    function notAllowed(address by) private {
        vm.prank(by);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotAllowed.selector, by));
    }

    function outOfBounds(uint256 value) private {
        vm.prank(governor);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.OutOfBounds.selector, value));
    }

    function rules(uint120 collateral, uint120 bond) private pure returns (IMarketTypes.TokenRules memory) {
        return IMarketTypes.TokenRules(true, collateral, bond);
    }

    function test_parameters_are_the_governors() external {
        IMarketTypes.TokenRules memory some = rules(1, 1);
        notAllowed(guardian);
        market.setTokenRules(token, some);
        notAllowed(guardian);
        market.setAckWindow(1 hours);
        notAllowed(guardian);
        market.setGuardian(guardian);
        notAllowed(stranger);
        market.setPaused(true);
    }

    function test_floors_are_bounded() external {
        outOfBounds(1e24 + 1);
        market.setTokenRules(token, rules(1e24 + 1, 0));
        outOfBounds(1e24 + 1);
        market.setTokenRules(token, rules(0, 1e24 + 1));
        vm.prank(governor);
        vm.expectEmit(address(market));
        emit IMarketEvents.TokenRulesChanged(token, true, 1e24, 1e24);
        market.setTokenRules(token, rules(1e24, 1e24));
        vm.assertEq(market.rulesOf(token).collateralFloor, 1e24, "stored");
        vm.assertEq(market.rulesOf(token).bondFloor, 1e24, "stored");
    }

    function test_what_is_no_token_is_named() external {
        IERC20[4] memory all = notTokens();
        vm.startPrank(governor);
        for (uint256 i = 0; i < all.length; ++i) {
            expectNotAToken(all[i]);
            market.setTokenRules(all[i], rules(0, 0));
        }
    }

    function test_a_token_comes_off_the_list_whatever_became_of_it() external {
        IMarketTypes.TokenRules memory off = IMarketTypes.TokenRules(false, 0, 0);
        vm.etch(address(token), "");
        vm.prank(governor);
        market.setTokenRules(token, off);
        vm.assertFalse(market.rulesOf(token).allowed, "off the list");
    }

    function test_the_window_is_bounded() external {
        outOfBounds(59);
        market.setAckWindow(59);
        outOfBounds(1 days + 1);
        market.setAckWindow(1 days + 1);
        vm.startPrank(governor);
        market.setAckWindow(60);
        vm.expectEmit(address(market));
        emit IMarketEvents.AckWindowChanged(1 days);
        market.setAckWindow(1 days);
        vm.assertEq(market.ackWindow(), 1 days, "stored");
    }

    function test_a_new_floor_is_for_new_requests() external {
        bytes32 jobId = requestJob(1);
        vm.prank(governor);
        market.setTokenRules(token, rules(2 * COLLATERAL_FLOOR + uint120(PRICE), 0));
        lockAs(prover, jobId);
        vm.assertEq(free(prover), PRICE, "what it was requested under");
        vm.assertEq(market.job(requestJob(2)).terms.collateral, 2 * COLLATERAL_FLOOR + PRICE, "new");
    }

    function test_the_guardian_changes() external {
        vm.prank(governor);
        vm.expectEmit(address(market));
        emit IMarketEvents.GuardianChanged(stranger);
        market.setGuardian(stranger);
        notAllowed(guardian);
        market.setPaused(true);
        vm.prank(stranger);
        vm.expectEmit(address(market));
        emit IMarketEvents.PausedChanged(stranger, true);
        market.setPaused(true);
        vm.prank(governor);
        market.setPaused(false);
        vm.assertFalse(market.paused(), "either of them");
    }

    function pause() private {
        vm.prank(guardian);
        market.setPaused(true);
    }

    function test_a_pause_blocks_rows_1_4_and_5() external {
        bytes32 open = requestJob(1);
        bytes32 hidden = requestPrivate(2);
        pause();
        bytes memory paused = abi.encodeWithSelector(IMarketEvents.MarketPaused.selector);
        IMarketTypes.Terms memory terms = termsFor(1);
        vm.prank(requester);
        vm.expectRevert(paused);
        market.request(3, terms, inputOf(1));
        IMarketTypes.Permit memory none;
        vm.expectRevert(paused);
        market.requestFor(requester, 3, terms, inputOf(1), "", none);
        vm.startPrank(prover);
        vm.expectRevert(paused);
        market.lock(open, 0, prover);
        vm.expectRevert(paused);
        market.reserve(hidden, 0, prover);
        vm.stopPrank();
        vm.prank(governor);
        market.setPaused(false);
        lockAs(prover, open);
        reserveAs(prover, hidden);
    }

    /// @dev Rows 2, 3, 6 to 15, and every withdrawal.
    function test_a_pause_blocks_nothing_else() external {
        bytes32[9] memory jobs;
        for (uint256 i = 0; i < 6; ++i) {
            jobs[i] = requestJob(i);
        }
        for (uint256 i = 6; i < 9; ++i) {
            jobs[i] = requestPrivate(i);
        }
        fundProver(prover, 10 * PRICE);
        lockAs(prover, jobs[2]);
        lockAs(prover, jobs[3]);
        lockAs(prover, jobs[4]);
        for (uint256 i = 6; i < 9; ++i) {
            reserveAs(prover, jobs[i]);
        }
        pause();
        vm.prank(requester);
        market.noticeCancel(jobs[0]);
        deliverTo(jobs[6]);
        acknowledgeAs(prover, jobs[6]);
        deliverTo(jobs[7]);
        record = publicRecord();
        proveAndFulfil(list(jobs[1]), inputOf(1), outputOf(1));
        proveAndFulfil(list(jobs[2]), inputOf(2), outputOf(1));
        vm.warp(market.job(jobs[3]).lockEnd + 1);
        market.cancel(jobs[0]);
        market.endReservation(jobs[7]);
        market.endReservation(jobs[8]);
        proveAndFulfil(list(jobs[3]), inputOf(3), outputOf(1));
        market.refund(jobs[6]);
        vm.warp(market.job(jobs[4]).terms.deadline + 1);
        market.refund(jobs[4]);
        market.expire(jobs[5]);
        for (uint256 i = 0; i < 9; ++i) {
            vm.assertTrue(market.job(jobs[i]).status > IMarketTypes.Status.Locked, "ended");
        }
        vm.startPrank(prover);
        market.withdraw(token, prover);
        market.withdrawCollateral(token, free(prover), prover);
        vm.stopPrank();
        vm.prank(requester);
        market.withdraw(token, requester);
        vm.prank(owner);
        market.withdraw(token, owner);
        vm.prank(auction);
        market.withdraw(token, auction);
        market.sendIncome(token);
        vm.assertEq(held(), 0, "nothing is trapped");
    }

    function publicRecord() private view returns (bytes memory) {
        return store.read(recordHash);
    }

    function test_a_pause_does_not_block_voiding() external {
        bytes32 jobId = requestJob(1);
        pause();
        stopRecord(recordHash);
        market.voidJob(jobId);
        vm.assertEq(credit(requester), PRICE, "back");
    }

    function deployMarket(MarketStorage.Wiring calldata w, MarketRequests requests) external {
        new InferenceMarket(w, requests, marketRules());
    }

    function deployRequests(MarketStorage.Wiring calldata w) external {
        new MarketRequests(w);
    }

    /// @dev The mistakes a deployer can make do not survive the constructor.
    function test_wrong_wiring_cannot_be_deployed() external {
        bytes memory wrong = abi.encodeWithSelector(IMarketEvents.WrongWiring.selector);
        MarketStorage.Wiring memory w = wiring(address(rewards));
        MarketRequests requests = market.requests();
        vm.expectRevert(wrong);
        this.deployMarket(w, requests);
        // Right address, wrong parts: rewards that answer whoever asks.
        vm.etch(address(rewards), address(new RewardsOf(address(token))).code);
        this.deployMarket(w, requests);
        w.guardian = stranger;
        vm.expectRevert(wrong);
        this.deployMarket(w, requests);
        for (uint256 i = 0; i < 8; ++i) {
            w = wiring(address(rewards));
            if (i == 0) w.registry = IModelRegistry(address(1));
            if (i == 1) w.store = IRecordStore(address(1));
            if (i == 2) w.router = IVerifierRouter(address(1));
            if (i == 3) w.stop = IEmergencyStop(address(1));
            if (i == 4) w.staking = IProverStaking(address(1));
            if (i == 5) w.treasury = ITreasury(address(1));
            if (i == 6) w.slashAuction = address(0);
            if (i == 7) w.governor = address(0);
            vm.expectRevert(wrong);
            this.deployRequests(w);
        }
    }

    /// @dev Called directly, the second contract has no token on its list and nothing to lose.
    function test_the_second_contract_alone_takes_nothing() external {
        MarketRequests requests = market.requests();
        IMarketTypes.Terms memory terms = termsFor(1);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.TokenNotAllowed.selector, token));
        requests.request(1, terms, inputOf(1));
    }

    function test_code_fits_a_contract() external view {
        vm.assertLe(address(market).code.length, 24_576, "EIP-170");
        vm.assertLe(address(market.requests()).code.length, 24_576, "EIP-170");
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
