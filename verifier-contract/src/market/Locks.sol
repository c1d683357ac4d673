// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInferenceMarket} from "../interfaces/IInferenceMarket.sol";
import {Collateral} from "../libraries/Collateral.sol";
import {Takes} from "./Takes.sol";

/// @title Locks and their failure: rows 4, 13 and 15
abstract contract Locks is Takes, IInferenceMarket {
    /// @inheritdoc IInferenceMarket
    function lock(bytes32 jobId, uint256 minPrice, address payout) external nonReentrant whenNotPaused {
        Job storage taken = _take(jobId, minPrice, payout);
        require(!taken.isPrivate, WrongKind(jobId));
        _lock(jobId, taken);
        staking.openLock(msg.sender);
    }

    /// @inheritdoc IInferenceMarket
    function refund(bytes32 jobId) external nonReentrant {
        Job storage ended = _in(jobId, Status.Locked);
        _checkOver(jobId, ended);
        _checkNotVoidable(jobId, ended);
        ended.status = Status.Refunded;
        (uint256 income, uint256 slashed) = Collateral.halves(ended.terms.collateral);
        _credit(ended.requester, ended.terms.token, ended.price);
        _pots[ended.terms.token].income += uint128(income);
        _slash(ended.terms.token, slashed);
        emit JobRefunded(jobId, ended.requester, ended.price, income, slashed);
        staking.closeLock(ended.prover);
    }

    /// @inheritdoc IInferenceMarket
    function voidJob(bytes32 jobId) external nonReentrant {
        Job storage ended = _jobs[jobId];
        Status status = ended.status;
        require(status >= Status.Open && status <= Status.Locked, WrongStatus(jobId, status));
        uint256 stoppedAt = _stoppedInWindow(ended);
        require(stoppedAt != 0, NotVoidable(jobId));
        ended.status = Status.Voided;

        // A lock has given the bonds and the change back already.
        bool locked = status == Status.Locked;
        uint256 escrow = locked ? ended.price : uint256(ended.terms.maxPrice) + ended.terms.bond;
        uint256 held = locked ? ended.terms.collateral : status == Status.Open ? 0 : ended.terms.bond;
        address prover = ended.prover;
        _credit(ended.requester, ended.terms.token, escrow);
        _release(prover, ended.terms.token, held);
        emit JobVoided(jobId, ended.requester, prover, escrow, held, stoppedAt);
        if (prover != address(0)) staking.closeLock(prover);
    }
}
