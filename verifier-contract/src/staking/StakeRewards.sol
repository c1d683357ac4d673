// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {INetworkToken} from "../interfaces/INetworkToken.sol";
import {IProverStaking} from "../interfaces/IProverStaking.sol";
import {Commission} from "../libraries/Commission.sol";
import {StakeLedger} from "./StakeLedger.sol";

/// @title Rewards of the stake
/// @notice Splits what is paid in for a prover between the prover's commission and all bonded shares. Rewards never
/// enter a pool: they are credits, and no slash reaches them.
abstract contract StakeRewards is StakeLedger, ReentrancyGuardTransient {
    using Commission for Commission.Terms;
    using SafeCast for uint256;
    using SafeERC20 for INetworkToken;

    /// @dev What a reward index is a multiple of. A distribution of all tokens to one share adds 2^218 at most.
    uint256 private constant INDEX_UNIT = 1 << 128;

    /// @inheritdoc IProverStaking
    mapping(address prover => uint256) public rewardIndexOf;
    /// @notice Commission and settled rewards that an account has not taken out yet.
    mapping(address account => uint256) public creditOf;
    mapping(address prover => Commission.Terms) internal _commissions;

    /// @inheritdoc IProverStaking
    function setCommission(uint256 bps) external {
        uint256 effectiveAt = _commissions[msg.sender].change(bps);
        emit CommissionChanged(msg.sender, bps, effectiveAt);
    }

    /// @inheritdoc IProverStaking
    function distributeReward(address prover, uint256 amount) external nonReentrant {
        require(amount != 0, ZeroAmount());
        require(prover != address(0), ZeroAddress());
        // More than there can be is refused by name, and no sum below overflows.
        uint256 reward = amount.toUint128();
        uint256 shares = _pools[prover].bondedShares;
        // A reward without a stake to share it is all the prover's.
        uint256 commission = shares == 0 ? reward : Math.mulDiv(reward, commissionOf(prover), Commission.WHOLE);
        creditOf[prover] += commission;
        if (shares != 0) rewardIndexOf[prover] += Math.mulDiv(reward - commission, INDEX_UNIT, shares);
        emit RewardDistributed(prover, amount, commission);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IProverStaking
    function claimReward(address prover, address to) external nonReentrant returns (uint256 amount) {
        _accrue(prover, msg.sender);
        amount = creditOf[msg.sender];
        require(amount != 0, NothingToClaim(msg.sender));
        delete creditOf[msg.sender];
        emit RewardClaimed(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc IProverStaking
    function claimable(address prover, address account) external view returns (uint256) {
        return creditOf[account] + _earned(prover, _positions[prover][account]);
    }

    /// @inheritdoc IProverStaking
    function commissionOf(address prover) public view returns (uint256) {
        return _commissions[prover].current();
    }

    /// @inheritdoc IProverStaking
    function nextCommissionOf(address prover) external view returns (uint256 bps, uint256 effectiveAt) {
        Commission.Terms storage terms = _commissions[prover];
        if (block.timestamp < terms.effectiveAt) (bps, effectiveAt) = (terms.nextBps, terms.effectiveAt);
    }

    /// @dev Credits a position's rewards. Before its shares change.
    function _accrue(address prover, address account) internal {
        Position storage position = _positions[prover][account];
        uint256 earned = _earned(prover, position);
        position.rewardIndex = rewardIndexOf[prover];
        if (earned == 0) return;
        creditOf[account] += earned;
        emit RewardAccrued(prover, account, earned);
    }

    /// @dev Rounds down twice, so that credits never add up to more than was paid in.
    function _earned(address prover, Position storage position) private view returns (uint256) {
        return Math.mulDiv(position.shares, rewardIndexOf[prover] - position.rewardIndex, INDEX_UNIT);
    }
}
