// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IPotAuction} from "./IPotAuction.sol";

/// @title Auction of fee pots
/// @notice Proceeds go to the rewards contract. Of a lot's proceeds the part of the round's own deposits counts as what that
/// round's work brought; leftovers of earlier rounds and gifts count for nobody.
interface IFeeAuction is IPotAuction {
    /// @notice Only the rewards contract deposits.
    error NotRewards(address caller);

    /// @notice Adds fees that have just been transferred here to the pot of the running round. Rewards contract only.
    function deposit(IERC20 token, uint256 amount) external;
}
