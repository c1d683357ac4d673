// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {PriceCurve} from "../libraries/PriceCurve.sol";
import {Money} from "./Money.sol";

/// @title How a prover takes a job: what rows 4, 5 and 7 have in common
abstract contract Takes is Money {
    /// @dev What rows 4 and 5 have in common: an open job, in time, not cancelled, not stopped, at the prover's price.
    function _take(bytes32 jobId, uint256 minPrice, address payout) internal returns (Job storage taken) {
        taken = _in(jobId, Status.Open);
        require(payout != address(0) && payout != address(this), BadRecipient(payout));
        _checkInTime(jobId, taken);
        require(_isUncancelled(taken), TooLate(jobId, taken.cancelAt));
        _checkNotStopped(taken.terms.verifier, taken.terms.recordHash);
        uint256 price = _priceAt(taken, block.timestamp);
        require(price >= minPrice, PriceTooLow(price, minPrice));
        taken.prover = msg.sender;
        taken.payout = payout;
        taken.price = uint128(price);
        taken.windowStart = uint64(block.timestamp);
    }

    /// @dev What rows 4 and 7 have in common: the change goes back, the collateral of the prover is held.
    function _lock(bytes32 jobId, Job storage taken) internal {
        uint256 change = taken.terms.maxPrice - taken.price;
        uint256 collateral = taken.terms.collateral;
        uint256 lockEnd = block.timestamp + taken.terms.proveWindow;
        taken.status = Status.Locked;
        taken.windowStart = uint64(block.timestamp);
        taken.lockEnd = uint64(lockEnd);
        _credit(taken.requester, taken.terms.token, change);
        _hold(taken.prover, taken.terms.token, collateral);
        emit JobLocked(jobId, taken.prover, taken.payout, taken.price, change, collateral, lockEnd);
    }

    /// @dev No notice was given, or it has not run out.
    function _isUncancelled(Job storage open) internal view returns (bool) {
        return open.cancelAt == 0 || block.timestamp <= open.cancelAt;
    }

    /// @dev Between floor and maximum, by the order's curve.
    function _priceAt(Job storage open, uint256 timestamp) internal view returns (uint256) {
        return PriceCurve.priceAt(
            open.terms.floorPrice, open.terms.maxPrice, open.terms.curveStart, open.terms.curveSeconds, timestamp
        );
    }
}
