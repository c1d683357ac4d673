// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Emission schedule
/// @notice The most the contributor allocation pays for a week: (156 - e) * 390,000,000 / 12,246 tokens in week
/// e = 0..155, falling linearly to zero over three years (12,246 = 1 + 2 + ... + 156); after that what was not
/// paid out runs on at 1/52 of the rest per week.
library Emission {
    uint256 internal constant ALLOCATION = 390_000_000e18;
    uint256 internal constant SCHEDULED_EPOCHS = 156;
    uint256 internal constant WEIGHT_SUM = 12_246;
    uint256 internal constant TAIL_DIVISOR = 52;
    /// @dev What flooring the 156 caps leaves over, so that they add up to the allocation.
    uint256 internal constant LAST_EPOCH_REMAINDER = 78;

    /// @notice Cap on the rewards of `epoch`, when all earlier epochs together were granted `granted`.
    function cap(uint256 epoch, uint256 granted) internal pure returns (uint256) {
        if (epoch >= SCHEDULED_EPOCHS) return (ALLOCATION - granted) / TAIL_DIVISOR;
        uint256 scheduled = (SCHEDULED_EPOCHS - epoch) * ALLOCATION / WEIGHT_SUM;
        return epoch == SCHEDULED_EPOCHS - 1 ? scheduled + LAST_EPOCH_REMAINDER : scheduled;
    }
}
