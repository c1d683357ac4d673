// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IFeeAuction} from "../interfaces/IFeeAuction.sol";
import {IIntelligenceRewards} from "../interfaces/IIntelligenceRewards.sol";
import {INetworkToken} from "../interfaces/INetworkToken.sol";
import {PotAuction} from "./PotAuction.sol";

/// @title Auction of fee pots
/// @notice Rounds are the epochs of the rewards contract, which books and disposes of the proceeds.
contract FeeAuction is IFeeAuction, PotAuction {
    using SafeERC20 for INetworkToken;

    /// @notice Deposits fees and receives proceeds.
    IIntelligenceRewards public immutable rewards;

    /// @param rewards_ The rewards contract, deployed for this contract's address.
    constructor(IIntelligenceRewards rewards_) PotAuction(rewards_.token(), rewards_.governor(), rewards_.start()) {
        require(address(rewards_.auction()) == address(this), WrongWiring());
        rewards = rewards_;
    }

    /// @inheritdoc IFeeAuction
    function deposit(IERC20 token, uint256 amount) external nonReentrant {
        require(msg.sender == address(rewards), NotRewards(msg.sender));
        require(address(token) != address(networkToken), NotForSale(token));
        // A token that lets somebody notice it from within the transfer has entered it in the books already.
        uint256 arrived = Math.saturatingSub(token.balanceOf(address(this)), held[token]);
        _increase(token, Math.min(amount, arrived), true);
    }

    function _collect(uint256 round, IERC20 token, uint256 cost, uint256 counted) internal override {
        networkToken.safeTransferFrom(msg.sender, address(rewards), cost);
        rewards.recordProceeds(round, token, cost, counted);
    }
}
