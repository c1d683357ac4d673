// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketRequests} from "../interfaces/IMarketRequests.sol";
import {Takes} from "./Takes.sol";

/// @title Handing private inputs over: rows 5 to 9
/// @notice Privacy is against the chain and third parties: the prover that reserves sees the plaintext. Whether what was
/// delivered opens the commitment cannot be decided here, so both stake a bond on it, and a prover locks its
/// collateral only after it has looked.
abstract contract PrivateJobs is Takes, IMarketRequests {
    /// @inheritdoc IMarketRequests
    function registerKey(bytes32 key) external {
        _keys[msg.sender] = key;
        emit KeyRegistered(msg.sender, key);
    }

    /// @inheritdoc IMarketRequests
    /// @dev The stake is asked for here, not when the input is acknowledged: it must not fail a prover that holds a bond.
    function reserve(bytes32 jobId, uint256 minPrice, address payout) external nonReentrant whenNotPaused {
        Job storage taken = _take(jobId, minPrice, payout);
        require(taken.isPrivate, WrongKind(jobId));
        bytes32 key = _keys[msg.sender];
        require(key != 0, NoKey(msg.sender));
        // Delivery and acknowledgement must end before the last second of locking, or the lock could outlive the deadline.
        require(
            block.timestamp + 2 * uint256(taken.ackWindow) <= taken.terms.lockBy, TooLate(jobId, taken.terms.lockBy)
        );
        taken.status = Status.Reserved;
        _hold(msg.sender, taken.terms.token, taken.terms.bond);
        emit JobReserved(jobId, msg.sender, payout, taken.price, taken.terms.bond, key, _limitOf(taken));
        staking.openLock(msg.sender);
    }

    /// @inheritdoc IMarketRequests
    function deliver(bytes32 jobId, bytes calldata ciphertext) external nonReentrant {
        Job storage reserved = _in(jobId, Status.Reserved);
        require(msg.sender == reserved.requester, NotAllowed(msg.sender));
        require(ciphertext.length != 0, EmptyCiphertext());
        _checkInTime(jobId, reserved);
        _checkNotStopped(reserved.terms.verifier, reserved.terms.recordHash);
        reserved.status = Status.Delivered;
        reserved.windowStart = uint64(block.timestamp);
        emit InputDelivered(jobId, ciphertext, _limitOf(reserved));
    }

    /// @inheritdoc IMarketRequests
    function acknowledge(bytes32 jobId) external nonReentrant {
        Job storage delivered = _in(jobId, Status.Delivered);
        require(msg.sender == delivered.prover, NotAllowed(msg.sender));
        _checkInTime(jobId, delivered);
        _checkNotStopped(delivered.terms.verifier, delivered.terms.recordHash);
        _credit(delivered.requester, delivered.terms.token, delivered.terms.bond);
        _release(msg.sender, delivered.terms.token, delivered.terms.bond);
        emit InputAcknowledged(jobId, msg.sender, delivered.terms.bond);
        _lock(jobId, delivered);
    }

    /// @inheritdoc IMarketRequests
    function endReservation(bytes32 jobId) external nonReentrant {
        Job storage ended = _jobs[jobId];
        Status status = ended.status;
        require(status == Status.Reserved || status == Status.Delivered, WrongStatus(jobId, status));
        _checkOver(jobId, ended);
        _checkNotVoidable(jobId, ended);
        ended.status = Status.Cancelled;
        (address requester, address prover) = (ended.requester, ended.prover);
        (uint128 price, uint128 bond) = (ended.terms.maxPrice, ended.terms.bond);
        _credit(requester, ended.terms.token, price);
        if (status == Status.Reserved) {
            _slash(ended.terms.token, bond);
            _release(prover, ended.terms.token, bond);
            emit DeliveryMissed(jobId, requester, prover, price, bond);
        } else {
            _slash(ended.terms.token, 2 * uint256(bond));
            emit AcknowledgementMissed(jobId, requester, prover, price, bond);
        }
        staking.closeLock(prover);
    }
}
