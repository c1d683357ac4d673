// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IInferenceMarket} from "../interfaces/IInferenceMarket.sol";
import {BatchStatement} from "../libraries/BatchStatement.sol";
import {Collateral} from "../libraries/Collateral.sol";
import {PriceSplit} from "../libraries/PriceSplit.sol";
import {Callbacks} from "./Callbacks.sol";
import {Locks} from "./Locks.sol";
import {Work} from "./Work.sol";

/// @title Settlement: rows 10, 11 and 12
/// @dev Anyone may fulfil. What protects a prover is the statement, not the sender: the seal's context covers chain, this
/// contract, payout address and ordered job list, and all challenges of the proof depend on it. A copied transaction
/// pays the original payout; with any other payout the old seal does not verify and a new one takes the proving work.
abstract contract Settlement is Locks, Work, Callbacks {
    /// @dev How an item of a batch can be settled now.
    enum Row {
        None,
        Direct,
        OnTime,
        Late
    }

    /// @dev What is paid for one job, and what goes back.
    struct Payment {
        uint256 price;
        uint256 change;
        uint256 released;
        address receiver;
        uint256 fee;
        uint256 ownerAmount;
        uint256 proverAmount;
    }

    /// @inheritdoc IInferenceMarket
    function fulfil(
        bytes32[] calldata jobIds,
        bytes calldata input,
        bytes calldata output,
        bytes calldata seal,
        address payout
    ) external nonReentrant {
        require(payout != address(0) && payout != address(this), BadRecipient(payout));
        (bytes32 recordHash, bytes4 verifier) = _checkStatement(jobIds, input, output, payout);
        _checkNotStopped(verifier, recordHash);
        router.verifierOf(verifier).verify(recordHash, contextOf(jobIds, payout), input, output, seal);
        _settle(jobIds, output, payout);
    }

    /// @inheritdoc IInferenceMarket
    function contextOf(bytes32[] calldata jobIds, address payout) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), payout, jobIds));
    }

    /// @dev Ties the statement to storage: one record and one verifier for all jobs, and in every slot the input, or the
    /// requester's commitment, that the job was requested with. What the prover supplies is only compared, never believed.
    function _checkStatement(bytes32[] calldata jobIds, bytes calldata input, bytes calldata output, address payout)
        private
        view
        returns (bytes32 recordHash, bytes4 verifier)
    {
        Job storage first = _firstJob(jobIds);
        (recordHash, verifier) = (first.terms.recordHash, first.terms.verifier);
        RecordFacts memory facts = _facts[recordHash];
        uint256 inputBytes = jobIds.length * facts.inputBytes;
        require(input.length == inputBytes, BadInputLength(inputBytes, input.length));
        uint256 outputBytes = jobIds.length * facts.outputBytes;
        require(output.length == outputBytes, BadOutputLength(outputBytes, output.length));

        bool any;
        for (uint256 i = 0; i < jobIds.length; ++i) {
            bytes calldata slot = BatchStatement.slot(input, i, facts.inputBytes);
            if (jobIds[i] != 0) {
                _checkSlot(jobIds[i], recordHash, verifier, slot);
                if (_rowOf(_jobs[jobIds[i]], payout) != Row.None) any = true;
            } else {
                // The zero string is no commitment, so a private record leaves the prover to choose one.
                require(facts.inputWidth == 0 || BatchStatement.isZero(slot), UnusedSlotNotZero(i));
            }
        }
        // Before the expensive part, so that losing a race is cheap.
        require(any, NothingToFulfil());
    }

    function _checkSlot(bytes32 jobId, bytes32 recordHash, bytes4 verifier, bytes calldata input) private view {
        Job storage requested = _jobs[jobId];
        require(requested.status != Status.None, UnknownJob(jobId));
        require(
            requested.terms.recordHash == recordHash && requested.terms.verifier == verifier,
            MixedRecords(recordHash, requested.terms.recordHash)
        );
        bytes32 digest = keccak256(input);
        require(digest == requested.terms.inputDigest, InputMismatch(requested.terms.inputDigest, digest));
    }

    function _firstJob(bytes32[] calldata jobIds) private view returns (Job storage first) {
        bytes32 jobId;
        for (uint256 i = 0; i < jobIds.length && jobId == 0; ++i) {
            jobId = jobIds[i];
        }
        require(jobId != 0, NothingToFulfil());
        first = _jobs[jobId];
        require(first.status != Status.None, UnknownJob(jobId));
    }

    /// @dev Which row settles a job for this payout in this second, if any.
    function _rowOf(Job storage requested, address payout) private view returns (Row) {
        if (requested.status == Status.Open) {
            bool due = requested.direct && block.timestamp <= requested.terms.lockBy && _isUncancelled(requested);
            return due ? Row.Direct : Row.None;
        }
        if (requested.status != Status.Locked) return Row.None;
        if (block.timestamp <= requested.lockEnd) return requested.payout == payout ? Row.OnTime : Row.None;
        return !requested.isPrivate && block.timestamp <= requested.terms.deadline ? Row.Late : Row.None;
    }

    /// @dev Settles each item of a verified batch that can be settled, once: the first time ends it.
    function _settle(bytes32[] calldata jobIds, bytes calldata output, address payout) private {
        uint256 slotBytes = output.length / jobIds.length;
        bool[] memory settled = new bool[](jobIds.length);
        Paid memory paid;
        paid.tokens = new IERC20[](jobIds.length);
        paid.creators = new address[](jobIds.length);
        paid.fees = new uint256[](jobIds.length);
        for (uint256 i = 0; i < jobIds.length; ++i) {
            Job storage ended = _jobs[jobIds[i]];
            Row row = _rowOf(ended, payout);
            if (row == Row.None) continue;
            settled[i] = true;
            bytes calldata slot = BatchStatement.slot(output, i, slotBytes);
            ended.outputDigest = keccak256(slot);
            if (row == Row.Late) _settleLate(jobIds[i], ended, slot, payout);
            else _settlePaid(jobIds[i], ended, row == Row.Direct, slot, payout, paid);
        }
        _recordWork(payout, paid);
        for (uint256 i = 0; i < jobIds.length; ++i) {
            if (settled[i]) _callBack(jobIds[i], _jobs[jobIds[i]], BatchStatement.slot(output, i, slotBytes));
        }
    }

    /// @dev Rows 10 and 11: the price is paid.
    function _settlePaid(
        bytes32 jobId,
        Job storage ended,
        bool direct,
        bytes calldata output,
        address payout,
        Paid memory paid
    ) private {
        ended.status = Status.Fulfilled;
        Payment memory p = direct ? _endOpen(ended) : _endLock(ended);
        IERC20 token = ended.terms.token;
        // Who owns the listing today: whoever bought it bought its income.
        p.receiver = registry.revenueReceiver(ended.terms.listingId);
        (p.fee, p.ownerAmount, p.proverAmount) = PriceSplit.split(p.price, ended.ownerBps);
        _credit(p.receiver, token, p.ownerAmount);
        _credit(payout, token, p.proverAmount);
        paid.tokens[paid.count] = token;
        paid.creators[paid.count] = p.receiver;
        paid.fees[paid.count] = p.fee;
        ++paid.count;
        emit JobFulfilled(jobId, payout, p.receiver, p.proverAmount, p.ownerAmount, p.fee, p.change, p.released, output);
    }

    /// @dev Row 10: the price of this second, and the change goes back. Neither price nor payout is stored: the event has them,
    /// and nothing here asks for them again.
    function _endOpen(Job storage ended) private returns (Payment memory p) {
        p.price = _priceAt(ended, block.timestamp);
        p.change = ended.terms.maxPrice - p.price;
        _credit(ended.requester, ended.terms.token, p.change);
    }

    /// @dev Row 11: the price of the lock, and the collateral goes back.
    function _endLock(Job storage ended) private returns (Payment memory p) {
        p.price = ended.price;
        p.released = ended.terms.collateral;
        _release(ended.prover, ended.terms.token, p.released);
        staking.closeLock(ended.prover);
    }

    /// @dev Row 12: the requester has its output for nothing, the fulfiller half of the locker's collateral.
    function _settleLate(bytes32 jobId, Job storage ended, bytes calldata output, address payout) private {
        ended.status = Status.FulfilledLate;
        IERC20 token = ended.terms.token;
        (uint256 bounty, uint256 slashed) = Collateral.halves(ended.terms.collateral);
        _credit(ended.requester, token, ended.price);
        _credit(payout, token, bounty);
        _slash(token, slashed);
        emit JobFulfilledLate(jobId, payout, ended.requester, ended.price, bounty, slashed, output);
        staking.closeLock(ended.prover);
    }
}
