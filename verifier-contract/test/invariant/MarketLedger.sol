// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {Vm} from "../base/Vm.sol";

/// @notice The market's books, kept by somebody who sees nothing but its events.
contract MarketLedger {
    struct Entry {
        address requester;
        address token;
        address prover;
        IMarketTypes.Status status;
        uint256 deposited;
        uint256 escrow;
        uint256 collateralIn;
        uint256 collateral;
        uint256 bondIn;
        uint256 bond;
        uint256 ends;
        uint256 endedAt;
        uint256 payments;
        uint256 paid;
        uint256 slashed;
    }

    address private immutable _auction;

    mapping(bytes32 jobId => Entry) private _entries;
    mapping(address account => mapping(address token => uint256)) public credits;
    mapping(address account => mapping(address token => uint256)) public free;
    mapping(address token => uint256) public incomePot;
    mapping(address token => uint256) public feePot;
    mapping(address token => uint256) public feesOut;
    mapping(address token => uint256) public deposits;
    mapping(address token => uint256) public withdrawals;
    mapping(address token => uint256) public collateralIn;
    mapping(address token => uint256) public collateralOut;
    mapping(address token => uint256) public collateralLost;
    uint256 public paidJobs;
    /// @notice How often each row of the table was taken.
    uint256[16] public rows;

    constructor(address auction) {
        _auction = auction;
    }

    function entry(bytes32 jobId) external view returns (Entry memory) {
        return _entries[jobId];
    }

    /// @notice Books one event. Reverts on one it does not know.
    function book(Vm.Log calldata log) external {
        bytes32 id = log.topics[0];
        bytes32 jobId = log.topics.length > 1 ? log.topics[1] : bytes32(0);
        bytes calldata data = log.data;
        if (id == IMarketEvents.JobRequested.selector) return _requested(jobId, _address(log.topics[2]), data);
        if (id == IMarketEvents.JobLocked.selector) return _locked(jobId, _address(log.topics[2]), data);
        if (id == IMarketEvents.JobReserved.selector) return _reserved(jobId, _address(log.topics[2]), data);
        if (id == IMarketEvents.InputDelivered.selector) {
            _entries[jobId].status = IMarketTypes.Status.Delivered;
            ++rows[6];
            return;
        }
        if (id == IMarketEvents.InputAcknowledged.selector) return _acknowledged(jobId, data);
        if (id == IMarketEvents.JobCancelled.selector) return _returned(jobId, IMarketTypes.Status.Cancelled, data);
        if (id == IMarketEvents.JobExpired.selector) return _returned(jobId, IMarketTypes.Status.Expired, data);
        if (id == IMarketEvents.DeliveryMissed.selector) return _missed(jobId, data, true);
        if (id == IMarketEvents.AcknowledgementMissed.selector) return _missed(jobId, data, false);
        if (id == IMarketEvents.JobFulfilled.selector) {
            return _fulfilled(jobId, _address(log.topics[2]), _address(log.topics[3]), data);
        }
        if (id == IMarketEvents.JobFulfilledLate.selector) return _late(jobId, _address(log.topics[2]), data);
        if (id == IMarketEvents.JobRefunded.selector) return _refunded(jobId, data);
        if (id == IMarketEvents.JobVoided.selector) return _voided(jobId, data);
        _bookAccounts(log);
    }

    function _bookAccounts(Vm.Log calldata log) private {
        bytes32 id = log.topics[0];
        if (id == IMarketEvents.CancelNoticed.selector) ++rows[2];
        if (id == IMarketEvents.Withdrawn.selector) {
            uint256 amount = abi.decode(log.data, (uint256));
            credits[_address(log.topics[1])][_address(log.topics[2])] -= amount;
            withdrawals[_address(log.topics[2])] += amount;
        } else if (id == IMarketEvents.CollateralDeposited.selector) {
            uint256 amount = abi.decode(log.data, (uint256));
            free[_address(log.topics[1])][_address(log.topics[2])] += amount;
            collateralIn[_address(log.topics[2])] += amount;
        } else if (id == IMarketEvents.CollateralWithdrawn.selector) {
            uint256 amount = abi.decode(log.data, (uint256));
            free[_address(log.topics[1])][_address(log.topics[2])] -= amount;
            collateralOut[_address(log.topics[2])] += amount;
        } else if (id == IMarketEvents.IncomeSent.selector) {
            uint256 amount = abi.decode(log.data, (uint256));
            incomePot[_address(log.topics[1])] -= amount;
            withdrawals[_address(log.topics[1])] += amount;
        } else if (id == IMarketEvents.WorkDeferred.selector) {
            (, uint256[] memory fees) = abi.decode(log.data, (address[], uint256[]));
            for (uint256 i = 0; i < fees.length; ++i) {
                feePot[_address(log.topics[1])] += fees[i];
                feesOut[_address(log.topics[1])] -= fees[i];
            }
        } else if (id == IMarketEvents.WorkRetried.selector) {
            uint256 amount = abi.decode(log.data, (uint256));
            feePot[_address(log.topics[1])] -= amount;
            feesOut[_address(log.topics[1])] += amount;
        } else {
            require(
                id == IMarketEvents.CancelNoticed.selector || id == IMarketEvents.CallbackFailed.selector
                    || id == IMarketEvents.CallbackRetried.selector || id == IMarketEvents.KeyRegistered.selector
                    || id == IMarketEvents.NoncesInvalidated.selector || id == IMarketEvents.TokenRulesChanged.selector
                    || id == IMarketEvents.AckWindowChanged.selector || id == IMarketEvents.PausedChanged.selector,
                "an event that is not in the books"
            );
        }
    }

    function _requested(bytes32 jobId, address requester, bytes calldata data) private {
        (, IMarketTypes.Terms memory terms,,,) =
            abi.decode(data, (uint256, IMarketTypes.Terms, uint256, uint256, bytes));
        Entry storage e = _entries[jobId];
        require(e.status == IMarketTypes.Status.None, "requested once");
        (e.requester, e.token, e.status) = (requester, address(terms.token), IMarketTypes.Status.Open);
        e.escrow = uint256(terms.maxPrice) + terms.bond;
        e.deposited = e.escrow;
        deposits[e.token] += e.escrow;
        ++rows[1];
    }

    function _locked(bytes32 jobId, address prover, bytes calldata data) private {
        (,, uint256 change, uint256 collateral,) = abi.decode(data, (address, uint256, uint256, uint256, uint256));
        Entry storage e = _entries[jobId];
        ++rows[e.status == IMarketTypes.Status.Open ? 4 : 7];
        (e.prover, e.status) = (prover, IMarketTypes.Status.Locked);
        _pay(e, e.requester, change);
        free[prover][e.token] -= collateral;
        e.collateralIn += collateral;
        e.collateral += collateral;
    }

    function _reserved(bytes32 jobId, address prover, bytes calldata data) private {
        (,, uint256 bond,,) = abi.decode(data, (address, uint256, uint256, bytes32, uint256));
        Entry storage e = _entries[jobId];
        (e.prover, e.status) = (prover, IMarketTypes.Status.Reserved);
        ++rows[5];
        free[prover][e.token] -= bond;
        e.bondIn += bond;
        e.bond += bond;
    }

    function _acknowledged(bytes32 jobId, bytes calldata data) private {
        uint256 bond = abi.decode(data, (uint256));
        Entry storage e = _entries[jobId];
        _pay(e, e.requester, bond);
        e.bond -= bond;
        free[e.prover][e.token] += bond;
    }

    function _returned(bytes32 jobId, IMarketTypes.Status status, bytes calldata data) private {
        Entry storage e = _end(jobId, status);
        ++rows[status == IMarketTypes.Status.Cancelled ? 3 : 14];
        _pay(e, e.requester, abi.decode(data, (uint256)));
    }

    function _missed(bytes32 jobId, bytes calldata data, bool delivery) private {
        (uint256 refund, uint256 bond) = abi.decode(data, (uint256, uint256));
        Entry storage e = _end(jobId, IMarketTypes.Status.Cancelled);
        _pay(e, e.requester, refund);
        _pay(e, _auction, bond);
        e.bond -= bond;
        ++rows[delivery ? 8 : 9];
        if (delivery) {
            free[e.prover][e.token] += bond;
        } else {
            credits[_auction][e.token] += bond;
            collateralLost[e.token] += bond;
            e.slashed += bond;
        }
    }

    function _fulfilled(bytes32 jobId, address payout, address receiver, bytes calldata data) private {
        (uint256 prover, uint256 owner, uint256 fee, uint256 change, uint256 collateral,) =
            abi.decode(data, (uint256, uint256, uint256, uint256, uint256, bytes));
        Entry storage e = _end(jobId, IMarketTypes.Status.Fulfilled);
        ++e.payments;
        e.paid = prover + owner + fee;
        ++paidJobs;
        ++rows[collateral == 0 ? 10 : 11];
        _pay(e, payout, prover);
        _pay(e, receiver, owner);
        _pay(e, e.requester, change);
        e.escrow -= fee;
        feesOut[e.token] += fee;
        e.collateral -= collateral;
        free[e.prover][e.token] += collateral;
    }

    function _late(bytes32 jobId, address payout, bytes calldata data) private {
        (uint256 refund, uint256 bounty, uint256 slashed,) = abi.decode(data, (uint256, uint256, uint256, bytes));
        Entry storage e = _end(jobId, IMarketTypes.Status.FulfilledLate);
        _pay(e, e.requester, refund);
        _slash(e, bounty + slashed);
        ++rows[12];
        credits[payout][e.token] += bounty;
        credits[_auction][e.token] += slashed;
    }

    function _refunded(bytes32 jobId, bytes calldata data) private {
        (uint256 refund, uint256 income, uint256 slashed) = abi.decode(data, (uint256, uint256, uint256));
        Entry storage e = _end(jobId, IMarketTypes.Status.Refunded);
        _pay(e, e.requester, refund);
        _slash(e, income + slashed);
        ++rows[13];
        incomePot[e.token] += income;
        credits[_auction][e.token] += slashed;
    }

    function _voided(bytes32 jobId, bytes calldata data) private {
        (uint256 refund, uint256 held,) = abi.decode(data, (uint256, uint256, uint256));
        Entry storage e = _end(jobId, IMarketTypes.Status.Voided);
        _pay(e, e.requester, refund);
        ++rows[15];
        free[e.prover][e.token] += held;
        (uint256 collateral, uint256 bond) = (e.collateral, e.bond);
        require(held == collateral + bond, "voiding returns all that is held");
        (e.collateral, e.bond) = (0, 0);
    }

    function _end(bytes32 jobId, IMarketTypes.Status status) private returns (Entry storage e) {
        e = _entries[jobId];
        e.status = status;
        e.endedAt = block.timestamp;
        ++e.ends;
    }

    function _pay(Entry storage e, address to, uint256 amount) private {
        e.escrow -= amount;
        credits[to][e.token] += amount;
    }

    function _slash(Entry storage e, uint256 amount) private {
        e.collateral -= amount;
        e.slashed += amount;
        collateralLost[e.token] += amount;
    }

    function _address(bytes32 topic) private pure returns (address) {
        return address(uint160(uint256(topic)));
    }
}
