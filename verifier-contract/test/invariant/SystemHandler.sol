// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {FeeAuction} from "../../src/auction/FeeAuction.sol";
import {PotAuction} from "../../src/auction/PotAuction.sol";
import {SlashAuction} from "../../src/auction/SlashAuction.sol";
import {Treasury} from "../../src/governance/Treasury.sol";
import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {IMarketCredits} from "../../src/interfaces/IMarketCredits.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {RevenueShare} from "../../src/revenue/RevenueShare.sol";
import {RevenueShareFactory} from "../../src/revenue/RevenueShareFactory.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {ProverStaking} from "../../src/staking/ProverStaking.sol";
import {StakedVotes} from "../../src/staking/StakedVotes.sol";
import {EmergencyStop} from "../../src/verify/EmergencyStop.sol";
import {BlocklistToken} from "../base/MarketTokens.sol";
import {Vm} from "../base/Vm.sol";
import {MarketHandler} from "./MarketHandler.sol";

/// @notice The market's twelve actors with everything around it in earnest: they stake, bid, earn rewards and revenue as well, beside a
/// closed coalition of three that washes. Books are kept from events.
contract SystemHandler is MarketHandler {
    /// @notice What the invariants look at beside the market.
    struct Parts {
        IntelligenceRewards rewards;
        FeeAuction feeAuction;
        SlashAuction slashAuction;
        ProverStaking staking;
        Treasury income;
        EmergencyStop stop;
        RecordStore store;
    }

    uint256 private constant WASH_STAKE = 1_000_000e18;

    BlocklistToken public coin;
    RevenueShare public share;
    uint256[] public tickets;

    uint256 public deposited;
    uint256 public withdrawn;
    uint256 public slashed;
    uint256 public distributed;
    uint256 public stakeRewardsClaimed;
    uint256 public recordedJobs;
    uint256 public burned;
    uint256 public claimed;
    uint256 public washFees;
    uint256 public washEndowment;
    mapping(uint256 epoch => uint256) public claimedIn;
    mapping(IERC20 token => uint256) public education;
    /// @notice How often each part of the system was used: sales, closings, claims, revenue, stakes that left.
    mapping(string what => uint256) public times;
    uint256 private washes;

    constructor() {
        deposited = ACTORS * STAKE + WASH_STAKE;
        give(washer(2), WASH_STAKE);
        vm.startPrank(washer(2));
        token.approve(address(staking), WASH_STAKE);
        staking.stake(washer(2), WASH_STAKE);
        vm.stopPrank();
        fund(washer(0), 1_000_000e18);
        vm.prank(washer(1));
        listingId = registry.register(recordHash, LISTED, OWNER_BPS, "");
        washEndowment = washWealth();
        for (uint256 i = 0; i < ACTORS; ++i) {
            vm.startPrank(account(i));
            token.approve(address(staking), type(uint256).max);
            token.approve(address(feeAuction), type(uint256).max);
            token.approve(address(slashAuction), type(uint256).max);
            vm.stopPrank();
        }
        vm.recordLogs();
    }

    function system() external view returns (Parts memory) {
        return Parts(rewards, feeAuction, slashAuction, staking, income, stop, store);
    }

    function kindCount() external view returns (uint256) {
        return kinds.length;
    }

    function kindHash(uint256 i) external view returns (bytes32) {
        return kinds[i].hash;
    }

    // ---- the deployment

    function deployHandled() internal override returns (IERC20[2] memory made) {
        deploy();
        coin = new BlocklistToken();
        made = [IERC20(token), coin];
        allow(coin);
        vm.startPrank(governor);
        feeAuction.setTerms(coin, 10e18, 0);
        slashAuction.setTerms(coin, 10e18, 0);
        staking.grantRole(staking.SLASHER_ROLE(), governor);
        vm.stopPrank();
    }

    function endow(address to, IERC20 asset) internal override {
        if (asset == token) give(to, 4_000_000e18);
        else coin.mint(to, 1e30);
    }

    function give(address to, uint256 amount) private {
        vm.prank(team);
        token.transfer(to, amount);
    }

    /// @dev The first listing, in network tokens, is turned into shares of all actors.
    function listed(uint256 id) internal override {
        if (address(share) != address(0)) return;
        RevenueShareFactory factory = new RevenueShareFactory(registry, IMarketCredits(address(market)), governor);
        vm.prank(governor);
        factory.setRevenueToken(token, true);
        vm.startPrank(owner);
        share = RevenueShare(address(factory.create(id)));
        registry.setRevenueShare(id, address(share));
        for (uint256 i = 0; i < ACTORS; ++i) {
            share.transfer(account(i), 80_000e18);
        }
        vm.stopPrank();
    }

    function others() internal view override returns (address[] memory all) {
        all = new address[](3);
        (all[0], all[1], all[2]) = (owner, auction, address(share));
    }

    /// @dev A block of the auction: work is recorded all the same, its fees stay in the market.
    function refuse(bool refusing) internal override {
        coin.set(address(feeAuction), refusing);
    }

    function recordsWork() internal pure override returns (bool) {
        return true;
    }

    function keptOf(IERC20 asset) public view override returns (uint256) {
        return donations[asset] + rewards.uncollected(asset);
    }

    function takeSlashes(uint256 t, address) internal override {
        if (market.creditOf(auction, tokens[t]) != 0) {
            run(stranger, auction, abi.encodeCall(slashAuction.pull, (tokens[t])));
        }
    }

    function bookOther(Vm.Log memory log) internal override {
        bytes32 id = log.topics[0];
        if (log.emitter == address(rewards)) {
            bookRewards(id, log);
        } else if (log.emitter == address(staking)) {
            bookStaking(id, log);
        } else if (log.emitter == address(income) && id == ITreasury.IncomeReceived.selector) {
            (uint256 amount, uint256 part) = abi.decode(log.data, (uint256, uint256));
            vm.assertEq(part, amount * 8 / 100, "floor of 8 %");
            education[IERC20(address(uint160(uint256(log.topics[1]))))] += part;
        }
    }

    function bookRewards(bytes32 id, Vm.Log memory log) private {
        if (id == IIntelligenceRewards.WorkRecorded.selector) ++recordedJobs;
        if (id == IIntelligenceRewards.EpochClosed.selector) {
            (,, uint256 burning,) = abi.decode(log.data, (uint256, uint256, uint256, uint256));
            burned += burning;
            ++times["closed"];
        }
        if (id == IIntelligenceRewards.RewardClaimed.selector) {
            (uint256 proving, uint256 creating,) = abi.decode(log.data, (uint256, uint256, uint256));
            claimed += proving + creating;
            claimedIn[uint256(log.topics[1])] += proving + creating;
            ++times["rewarded"];
        }
    }

    function bookStaking(bytes32 id, Vm.Log memory log) private {
        if (id == IProverStaking.Staked.selector) {
            (uint256 amount,) = abi.decode(log.data, (uint256, uint256));
            deposited += amount;
        } else if (id == IProverStaking.Slashed.selector) {
            (uint256 bonded, uint256 unbonding) = abi.decode(log.data, (uint256, uint256));
            slashed += bonded + unbonding;
        }
    }

    /// @dev A call that must succeed, and its events.
    function run(address by, address target, bytes memory data) private returns (bytes memory answer) {
        vm.prank(by);
        bool ok;
        (ok, answer) = target.call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
        book();
    }

    // ---- stake

    function stakeSome(uint256 who, uint256 with, uint256 amount) external {
        (address by, address to) = (account(who), account(with));
        amount = bound(amount, 1e18, 10_000e18);
        if (token.balanceOf(by) < amount) return;
        run(by, address(staking), abi.encodeCall(staking.stake, (to, amount)));
    }

    /// @dev Delegated stake alone, the next there is: what is the actors' own backs their locks.
    function unbondSome(uint256 who, uint256 with) external {
        address by = account(who);
        for (uint256 i = 0; i < ACTORS; ++i) {
            address to = account(with % ACTORS + i);
            IProverStaking.Position memory position = staking.positionOf(to, by);
            if (by == to || position.shares == 0 || time() < uint256(position.bondedAt) + 1 days) continue;
            bytes memory call_ = abi.encodeCall(staking.unbond, (to, position.shares));
            tickets.push(abi.decode(run(by, address(staking), call_), (uint256)));
            return;
        }
    }

    function withdrawStake(uint256 which) external {
        if (tickets.length == 0) return;
        uint256 place = which % tickets.length;
        IProverStaking.Ticket memory ticket = staking.ticketOf(tickets[place]);
        if (time() < ticket.unlocksAt) return;
        bytes memory call_ = abi.encodeCall(staking.withdraw, (tickets[place], ticket.account));
        withdrawn += abi.decode(run(ticket.account, address(staking), call_), (uint256));
        tickets[place] = tickets[tickets.length - 1];
        tickets.pop();
        ++times["unstaked"];
    }

    function slashSome(uint256 which, uint256 amount) external {
        amount = bound(amount, 1, staking.maxSlash(account(which)) / 100);
        run(governor, address(staking), abi.encodeCall(staking.slash, (account(which), amount, "why")));
    }

    function distribute(uint256 by, uint256 which, uint256 amount) external {
        amount = bound(amount, 1, 1_000e18);
        if (token.balanceOf(account(by)) < amount) return;
        run(account(by), address(staking), abi.encodeCall(staking.distributeReward, (account(which), amount)));
        distributed += amount;
    }

    function claimStakeReward(uint256 who, uint256 with) external {
        uint256 expected = staking.claimable(account(with), account(who));
        if (expected == 0) return;
        run(account(who), address(staking), abi.encodeCall(staking.claimReward, (account(with), account(who))));
        stakeRewardsClaimed += expected;
    }

    /// @dev Invariant 12: stake that comes in a second is there at its end, and had no vote before.
    function voteRoundTrip(uint256 who, uint256 amount) external {
        address by = account(who);
        amount = bound(amount, 1e18, 10_000e18);
        if (token.balanceOf(by) < amount) return;
        StakedVotes receipts = StakedVotes(address(staking.votes()));
        uint256 before = receipts.getPastVotes(by, time() - 1);
        run(by, address(staking), abi.encodeCall(staking.stake, (by, amount)));
        vm.assertEq(receipts.getPastVotes(by, time() - 1), before, "no vote before");
        uint256 shares = staking.positionOf(by, by).shares;
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.BondedTooRecently.selector, time() + 1 days));
        vm.prank(by);
        staking.unbond(by, shares);
    }

    // ---- auctions and rewards

    function bid(uint256 who, uint256 amount, bool slashes) public {
        PotAuction pots = slashes ? PotAuction(slashAuction) : PotAuction(feeAuction);
        (, uint256 left, uint256 price) = pots.offer(coin);
        if (left == 0 || coin.blocked(address(pots))) return;
        amount = bound(amount, 1, left);
        uint256 affordable = token.balanceOf(account(who)) / 8;
        if (price != 0 && amount / 1e18 * price > affordable) amount = affordable * 1e18 / price;
        if (amount == 0) return;
        bytes memory call_ = abi.encodeCall(pots.buy, (coin, amount, type(uint256).max, account(who)));
        run(account(who), address(pots), call_);
        ++times[slashes ? "slashes sold" : "fees sold"];
    }

    /// @dev Into the next window, where somebody bids: otherwise chance would seldom hit one.
    function nextWindow(uint256 offset, uint256 who, uint256 amount) external {
        takeSlashes(1, address(0));
        vm.warp(rewards.start() + (rewards.currentEpoch() + 1) * 7 days + 2 hours + offset % 22 hours);
        bid(who, amount, false);
        bid(who >> 8, amount, true);
    }

    function close() external {
        uint256 next = rewards.nextToClose();
        if (time() < rewards.start() + (next + 1) * 7 days + 1 days) return;
        run(stranger, address(rewards), abi.encodeCall(rewards.closeThrough, (next)));
    }

    function claimReward(uint256 epoch, uint256 who) external {
        claimFor(epoch, account(who));
    }

    function claimFor(uint256 epoch, address who) private {
        if (rewards.nextToClose() == 0) return;
        epoch %= rewards.nextToClose();
        if (rewards.claimable(epoch, who) == 0) return;
        run(stranger, address(rewards), abi.encodeWithSignature("claim(uint256,address)", epoch, who));
    }

    function forward(bool slashes) external {
        if (!slashes && rewards.treasuryDue() != 0) {
            run(stranger, address(rewards), abi.encodeCall(rewards.forward, ()));
        }
        if (slashes && token.balanceOf(auction) != 0) run(stranger, auction, abi.encodeCall(slashAuction.forward, ()));
    }

    function collect() external {
        if (rewards.uncollected(coin) == 0 || coin.blocked(address(feeAuction))) return;
        run(stranger, address(rewards), abi.encodeCall(rewards.collect, (coin)));
    }

    function setRewardShare(uint256 bps) external {
        run(governor, address(rewards), abi.encodeCall(rewards.setRewardShare, (bound(bps, 0, 8_000))));
    }

    // ---- revenue

    function pullRevenue() external {
        if (market.creditOf(address(share), token) == 0) return;
        run(stranger, address(share), abi.encodeCall(share.pull, (token)));
    }

    function claimRevenue(uint256 who) external {
        if (share.claimable(token, account(who)) == 0) return;
        run(account(who), address(share), abi.encodeCall(share.claim, (token, account(who))));
        ++times["revenue"];
    }

    /// @dev Invariant 8: shares that go and come back in a second took nothing along.
    function shareRoundTrip(uint256 who, uint256 to, uint256 amount) external {
        (address from, address with) = (account(who), account(to));
        if (from == with) return;
        amount = bound(amount, 0, share.balanceOf(from));
        uint256 before = share.claimable(token, with);
        run(from, address(share), abi.encodeCall(share.transfer, (with, amount)));
        vm.assertEq(share.claimable(token, with), before, "bought nothing that flowed");
        if (amount % 2 == 0) run(with, address(share), abi.encodeCall(share.transfer, (from, amount)));
    }

    // ---- the coalition

    /// @notice Its requester, its model's owner, its prover.
    function washer(uint256 i) public pure returns (address) {
        return address(uint160(0xC0A0 + i));
    }

    function washWealth() public view returns (uint256 sum) {
        for (uint256 i = 0; i < 3; ++i) {
            sum += token.balanceOf(washer(i)) + market.creditOf(washer(i), token);
            for (uint256 e = 0; e < rewards.nextToClose(); ++e) {
                sum += rewards.claimable(e, washer(i));
            }
        }
    }

    function wash(uint256 volume) external {
        volume = bound(volume, LISTED, 100_000e18);
        if (market.paused() || token.balanceOf(washer(0)) < volume) return;
        IMarketTypes.Terms memory terms = termsFor(++washes);
        (terms.floorPrice, terms.maxPrice) = (uint128(volume), uint128(volume));
        bytes memory call_ = abi.encodeCall(market.request, (washes, terms, inputOf(washes)));
        bytes32 jobId = abi.decode(run(washer(0), address(market), call_), (bytes32));
        prove(list(jobId), inputOf(washes), outputOf(washes), washer(2));
        call_ =
            abi.encodeCall(market.fulfil, (list(jobId), inputOf(washes), outputOf(washes), bytes("seal"), washer(2)));
        run(washer(2), address(market), call_);
        washFees += (volume + 99) / 100;
        for (uint256 i = 1; i < 3; ++i) {
            run(washer(i), address(market), abi.encodeCall(market.withdraw, (token, washer(0))));
        }
    }

    function claimWash(uint256 epoch, uint256 i) external {
        claimFor(epoch, washer(i % 3));
    }
}
