// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IInferenceMarket} from "../interfaces/IInferenceMarket.sol";
import {TokenBalance} from "../libraries/TokenBalance.sol";
import {MarketStorage} from "./MarketStorage.sol";

/// @title Parameters of the market
/// @notice All bounded, all for requests to come: a job keeps what it was requested under. None of them, nor the
/// pause, reaches money that lies here.
abstract contract Governed is MarketStorage, IInferenceMarket {
    using SafeERC20 for IERC20;

    /// @notice The most a floor can be: a million tokens of 18 decimals.
    uint256 public constant MAX_FLOOR = 1e24;
    /// @notice Bounds of the acknowledgement window.
    uint256 public constant MIN_ACK_WINDOW = 1 minutes;
    /// @notice Bounds of the acknowledgement window.
    uint256 public constant MAX_ACK_WINDOW = 1 days;

    modifier onlyGovernor() {
        require(msg.sender == governor, NotAllowed(msg.sender));
        _;
    }

    /// @inheritdoc IInferenceMarket
    function setTokenRules(IERC20 token, TokenRules calldata rules) external onlyGovernor {
        _setTokenRules(token, rules);
    }

    /// @inheritdoc IInferenceMarket
    function setAckWindow(uint32 seconds_) external onlyGovernor {
        require(seconds_ >= MIN_ACK_WINDOW && seconds_ <= MAX_ACK_WINDOW, OutOfBounds(seconds_));
        ackWindow = seconds_;
        emit AckWindowChanged(seconds_);
    }

    /// @inheritdoc IInferenceMarket
    function setGuardian(address guardian_) external onlyGovernor {
        guardian = guardian_;
        emit GuardianChanged(guardian_);
    }

    /// @inheritdoc IInferenceMarket
    function setPaused(bool paused_) external {
        require(msg.sender == governor || msg.sender == guardian, NotAllowed(msg.sender));
        paused = paused_;
        emit PausedChanged(msg.sender, paused_);
    }

    function _setTokenRules(IERC20 token, TokenRules memory rules) internal {
        require(rules.collateralFloor <= MAX_FLOOR, OutOfBounds(rules.collateralFloor));
        require(rules.bondFloor <= MAX_FLOOR, OutOfBounds(rules.bondFloor));
        _rules[token] = rules;
        emit TokenRulesChanged(token, rules.allowed, rules.collateralFloor, rules.bondFloor);
        if (!rules.allowed) return;
        // What is no token is refused by name. Taking one off the list does not depend on what it has become.
        TokenBalance.read(token, address(this));
        // The rewards contract pulls each fee when it is recorded; its code has no other way to use this. It stays when
        // a token is taken off the list: open jobs run on.
        token.forceApprove(address(rewards), type(uint256).max);
    }
}
