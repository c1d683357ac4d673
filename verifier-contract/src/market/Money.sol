// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MarketStorage} from "./MarketStorage.sol";

/// @title Books of the market
/// @notice Credits, free collateral, and the only functions that move tokens: by exactly what they are told, or not at all.
abstract contract Money is MarketStorage {
    using SafeERC20 for IERC20;

    /// @dev Credits `account`; what it is for is in the caller's event.
    function _credit(address account, IERC20 token, uint256 amount) internal {
        if (amount != 0) _credits[account][token] += amount;
    }

    /// @dev What is slashed is the auction's, which withdraws it like anybody else.
    function _slash(IERC20 token, uint256 amount) internal {
        _credit(slashAuction, token, amount);
    }

    /// @dev Takes from the free collateral of `account`.
    function _hold(address account, IERC20 token, uint256 amount) internal {
        uint256 free = _free[account][token];
        require(free >= amount, InsufficientCollateral(amount, free));
        _free[account][token] = free - amount;
    }

    /// @dev Gives held collateral back.
    function _release(address account, IERC20 token, uint256 amount) internal {
        if (amount != 0) _free[account][token] += amount;
    }

    /// @dev Takes exactly `amount`, whatever the token says it did.
    function _pull(IERC20 token, address from, uint256 amount) internal {
        if (amount == 0) return;
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(from, address(this), amount);
        _checkDelta(token, amount, token.balanceOf(address(this)) - before);
    }

    /// @dev Sends exactly `amount`: a token that took more would take it from others.
    function _send(IERC20 token, address to, uint256 amount) internal {
        require(to != address(0) && to != address(this), BadRecipient(to));
        uint256 before = token.balanceOf(address(this));
        token.safeTransfer(to, amount);
        _checkDelta(token, amount, before - token.balanceOf(address(this)));
    }

    function _checkDelta(IERC20 token, uint256 expected, uint256 got) internal pure {
        require(got == expected, WrongDelta(token, expected, got));
    }
}
