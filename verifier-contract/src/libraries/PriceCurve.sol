// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Price of an open job
/// @notice A reverse Dutch auction: the price rises until a prover takes it.
library PriceCurve {
    /// @notice `floor` until `start`, `cap` from `start + duration` on, a line between, rounded down.
    /// @param floor At most `cap`; both below 2^128.
    /// @param duration Below 2^32.
    function priceAt(uint256 floor, uint256 cap, uint256 start, uint256 duration, uint256 timestamp)
        internal
        pure
        returns (uint256)
    {
        if (timestamp <= start) return floor;
        uint256 elapsed = timestamp - start;
        if (elapsed >= duration) return cap;
        return floor + (cap - floor) * elapsed / duration;
    }
}
