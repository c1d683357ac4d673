// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IIntelligenceRewards} from "../interfaces/IIntelligenceRewards.sol";
import {IMarketCredits} from "../interfaces/IMarketCredits.sol";
import {INetworkToken} from "../interfaces/INetworkToken.sol";
import {ISlashAuction} from "../interfaces/ISlashAuction.sol";
import {ITreasury} from "../interfaces/ITreasury.sol";
import {PotAuction} from "./PotAuction.sol";

/// @title Auction of slash pots
contract SlashAuction is ISlashAuction, PotAuction {
    using SafeERC20 for INetworkToken;

    /// @notice Where slashes of collateral come from.
    IMarketCredits public immutable market;
    /// @notice Receives everything.
    ITreasury public immutable treasury;

    /// @dev Token, governor and clock are the rewards': fees and slashes are sold in the same windows.
    /// @param rewards_ The rewards contract.
    /// @param market_ Where slashes of collateral come from; may be deployed later.
    /// @param treasury_ Receives everything.
    constructor(IIntelligenceRewards rewards_, IMarketCredits market_, ITreasury treasury_)
        PotAuction(rewards_.token(), rewards_.governor(), rewards_.start())
    {
        require(address(market_) != address(0) && address(treasury_) != address(0), ZeroAddress());
        (market, treasury) = (market_, treasury_);
    }

    /// @inheritdoc ISlashAuction
    function pull(IERC20 token) external nonReentrant returns (uint256 amount) {
        amount = market.withdraw(token, address(this));
        if (address(token) != address(networkToken)) amount = _sync(token);
    }

    /// @inheritdoc ISlashAuction
    function forward() external nonReentrant returns (uint256 amount) {
        amount = networkToken.balanceOf(address(this));
        require(amount != 0, NothingToForward());
        emit IncomeForwarded(amount);
        networkToken.forceApprove(address(treasury), amount);
        treasury.receiveIncome(networkToken, amount);
    }

    function _collect(uint256, IERC20, uint256 cost, uint256) internal override {
        networkToken.safeTransferFrom(msg.sender, address(this), cost);
    }
}
