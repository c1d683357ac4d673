// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title What the market keeps of a job
interface IMarketTypes {
    /// @notice The states of a job. Open to Locked are live; the ones after them absorb.
    enum Status {
        None,
        Open,
        Reserved,
        Delivered,
        Locked,
        Fulfilled,
        FulfilledLate,
        Cancelled,
        Refunded,
        Expired,
        Voided
    }

    /// @notice What a requester asks for.
    /// @param listingId The listing whose owner is paid.
    /// @param recordHash The record that must be proved; must be the listing's.
    /// @param inputDigest keccak256 of the input bytes: the values of a public input, the requester's commitment points
    /// of a private one.
    /// @param verifier The router's selector of the verifier that decides; must be the listing's.
    /// @param token What is paid in: allow-listed, and the listing's.
    /// @param ownerBps The listing's owner share as the requester saw it; if it changed, the order is refused.
    /// @param floorPrice Where the price starts, at least the listing's price.
    /// @param maxPrice Where it ends; what is escrowed.
    /// @param bond What requester and prover each stake on the handing over of a private input; 0 for a public job.
    /// @param curveStart From when on the price rises.
    /// @param curveSeconds How long it rises.
    /// @param lockBy Last second at which a prover may take the job.
    /// @param proveWindow Seconds a prover has from its lock on.
    /// @param deadline Last second of a late fulfilment, at least `lockBy + proveWindow`.
    /// @param direct Whether a public job may be fulfilled without a lock.
    /// @param callback Who is told the output; 0 for nobody.
    /// @param callbackGas The gas that call is given.
    struct Terms {
        uint256 listingId;
        bytes32 recordHash;
        bytes32 inputDigest;
        bytes4 verifier;
        IERC20 token;
        uint16 ownerBps;
        uint128 floorPrice;
        uint128 maxPrice;
        uint128 bond;
        uint64 curveStart;
        uint32 curveSeconds;
        uint64 lockBy;
        uint32 proveWindow;
        uint64 deadline;
        bool direct;
        address callback;
        uint32 callbackGas;
    }

    /// @notice What a job keeps of the terms that it was requested with, and of the market's rules at that time: nothing of it
    /// ever changes. The fields are those of `Terms`, and:
    /// @param collateral What a prover locks: the larger of maximum price and the token's floor.
    struct JobTerms {
        IERC20 token;
        uint64 listingId;
        bytes4 verifier;
        uint128 floorPrice;
        uint128 maxPrice;
        uint128 collateral;
        uint128 bond;
        uint64 curveStart;
        uint64 lockBy;
        uint64 deadline;
        uint32 curveSeconds;
        uint32 proveWindow;
        address callback;
        uint32 callbackGas;
        bytes32 recordHash;
        bytes32 inputDigest;
    }

    /// @notice A job: what it was requested with, and where it stands.
    /// @dev Packed so that a request without a callback writes as few slots as can be: what is known then shares words.
    /// @param isPrivate Whether it is handed over by reservation.
    /// @param direct Whether it may be fulfilled without a lock.
    /// @param callbackPending Whether the callback has failed and not succeeded since.
    /// @param ownerBps The owner's share of the price, in 1/10,000; never changes.
    /// @param ackWindow Seconds for delivery and for acknowledgement, each; never changes.
    /// @param prover Who reserved or locked it.
    /// @param windowStart When the state that it is in began.
    /// @param payout Whom the prover's proof must pay.
    /// @param lockEnd Last second of fulfilment on time.
    /// @param price What it is done for; fixed when it is locked or reserved. Prover, payout and price of a direct fulfilment are in
    /// its event alone.
    /// @param cancelAt Last second at which a prover may take the job after notice was given; 0 without notice.
    /// @param outputDigest keccak256 of the proved output.
    struct Job {
        address requester;
        Status status;
        bool isPrivate;
        bool direct;
        bool callbackPending;
        uint16 ownerBps;
        uint32 ackWindow;
        address prover;
        uint64 windowStart;
        address payout;
        uint64 lockEnd;
        uint128 price;
        uint64 cancelAt;
        bytes32 outputDigest;
        JobTerms terms;
    }

    /// @notice A signed ERC-2612 allowance for the market; ignored with deadline 0 or when the token refuses it.
    struct Permit {
        uint256 value;
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @notice The governor's rules for a payment token.
    /// @param allowed Whether it takes new requests.
    /// @param collateralFloor The least collateral of a job.
    /// @param bondFloor The least bond of a private job.
    struct TokenRules {
        bool allowed;
        uint120 collateralFloor;
        uint120 bondFloor;
    }

    /// @notice What the market holds of a token for those who cannot call for it themselves.
    /// @param income For the treasury.
    /// @param fees Of work that could not be recorded yet.
    struct Pots {
        uint128 income;
        uint128 fees;
    }

    /// @notice What a job's request needs to know of a record; kept when the record is first asked for.
    struct RecordFacts {
        uint32 inputBytes;
        uint32 outputBytes;
        uint8 inputWidth;
        bool isPrivate;
        bool refused;
        int64 inputMin;
        uint64 inputSpan;
    }
}
