// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title History of a stake
/// @notice The integral of a stake over time, at any past time, in one binary search.
/// @dev Between two changes the integral is a line, stake * t + intercept. A checkpoint is such a line, so that a
/// look-up needs no time but the one asked for. At a change at time t both lines agree:
/// intercept' = intercept + (stake - stake') * t. As 0 <= integral <= 2^96 * t with t below 2^48, intercepts fit.
library StakeHistory {
    using Checkpoints for Checkpoints.Trace256;
    using SafeCast for uint256;
    using SafeCast for int256;

    struct History {
        Checkpoints.Trace256 lines;
    }

    uint256 private constant STAKE_BITS = 96;

    /// @notice The stake is `stake` from now on. Changes within one second leave the last.
    function push(History storage self, uint256 stake) internal {
        (uint256 before, int256 intercept) = _unpack(self.lines.latest());
        if (stake == before) return;
        intercept += (before.toInt256() - stake.toInt256()) * block.timestamp.toInt256();
        uint256 line = uint256(uint160(intercept.toInt160())) << STAKE_BITS | stake.toUint96();
        self.lines.push(block.timestamp, line);
    }

    /// @notice Integral of the stake over [0, time), in units times seconds.
    function integral(History storage self, uint256 time) internal view returns (uint256) {
        (uint256 stake, int256 intercept) = _unpack(self.lines.upperLookupRecent(time));
        return ((stake * time).toInt256() + intercept).toUint256();
    }

    function _unpack(uint256 line) private pure returns (uint256 stake, int256 intercept) {
        return (uint96(line), int160(uint160(line >> STAKE_BITS)));
    }
}
