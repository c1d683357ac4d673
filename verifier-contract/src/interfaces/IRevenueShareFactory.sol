// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IModelRegistry} from "./IModelRegistry.sol";
import {IMarketCredits} from "./IMarketCredits.sol";
import {IRevenueShare} from "./IRevenueShare.sol";

/// @title Factory of revenue shares
/// @notice At most one share per listing, at an address that follows from the listing, and the list of tokens they take.
interface IRevenueShareFactory {
    /// @notice A listing's revenue belongs to the holders of `share` from now on; all shares are `holder`'s.
    event ShareCreated(uint256 indexed listingId, IRevenueShare indexed share, address indexed holder);
    /// @notice Shares may, or may no longer, begin to take `token`. Those that take it already keep doing so.
    event RevenueTokenSet(IERC20 indexed token, bool allowed);

    /// @notice Only the listing's holder may turn it into shares.
    error NotListingOwner(uint256 listingId, address caller);
    /// @notice The listing has a share.
    error ShareExists(uint256 listingId, IRevenueShare share);
    /// @notice Only the governor may set parameters.
    error NotGovernor(address caller);
    /// @notice The list is full.
    error TooManyTokens(uint256 maximum);
    /// @notice The address cannot take part.
    error InvalidAddress(address account);

    /// @notice Creates the share of a listing. Its holder only; it cannot be undone.
    function create(uint256 listingId) external returns (IRevenueShare share);

    /// @notice Allows shares to begin taking `token`, or stops that. Governor only; at most 8 at a time.
    function setRevenueToken(IERC20 token, bool allowed) external;

    /// @notice The share of a listing; zero where it has none.
    function shareOf(uint256 listingId) external view returns (IRevenueShare);

    /// @notice Where the share of a listing is or would be.
    function predict(uint256 listingId) external view returns (address);

    /// @notice Whether shares may begin to take `token`.
    function isRevenueToken(IERC20 token) external view returns (bool);

    /// @notice Where listings live.
    function registry() external view returns (IModelRegistry);

    /// @notice Where revenue comes from.
    function market() external view returns (IMarketCredits);

    /// @notice Sets the parameter: the timelock.
    function governor() external view returns (address);
}
