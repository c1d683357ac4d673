// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IMarketTypes} from "./IMarketTypes.sol";

/// @title The market's events and errors
/// @notice Every amount that moves is in an event: balances can be recomputed from them alone.
interface IMarketEvents is IMarketTypes {
    /// @notice Row 1. `maxPrice + bond` was escrowed. `input` is here so that any prover can serve a public job.
    event JobRequested(
        bytes32 indexed jobId,
        address indexed requester,
        uint256 indexed listingId,
        uint256 nonce,
        Terms terms,
        uint256 collateral,
        uint256 ackWindow,
        bytes input
    );
    /// @notice Row 2. After `cancelAt` anybody can cancel the job.
    event CancelNoticed(bytes32 indexed jobId, uint256 cancelAt);
    /// @notice Row 3. Price and bond went back.
    event JobCancelled(bytes32 indexed jobId, address indexed requester, uint256 refund);
    /// @notice Rows 4 and 7. `change` went to the requester, `collateral` of the prover is held.
    event JobLocked(
        bytes32 indexed jobId,
        address indexed prover,
        address payout,
        uint256 price,
        uint256 change,
        uint256 collateral,
        uint256 lockEnd
    );
    /// @notice Row 5. The prover's bond is held; the requester has until `until` to deliver to `key`.
    event JobReserved(
        bytes32 indexed jobId,
        address indexed prover,
        address payout,
        uint256 price,
        uint256 bond,
        bytes32 key,
        uint256 until
    );
    /// @notice Row 6. The prover has until `until` to acknowledge.
    event InputDelivered(bytes32 indexed jobId, bytes ciphertext, uint256 until);
    /// @notice Row 7. Both bonds went back; `JobLocked` follows.
    event InputAcknowledged(bytes32 indexed jobId, address indexed prover, uint256 bond);
    /// @notice Row 8. The price went back, the requester's bond to the slash auction, the prover's back to it.
    event DeliveryMissed(
        bytes32 indexed jobId, address indexed requester, address indexed prover, uint256 refund, uint256 bond
    );
    /// @notice Row 9. The price went back, both bonds to the slash auction.
    event AcknowledgementMissed(
        bytes32 indexed jobId, address indexed requester, address indexed prover, uint256 refund, uint256 bond
    );
    /// @notice Rows 10 and 11. `proverAmount + ownerAmount + fee` is the price. `change` went to the requester (row 10),
    /// `collateral` back to the prover (row 11).
    event JobFulfilled(
        bytes32 indexed jobId,
        address indexed payout,
        address indexed receiver,
        uint256 proverAmount,
        uint256 ownerAmount,
        uint256 fee,
        uint256 change,
        uint256 collateral,
        bytes output
    );
    /// @notice Row 12. The price went back; of the collateral, `bounty` to `payout`, `slashed` to the slash auction.
    event JobFulfilledLate(
        bytes32 indexed jobId,
        address indexed payout,
        address indexed requester,
        uint256 refund,
        uint256 bounty,
        uint256 slashed,
        bytes output
    );
    /// @notice Row 13. The price went back; of the collateral, `income` to the treasury's pot, `slashed` to the slash auction.
    event JobRefunded(
        bytes32 indexed jobId, address indexed requester, uint256 refund, uint256 income, uint256 slashed
    );
    /// @notice Row 14. Price and bond went back.
    event JobExpired(bytes32 indexed jobId, address indexed requester, uint256 refund);
    /// @notice Row 15. Everybody's money went back.
    event JobVoided(
        bytes32 indexed jobId,
        address indexed requester,
        address indexed prover,
        uint256 refund,
        uint256 collateral,
        uint256 stoppedAt
    );

    /// @notice A job's callback did not succeed; `retryCallback` can repeat it.
    event CallbackFailed(bytes32 indexed jobId, address indexed callback);
    /// @notice A job's callback succeeded when it was repeated.
    event CallbackRetried(bytes32 indexed jobId, address indexed callback);
    /// @notice The rewards contract could not record the work; `retryWork` can repeat it. The fees wait here.
    event WorkDeferred(IERC20 indexed token, address indexed payout, address[] creators, uint256[] fees);
    /// @notice Deferred work was recorded.
    event WorkRetried(IERC20 indexed token, address indexed payout, uint256 fees);

    /// @notice `account` took its credit out.
    event Withdrawn(address indexed account, IERC20 indexed token, address indexed to, uint256 amount);
    /// @notice `account` put collateral in.
    event CollateralDeposited(address indexed account, IERC20 indexed token, uint256 amount);
    /// @notice `account` took free collateral out.
    event CollateralWithdrawn(address indexed account, IERC20 indexed token, address indexed to, uint256 amount);
    /// @notice The income pot went to the treasury.
    event IncomeSent(IERC20 indexed token, uint256 amount);
    /// @notice `prover` reads what is encrypted to `key` from now on.
    event KeyRegistered(address indexed prover, bytes32 key);
    /// @notice The nonces of the set bits of `mask` in word `word` are used.
    event NoncesInvalidated(address indexed requester, uint256 word, uint256 mask);

    /// @notice The governor changed the rules of a token, for requests to come.
    event TokenRulesChanged(IERC20 indexed token, bool allowed, uint256 collateralFloor, uint256 bondFloor);
    /// @notice The governor changed the acknowledgement window, for requests to come.
    event AckWindowChanged(uint256 ackWindow);
    /// @notice The governor named another guardian.
    event GuardianChanged(address indexed guardian);
    /// @notice Rows 1, 4 and 5 were blocked, or opened again.
    event PausedChanged(address indexed by, bool paused);

    /// @notice The listing takes no new requests.
    error ListingDeprecated(uint256 listingId);
    /// @notice The listing is paid in another token.
    error TokenMismatch(IERC20 expected, IERC20 got);
    /// @notice The listing's seals are for another verifier.
    error VerifierMismatch(bytes4 expected, bytes4 got);
    /// @notice The order names another record than the listing cites.
    error RecordMismatch(bytes32 expected, bytes32 got);
    /// @notice The owner share changed since the order was made.
    error OwnerShareChanged(uint256 expected, uint256 got);
    /// @notice The order's floor is below the listing's price, or its maximum below its floor.
    error BadPrice(uint256 listingPrice, uint256 floorPrice, uint256 maxPrice);
    /// @notice The times of the order do not fit together, or not the clock.
    error BadTimes();
    /// @notice The bond of a private job is below the floor, or a public job has one.
    error BadBond(uint256 floor, uint256 bond);
    /// @notice A private job cannot be fulfilled without a lock.
    error PrivateAndDirect();
    /// @notice The callback asks for more gas than a callback may have.
    error BadCallbackGas(uint256 maximum, uint256 got);
    /// @notice The record hides output and weights: its output could be opened by nobody but the prover.
    error OutputNotOpenable(bytes32 recordHash);
    /// @notice The token is not allow-listed.
    error TokenNotAllowed(IERC20 token);
    /// @notice The token moved another amount than it was told to.
    error WrongDelta(IERC20 token, uint256 expected, uint256 got);
    /// @notice The input has not the length the record demands.
    error BadInputLength(uint256 expected, uint256 got);
    /// @notice The input does not hash to the digest in the order or in the job.
    error InputMismatch(bytes32 expected, bytes32 got);
    /// @notice The requester has used this nonce.
    error NonceUsed(address requester, uint256 nonce);
    /// @notice The order is not signed by its requester.
    error BadSignature(address requester);
    /// @notice Seals of this record are stopped.
    error Stopped(bytes4 verifier, bytes32 recordHash);
    /// @notice The market is paused.
    error MarketPaused();

    /// @notice The job is in another state than this needs.
    error WrongStatus(bytes32 jobId, Status status);
    /// @notice This is another's to do.
    error NotAllowed(address caller);
    /// @notice The time for this has passed.
    error TooLate(bytes32 jobId, uint256 limit);
    /// @notice Somebody else may still act.
    error TooEarly(bytes32 jobId, uint256 limit);
    /// @notice A public job is locked, a private one reserved.
    error WrongKind(bytes32 jobId);
    /// @notice Notice was given before.
    error AlreadyNoticed(bytes32 jobId);
    /// @notice The price has not risen to the prover's minimum.
    error PriceTooLow(uint256 price, uint256 minPrice);
    /// @notice The prover's free collateral does not cover this.
    error InsufficientCollateral(uint256 needed, uint256 free);
    /// @notice Nobody can encrypt to this prover yet.
    error NoKey(address prover);
    /// @notice An empty ciphertext delivers nothing.
    error EmptyCiphertext();
    /// @notice The stop came in time: the job is voided, nobody loses anything.
    error VoidInstead(bytes32 jobId);
    /// @notice No stop came while the job's current window was open.
    error NotVoidable(bytes32 jobId);

    /// @notice No such job was requested.
    error UnknownJob(bytes32 jobId);
    /// @notice All jobs of a batch must be of one record and one verifier.
    error MixedRecords(bytes32 expected, bytes32 got);
    /// @notice An unused slot of a batch must have an all-zero public input.
    error UnusedSlotNotZero(uint256 slot);
    /// @notice The output has not the length the record demands.
    error BadOutputLength(uint256 expected, uint256 got);
    /// @notice No job of the batch can be settled for this payout.
    error NothingToFulfil();
    /// @notice Less gas is left than a call must be given.
    error InsufficientGas(uint256 needed);
    /// @notice The job has no callback to repeat, or the output is another.
    error NothingToRetry();
    /// @notice The callback failed again.
    error CallbackReverted();

    /// @notice There is nothing to withdraw.
    error NoCredit(address account);
    /// @notice The zero address, or the market itself, cannot be paid.
    error BadRecipient(address to);
    /// @notice A parameter is out of its bounds.
    error OutOfBounds(uint256 value);
    /// @notice The contracts were not deployed for each other.
    error WrongWiring();
}
