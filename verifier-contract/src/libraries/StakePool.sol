// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IProverStaking} from "../interfaces/IProverStaking.sol";

/// @title Arithmetic of a stake pool
/// @notice Shares of one amount of tokens. Bonded and unbonding shares are worth the same, so a slash is pro rata
/// without being divided, and unbonding rounds nothing.
/// @dev `assets <= shares`, always: a share is never worth more than one unit of the token. An empty pool gives a
/// share per unit; joining gives floor(x S / A) >= x shares for x units where A <= S; leaving with s of S shares
/// keeps ceil(A (S - s) / S) <= S - s units; a slash lowers A alone; nothing else changes either. So whoever
/// joins loses less than the worth of one share, below one unit, to rounding, and nobody can raise the worth of a
/// share to make that more.
library StakePool {
    using SafeCast for uint256;

    /// @notice Where shares are worth less than a millionth of a unit, nobody joins: shares then stay below 1e6
    /// times the supply, far from 128 bits.
    uint256 internal constant MAX_SHARES_PER_UNIT = 1e6;

    /// @notice Adds `amount` units to the bonded stake.
    function join(IProverStaking.Pool storage pool, uint256 amount) internal returns (uint256 shares) {
        uint256 assets = pool.assets;
        uint256 total = totalShares(pool);
        require(total <= assets * MAX_SHARES_PER_UNIT, IProverStaking.PoolDepleted(assets, total));
        shares = total == 0 ? amount : Math.mulDiv(amount, total, assets);
        pool.assets = (assets + amount).toUint128();
        pool.bondedShares = (pool.bondedShares + shares).toUint128();
    }

    /// @notice Turns bonded shares into unbonding ones.
    function unbond(IProverStaking.Pool storage pool, uint256 shares) internal {
        pool.bondedShares -= shares.toUint128();
        pool.unbondingShares += shares.toUint128();
    }

    /// @notice Takes unbonding shares and what they are worth out. The last shares take all there is.
    function redeem(IProverStaking.Pool storage pool, uint256 shares) internal returns (uint256 amount) {
        amount = valueOf(pool, shares);
        pool.assets -= amount.toUint128();
        pool.unbondingShares -= shares.toUint128();
    }

    /// @notice Takes `amount` units from all shares.
    function cut(IProverStaking.Pool storage pool, uint256 amount) internal {
        pool.assets -= amount.toUint128();
    }

    /// @notice Shares, bonded and unbonding.
    function totalShares(IProverStaking.Pool storage pool) internal view returns (uint256) {
        return uint256(pool.bondedShares) + pool.unbondingShares;
    }

    /// @notice What `shares` are worth, rounded down.
    function valueOf(IProverStaking.Pool storage pool, uint256 shares) internal view returns (uint256) {
        uint256 total = totalShares(pool);
        return total == 0 ? 0 : Math.mulDiv(shares, pool.assets, total);
    }

    /// @notice What the bonded shares are worth, rounded down.
    function bonded(IProverStaking.Pool storage pool) internal view returns (uint256) {
        return valueOf(pool, pool.bondedShares);
    }
}
