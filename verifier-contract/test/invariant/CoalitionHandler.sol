// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {Economy} from "../base/Economy.sol";
import {PaymentToken} from "../base/Tokens.sol";

/// @notice A coalition of four, which requests from itself, proves for itself on models of its own and bids in the auctions,
/// beside ten honest actors. All but the fee of what a member pays another stays within the coalition, so only fees are
/// modelled. The world outside buys and sells tokens at a fixed price: the auction is fair in that honest bidders take a lot
/// as soon as it is not above that price, and none of them pays more.
contract CoalitionHandler is Economy {
    uint256 public constant MEMBERS = 4;
    uint256 public constant HONEST = 10;

    /// @notice What the coalition began with, and its fees, in network tokens at the fixed price.
    uint256 public endowment;
    uint256 public feesPaid;
    address private market_ = actor("honest bidder");

    constructor() {
        deployEconomy();
        bidder("honest bidder", 60_000_000e18);
        for (uint256 i = 0; i < MEMBERS; ++i) {
            vm.prank(team);
            token.transfer(member(i), 5_000_000e18);
            coin.mint(member(i), 500_000e18);
            cent.mint(member(i), 500_000e6);
            vm.startPrank(member(i));
            token.approve(address(auction), type(uint256).max);
            token.approve(address(this), type(uint256).max);
            coin.approve(address(this), type(uint256).max);
            cent.approve(address(this), type(uint256).max);
            vm.stopPrank();
            staking.setStake(member(i), 1_000_000_000e18);
        }
        for (uint256 i = 0; i < HONEST; ++i) {
            staking.setStake(honest(i), 10 ** (i + 17));
        }
        endowment = wealth();
    }

    function member(uint256 seed) public pure returns (address) {
        return address(uint160(0xC0A0 + seed % MEMBERS));
    }

    function honest(uint256 seed) public pure returns (address) {
        return address(uint160(0x60D0 + seed % HONEST));
    }

    function subject() external view returns (IntelligenceRewards) {
        return rewards;
    }

    function paymentToken(uint256 seed) public view returns (IERC20) {
        return [IERC20(token), coin, cent][seed % 3];
    }

    /// @notice Worth in network tokens, at the fixed price.
    function worth(IERC20 asset, uint256 amount) public view returns (uint256) {
        if (asset == token) return amount;
        return amount * (asset == coin ? COIN_PRICE : CENT_PRICE) / 1e18;
    }

    /// @notice All the members hold and could claim.
    function wealth() public view returns (uint256 sum) {
        for (uint256 i = 0; i < MEMBERS; ++i) {
            for (uint256 t = 0; t < 3; ++t) {
                sum += worth(paymentToken(t), paymentToken(t).balanceOf(member(i)));
            }
            for (uint256 e = 0; e < rewards.nextToClose(); ++e) {
                sum += rewards.claimable(e, member(i));
            }
        }
    }

    function wash(uint256 which, uint256 by, uint256 prover_, uint256 creator_, uint256 fee) external {
        IERC20 paid = paymentToken(which);
        address requester_ = member(by);
        fee = bound(fee, 0, paid.balanceOf(requester_) / 4);
        vm.prank(requester_);
        paid.transfer(address(this), fee);
        enter(paid, member(prover_), member(creator_), fee);
        feesPaid += worth(paid, fee);
    }

    function honestWork(uint256 which, uint256 by, uint256 on, uint256 fee) external {
        IERC20 paid = paymentToken(which);
        fee = bound(fee, 0, paid == cent ? 10_000e6 : 10_000e18);
        if (paid == token) {
            if (token.balanceOf(address(this)) < fee) return;
        } else {
            PaymentToken(address(paid)).mint(address(this), fee);
        }
        enter(paid, honest(by), honest(on), fee);
    }

    function enter(IERC20 paid, address prover_, address creator_, uint256 fee) private {
        address[] memory creators = new address[](1);
        uint256[] memory fees = new uint256[](1);
        (creators[0], fees[0]) = (creator_, fee);
        rewards.recordWork(paid, prover_, creators, fees);
    }

    /// @dev Honest bidders were there at every moment before: what the price has passed, they have.
    function arbitrage(IERC20 paid) private {
        uint256 fair = paid == coin ? COIN_PRICE : CENT_PRICE;
        (, uint256 left, uint256 price) = auction.offer(paid);
        if (left == 0 || price > fair) return;
        uint256 affordable = token.balanceOf(market_) * 1e18 / price;
        if (affordable < left) {
            vm.prank(team);
            token.transfer(market_, left * price / 1e18 + 1);
        }
        buy(market_, paid, left);
    }

    /// @dev The coalition bids what it likes, above the fair price: raising B is all it can want.
    function outbid(uint256 which, uint256 who, uint256 amount, uint256 offset) external {
        IERC20 paid = paymentToken(1 + which % 2);
        (, uint256 left,) = auction.offer(paid);
        if (left == 0) {
            // Hour by hour, so that honest bidders take lots near the fair price.
            uint256 epoch = rewards.currentEpoch();
            for (uint256 at = 0; at <= offset % 1 days; at += 1 hours) {
                toWindow(epoch, at);
                arbitrage(coin);
                arbitrage(cent);
            }
        }
        arbitrage(coin);
        arbitrage(cent);
        uint256 price;
        (, left, price) = auction.offer(paid);
        if (left == 0) return;
        amount = bound(amount, 1, left);
        if ((amount * price + 1e18 - 1) / 1e18 > token.balanceOf(member(who))) return;
        buy(member(who), paid, amount);
    }

    function pass(uint256 duration) external {
        vm.warp(time() + bound(duration, 1, 5 days));
        arbitrage(coin);
        arbitrage(cent);
    }

    function close() external {
        uint256 next = rewards.nextToClose();
        if (time() < rewards.start() + (next + 1) * 7 days + 1 days) return;
        rewards.closeThrough(next);
    }

    function claim(uint256 epoch, uint256 who) external {
        if (rewards.nextToClose() == 0) return;
        epoch %= rewards.nextToClose();
        if (rewards.claimable(epoch, member(who)) != 0) rewards.claim(epoch, member(who));
    }
}
