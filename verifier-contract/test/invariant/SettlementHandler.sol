// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInferenceMarket} from "../../src/interfaces/IInferenceMarket.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {Deployment} from "../base/Deployment.sol";
import {Records} from "../base/Records.sol";

/// @notice Twelve actors who list, request, prove, refund, withdraw, close and claim in any order, and a plain
/// model of what must come of it. No action here may revert.
contract SettlementHandler is Deployment {
    uint256 private constant ACTORS = 12;

    bytes[2] private records;
    bytes32[2] private hashes;
    uint256[] private listings;
    mapping(bytes32 jobId => uint256) private seedOf;

    bytes32[] public jobs;
    mapping(bytes32 jobId => IInferenceMarket.Status) public statusOf;
    mapping(bytes32 jobId => bytes32) public termsOf;
    uint256 public deposited;
    uint256 public refunded;
    uint256 public settled;
    uint256 public fees;
    uint256 public withdrawn;
    uint256 public marketDonations;
    uint256 public rewardsDonations;
    uint256 public burned;
    uint256 public claimed;
    mapping(uint256 epoch => uint256) public claimedIn;

    constructor() {
        deploy();
        records = [record, Records.make(2, INPUT_BYTES, OUTPUT_BYTES)];
        hashes = [recordHash, store.publish(records[1])];
        listings.push(listingId);
        for (uint256 i = 0; i < ACTORS; ++i) {
            fund(account(i), 10_000_000e18);
        }
    }

    function account(uint256 seed) public pure returns (address) {
        return address(uint160(0xAC700 + seed % ACTORS));
    }

    function actors() external pure returns (address[] memory all) {
        all = new address[](ACTORS + 1);
        for (uint256 i = 0; i < ACTORS; ++i) {
            all[i] = account(i);
        }
        // The owner of the first listing.
        all[ACTORS] = address(uint160(uint256(keccak256("owner"))));
    }

    function jobCount() external view returns (uint256) {
        return jobs.length;
    }

    function parts() external view returns (address, address, address) {
        return (address(token), address(market), address(rewards));
    }

    // ---- owners

    function register(uint256 who, uint256 which, uint128 price, uint16 bps) external {
        vm.prank(account(who));
        listings.push(registry.register(hashes[which % 2], uint128(price % 5_000e18), bps % 9_901, ""));
    }

    function setTerms(uint256 which, uint128 price, uint16 bps) external {
        uint256 id = listings[which % listings.length];
        vm.prank(registry.ownerOf(id));
        registry.setTerms(id, uint128(price % 5_000e18), bps % 9_901);
    }

    function sell(uint256 which, uint256 to) external {
        uint256 id = listings[which % listings.length];
        address from = registry.ownerOf(id);
        vm.prank(from);
        registry.transferFrom(from, account(to), id);
    }

    function deprecate(uint256 which) external {
        uint256 id = listings[which % listings.length];
        // The first listing stays, so that there is always something to ask for.
        if (id == listingId || registry.listing(id).deprecated) return;
        vm.prank(registry.ownerOf(id));
        registry.deprecate(id);
    }

    // ---- requesters

    function request(uint256 who, uint256 which, uint256 extra, uint256 lifetime) public {
        uint256 id = listings[which % listings.length];
        IModelRegistry.Listing memory terms = registry.listing(id);
        if (terms.deprecated) return;
        uint256 seed = jobs.length + 1;
        IInferenceMarket.Order memory order = IInferenceMarket.Order({
            listingId: id,
            recordHash: terms.recordHash,
            inputDigest: keccak256(inputOf(seed)),
            ownerBps: terms.ownerBps,
            maxPrice: uint128(terms.price + bound(extra, 0, 100)),
            deadline: uint64(time() + bound(lifetime, 0, 14 days)),
            nonce: seed
        });
        address by = account(who);
        if (token.balanceOf(by) < order.maxPrice) return;
        vm.prank(by);
        bytes32 jobId = market.request(order, inputOf(seed));
        jobs.push(jobId);
        seedOf[jobId] = seed;
        statusOf[jobId] = IInferenceMarket.Status.Open;
        termsOf[jobId] = termsHash(jobId);
        deposited += order.maxPrice;
    }

    function requestMany(uint256 who, uint256 seed) external {
        for (uint256 i = 0; i < 4; ++i) {
            request(who % ACTORS + i, seed, seed, seed);
        }
    }

    // ---- provers

    /// @dev A batch of any jobs of one record, ended ones, repetitions and unused slots included.
    function fulfil(uint256 who, uint256 size, uint256[8] memory picks) external {
        if (jobs.length == 0) return;
        bytes32 hash = market.job(jobs[picks[0] % jobs.length]).recordHash;
        bytes32[] memory batch = new bytes32[](bound(size, 1, 8));
        bytes memory input;
        bytes memory output;
        bool due;
        for (uint256 i = 0; i < batch.length; ++i) {
            bytes32 id = jobs[picks[i] % jobs.length];
            if (i != 0 && (picks[i] % 5 == 0 || market.job(id).recordHash != hash)) id = 0;
            batch[i] = id;
            input = bytes.concat(input, id == 0 ? new bytes(INPUT_BYTES) : inputOf(seedOf[id]));
            output = bytes.concat(output, outputOf(picks[i]));
            if (statusOf[id] == IInferenceMarket.Status.Open && time() <= market.job(id).deadline) {
                due = true;
                statusOf[id] = IInferenceMarket.Status.Fulfilled;
                settled += market.job(id).price;
                fees += (market.job(id).price + 99) / 100;
            }
        }
        address payout = account(who);
        bytes memory bytes_ = hash == hashes[0] ? records[0] : records[1];
        seals.prove(bytes_, market.contextOf(batch, payout), input, output, "seal");
        if (!due) vm.expectRevert(IInferenceMarket.NothingToFulfil.selector);
        market.fulfil(batch, input, output, "seal", payout);
    }

    // ---- anybody

    function refund(uint256 which) external {
        if (jobs.length == 0) return;
        bytes32 id = jobs[which % jobs.length];
        if (statusOf[id] != IInferenceMarket.Status.Open || time() <= market.job(id).deadline) {
            vm.expectRevert(abi.encodeWithSelector(IInferenceMarket.NotRefundable.selector, id));
            market.refund(id);
            return;
        }
        market.refund(id);
        statusOf[id] = IInferenceMarket.Status.Refunded;
        refunded += market.job(id).price;
    }

    function withdraw(uint256 who, uint256 to) external {
        uint256 credit = market.creditOf(account(who));
        if (credit == 0) return;
        vm.prank(account(who));
        vm.assertEq(market.withdraw(account(to)), credit, "the whole credit");
        withdrawn += credit;
    }

    function pass(uint256 duration) external {
        vm.warp(time() + bound(duration, 1, 5 days));
    }

    function donate(uint256 who, uint256 amount, bool toMarket) external {
        amount = bound(amount, 0, token.balanceOf(account(who)) / 1_000);
        vm.prank(account(who));
        token.transfer(toMarket ? address(market) : address(rewards), amount);
        if (toMarket) marketDonations += amount;
        else rewardsDonations += amount;
    }

    function burn(uint256 who, uint256 amount) external {
        amount = bound(amount, 0, token.balanceOf(account(who)) / 1_000);
        vm.prank(account(who));
        token.burn(amount);
        burned += amount;
    }

    function close(uint256 ahead) external {
        uint256 next = rewards.nextToClose();
        uint256 last = next + ahead % 4;
        if (last >= rewards.currentEpoch()) return;
        for (uint256 e = next; e <= last; ++e) {
            burned += rewards.epochOf(e).fees / 2;
        }
        rewards.closeThrough(last);
    }

    function claim(uint256 epoch, uint256 who) external {
        if (rewards.nextToClose() == 0) return;
        epoch %= rewards.nextToClose();
        if (rewards.claimable(epoch, account(who)) == 0) return;
        uint256 reward = rewards.claim(epoch, account(who));
        vm.assertEq(rewards.claimable(epoch, account(who)), 0, "claimed once");
        claimedIn[epoch] += reward;
        claimed += reward;
    }

    /// @notice Everything of a job that must never change.
    function termsHash(bytes32 jobId) public view returns (bytes32) {
        IInferenceMarket.Job memory job = market.job(jobId);
        job.status = IInferenceMarket.Status.None;
        job.outputDigest = 0;
        return keccak256(abi.encode(job));
    }
}
