// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Collateral of a job
/// @notice Whoever lets its lock lapse loses half of it at least: that is what it is sized for.
library Collateral {
    /// @notice What a prover locks for a job of this maximum price.
    function required(uint256 maxPrice, uint256 floor) internal pure returns (uint256) {
        return maxPrice > floor ? maxPrice : floor;
    }

    /// @notice `floor(collateral / 2)`, for the late fulfiller or the treasury, and the rest, for the slash auction.
    function halves(uint256 collateral) internal pure returns (uint256 half, uint256 rest) {
        half = collateral / 2;
        rest = collateral - half;
    }
}
