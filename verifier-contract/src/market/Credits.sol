// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IInferenceMarket} from "../interfaces/IInferenceMarket.sol";
import {Money} from "./Money.sol";

/// @title Money of the market
/// @notice Nobody is sent anything but by their own call, so no token that refuses
/// an account can hold up a job.
abstract contract Credits is Money, IInferenceMarket {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @inheritdoc IInferenceMarket
    function withdraw(IERC20 token, address to) external nonReentrant returns (uint256 amount) {
        amount = _credits[msg.sender][token];
        require(amount != 0, NoCredit(msg.sender));
        delete _credits[msg.sender][token];
        emit Withdrawn(msg.sender, token, to, amount);
        _send(token, to, amount);
    }

    /// @inheritdoc IInferenceMarket
    function depositCollateral(IERC20 token, uint256 amount) external nonReentrant {
        require(_rules[token].allowed, TokenNotAllowed(token));
        _free[msg.sender][token] += amount.toUint128();
        emit CollateralDeposited(msg.sender, token, amount);
        _pull(token, msg.sender, amount);
    }

    /// @inheritdoc IInferenceMarket
    function withdrawCollateral(IERC20 token, uint256 amount, address to) external nonReentrant {
        // Nothing is held in a token that is none, so no address is called that somebody made up.
        require(amount != 0, NoCredit(msg.sender));
        _hold(msg.sender, token, amount);
        emit CollateralWithdrawn(msg.sender, token, to, amount);
        _send(token, to, amount);
    }

    /// @inheritdoc IInferenceMarket
    function sendIncome(IERC20 token) external nonReentrant returns (uint256 amount) {
        amount = _pots[token].income;
        require(amount != 0, NoCredit(address(treasury)));
        _pots[token].income = 0;
        emit IncomeSent(token, amount);
        uint256 before = token.balanceOf(address(this));
        token.forceApprove(address(treasury), amount);
        treasury.receiveIncome(token, amount);
        _checkDelta(token, amount, before - token.balanceOf(address(this)));
    }
}
