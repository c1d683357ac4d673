// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketCredits} from "../../src/interfaces/IMarketCredits.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {RevenueShare} from "../../src/revenue/RevenueShare.sol";
import {RevenueShareFactory} from "../../src/revenue/RevenueShareFactory.sol";
import {PrivateJobBase} from "../base/PrivateJobBase.sol";
import {Records} from "../base/Records.sol";
import {Scenario} from "../base/Scenario.sol";
import {PaymentToken} from "../base/Tokens.sol";

/// @notice What each step of the network costs as a transaction of its own, calldata and base fee of 21,000 included, in the steady state: all
/// parties have been there before. The seal and its verification come on top of a fulfilment (snapshots/SealVerifier.json).
/// forge-config: default.isolate = true
contract GasTest is Scenario, PrivateJobBase {
    uint256 private constant KEY = 0xA11CE;
    address private signer = vm.addr(KEY);
    PaymentToken private coin = new PaymentToken(18);
    uint256 private networkListing;
    uint256 private coinListing;

    function setUp() external {
        deployPrivate();
        record = store.read(recordHash);
        networkListing = listingId;
        accept(coin);
        (coinListing, listingId) = (listingId, networkListing);
        fund(signer, 2 * PRICE);
        fundProver(prover, 4 * PRICE);
        fund(prover, 4 * PRICE);
        vm.prank(prover);
        market.depositCollateral(token, 4 * PRICE);
        coin.mint(requester, 100 * PRICE);
        vm.prank(requester);
        coin.approve(address(market), type(uint256).max);
        give(stranger, 1_000_000e18);
        vm.prank(stranger);
        token.approve(address(feeAuction), type(uint256).max);

        // Everybody's accounts, the pots of the week, and the record's facts have been written once.
        settle(requestJob(1), 1, prover);
        lockAs(prover, requestJob(2));
        bytes32 lapsed = market.jobIdOf(requester, 2, termsFor(2));
        vm.warp(market.job(lapsed).terms.deadline + 1);
        market.refund(lapsed);
        bytes32 expired = requestJob(3);
        vm.warp(market.job(expired).terms.lockBy + 1);
        market.expire(expired);
    }

    function request(uint256 seed) private returns (bytes32) {
        return requestAs(requester, seed, termsFor(seed));
    }

    // ---- market

    function test_request() external {
        request(10);
        vm.snapshotGasLastCall("InferenceMarket", "request");
    }

    function test_request_for() external {
        IMarketTypes.Terms memory terms = termsFor(10);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, market.orderDigest(signer, 10, terms));
        IMarketTypes.Permit memory none;
        vm.prank(stranger);
        market.requestFor(signer, 10, terms, inputOf(10), abi.encodePacked(r, s, v), none);
        vm.snapshotGasLastCall("InferenceMarket", "requestFor, signed");
    }

    function test_lock() external {
        lockAs(prover, request(10));
        vm.snapshotGasLastCall("InferenceMarket", "lock");
    }

    function test_private_job() external {
        bytes32 jobId = requestPrivate(10);
        reserveAs(prover, jobId);
        vm.snapshotGasLastCall("InferenceMarket", "reserve");
        bytes memory ciphertext = Records.filler("ciphertext", 1_024);
        vm.prank(requester);
        market.deliver(jobId, ciphertext);
        vm.snapshotGasLastCall("InferenceMarket", "deliver, 1,024 bytes");
        acknowledgeAs(prover, jobId);
        vm.snapshotGasLastCall("InferenceMarket", "acknowledge");
    }

    function test_fulfil_direct() external {
        settle(request(10), 10, prover);
        vm.snapshotGasLastCall("InferenceMarket", "fulfil, direct");
    }

    function test_fulfil_locked() external {
        bytes32 jobId = request(10);
        lockAs(prover, jobId);
        settle(jobId, 10, prover);
        vm.snapshotGasLastCall("InferenceMarket", "fulfil, locked");
    }

    function test_fulfil_a_batch_of_8() external {
        batch(8, "fulfil, direct, 8 jobs");
    }

    function test_fulfil_a_batch_of_32() external {
        batch(32, "fulfil, direct, 32 jobs");
    }

    function batch(uint256 size, string memory name) private {
        bytes32[] memory jobs = new bytes32[](size);
        bytes memory input;
        bytes memory output;
        for (uint256 i = 0; i < size; ++i) {
            jobs[i] = request(10 + i);
            (input, output) = (bytes.concat(input, inputOf(10 + i)), bytes.concat(output, outputOf(10 + i)));
        }
        proveAndFulfil(jobs, input, output);
        uint256 total = vm.snapshotGasLastCall("InferenceMarket", name);
        vm.snapshotValue("InferenceMarket", string.concat(name, ", each"), total / size);
    }

    function test_refund() external {
        bytes32 jobId = request(10);
        lockAs(prover, jobId);
        vm.warp(market.job(jobId).terms.deadline + 1);
        market.refund(jobId);
        vm.snapshotGasLastCall("InferenceMarket", "refund");
    }

    function test_cancel() external {
        bytes32 jobId = request(10);
        vm.prank(requester);
        market.noticeCancel(jobId);
        vm.snapshotGasLastCall("InferenceMarket", "noticeCancel");
        vm.warp(time() + 5 minutes + 1);
        market.cancel(jobId);
        vm.snapshotGasLastCall("InferenceMarket", "cancel");
    }

    function test_withdraw() external {
        vm.prank(prover);
        market.withdraw(token, prover);
        vm.snapshotGasLastCall("InferenceMarket", "withdraw");
    }

    // ---- the others

    function test_list() external {
        IModelRegistry.Terms memory offer = IModelRegistry.Terms(LISTED, LISTED, 0, OWNER_BPS, token);
        vm.prank(owner);
        registry.list(recordHash, SELECTOR, offer, "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi");
        vm.snapshotGasLastCall("ModelRegistry", "list");
    }

    function test_stake() external {
        stakeAs(stranger, STAKE);
        vm.prank(stranger);
        token.approve(address(staking), STAKE);
        vm.warp(time() + 1 days);
        vm.prank(stranger);
        staking.stake(stranger, STAKE);
        vm.snapshotGasLastCall("ProverStaking", "stake more");
    }

    function test_first_stake() external {
        vm.prank(stranger);
        token.approve(address(staking), STAKE);
        vm.prank(stranger);
        staking.stake(stranger, STAKE);
        vm.snapshotGasLastCall("ProverStaking", "stake, first");
    }

    function test_claim_a_reward() external {
        closeEpoch(0);
        vm.snapshotGasLastCall("IntelligenceRewards", "close a week");
        rewards.claim(0, prover);
        vm.snapshotGasLastCall("IntelligenceRewards", "claim, of one token");
    }

    function test_buy_fees() external {
        listingId = coinListing;
        settle(requestAs(requester, 10, termsIn(coin, 10, PRICE)), 10, prover);
        toWindow(rewards.currentEpoch(), 2 hours);
        vm.prank(stranger);
        feeAuction.buy(coin, 5e18, type(uint256).max, stranger);
        vm.snapshotGasLastCall("FeeAuction", "buy, first of a lot");
        vm.prank(stranger);
        feeAuction.buy(coin, 1e18, type(uint256).max, stranger);
        vm.snapshotGasLastCall("FeeAuction", "buy");
    }

    function test_claim_revenue() external {
        RevenueShareFactory factory = new RevenueShareFactory(registry, IMarketCredits(address(market)), governor);
        vm.prank(governor);
        factory.setRevenueToken(token, true);
        vm.prank(owner);
        RevenueShare share = RevenueShare(address(factory.create(listingId)));
        vm.prank(owner);
        registry.setRevenueShare(listingId, address(share));
        settle(request(10), 10, prover);
        share.pull(token);
        vm.snapshotGasLastCall("RevenueShare", "pull, first");
        vm.warp(time() + 2 days);
        vm.prank(owner);
        share.claim(token, owner);
        vm.snapshotGasLastCall("RevenueShare", "claim");
        vm.prank(owner);
        share.transfer(stranger, 1e18);
        vm.snapshotGasLastCall("RevenueShare", "transfer, one revenue token");
    }
}
