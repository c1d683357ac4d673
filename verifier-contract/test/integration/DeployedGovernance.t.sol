// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {FeeAuction} from "../../src/auction/FeeAuction.sol";
import {VerinGovernor} from "../../src/governance/VerinGovernor.sol";
import {IInferenceMarket} from "../../src/interfaces/IInferenceMarket.sol";
import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {IPotAuction} from "../../src/interfaces/IPotAuction.sol";
import {IRecordVerifier} from "../../src/interfaces/IRecordVerifier.sol";
import {ProofSystem} from "../../src/libraries/ProofSystem.sol";
import {ModelRegistry} from "../../src/registry/ModelRegistry.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {ProverStaking} from "../../src/staking/ProverStaking.sol";
import {Deployed} from "../base/Deployed.sol";
import {Records} from "../base/Records.sol";
import {PaymentToken} from "../base/Tokens.sol";

/// @notice A decision on the system as the script deploys it: from stake to a payment token that nobody could use before.
contract DeployedGovernanceTest is Deployed {
    uint128 private constant PRICE = 1_000e18;
    uint128 private constant ANCHOR = 10e18;
    uint8 private constant FOR = 1;

    NetworkToken private token;
    ProverStaking private staking;
    VerinGovernor private governor;
    IInferenceMarket private market;
    FeeAuction private auction;
    IntelligenceRewards private rewards;
    PaymentToken private coin;

    /// @dev Has all tokens that are free at deployment.
    address private reserve;
    address private owner = actor("owner");
    address private requester = actor("requester");
    address private prover = actor("prover");

    bytes private record = Records.encode(Records.legal(0, 40, 10));
    uint256 private listingId;

    address[] private targets;
    bytes[] private calls;

    function setUp() external {
        prepare();
        script.deploy(local());
        token = NetworkToken(deployed("NetworkToken"));
        staking = ProverStaking(deployed("ProverStaking"));
        governor = VerinGovernor(payable(deployed("VerinGovernor")));
        market = IInferenceMarket(deployed("InferenceMarket"));
        auction = FeeAuction(deployed("FeeAuction"));
        rewards = IntelligenceRewards(deployed("IntelligenceRewards"));
        reserve = local().reserve;
        coin = new PaymentToken(18);
        stake(reserve, 12_000_000e18);
        vm.prank(reserve);
        token.transfer(prover, 20_000e18);
        stake(prover, 20_000e18);
        vm.warp(time() + 1);

        RecordStore(deployed("RecordStore")).publish(record);
        ModelRegistry registry = ModelRegistry(deployed("ModelRegistry"));
        IModelRegistry.Terms memory offer = IModelRegistry.Terms(PRICE, PRICE, 0, 2_000, coin);
        vm.prank(owner);
        listingId = registry.list(keccak256(record), ProofSystem.SEAL_V1, offer, "");
        give(requester, PRICE);
        give(prover, PRICE);
    }

    function stake(address account, uint256 amount) private {
        vm.startPrank(account);
        token.approve(address(staking), amount);
        staking.stake(account, amount);
        vm.stopPrank();
    }

    function give(address account, uint256 amount) private {
        coin.mint(account, amount);
        vm.prank(account);
        coin.approve(address(market), amount);
    }

    /// @dev Both in one proposal: fees in a token that the auction does not sell would earn nobody a reward.
    function test_a_second_payment_token_from_proposal_to_reward() external {
        IMarketTypes.Terms memory order = terms();
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.TokenNotAllowed.selector, coin));
        market.request(1, order, input());

        decide();

        bytes32 jobId = settle();
        vm.assertEq(uint256(market.job(jobId).status), uint256(IMarketTypes.Status.Fulfilled), "fulfilled");
        vm.assertEq(market.creditOf(owner, coin), 200e18, "owner");
        vm.assertEq(market.creditOf(prover, coin), 790e18, "prover");
        vm.assertEq(auction.held(coin), 10e18, "the fee is in the auction");

        uint256 week = rewards.currentEpoch();
        vm.warp(rewards.start() + (week + 1) * 7 days + 2 hours);
        vm.startPrank(reserve);
        token.approve(address(auction), 1_000e18);
        auction.buy(coin, 10e18, ANCHOR, reserve);
        vm.stopPrank();
        vm.assertEq(coin.balanceOf(reserve), 10e18, "sold, two halvings below four times the anchor");

        vm.warp(rewards.start() + (week + 1) * 7 days + 24 hours);
        rewards.closeThrough(week);
        rewards.forward();
        vm.assertEq(token.totalSupply(), 1_000_000_000e18 - 50e18, "half of 100 is burned");
        vm.assertEq(token.balanceOf(deployed("Treasury")), 160_000_000e18 + 50e18, "half is the treasury's");
        vm.assertEq(rewards.claim(week, prover), 60e18, "0.8 of 0.75 of what the fee brought");
        vm.assertEq(rewards.claim(week, owner), 15e18, "0.2 of 0.75");
    }

    function decide() private {
        IMarketTypes.TokenRules memory rules = IMarketTypes.TokenRules(true, 1e18, 1e18);
        targets.push(address(market));
        calls.push(abi.encodeCall(IInferenceMarket.setTokenRules, (coin, rules)));
        targets.push(address(auction));
        calls.push(abi.encodeCall(IPotAuction.setTerms, (coin, ANCHOR, 0)));
        uint256[] memory values = new uint256[](2);
        bytes32 why = keccak256("a second payment token");

        vm.prank(prover);
        vm.expectRevert();
        governor.propose(targets, values, calls, "a second payment token");
        vm.prank(reserve);
        uint256 id = governor.propose(targets, values, calls, "a second payment token");
        vm.warp(governor.proposalSnapshot(id) + 1);
        vm.prank(reserve);
        governor.castVote(id, FOR);
        vm.warp(governor.proposalDeadline(id) + 1);
        vm.assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Succeeded), "carried");
        governor.queue(targets, values, calls, why);
        vm.warp(governor.proposalEta(id) - 1);
        vm.expectRevert();
        governor.execute(targets, values, calls, why);
        vm.warp(governor.proposalEta(id));
        vm.prank(stranger);
        governor.execute(targets, values, calls, why);
        vm.assertTrue(market.rulesOf(coin).allowed, "allowed");
        vm.assertEq(auction.termsOf(coin).anchor, ANCHOR, "for sale");
    }

    /// @dev A job from request to payment. Whether a seal is valid is not the question here: the verifier says yes.
    function settle() private returns (bytes32 jobId) {
        IMarketTypes.Terms memory order = terms();
        vm.prank(requester);
        jobId = market.request(1, order, input());
        vm.startPrank(prover);
        market.depositCollateral(coin, PRICE);
        market.lock(jobId, PRICE, prover);
        vm.stopPrank();
        vm.assertEq(staking.openLocks(prover), 1, "a lock of the stake");
        // A seal is of its job, and so of this deployment: none can be a fixture. Real ones settle on a chain that Rust deploys.
        vm.mockCall(deployed("RecordVerifier"), abi.encodePacked(IRecordVerifier.verify.selector), "");
        bytes32[] memory jobs = new bytes32[](1);
        jobs[0] = jobId;
        market.fulfil(jobs, input(), new bytes(10), "seal", prover);
        vm.clearMockedCalls();
        vm.assertEq(staking.openLocks(prover), 0, "and its end");
    }

    function terms() private view returns (IMarketTypes.Terms memory) {
        return IMarketTypes.Terms({
            listingId: listingId,
            recordHash: keccak256(record),
            inputDigest: keccak256(input()),
            verifier: ProofSystem.SEAL_V1,
            token: IERC20(address(coin)),
            ownerBps: 2_000,
            floorPrice: PRICE,
            maxPrice: PRICE,
            bond: 0,
            curveStart: uint64(time()),
            curveSeconds: 1_000,
            lockBy: uint64(time() + 1 days),
            proveWindow: 1 hours,
            deadline: uint64(time() + 2 days),
            direct: false,
            callback: address(0),
            callbackGas: 0
        });
    }

    function input() private pure returns (bytes memory) {
        return Records.filler("input", 40);
    }
}
