// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title ERC-7641, the extension for ERC-20 revenue
/// @notice Interface id 0x5d18f986. The base interface, 0xed7b2e4e, is about ETH, which a share never holds.
interface IERC7641AltRevToken {
    /// @notice What `account` can claim of `token` at a snapshot.
    function claimableERC20(address account, uint256 snapshotId, address token) external view returns (uint256);

    /// @notice What burning `amount` shares would redeem of `token`.
    function redeemableERC20OnBurn(uint256 amount, address token) external view returns (uint256);
}
