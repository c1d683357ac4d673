// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Market credits
/// @notice The one thing that a contract with income from the market asks of it.
interface IMarketCredits {
    /// @notice Pays the caller's whole credit in `token` to `to`.
    /// @return amount What was paid.
    function withdraw(IERC20 token, address to) external returns (uint256 amount);
}
