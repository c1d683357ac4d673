// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Split of a price
/// @notice fee = ceil(1 %), owner = floor(share), prover = the rest: nothing is lost to rounding.
library PriceSplit {
    uint256 internal constant BPS = 10_000;
    uint256 internal constant FEE_DIVISOR = 100;

    /// @notice Parts of `price` (below 2^240); reverts when fee and owner share together exceed it, which no
    /// share up to 99 % does.
    function split(uint256 price, uint256 ownerBps)
        internal
        pure
        returns (uint256 fee, uint256 ownerAmount, uint256 proverAmount)
    {
        fee = (price + FEE_DIVISOR - 1) / FEE_DIVISOR;
        ownerAmount = price * ownerBps / BPS;
        proverAmount = price - fee - ownerAmount;
    }
}
