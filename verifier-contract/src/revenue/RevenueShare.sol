// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IERC7641AltRevToken} from "../interfaces/IERC7641AltRevToken.sol";
import {IRevenueShare} from "../interfaces/IRevenueShare.sol";
import {IRevenueShareFactory} from "../interfaces/IRevenueShareFactory.sol";
import {RevenueStream} from "../libraries/RevenueStream.sol";

/// @title Revenue share
/// @notice The shares of one listing. No owner, no minter, no burning, no parameter.
/// @dev A transfer settles both sides for every token taken, in this contract's own books alone: no revenue token is called,
/// so none can stop or observe it. What is earned keeps its fraction until it is claimed, so settling often loses nothing.
contract RevenueShare is IRevenueShare, ERC20, ERC20Permit, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;
    using RevenueStream for RevenueStream.Stream;

    /// @dev What an account had earned, and the sum per share, when it was last settled.
    struct Holding {
        uint256 earned;
        uint256 perShare;
    }

    /// @notice Shares of a listing.
    uint256 public constant SHARES = 1_000_000e18;
    /// @notice The most tokens one share takes: bounds what a transfer costs.
    uint256 public constant MAX_TOKENS = 16;

    /// @notice Knows the market and which tokens may be taken.
    IRevenueShareFactory public immutable factory;
    /// @inheritdoc IRevenueShare
    uint256 public immutable listingId;

    IERC20[] private _tokens;
    mapping(IERC20 token => bool) private _taken;
    mapping(IERC20 token => RevenueStream.Stream) private _streams;
    mapping(IERC20 token => mapping(address account => Holding)) private _holdings;

    /// @dev Deployed by the factory, which guards that a listing has one share. All shares go to the listing's holder.
    /// @param listingId_ The listing whose revenue this is.
    constructor(uint256 listingId_)
        ERC20(string.concat("Verin Revenue Share ", Strings.toString(listingId_)), "VRS")
        ERC20Permit("Verin Revenue Share")
    {
        factory = IRevenueShareFactory(msg.sender);
        listingId = listingId_;
        _mint(IRevenueShareFactory(msg.sender).registry().ownerOf(listingId_), SHARES);
    }

    /// @inheritdoc IRevenueShare
    function pull(IERC20 token) external nonReentrant returns (uint256 amount) {
        _take(token);
        factory.market().withdraw(token, address(this));
        return _notice(token);
    }

    /// @inheritdoc IRevenueShare
    function sync(IERC20 token) external nonReentrant returns (uint256 amount) {
        _take(token);
        return _notice(token);
    }

    /// @inheritdoc IRevenueShare
    function claim(IERC20 token, address to) external nonReentrant returns (uint256 amount) {
        require(to != address(this), InvalidReceiver(to));
        RevenueStream.Stream storage stream = _streams[token];
        _settle(token, msg.sender, stream.advance(SHARES));
        Holding storage holding = _holdings[token][msg.sender];
        amount = holding.earned >> RevenueStream.SCALE_BITS;
        require(amount != 0, NothingToClaim(token, msg.sender));
        holding.earned -= amount << RevenueStream.SCALE_BITS;
        stream.claimed += amount.toUint128();
        emit RevenueClaimed(token, msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc IRevenueShare
    function claimable(IERC20 token, address account) public view returns (uint256) {
        Holding memory holding = _holdings[token][account];
        (uint256 perShare,) = _streams[token].current(SHARES);
        return (holding.earned + balanceOf(account) * (perShare - holding.perShare)) >> RevenueStream.SCALE_BITS;
    }

    /// @inheritdoc IERC7641AltRevToken
    /// @dev Revenue streams; snapshot 0, the present, is the only one.
    function claimableERC20(address account, uint256 snapshotId, address token) external view returns (uint256) {
        require(snapshotId == 0, UnknownSnapshot(snapshotId));
        return claimable(IERC20(token), account);
    }

    /// @inheritdoc IERC7641AltRevToken
    /// @dev Shares cannot be burned and there is no pool for it.
    function redeemableERC20OnBurn(uint256, address) external pure returns (uint256) {
        return 0;
    }

    /// @inheritdoc IRevenueShare
    function received(IERC20 token) external view returns (uint256) {
        return _streams[token].received;
    }

    /// @inheritdoc IRevenueShare
    function claimed(IERC20 token) external view returns (uint256) {
        return _streams[token].claimed;
    }

    /// @inheritdoc IRevenueShare
    function unstreamed(IERC20 token) external view returns (uint256) {
        (uint256 perShare,) = _streams[token].current(SHARES);
        return _streams[token].received - (perShare * SHARES >> RevenueStream.SCALE_BITS);
    }

    /// @inheritdoc IRevenueShare
    function revenueTokens() external view returns (IERC20[] memory) {
        return _tokens;
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC7641AltRevToken).interfaceId || interfaceId == type(IERC20).interfaceId
            || interfaceId == type(IERC165).interfaceId;
    }

    /// @dev Settles both sides before shares move. Shares held by the share itself would earn for nobody.
    function _update(address from, address to, uint256 value) internal override {
        require(to != address(this), InvalidReceiver(to));
        for (uint256 i = 0; i < _tokens.length; ++i) {
            IERC20 token = _tokens[i];
            uint256 perShare = _streams[token].advance(SHARES);
            _settle(token, from, perShare);
            _settle(token, to, perShare);
        }
        super._update(from, to, value);
    }

    function _settle(IERC20 token, address account, uint256 perShare) private {
        Holding storage holding = _holdings[token][account];
        uint256 gained = perShare - holding.perShare;
        if (gained == 0) return;
        holding.earned += balanceOf(account) * gained;
        holding.perShare = perShare;
    }

    /// @dev The first revenue of a token: from now on transfers settle it. Until now its sum per share was zero for all.
    function _take(IERC20 token) private {
        if (_taken[token]) return;
        require(address(token) != address(this) && factory.isRevenueToken(token), TokenNotAllowed(token));
        require(_tokens.length < MAX_TOKENS, TooManyTokens(MAX_TOKENS));
        _taken[token] = true;
        _tokens.push(token);
        emit RevenueTokenAdded(token);
    }

    /// @dev What the balance shows beyond what is owed. A token that takes some away makes this zero, and others' books
    /// unaffected; under the same lock as claims, since a token may call out before it moves its balance.
    function _notice(IERC20 token) private returns (uint256 amount) {
        RevenueStream.Stream storage stream = _streams[token];
        uint256 owed = stream.received - stream.claimed;
        uint256 balance = token.balanceOf(address(this));
        if (balance <= owed) return 0;
        amount = balance - owed;
        stream.advance(SHARES);
        uint256 end = stream.add(amount.toUint128());
        emit RevenueReceived(token, amount, end);
    }
}
