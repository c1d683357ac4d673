// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {IMarketCredits} from "../interfaces/IMarketCredits.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IRevenueShare} from "../interfaces/IRevenueShare.sol";
import {IRevenueShareFactory} from "../interfaces/IRevenueShareFactory.sol";
import {RevenueShare} from "./RevenueShare.sol";

/// @title Factory of revenue shares
/// @notice Shares are whole contracts, not proxies: nothing can be changed under their holders.
contract RevenueShareFactory is IRevenueShareFactory {
    /// @notice The most tokens that are allowed at a time; a share takes at most twice as many over its life.
    uint256 public constant MAX_TOKENS = 8;

    /// @inheritdoc IRevenueShareFactory
    IModelRegistry public immutable registry;
    /// @inheritdoc IRevenueShareFactory
    IMarketCredits public immutable market;
    /// @inheritdoc IRevenueShareFactory
    address public immutable governor;

    /// @notice How many tokens are allowed.
    uint256 public tokenCount;
    /// @inheritdoc IRevenueShareFactory
    mapping(IERC20 token => bool) public isRevenueToken;
    /// @inheritdoc IRevenueShareFactory
    mapping(uint256 listingId => IRevenueShare) public shareOf;

    /// @param registry_ Where listings live.
    /// @param market_ Where revenue comes from; may be deployed later.
    /// @param governor_ The timelock.
    constructor(IModelRegistry registry_, IMarketCredits market_, address governor_) {
        require(address(registry_).code.length != 0, InvalidAddress(address(registry_)));
        require(address(market_) != address(0), InvalidAddress(address(market_)));
        require(governor_ != address(0), InvalidAddress(governor_));
        (registry, market, governor) = (registry_, market_, governor_);
    }

    /// @inheritdoc IRevenueShareFactory
    function create(uint256 listingId) external returns (IRevenueShare share) {
        require(registry.ownerOf(listingId) == msg.sender, NotListingOwner(listingId, msg.sender));
        require(address(shareOf[listingId]) == address(0), ShareExists(listingId, shareOf[listingId]));
        share = new RevenueShare{salt: bytes32(listingId)}(listingId);
        shareOf[listingId] = share;
        emit ShareCreated(listingId, share, msg.sender);
    }

    /// @inheritdoc IRevenueShareFactory
    function setRevenueToken(IERC20 token, bool allowed) external {
        require(msg.sender == governor, NotGovernor(msg.sender));
        require(address(token).code.length != 0, InvalidAddress(address(token)));
        if (isRevenueToken[token] == allowed) return;
        tokenCount = allowed ? tokenCount + 1 : tokenCount - 1;
        require(tokenCount <= MAX_TOKENS, TooManyTokens(MAX_TOKENS));
        isRevenueToken[token] = allowed;
        emit RevenueTokenSet(token, allowed);
    }

    /// @inheritdoc IRevenueShareFactory
    function predict(uint256 listingId) external view returns (address) {
        bytes32 codeHash = keccak256(bytes.concat(type(RevenueShare).creationCode, abi.encode(listingId)));
        return Create2.computeAddress(bytes32(listingId), codeHash);
    }
}
