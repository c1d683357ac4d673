// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";

/// @title Balance of what a caller says is a token
/// @notice `balanceOf`, and an error that names an address where it means nothing: there is no code, or code that reverts
/// without a word or answers less than a number. What a token itself reverts with is passed on.
library TokenBalance {
    /// @notice At this address is no ERC-20 token.
    error NotAToken(address token);

    /// @notice What `account` has of `token`.
    function read(IERC20 token, address account) internal view returns (uint256) {
        (bool ok, bytes32 balance,) =
            LowLevelCall.staticcallReturn64Bytes(address(token), abi.encodeCall(IERC20.balanceOf, (account)));
        uint256 size = LowLevelCall.returnDataSize();
        if (!ok && size != 0) LowLevelCall.bubbleRevert();
        require(ok && size >= 32, NotAToken(address(token)));
        return uint256(balance);
    }
}
