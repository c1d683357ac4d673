// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Inference market
/// @notice Escrow between who wants an inference and whoever proves it. A job ends exactly once: fulfilled at
/// t <= deadline by a valid seal, or refunded at t > deadline. Money leaves only through `withdraw`.
interface IInferenceMarket {
    /// @notice The states of a job; the last two absorb.
    enum Status {
        None,
        Open,
        Fulfilled,
        Refunded
    }

    /// @notice What a requester asks for.
    /// @param listingId The listing whose owner is paid.
    /// @param recordHash The record that must be proved; must be the listing's.
    /// @param inputDigest keccak256 of the input bytes.
    /// @param ownerBps The listing's owner share as the requester saw it; if it changed, provers would be offered
    /// something else than the requester meant, so the order is refused.
    /// @param maxPrice What the requester pays, at least the listing's price.
    /// @param deadline Last second at which the job may be fulfilled.
    /// @param nonce Any number the requester has not used for equal terms; sending an order twice is refused.
    struct Order {
        uint256 listingId;
        bytes32 recordHash;
        bytes32 inputDigest;
        uint16 ownerBps;
        uint128 maxPrice;
        uint64 deadline;
        uint256 nonce;
    }

    /// @notice A job, with the listing's terms as they were when it was requested.
    struct Job {
        address requester;
        uint64 deadline;
        uint16 ownerBps;
        Status status;
        bool privateInput;
        uint128 price;
        uint64 listingId;
        uint32 inputBytes;
        uint32 outputBytes;
        bytes32 recordHash;
        bytes32 inputDigest;
        bytes32 outputDigest;
    }

    /// @notice A job was opened and paid for. `input` is here so that any prover can serve it.
    event JobRequested(
        bytes32 indexed jobId, address indexed requester, uint256 indexed listingId, Order order, bytes input
    );
    /// @notice A job was proved; the three amounts add up to its price.
    event JobFulfilled(
        bytes32 indexed jobId,
        address indexed payout,
        address indexed owner,
        uint256 proverAmount,
        uint256 ownerAmount,
        uint256 fee,
        bytes output
    );
    /// @notice Nobody proved a job in time; its price went back to its requester.
    event JobRefunded(bytes32 indexed jobId, address indexed requester, uint256 amount);
    /// @notice `account` took its credit out.
    event Withdrawn(address indexed account, address indexed to, uint256 amount);

    /// @notice The listing takes no new requests.
    error ListingDeprecated(uint256 listingId);
    /// @notice The order names another record than the listing cites.
    error RecordMismatch(bytes32 expected, bytes32 got);
    /// @notice The owner share changed since the order was made.
    error OwnerShareChanged(uint256 expected, uint256 got);
    /// @notice The order offers less than the listing asks.
    error PriceTooLow(uint256 listingPrice, uint256 maxPrice);
    /// @notice The deadline has passed, or lies too far ahead.
    error BadDeadline(uint256 deadline);
    /// @notice The input has not the length the record demands.
    error BadInputLength(uint256 expected, uint256 got);
    /// @notice The input does not hash to the digest in the order or in the job.
    error InputMismatch(bytes32 expected, bytes32 got);
    /// @notice This requester opened the same order before.
    error JobExists(bytes32 jobId);
    /// @notice No such job was requested.
    error UnknownJob(bytes32 jobId);
    /// @notice All jobs of a batch must be of one record.
    error MixedRecords(bytes32 expected, bytes32 got);
    /// @notice An unused slot of a batch must have an all-zero public input.
    error UnusedSlotNotZero(uint256 slot);
    /// @notice The output has not the length the record demands.
    error BadOutputLength(uint256 expected, uint256 got);
    /// @notice No job of the batch can be paid any more.
    error NothingToFulfil();
    /// @notice The job is not open, or its deadline has not passed yet.
    error NotRefundable(bytes32 jobId);
    /// @notice There is nothing to withdraw.
    error NoCredit(address account);
    /// @notice The zero address cannot be paid.
    error ZeroAddress();
    /// @notice The contracts were not deployed for each other.
    error WrongWiring();

    /// @notice Opens a job and takes its price in network tokens (approve the market first).
    /// @dev Checks length and digest of the input. Whether its values lie in the record's range is checked by
    /// the seal: nobody can prove an illegal input, and its requester gets the money back after the deadline.
    /// @param order What is asked for.
    /// @param input The input bytes: the values of a public input, the commitment points of a private one.
    /// @return jobId keccak256(abi.encode(chain id, market, requester, order)).
    function request(Order calldata order, bytes calldata input) external returns (bytes32 jobId);

    /// @notice Settles the jobs of one proof. Anyone may send it: the seal is bound to `payout`, to the jobs and
    /// to this contract (see `contextOf`), so a copy from the mempool pays the same prover, and a changed one
    /// does not verify.
    /// @dev `jobIds.length` is the batch size of the proof. Jobs that ended meanwhile, and repetitions, are
    /// paid nothing but stay part of the statement.
    /// @param jobIds One job per slot, in the order of the proof; 0 marks an unused slot, whose public input is
    /// all zero. (Where zero is no legal value, fill the batch by repeating a job.)
    /// @param input The input bytes of all slots, concatenated.
    /// @param output The output bytes of all slots, concatenated.
    /// @param seal The proof.
    /// @param payout Who is credited with the prover's part.
    function fulfil(
        bytes32[] calldata jobIds,
        bytes calldata input,
        bytes calldata output,
        bytes calldata seal,
        address payout
    ) external;

    /// @notice Returns the price of an unproved job to its requester, from the second after its deadline on.
    /// Anyone may call.
    function refund(bytes32 jobId) external;

    /// @notice Pays the caller's whole credit to `to`.
    /// @return amount What was paid.
    function withdraw(address to) external returns (uint256 amount);

    /// @notice The context a seal for these jobs and this payout must be made for.
    function contextOf(bytes32[] calldata jobIds, address payout) external view returns (bytes32);

    /// @notice The id an order of `requester` gets; known before it is sent.
    function jobIdOf(address requester, Order calldata order) external view returns (bytes32);

    /// @notice A job; all zero when it was never requested.
    function job(bytes32 jobId) external view returns (Job memory);

    /// @notice What `account` can withdraw.
    function creditOf(address account) external view returns (uint256);
}
