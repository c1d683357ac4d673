// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Reward arithmetic
/// @notice Every division rounds down, so that claims never add up to more than an epoch's rewards.
library RewardMath {
    uint256 internal constant BPS = 10_000;
    /// @dev Of an epoch's rewards 8 tenths are for provers, 2 for creators.
    uint256 internal constant PROVER_TENTHS = 8;
    uint256 internal constant CREATOR_TENTHS = 2;
    /// @dev A prover's rewards of an epoch are at most 5 % of its average stake.
    uint256 internal constant STAKE_DIVISOR = 20;

    /// @notice What an epoch pays at most: min(k B, E).
    function pool(uint256 proceeds, uint256 shareBps, uint256 emission) internal pure returns (uint256) {
        return Math.min(proceeds * shareBps / BPS, emission);
    }

    /// @notice tenths/10 * lambda * w, with lambda = rewards / proceeds and w = potProceeds * fee / potFees.
    function share(uint256 rewards, uint256 proceeds, uint256 potProceeds, uint256 potFees, uint256 fee, uint256 tenths)
        internal
        pure
        returns (uint256)
    {
        if (fee == 0 || potProceeds == 0) return 0;
        uint256 weight = Math.mulDiv(potProceeds, fee, potFees);
        return Math.mulDiv(rewards * tenths, weight, proceeds * 10);
    }
}
