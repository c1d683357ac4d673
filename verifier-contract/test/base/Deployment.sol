// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {IInferenceMarket} from "../../src/interfaces/IInferenceMarket.sol";
import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";
import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {ModelRegistry} from "../../src/registry/ModelRegistry.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {RecordVerifier} from "../../src/verify/RecordVerifier.sol";
import {Records} from "./Records.sol";
import {SealVerifierDouble} from "./SealVerifierDouble.sol";
import {Test} from "./Test.sol";

/// @notice The whole system, wired as in production except for the seal verifier, and the steps of a job's life.
abstract contract Deployment is Test {
    uint256 internal constant INPUT_BYTES = 40;
    uint256 internal constant OUTPUT_BYTES = 10;
    uint128 internal constant PRICE = 1_000e18;
    uint16 internal constant OWNER_BPS = 2_000;

    RecordStore internal store;
    SealVerifierDouble internal seals;
    RecordVerifier internal verifier;
    ModelRegistry internal registry;
    NetworkToken internal token;
    IntelligenceRewards internal rewards;
    InferenceMarket internal market;

    address internal team = actor("team");
    address internal treasury = actor("treasury");
    address internal owner = actor("owner");
    address internal requester = actor("requester");
    address internal prover = actor("prover");
    address internal stranger = actor("stranger");

    bytes internal record = Records.make(0, INPUT_BYTES, OUTPUT_BYTES);
    bytes32 internal recordHash;
    uint256 internal listingId;

    function deploy() internal {
        vm.warp(1_800_000_000);
        store = new RecordStore();
        seals = new SealVerifierDouble();
        verifier = new RecordVerifier(store, seals);
        registry = new ModelRegistry(store);

        uint256 nonce = vm.getNonce(address(this));
        address rewardsAddress = vm.computeCreateAddress(address(this), nonce + 1);
        address marketAddress = vm.computeCreateAddress(address(this), nonce + 2);
        token = new NetworkToken(allocation(rewardsAddress));
        rewards = new IntelligenceRewards(token, marketAddress, treasury);
        market = new InferenceMarket(token, registry, verifier, rewards);

        recordHash = store.publish(record);
        vm.prank(owner);
        listingId = registry.register(recordHash, PRICE, OWNER_BPS, "ipfs://model");
        fund(requester, 1_000_000e18);
    }

    function allocation(address contributors) internal view returns (INetworkToken.Allocation memory) {
        return INetworkToken.Allocation({
            contributors: contributors,
            team: team,
            venture: address(0x7E1),
            treasury: treasury,
            advisors: address(0x7E2),
            management: address(0x7E3),
            reserve: address(0x7E4)
        });
    }

    function fund(address account, uint256 amount) internal {
        vm.prank(team);
        token.transfer(account, amount);
        vm.prank(account);
        token.approve(address(market), type(uint256).max);
    }

    function inputOf(uint256 seed) internal pure returns (bytes memory) {
        return Records.filler(bytes32(seed), INPUT_BYTES);
    }

    function outputOf(uint256 seed) internal pure returns (bytes memory) {
        return Records.filler(~bytes32(seed), OUTPUT_BYTES);
    }

    /// @notice A valid order for the default listing, with the input of `seed`.
    function orderFor(uint256 seed) internal view returns (IInferenceMarket.Order memory) {
        return IInferenceMarket.Order({
            listingId: listingId,
            recordHash: recordHash,
            inputDigest: keccak256(inputOf(seed)),
            ownerBps: OWNER_BPS,
            maxPrice: PRICE,
            deadline: uint64(time() + 1 days),
            nonce: seed
        });
    }

    function requestJob(uint256 seed) internal returns (bytes32) {
        IInferenceMarket.Order memory order = orderFor(seed);
        vm.prank(requester);
        return market.request(order, inputOf(seed));
    }

    function list(bytes32 a) internal pure returns (bytes32[] memory jobs) {
        jobs = new bytes32[](1);
        jobs[0] = a;
    }

    function list(bytes32 a, bytes32 b) internal pure returns (bytes32[] memory jobs) {
        jobs = new bytes32[](2);
        (jobs[0], jobs[1]) = (a, b);
    }

    /// @notice Declares the statement of this batch proved for `payout`, as a real seal would prove it.
    function prove(bytes32[] memory jobs, bytes memory input, bytes memory output, address payout) internal {
        seals.prove(record, market.contextOf(jobs, payout), input, output, "seal");
    }

    function proveAndFulfil(bytes32[] memory jobs, bytes memory input, bytes memory output) internal {
        prove(jobs, input, output, prover);
        market.fulfil(jobs, input, output, "seal", prover);
    }
}
