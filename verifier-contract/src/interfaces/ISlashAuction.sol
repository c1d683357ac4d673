// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IPotAuction} from "./IPotAuction.sol";

/// @title Auction of slash pots
/// @notice What is slashed is sent here, in whatever token. Proceeds, and slashed network tokens as they are, become income
/// of the treasury; none of it ever counts towards rewards.
interface ISlashAuction is IPotAuction {
    /// @notice `amount` of network tokens became the treasury's.
    event IncomeForwarded(uint256 amount);

    /// @notice There is nothing to forward.
    error NothingToForward();

    /// @notice Takes this contract's credit in `token` out of the market. Anyone may call.
    function pull(IERC20 token) external returns (uint256 amount);

    /// @notice Hands all network tokens held here to the treasury. Anyone may call.
    function forward() external returns (uint256 amount);
}
