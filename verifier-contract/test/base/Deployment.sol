// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {FeeAuction} from "../../src/auction/FeeAuction.sol";
import {SlashAuction} from "../../src/auction/SlashAuction.sol";
import {Treasury} from "../../src/governance/Treasury.sol";
import {IFeeAuction} from "../../src/interfaces/IFeeAuction.sol";
import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {IMarketCredits} from "../../src/interfaces/IMarketCredits.sol";
import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {IRecordVerifier} from "../../src/interfaces/IRecordVerifier.sol";
import {ProofSystem} from "../../src/libraries/ProofSystem.sol";
import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {MarketRequests} from "../../src/market/MarketRequests.sol";
import {MarketStorage} from "../../src/market/MarketStorage.sol";
import {ModelRegistry} from "../../src/registry/ModelRegistry.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {ProverStaking} from "../../src/staking/ProverStaking.sol";
import {StakedVotes} from "../../src/staking/StakedVotes.sol";
import {EmergencyStop} from "../../src/verify/EmergencyStop.sol";
import {RecordVerifier} from "../../src/verify/RecordVerifier.sol";
import {VerifierRouter} from "../../src/verify/VerifierRouter.sol";
import {allocate} from "./Allocations.sol";
import {Records} from "./Records.sol";
import {SealVerifierDouble} from "./SealVerifierDouble.sol";
import {Test} from "./Test.sol";

/// @notice Everything that money passes through, wired as in production except for a double of the seal verifier and for an account
/// in the place of the timelock, and the steps of a job's life.
abstract contract Deployment is Test {
    uint256 internal constant INPUT_BYTES = 40;
    uint256 internal constant OUTPUT_BYTES = 10;
    /// @dev What a job escrows, and, since default orders do not rise, costs.
    uint128 internal constant PRICE = 1_000e18;
    /// @dev What the listing asks at least.
    uint128 internal constant LISTED = 600e18;
    uint128 internal constant BOND = 50e18;
    uint120 internal constant COLLATERAL_FLOOR = 300e18;
    uint120 internal constant BOND_FLOOR = 10e18;
    uint16 internal constant OWNER_BPS = 2_000;
    bytes4 internal constant SELECTOR = ProofSystem.SEAL_V1;
    uint256 internal constant STAKE = 1_000e18;
    /// @dev What `deployParts` creates.
    uint256 internal constant PARTS = 10;

    RecordStore internal store;
    SealVerifierDouble internal seals;
    RecordVerifier internal verifier;
    ModelRegistry internal registry;
    VerifierRouter internal router;
    EmergencyStop internal stop;
    ProverStaking internal staking;
    Treasury internal income;
    NetworkToken internal token;
    IntelligenceRewards internal rewards;
    FeeAuction internal feeAuction;
    SlashAuction internal slashAuction;
    InferenceMarket internal market;

    address internal team = actor("team");
    address internal treasury = actor("treasury");
    address internal owner = actor("owner");
    address internal requester = actor("requester");
    address internal prover = actor("prover");
    address internal stranger = actor("stranger");
    address internal governor = actor("governor");
    address internal guardian = actor("guardian");
    /// @dev Where slashed collateral goes.
    address internal auction = actor("slash auction");

    bytes internal record = Records.encode(Records.legal(0, INPUT_BYTES, OUTPUT_BYTES));
    bytes32 internal recordHash;
    uint256 internal listingId;

    function deploy() internal {
        vm.warp(1_800_000_000);
        uint256 nonce = vm.getNonce(address(this)) + PARTS;
        auction = vm.computeCreateAddress(address(this), nonce + 2);
        deployParts(vm.computeCreateAddress(address(this), nonce));

        address marketAt = vm.computeCreateAddress(address(this), nonce + 4);
        rewards = new IntelligenceRewards(
            IIntelligenceRewards.Wiring({
                token: token,
                market: marketAt,
                auction: IFeeAuction(vm.computeCreateAddress(address(this), nonce + 1)),
                staking: staking,
                treasury: income,
                governor: governor
            })
        );
        feeAuction = new FeeAuction(rewards);
        slashAuction = new SlashAuction(rewards, IMarketCredits(marketAt), income);
        market = marketWith(address(rewards));

        recordHash = store.publish(record);
        vm.prank(owner);
        listingId = registry.register(recordHash, LISTED, OWNER_BPS, "ipfs://model");
        fund(requester, 1_000_000e18);
    }

    /// @notice Everything but rewards, auctions and market: as many contracts as `PARTS` says.
    function deployParts(address contributors) internal {
        store = new RecordStore();
        seals = new SealVerifierDouble();
        verifier = new RecordVerifier(store, seals);
        registry = new ModelRegistry(store);
        bytes4[] memory selectors = new bytes4[](1);
        IRecordVerifier[] memory verifiers = new IRecordVerifier[](1);
        (selectors[0], verifiers[0]) = (SELECTOR, verifier);
        router = new VerifierRouter(governor, selectors, verifiers);
        stop = new EmergencyStop(router, store, governor, guardian, new bytes32[](0));
        income = new Treasury(governor, actor("education"));
        token = new NetworkToken(allocate(contributors, team, treasury));
        StakedVotes votes = new StakedVotes(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1));
        staking = new ProverStaking(token, votes, governor, stakeRules(1e18), new address[](0), new address[](0));
    }

    function stakeRules(uint128 perLock) internal view returns (IProverStaking.Parameters memory) {
        return IProverStaking.Parameters(1e18, perLock, 2_000, auction);
    }

    function wiring(address rewards_) internal view returns (MarketStorage.Wiring memory) {
        return MarketStorage.Wiring({
            registry: registry,
            store: store,
            router: router,
            stop: stop,
            rewards: IIntelligenceRewards(rewards_),
            staking: staking,
            treasury: income,
            slashAuction: auction,
            governor: governor,
            guardian: guardian
        });
    }

    /// @notice Two contracts: the market has the second nonce from now. It may open locks.
    function marketWith(address rewards_) internal returns (InferenceMarket made) {
        MarketRequests requests = new MarketRequests(wiring(rewards_));
        made = new InferenceMarket(wiring(rewards_), requests, marketRules());
        vm.startPrank(governor);
        staking.grantRole(staking.MARKET_ROLE(), address(made));
        vm.stopPrank();
    }

    /// @notice Own stake of `account`, for `STAKE / 1e18` locks, where it has none yet.
    function stakeFor(address account) internal {
        if (staking.bondedStake(account) != 0) return;
        vm.prank(team);
        token.transfer(account, STAKE);
        vm.startPrank(account);
        token.approve(address(staking), STAKE);
        staking.stake(account, STAKE);
        vm.stopPrank();
    }

    function stopRecord(bytes32 hash) internal {
        vm.prank(guardian);
        stop.stopRecord(SELECTOR, hash);
    }

    function tombstone(bytes4 selector) internal {
        vm.prank(governor);
        router.tombstone(selector);
    }

    /// @notice All that the treasury has, education's part included.
    function incomeOf(IERC20 token_) internal view returns (uint256) {
        return income.freeOf(token_) + income.educationOf(token_);
    }

    function allow(IERC20 token_) internal {
        vm.prank(governor);
        market.setTokenRules(token_, marketRules());
    }

    function marketRules() internal pure returns (IMarketTypes.TokenRules memory) {
        return IMarketTypes.TokenRules(true, COLLATERAL_FLOOR, BOND_FLOOR);
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

    /// @notice Valid terms for the default listing, with the input of `seed`: a price that does not rise, lock or direct.
    function termsFor(uint256 seed) internal view returns (IMarketTypes.Terms memory) {
        return IMarketTypes.Terms({
            listingId: listingId,
            recordHash: recordHash,
            inputDigest: keccak256(inputOf(seed)),
            verifier: SELECTOR,
            token: token,
            ownerBps: OWNER_BPS,
            floorPrice: PRICE,
            maxPrice: PRICE,
            bond: 0,
            curveStart: uint64(time()),
            curveSeconds: 1_000,
            lockBy: uint64(time() + 1 days),
            proveWindow: 1 hours,
            deadline: uint64(time() + 2 days),
            direct: true,
            callback: address(0),
            callbackGas: 0
        });
    }

    function requestJob(uint256 seed) internal returns (bytes32) {
        return request(seed, termsFor(seed), inputOf(seed));
    }

    function request(uint256 nonce, IMarketTypes.Terms memory terms, bytes memory input) internal returns (bytes32) {
        vm.prank(requester);
        return market.request(nonce, terms, input);
    }

    /// @notice Gives `account` stake, and tokens, `amount` of which it puts in as collateral.
    function fundProver(address account, uint256 amount) internal {
        stakeFor(account);
        fund(account, amount);
        vm.prank(account);
        market.depositCollateral(token, amount);
    }

    function lockAs(address account, bytes32 jobId) internal {
        vm.prank(account);
        market.lock(jobId, 0, account);
    }

    function credit(address account) internal view returns (uint256) {
        return market.creditOf(account, token);
    }

    function free(address account) internal view returns (uint256) {
        return market.freeCollateralOf(account, token);
    }

    function held() internal view returns (uint256) {
        return token.balanceOf(address(market));
    }

    function assertStatus(bytes32 jobId, IMarketTypes.Status status) internal view {
        vm.assertEq(uint256(market.job(jobId).status), uint256(status), "status");
    }

    function wrongStatus(bytes32 jobId) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IMarketEvents.WrongStatus.selector, jobId, market.job(jobId).status);
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
