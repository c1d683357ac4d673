// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IInferenceCallback} from "../../src/interfaces/IInferenceCallback.sol";
import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {Deployment} from "../base/Deployment.sol";
import {RewardsDouble} from "../base/RewardsDouble.sol";
import {Records} from "../base/Records.sol";
import {PlainToken} from "../base/MarketTokens.sol";
import {Vm} from "../base/Vm.sol";
import {MarketLedger} from "./MarketLedger.sol";

/// @notice Fails whenever it is odd.
contract MoodyReceiver is IInferenceCallback {
    mapping(bytes32 jobId => uint256) public told;
    bool public odd;

    function turn() external {
        odd = !odd;
    }

    function onInference(bytes32 jobId, bytes calldata) external {
        require(!odd, "odd");
        ++told[jobId];
    }
}

/// @notice Twelve actors who do everything the fifteen rows know, in any order and at any time. Before each action the rules
/// of the table say whether it must succeed; that it does, and only then, is asserted. The books are kept from events.
contract MarketHandler is Deployment {
    uint256 internal constant ACTORS = 12;
    uint256 private constant KEYS = 0xAC700;

    address private immutable _test = msg.sender;

    MarketLedger public ledger;
    MoodyReceiver public receiver = new MoodyReceiver();
    RewardsDouble public work;
    IERC20[2] internal tokens;

    struct Kind {
        bytes32 hash;
        bytes bytes_;
        bool hidden;
        uint256[2] listings;
    }

    Kind[] internal kinds;
    bytes32[] public jobs;
    mapping(bytes32 jobId => uint256) private seedOf;
    mapping(bytes32 jobId => uint256) private kindOf;
    mapping(bytes32 jobId => bytes32) public termsOf;
    mapping(IERC20 token => uint256) public donations;
    uint256 private nonce;
    bool private paused_;

    struct Deferred {
        IERC20 token;
        address payout;
        address[] creators;
        uint256[] fees;
    }

    Deferred[] private deferred;

    constructor() {
        tokens = deployHandled();
        ledger = new MarketLedger(auction);
        for (uint256 t = 0; t < 2; ++t) {
            for (uint256 i = 0; i < ACTORS; ++i) {
                endow(account(i), tokens[t]);
                vm.startPrank(account(i));
                tokens[t].approve(address(market), type(uint256).max);
                vm.stopPrank();
            }
        }
        for (uint256 i = 0; i < ACTORS; ++i) {
            vm.prank(account(i));
            market.registerKey(bytes32(i + 1));
            for (uint256 t = 0; t < 2; ++t) {
                vm.recordLogs();
                act(account(i), abi.encodeCall(market.depositCollateral, (tokens[t], 5e22)), true, "deposit");
            }
            stakeFor(account(i));
        }
        addKind(false);
        addKind(true);
        vm.recordLogs();
    }

    // ---- what another deployment has otherwise

    /// @dev A market in two tokens, with rewards that can be told to refuse.
    function deployHandled() internal virtual returns (IERC20[2] memory made) {
        vm.warp(1_800_000_000);
        deployParts(address(1));
        made = [IERC20(new PlainToken()), new PlainToken()];
        work = new RewardsDouble(made[0], vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 2));
        market = marketWith(address(work));
        allow(made[0]);
        allow(made[1]);
    }

    function endow(address to, IERC20 asset) internal virtual {
        PlainToken(address(asset)).mint(to, 1e30);
    }

    /// @dev Whoever has credit beside the actors.
    function others() internal view virtual returns (address[] memory all) {
        all = new address[](2);
        (all[0], all[1]) = (owner, auction);
    }

    function refuse(bool refusing) internal virtual {
        work.refuse(refusing);
    }

    function recordsWork() internal view virtual returns (bool) {
        return !work.refusing();
    }

    /// @notice What the market holds of a token beside what it owes by its own books.
    function keptOf(IERC20 asset) public view virtual returns (uint256) {
        return donations[asset];
    }

    function takeSlashes(uint256 t, address to) internal virtual {
        bool must = market.creditOf(auction, tokens[t]) != 0;
        act(auction, abi.encodeCall(market.withdraw, (tokens[t], to)), must, "slashes");
    }

    function listed(uint256) internal virtual {}

    function bookOther(Vm.Log memory) internal virtual {}

    // ---- who and what

    function account(uint256 seed) public pure returns (address) {
        return vm.addr(KEYS + seed % ACTORS);
    }

    function accounts() public view returns (address[] memory all) {
        address[] memory more = others();
        all = new address[](ACTORS + more.length);
        for (uint256 i = 0; i < all.length; ++i) {
            all[i] = i < ACTORS ? account(i) : more[i - ACTORS];
        }
    }

    function parts() external view returns (InferenceMarket, IERC20[2] memory) {
        return (market, tokens);
    }

    function jobCount() external view returns (uint256) {
        return jobs.length;
    }

    function addKind(bool hidden) private {
        RecordHeader.Header memory header =
            Records.legal(hidden ? RecordHeader.PRIVATE_INPUT : 0, hidden ? 64 : INPUT_BYTES, OUTPUT_BYTES);
        header.graphDigest = keccak256(abi.encode(kinds.length));
        Kind storage kind = kinds.push();
        (kind.bytes_, kind.hidden) = (Records.encode(header), hidden);
        kind.hash = store.publish(kind.bytes_);
        for (uint256 t = 0; t < 2; ++t) {
            IModelRegistry.Terms memory offer =
                IModelRegistry.Terms(10, 10, 0, uint16(uint256(kind.hash) % 9_901), tokens[t]);
            vm.prank(owner);
            kind.listings[t] = registry.list(kind.hash, SELECTOR, offer, "");
            listed(kind.listings[t]);
        }
    }

    function pick(uint256 which) private view returns (bytes32) {
        if (jobs.length == 0) return 0;
        // The last ones are the most likely to live.
        uint256 back = which % 3 == 0 ? which % jobs.length : which % (jobs.length < 8 ? jobs.length : 8);
        return jobs[jobs.length - 1 - back];
    }

    /// @dev Mostly a job in one of these states, if there is one; if asked for, one whose window is over, or that was stopped.
    function pickIn(uint256 which, IMarketTypes.Status a, IMarketTypes.Status b, bool over, bool stopped)
        private
        view
        returns (bytes32 found)
    {
        if (which % 4 == 0) return pick(which);
        for (uint256 i = 0; i < jobs.length; ++i) {
            bytes32 id = jobs[(which % jobs.length + i) % jobs.length];
            IMarketTypes.Job memory job = market.job(id);
            if (job.status < a || job.status > b) continue;
            if (found == 0) found = id;
            if ((!over || time() > limit(job)) && (!stopped || stoppedAt(job) != 0)) return id;
        }
        if (found == 0) found = pick(which);
    }

    function pickIn(uint256 which, IMarketTypes.Status status) private view returns (bytes32) {
        return pickIn(which, status, status, false, false);
    }

    function stoppedAt(IMarketTypes.Job memory job) private view returns (uint256) {
        return stop.stoppedAt(job.terms.verifier, job.terms.recordHash);
    }

    /// @dev The limits of the table, from the terms alone.
    function limit(IMarketTypes.Job memory job) private pure returns (uint256) {
        if (job.status == IMarketTypes.Status.Open) return job.terms.lockBy;
        if (job.status == IMarketTypes.Status.Locked) return job.isPrivate ? job.lockEnd : job.terms.deadline;
        return uint256(job.windowStart) + job.ackWindow;
    }

    function live(IMarketTypes.Job memory job) private pure returns (bool) {
        return job.status >= IMarketTypes.Status.Open && job.status <= IMarketTypes.Status.Locked;
    }

    function priceOf(IMarketTypes.Job memory job) private view returns (uint256) {
        if (time() <= job.terms.curveStart) return job.terms.floorPrice;
        uint256 elapsed = time() - job.terms.curveStart;
        if (elapsed >= job.terms.curveSeconds) return job.terms.maxPrice;
        return
            job.terms.floorPrice + uint256(job.terms.maxPrice - job.terms.floorPrice) * elapsed / job.terms.curveSeconds;
    }

    /// @dev Calls, asserts that it succeeds if and only if the rules say so, and books what happened.
    function act(address by, bytes memory call_, bool must, string memory what) internal {
        vm.prank(by);
        (bool ok, bytes memory why) = address(market).call(call_);
        if (!ok && must) {
            assembly ("memory-safe") {
                revert(add(why, 0x20), mload(why))
            }
        }
        vm.assertTrue(ok == must, what);
        // What a call emitted before it reverted is recorded too, and never happened.
        if (ok) book();
        else vm.getRecordedLogs();
    }

    function book() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(market)) {
                bookOther(logs[i]);
                continue;
            }
            if (logs[i].topics[0] == IMarketEvents.WorkDeferred.selector) {
                (address[] memory creators, uint256[] memory fees) = abi.decode(logs[i].data, (address[], uint256[]));
                Deferred storage d = deferred.push();
                d.token = IERC20(address(uint160(uint256(logs[i].topics[1]))));
                d.payout = address(uint160(uint256(logs[i].topics[2])));
                (d.creators, d.fees) = (creators, fees);
            }
            ledger.book(logs[i]);
        }
    }

    // ---- row 1

    function request(uint256 who, uint256 what, uint256 money, uint256 times, bool relayed) public {
        Kind storage kind = kinds[kinds.length - 1 - what % (kinds.length < 4 ? kinds.length : 4)];
        uint256 t = what / 7 % 2;
        uint256 seed = ++nonce;
        bytes memory input = inputFor(kind.hidden, seed);
        IMarketTypes.Terms memory terms;
        terms.listingId = kind.listings[t];
        (terms.recordHash, terms.verifier, terms.token) = (kind.hash, SELECTOR, tokens[t]);
        terms.inputDigest = keccak256(input);
        terms.ownerBps = uint16(uint256(kind.hash) % 9_901);
        terms.floorPrice = uint128(bound(money, 10, 1e22));
        terms.maxPrice = uint128(bound(money >> 100, terms.floorPrice, 2e22));
        terms.bond = kind.hidden ? uint128(bound(money >> 50, BOND_FLOOR, 1e21)) : 0;
        terms.curveStart = uint64(time() + times % 1 hours);
        terms.curveSeconds = uint32(times % 5 hours);
        terms.lockBy = uint64(time() + bound(times >> 20, 0, 2 days));
        terms.proveWindow = uint32(bound(times >> 40, 0, 1 days));
        terms.deadline = terms.lockBy + terms.proveWindow + uint64(bound(times >> 80, 0, 1 days));
        terms.direct = !kind.hidden && money % 2 == 0;
        if (money % 3 == 0) (terms.callback, terms.callbackGas) = (address(receiver), 100_000);
        open(who, terms, input, seed, relayed);
    }

    function requestMany(uint256 who, uint256 what, uint256 money, uint256 times) external {
        for (uint256 i = 0; i < 4; ++i) {
            bytes32 mix = keccak256(abi.encode(money, times, i));
            request(who % ACTORS + i, what % 7 + i, uint256(mix), uint256(keccak256(abi.encode(mix))), i == 3);
        }
    }

    function open(uint256 who, IMarketTypes.Terms memory terms, bytes memory input, uint256 seed, bool relayed)
        private
    {
        address by = account(who);
        bytes memory call_ = abi.encodeCall(market.request, (seed, terms, input));
        if (relayed) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEYS + who % ACTORS, market.orderDigest(by, seed, terms));
            IMarketTypes.Permit memory none;
            call_ = abi.encodeCall(market.requestFor, (by, seed, terms, input, abi.encodePacked(r, s, v), none));
        }
        bool must = !paused_ && stop.stoppedAt(SELECTOR, terms.recordHash) == 0;
        bytes32 jobId = market.jobIdOf(by, seed, terms);
        act(relayed ? stranger : by, call_, must, "row 1");
        if (!must) return;
        jobs.push(jobId);
        seedOf[jobId] = seed;
        for (uint256 i = 0; i < kinds.length; ++i) {
            if (kinds[i].hash == terms.recordHash) kindOf[jobId] = i;
        }
        termsOf[jobId] = termsHash(jobId);
    }

    function inputFor(bool hidden, uint256 seed) private pure returns (bytes memory) {
        return hidden ? Records.filler(bytes32(seed), 64) : inputOf(seed);
    }

    // ---- rows 2, 3, 14

    function noticeCancel(uint256 which, bool asRequester) external {
        bytes32 id = pickIn(which, IMarketTypes.Status.Open);
        IMarketTypes.Job memory job = market.job(id);
        address by = asRequester && job.requester != address(0) ? job.requester : account(which);
        bool must = job.status == IMarketTypes.Status.Open && by == job.requester && job.cancelAt == 0;
        act(by, abi.encodeCall(market.noticeCancel, (id)), must, "row 2");
    }

    function cancel(uint256 which) external {
        bytes32 id = pickIn(which, IMarketTypes.Status.Open);
        IMarketTypes.Job memory job = market.job(id);
        bool must = job.status == IMarketTypes.Status.Open && job.cancelAt != 0 && time() > job.cancelAt;
        act(account(which), abi.encodeCall(market.cancel, (id)), must, "row 3");
    }

    function expire(uint256 which) external {
        bytes32 id = pickIn(which, IMarketTypes.Status.Open, IMarketTypes.Status.Open, true, false);
        IMarketTypes.Job memory job = market.job(id);
        bool must = job.status == IMarketTypes.Status.Open && time() > job.terms.lockBy;
        act(account(which), abi.encodeCall(market.expire, (id)), must, "row 14");
    }

    // ---- rows 4 to 9

    function takeable(IMarketTypes.Job memory job, uint256 minPrice) private view returns (bool) {
        return !paused_ && job.status == IMarketTypes.Status.Open && time() <= job.terms.lockBy
            && (job.cancelAt == 0 || time() <= job.cancelAt) && stoppedAt(job) == 0 && priceOf(job) >= minPrice;
    }

    function lock(uint256 who, uint256 which, uint256 minPrice, uint256 payout) public {
        bytes32 id = pickIn(which, IMarketTypes.Status.Open);
        IMarketTypes.Job memory job = market.job(id);
        minPrice = minPrice % 4 == 0 ? bound(minPrice, 0, 2e22) : 0;
        address by = account(who);
        bool must = takeable(job, minPrice) && !job.isPrivate
            && market.freeCollateralOf(by, job.terms.token) >= job.terms.collateral;
        act(by, abi.encodeCall(market.lock, (id, minPrice, account(payout))), must, "row 4");
        if (must) checkPrice(id, minPrice, priceOf(job));
    }

    function reserve(uint256 who, uint256 which, uint256 minPrice, uint256 payout) external {
        bytes32 id = pickIn(which, IMarketTypes.Status.Open);
        IMarketTypes.Job memory job = market.job(id);
        minPrice = minPrice % 4 == 0 ? bound(minPrice, 0, 2e22) : 0;
        address by = account(who);
        bool must = takeable(job, minPrice) && job.isPrivate && time() + 2 * uint256(job.ackWindow) <= job.terms.lockBy
            && market.freeCollateralOf(by, job.terms.token) >= job.terms.bond;
        act(by, abi.encodeCall(market.reserve, (id, minPrice, account(payout))), must, "row 5");
        if (must) checkPrice(id, minPrice, priceOf(job));
    }

    function checkPrice(bytes32 id, uint256 minPrice, uint256 price) private view {
        IMarketTypes.Job memory job = market.job(id);
        vm.assertEq(job.price, price, "the curve's price");
        vm.assertLe(minPrice, job.price, "the prover's minimum");
        vm.assertLe(job.price, job.terms.maxPrice, "the requester's maximum");
    }

    function deliver(uint256 which) public {
        bytes32 id = pickIn(which, IMarketTypes.Status.Reserved);
        IMarketTypes.Job memory job = market.job(id);
        address by = job.requester != address(0) && which % 5 != 0 ? job.requester : account(which);
        bool must = job.status == IMarketTypes.Status.Reserved && by == job.requester && time() <= limit(job)
            && stoppedAt(job) == 0;
        act(by, abi.encodeCall(market.deliver, (id, "ciphertext")), must, "row 6");
    }

    function acknowledge(uint256 which) public {
        bytes32 id = pickIn(which, IMarketTypes.Status.Delivered);
        IMarketTypes.Job memory job = market.job(id);
        address by = job.prover != address(0) && which % 5 != 0 ? job.prover : account(which);
        bool must = job.status == IMarketTypes.Status.Delivered && by == job.prover && time() <= limit(job)
            && stoppedAt(job) == 0
            && market.freeCollateralOf(by, job.terms.token) + job.terms.bond >= job.terms.collateral;
        act(by, abi.encodeCall(market.acknowledge, (id)), must, "row 7");
    }

    function handOver(uint256 which) external {
        deliver(which);
        acknowledge(which);
    }

    function endReservation(uint256 which) external {
        bytes32 id = pickIn(which, IMarketTypes.Status.Reserved, IMarketTypes.Status.Delivered, true, false);
        IMarketTypes.Job memory job = market.job(id);
        bool must = (job.status == IMarketTypes.Status.Reserved || job.status == IMarketTypes.Status.Delivered)
            && time() > limit(job) && !hit(job);
        act(account(which), abi.encodeCall(market.endReservation, (id)), must, "rows 8 and 9");
    }

    function hit(IMarketTypes.Job memory job) private view returns (bool) {
        uint256 stopped = stoppedAt(job);
        return stopped != 0 && stopped <= limit(job);
    }

    // ---- rows 10 to 13 and 15

    function settles(IMarketTypes.Job memory job, address payout) private view returns (bool) {
        if (job.status == IMarketTypes.Status.Open) {
            return job.direct && time() <= job.terms.lockBy && (job.cancelAt == 0 || time() <= job.cancelAt);
        }
        if (job.status != IMarketTypes.Status.Locked) return false;
        if (time() <= job.lockEnd) return payout == job.payout;
        return !job.isPrivate && time() <= job.terms.deadline;
    }

    /// @dev A batch of any jobs of one record, ended ones, repetitions and unused slots included.
    function fulfil(uint256 who, uint256 size, uint256[4] memory picks) public {
        bytes32 firstId = pickIn(picks[0], IMarketTypes.Status.Open, IMarketTypes.Status.Locked, false, false);
        if (firstId == 0) return;
        IMarketTypes.Job memory job = market.job(firstId);
        Kind storage kind = kinds[kindOf[firstId]];
        address payout = job.payout != address(0) && who % 4 != 0 ? job.payout : account(who);
        bytes32[] memory batch = new bytes32[](bound(size, 1, 4));
        IMarketTypes.Status[] memory expected = new IMarketTypes.Status[](batch.length);
        bytes memory input;
        bytes memory output;
        bool must;
        for (uint256 i = 0; i < batch.length; ++i) {
            bytes32 id = i == 0 ? firstId : pick(picks[i]);
            job = market.job(id);
            if (i != 0 && (picks[i] % 5 == 0 || job.terms.recordHash != kind.hash)) id = 0;
            batch[i] = id;
            input = bytes.concat(
                input, id == 0 && !kind.hidden ? new bytes(INPUT_BYTES) : inputFor(kind.hidden, seedOf[id])
            );
            output = bytes.concat(output, outputOf(id == 0 ? i : seedOf[id]));
            if (id == 0 || !settles(job, payout)) continue;
            must = true;
            bool late = job.status == IMarketTypes.Status.Locked && time() > job.lockEnd;
            expected[i] = late ? IMarketTypes.Status.FulfilledLate : IMarketTypes.Status.Fulfilled;
        }
        if (stop.stoppedAt(SELECTOR, kind.hash) != 0) must = false;
        seals.prove(kind.bytes_, market.contextOf(batch, payout), input, output, "seal");
        bytes memory call_ = abi.encodeCall(market.fulfil, (batch, input, output, bytes("seal"), payout));
        act(stranger, call_, must, "rows 10 to 12");
        for (uint256 i = 0; i < batch.length && must; ++i) {
            if (expected[i] == IMarketTypes.Status.None) continue;
            job = market.job(batch[i]);
            vm.assertTrue(job.status == expected[i], "no payment on time after the lock's end");
            vm.assertLe(job.price, job.terms.maxPrice, "at most P");
        }
    }

    function refund(uint256 which) external {
        bytes32 id = pickIn(which, IMarketTypes.Status.Locked, IMarketTypes.Status.Locked, true, false);
        IMarketTypes.Job memory job = market.job(id);
        bool must = job.status == IMarketTypes.Status.Locked && time() > limit(job) && !hit(job);
        act(account(which), abi.encodeCall(market.refund, (id)), must, "row 13");
    }

    function voidJob(uint256 which) external {
        bytes32 id = pickIn(which, IMarketTypes.Status.Open, IMarketTypes.Status.Locked, false, true);
        IMarketTypes.Job memory job = market.job(id);
        act(account(which), abi.encodeCall(market.voidJob, (id)), live(job) && hit(job), "row 15");
    }

    // ---- a whole life, so that deep states are reached often

    function lockAndFulfil(uint256 who, uint256 which, bool late) external {
        lock(who, which, 0, who);
        bytes32 id = pickIn(which, IMarketTypes.Status.Locked);
        IMarketTypes.Job memory job = market.job(id);
        if (late && job.status == IMarketTypes.Status.Locked && time() <= job.lockEnd) vm.warp(job.lockEnd + 1);
        fulfil(who, 1, [which, which, which, which]);
    }

    // ---- money

    function depositCollateral(uint256 who, uint256 amount, uint256 t) external {
        bytes memory call_ = abi.encodeCall(market.depositCollateral, (tokens[t % 2], bound(amount, 0, 1e23)));
        act(account(who), call_, true, "deposit");
    }

    function withdrawCollateral(uint256 who, uint256 amount, uint256 t) external {
        uint256 most = market.freeCollateralOf(account(who), tokens[t % 2]);
        amount = bound(amount, 0, most / 4 + 1);
        bytes memory call_ =
            abi.encodeCall(market.withdrawCollateral, (tokens[t % 2], amount, account(who % ACTORS + 1)));
        act(account(who), call_, amount != 0 && amount <= most, "collateral out");
    }

    function withdraw(uint256 who, uint256 t) external {
        if (who % 14 == 13) return takeSlashes(t % 2, account(who));
        address by = who % 14 == 12 ? owner : account(who);
        bool must = market.creditOf(by, tokens[t % 2]) != 0;
        act(by, abi.encodeCall(market.withdraw, (tokens[t % 2], account(who))), must, "withdraw");
    }

    function sendIncome(uint256 t) external {
        bool must = market.potsOf(tokens[t % 2]).income != 0;
        act(stranger, abi.encodeCall(market.sendIncome, (tokens[t % 2])), must, "income");
    }

    function donate(uint256 who, uint256 amount, uint256 t) external {
        amount = bound(amount, 0, 1e20);
        vm.prank(account(who));
        tokens[t % 2].transfer(address(market), amount);
        donations[tokens[t % 2]] += amount;
    }

    // ---- what goes wrong

    function pass(uint256 seconds_) external {
        vm.warp(time() + bound(seconds_, 1, 6 hours));
    }

    /// @dev To the last second of somebody's turn, or to the one after.
    function passToLimit(uint256 which, uint256 kind) external {
        IMarketTypes.Job memory job =
            market.job(pickIn(which, IMarketTypes.Status.Open, IMarketTypes.Status.Locked, false, false));
        if (!live(job)) return;
        uint256 to = kind % 3 == 0 && job.lockEnd != 0 ? job.lockEnd : limit(job);
        if (kind % 5 == 0 && job.cancelAt != 0) to = job.cancelAt;
        to += kind / 15 % 2;
        if (to > time()) vm.warp(to);
    }

    function trip(uint256 which) external {
        if (which % 4 != 0) return;
        uint256 kind = kinds.length - 1 - (which / 4) % (kinds.length < 4 ? kinds.length : 4);
        if (stop.stoppedAt(SELECTOR, kinds[kind].hash) != 0) return;
        stopRecord(kinds[kind].hash);
        addKind(kinds[kind].hidden);
    }

    function pause(uint256 seed) external {
        bool to = seed % 4 == 0;
        act(guardian, abi.encodeCall(market.setPaused, (to)), true, "pause");
        paused_ = to;
    }

    function govern(uint256 seed, uint256 t) external {
        IMarketTypes.TokenRules memory rules =
            IMarketTypes.TokenRules(true, uint120(bound(seed, 0, 1e22)), uint120(bound(seed >> 99, 0, BOND_FLOOR)));
        act(governor, abi.encodeCall(market.setTokenRules, (tokens[t % 2], rules)), true, "floors");
        act(governor, abi.encodeCall(market.setAckWindow, (uint32(bound(seed, 1 minutes, 2 hours)))), true, "window");
    }

    function sell(uint256 which, uint256 to) external {
        if (jobs.length == 0) return;
        uint256 id = market.job(pick(which)).terms.listingId;
        address from = registry.ownerOf(id);
        vm.prank(from);
        registry.transferFrom(from, account(to), id);
    }

    function turn(uint256 seed) external {
        receiver.turn();
        refuse(seed % 3 == 0);
    }

    function retryCallback(uint256 which) external {
        bytes32 id = pick(which);
        IMarketTypes.Job memory job = market.job(id);
        bool must = job.callbackPending && !receiver.odd();
        bytes memory call_ = abi.encodeCall(market.retryCallback, (id, outputOf(seedOf[id])));
        act(stranger, call_, must, "retry callback");
    }

    function retryWork() external {
        if (deferred.length == 0) return;
        Deferred memory d = deferred[deferred.length - 1];
        bytes memory call_ = abi.encodeCall(market.retryWork, (d.token, d.payout, d.creators, d.fees));
        bool must = recordsWork();
        if (must) deferred.pop();
        act(stranger, call_, must, "retry work");
    }

    // ---- at the end of a run

    /// @notice Far enough ahead, whatever is paused, stopped or refusing: every live job can be ended, and every wei that is not
    /// a donation taken out.
    function endAll() external {
        // The campaign calls this like anything else; the run is over only when the test says so.
        if (msg.sender != _test) return;
        refuse(true);
        vm.prank(guardian);
        market.setPaused(true);
        book();
        vm.warp(time() + 15 days);
        for (uint256 i = 0; i < jobs.length; ++i) {
            IMarketTypes.Job memory job = market.job(jobs[i]);
            if (!live(job)) continue;
            bytes memory call_ = hit(job)
                ? abi.encodeCall(market.voidJob, (jobs[i]))
                : job.status == IMarketTypes.Status.Open
                    ? abi.encodeCall(market.expire, (jobs[i]))
                    : job.status == IMarketTypes.Status.Locked
                        ? abi.encodeCall(market.refund, (jobs[i]))
                        : abi.encodeCall(market.endReservation, (jobs[i]));
            act(stranger, call_, true, "every job can be ended");
        }
        refuse(false);
        for (uint256 i = 0; i < deferred.length; ++i) {
            Deferred memory d = deferred[i];
            act(stranger, abi.encodeCall(market.retryWork, (d.token, d.payout, d.creators, d.fees)), true, "work");
        }
        for (uint256 t = 0; t < 2; ++t) {
            address[] memory all = accounts();
            for (uint256 i = 0; i < all.length; ++i) {
                takeOut(all[i], tokens[t]);
            }
            if (market.potsOf(tokens[t]).income != 0) {
                act(stranger, abi.encodeCall(market.sendIncome, (tokens[t])), true, "income");
            }
            vm.assertEq(tokens[t].balanceOf(address(market)), keptOf(tokens[t]), "nothing is trapped");
        }
    }

    function takeOut(address by, IERC20 token_) private {
        if (market.creditOf(by, token_) != 0) {
            act(by, abi.encodeCall(market.withdraw, (token_, stranger)), true, "credit");
        }
        uint256 amount = market.freeCollateralOf(by, token_);
        bool some = amount != 0;
        act(by, abi.encodeCall(market.withdrawCollateral, (token_, amount, stranger)), some, "collateral");
    }

    /// @notice Everything of a job that must never change.
    function termsHash(bytes32 jobId) public view returns (bytes32) {
        IMarketTypes.Job memory job = market.job(jobId);
        return keccak256(abi.encode(job.requester, job.isPrivate, job.direct, job.ownerBps, job.ackWindow, job.terms));
    }
}
