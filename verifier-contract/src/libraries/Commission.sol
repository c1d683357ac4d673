// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IProverStaking} from "../interfaces/IProverStaking.sol";

/// @title Commission of a prover
/// @notice What a prover keeps of the rewards for stake delegated to it, and how that may change: a delegator who
/// dislikes an announced increase has left, unbonding included, before it holds.
library Commission {
    using SafeCast for uint256;

    /// @notice The whole, in 1/10,000.
    uint256 internal constant WHOLE = 10_000;
    /// @notice The most by which a commission rises at a time.
    uint256 internal constant MAX_STEP = 200;
    /// @notice From announcement to effect of an increase: an epoch plus the unbonding period.
    uint256 internal constant NOTICE = 7 days + 15 days;

    /// @param bps In force until `effectiveAt`.
    /// @param nextBps In force from then on.
    /// @param effectiveAt When the announced increase holds; 0 where none was.
    /// @param bound Whether the rules for changes apply: from the prover's first stake on, for ever.
    struct Terms {
        uint16 bps;
        uint16 nextBps;
        uint48 effectiveAt;
        bool bound;
    }

    /// @notice The commission now.
    function current(Terms storage self) internal view returns (uint256) {
        return self.effectiveAt != 0 && block.timestamp >= self.effectiveAt ? self.nextBps : self.bps;
    }

    /// @notice Changes the commission, or announces that.
    /// @return effectiveAt When it holds.
    function change(Terms storage self, uint256 bps) internal returns (uint256 effectiveAt) {
        require(bps <= WHOLE, IProverStaking.CommissionTooHigh(bps, WHOLE));
        uint256 before = current(self);
        if (!self.bound || bps <= before) {
            (self.bps, self.nextBps, self.effectiveAt) = (bps.toUint16(), 0, 0);
            return block.timestamp;
        }
        require(bps - before <= MAX_STEP, IProverStaking.CommissionStepTooLarge(bps - before, MAX_STEP));
        effectiveAt = block.timestamp + NOTICE;
        (self.bps, self.nextBps, self.effectiveAt) = (before.toUint16(), bps.toUint16(), effectiveAt.toUint48());
    }
}
