// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {FeeAuction} from "../../src/auction/FeeAuction.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {Economy} from "../base/Economy.sol";
import {PaymentToken} from "../base/Tokens.sol";

/// @notice Twelve actors who work, bid, close, claim and give, and a governor who turns every knob. No action here may revert.
contract RewardsHandler is Economy {
    uint256 public constant ACTORS = 12;

    uint256 public burned;
    uint256 public claimed;
    uint256 public gifts;
    uint256 public income;
    uint256 public disposed;
    mapping(uint256 epoch => uint256) public claimedIn;
    mapping(uint256 epoch => uint256) public boughtIn;
    /// @dev k in force, as set, for epochs from its key on; 0 where it was not set.
    mapping(uint256 epoch => uint256) public shareFrom;
    mapping(IERC20 token => uint256) public deposited;
    mapping(IERC20 token => uint256) public sold;
    mapping(IERC20 token => uint256) public unnoticed;

    uint256 private nextStep = 1;

    constructor() {
        deployEconomy();
        shareFrom[0] = 7_500;
        for (uint256 i = 0; i < ACTORS; ++i) {
            vm.prank(team);
            token.transfer(account(i), 5_000_000e18);
            vm.prank(account(i));
            token.approve(address(auction), type(uint256).max);
            // From nothing over limits that bind to ones that never do.
            staking.setStake(account(i), i == 0 ? 0 : 10 ** (i + 15));
        }
    }

    function account(uint256 seed) public pure returns (address) {
        return address(uint160(0xFEE00 + seed % ACTORS));
    }

    function parts() external view returns (NetworkToken, IntelligenceRewards, FeeAuction) {
        return (token, rewards, auction);
    }

    function paymentToken(uint256 seed) public view returns (IERC20) {
        return [IERC20(token), coin, cent][seed % 3];
    }

    function stakeOf(uint256 i) external view returns (uint256) {
        return staking.stakes(account(i));
    }

    function doWork(uint256 which, uint256 by, uint256 on, uint256 fee) public {
        IERC20 paid = paymentToken(which);
        fee = bound(fee, 0, paid == cent ? 100_000e6 : 100_000e18);
        if (paid == token && token.balanceOf(address(this)) < fee) return;
        work(paid, account(by), account(on), fee);
        if (paid == token) income += fee;
        else deposited[paid] += fee;
    }

    function workMuch(uint256 seed) external {
        for (uint256 i = 0; i < 6; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            doWork(seed, seed >> 8, seed >> 16, seed >> 32);
        }
    }

    function bid(uint256 which, uint256 who, uint256 amount) public {
        IERC20 paid = paymentToken(1 + which % 2);
        (uint256 round, uint256 left, uint256 price) = auction.offer(paid);
        if (left == 0) return;
        amount = bound(amount, 1, left);
        if ((amount * price + 1e18 - 1) / 1e18 > token.balanceOf(account(who))) return;
        (uint256 bought, uint256 cost) = buy(account(who), paid, amount);
        vm.assertEq(bought, amount, "as offered");
        sold[paid] += bought;
        boughtIn[round] += cost;
        income += cost;
    }

    /// @dev Into the next window, where somebody bids: otherwise chance would seldom hit one.
    function nextWindow(uint256 offset, uint256 which, uint256 who, uint256 amount) external {
        toWindow(rewards.currentEpoch(), offset % 1 days);
        bid(which, who, amount);
        bid(which % 2 + 1, who >> 8, amount >> 8);
    }

    function pass(uint256 duration) external {
        vm.warp(time() + bound(duration, 1, 4 days));
    }

    /// @dev Towards the tail of the schedule.
    function sleep(uint256 weeks_) external {
        if (rewards.currentEpoch() > 250) return;
        vm.warp(time() + (weeks_ % 40) * 7 days);
    }

    function close(uint256 ahead) external {
        uint256 next = rewards.nextToClose();
        uint256 last = next + ahead % 30;
        if (time() < rewards.start() + (last + 1) * 7 days + 1 days) return;
        for (uint256 e = next; e <= last; ++e) {
            burned += rewards.epochOf(e).income / 2;
            disposed += rewards.epochOf(e).income;
        }
        rewards.closeThrough(last);
    }

    function forward() external {
        if (rewards.treasuryDue() != 0) rewards.forward();
    }

    function claim(uint256 epoch, uint256 who, uint256 which, bool all) external {
        if (rewards.nextToClose() == 0) return;
        epoch %= rewards.nextToClose();
        if (rewards.claimable(epoch, account(who)) == 0) return;
        IERC20[] memory one = new IERC20[](1);
        one[0] = paymentToken(which);
        uint256 reward;
        if (all) {
            reward = rewards.claim(epoch, account(who));
        } else {
            try rewards.claim(epoch, account(who), one) returns (uint256 paid) {
                reward = paid;
            } catch (bytes memory why) {
                bytes memory nothing =
                    abi.encodeWithSelector(IIntelligenceRewards.NothingToClaim.selector, epoch, account(who));
                vm.assertEq(why, nothing, "no work in this token");
            }
        }
        claimed += reward;
        claimedIn[epoch] += reward;
    }

    function give(uint256 which, uint256 amount, bool toRewards, bool notice) external {
        IERC20 gift = paymentToken(which);
        amount = bound(amount, 1, 1_000e18);
        if (gift == token) {
            vm.prank(team);
            token.transfer(toRewards ? address(rewards) : address(auction), amount);
            if (toRewards) gifts += amount;
            return;
        }
        PaymentToken(address(gift)).mint(address(auction), amount);
        unnoticed[gift] += amount;
        if (!notice) return;
        vm.assertEq(auction.sync(gift), unnoticed[gift], "all gifts");
        deposited[gift] += unnoticed[gift];
        unnoticed[gift] = 0;
    }

    function govern(uint256 bps, uint256 multiple, uint256 anchor, uint256 floor) external {
        uint256 current = auction.termsOf(coin).anchor;
        uint256 high = current * 16 < 1 << 120 ? current * 16 : 1 << 120;
        anchor = bound(anchor, current / 16 == 0 ? 1 : current / 16, high);
        if (rewards.currentEpoch() < nextStep) anchor = current;
        if (anchor != current) nextStep = rewards.currentEpoch() + 1;
        shareFrom[rewards.currentEpoch() + 1] = bound(bps, 0, 8_000) + 1;
        vm.startPrank(governor);
        rewards.setRewardShare(bound(bps, 0, 8_000));
        auction.setStartMultiple(bound(multiple, 2, 16));
        auction.setTerms(coin, uint128(anchor), uint128(bound(floor, 0, anchor)));
        vm.stopPrank();
    }
}
