// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC7641AltRevToken} from "./IERC7641AltRevToken.sol";

/// @title Revenue share
/// @notice An ERC-20 of fixed supply whose holders share a listing's revenue. What arrives streams out by the second, over
/// seven days and on to the next midnight (UTC), to whoever holds shares in that second: holding for no time earns nothing,
/// and selling takes along what is still to come, not what was earned.
/// @dev Books of a token: `received = claimed + sum of claimable + unstreamed + dust`, dust below one unit per holder, plus
/// one per million changes. Nothing about one token, however it behaves, touches another's books.
interface IRevenueShare is IERC20, IERC165, IERC7641AltRevToken {
    /// @notice The share takes this token as revenue from now on.
    event RevenueTokenAdded(IERC20 indexed token);
    /// @notice `amount` arrived and streams until `streamEnd`.
    event RevenueReceived(IERC20 indexed token, uint256 amount, uint256 streamEnd);
    /// @notice `account` took what it had earned.
    event RevenueClaimed(IERC20 indexed token, address indexed account, address indexed to, uint256 amount);

    /// @notice The token is neither allow-listed nor taken before.
    error TokenNotAllowed(IERC20 token);
    /// @notice The share takes no more different tokens.
    error TooManyTokens(uint256 maximum);
    /// @notice There is nothing to claim.
    error NothingToClaim(IERC20 token, address account);
    /// @notice The share itself can neither hold shares nor be paid.
    error InvalidReceiver(address receiver);
    /// @notice The only snapshot is the present, 0.
    error UnknownSnapshot(uint256 snapshotId);

    /// @notice Takes the share's credit in `token` out of the market, and starts its stream. Anyone may call.
    /// @return amount What arrived.
    function pull(IERC20 token) external returns (uint256 amount);

    /// @notice Starts the stream of what was sent here directly. Anyone may call.
    /// @return amount What had arrived.
    function sync(IERC20 token) external returns (uint256 amount);

    /// @notice Pays what the caller has earned of `token` to `to`.
    /// @return amount What was paid.
    function claim(IERC20 token, address to) external returns (uint256 amount);

    /// @notice What `account` has earned of `token` and not claimed, rounded down.
    function claimable(IERC20 token, address account) external view returns (uint256);

    /// @notice All revenue of `token` that was ever noticed.
    function received(IERC20 token) external view returns (uint256);

    /// @notice All revenue of `token` that was ever claimed.
    function claimed(IERC20 token) external view returns (uint256);

    /// @notice Revenue of `token` that has arrived and not yet been earned, rounded up.
    function unstreamed(IERC20 token) external view returns (uint256);

    /// @notice The tokens this share has taken, in order of appearance.
    function revenueTokens() external view returns (IERC20[] memory);

    /// @notice The listing whose revenue this is.
    function listingId() external view returns (uint256);
}
