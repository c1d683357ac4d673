// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {RewardsDeployment} from "./RewardsDeployment.sol";
import {PaymentToken} from "./Tokens.sol";

/// @notice Rewards and fee auction with this contract in the place of the market, and two payment tokens.
abstract contract Economy is RewardsDeployment {
    /// @dev Network token wei per 1e18 wei: 10 network tokens for one of 18 decimals, or of 6.
    uint128 internal constant COIN_PRICE = 10e18;
    uint128 internal constant CENT_PRICE = 10e30;

    PaymentToken internal coin;
    PaymentToken internal cent;

    function deployEconomy() internal {
        vm.warp(1_800_000_000);
        deployRewards(address(this));
        coin = new PaymentToken(18);
        cent = new PaymentToken(6);
        vm.startPrank(governor);
        auction.setTerms(coin, COIN_PRICE, 0);
        auction.setTerms(cent, CENT_PRICE, 0);
        vm.stopPrank();
        vm.prank(team);
        token.transfer(address(this), 100_000_000e18);
        token.approve(address(rewards), type(uint256).max);
        coin.approve(address(rewards), type(uint256).max);
        cent.approve(address(rewards), type(uint256).max);
    }

    /// @notice One job's fee, out of this contract's pocket.
    function work(IERC20 paymentToken, address by, address on, uint256 fee) internal {
        address[] memory creators = new address[](1);
        uint256[] memory fees = new uint256[](1);
        (creators[0], fees[0]) = (on, fee);
        if (paymentToken != token) PaymentToken(address(paymentToken)).mint(address(this), fee);
        rewards.recordWork(paymentToken, by, creators, fees);
    }

    /// @notice A bidder with network tokens, who lets the auction take them.
    function bidder(string memory name, uint256 amount) internal returns (address account) {
        account = actor(name);
        vm.prank(team);
        token.transfer(account, amount);
        vm.prank(account);
        token.approve(address(auction), type(uint256).max);
    }

    function buy(address by, IERC20 paymentToken, uint256 amount) internal returns (uint256 bought, uint256 cost) {
        vm.prank(by);
        return auction.buy(paymentToken, amount, type(uint256).max, by);
    }

    /// @notice `offset` seconds after the end of `epoch`, when its fees are for sale.
    function toWindow(uint256 epoch, uint256 offset) internal {
        vm.warp(rewards.start() + (epoch + 1) * 7 days + offset);
    }

    function closeEpoch(uint256 epoch) internal {
        toWindow(epoch, 1 days);
        rewards.closeThrough(epoch);
    }
}
