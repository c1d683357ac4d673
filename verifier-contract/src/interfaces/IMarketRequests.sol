// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IMarketEvents} from "./IMarketEvents.sol";

/// @title Requests, and the handing over of private inputs
/// @notice Rows 1 to 3, 5 to 9 and 14 of the market: the part that is called at the market and runs in a contract of its own.
interface IMarketRequests is IMarketEvents {
    /// @notice Row 1. Opens a job and takes `maxPrice + bond` (approve the market first).
    /// @param nonce Any number the caller has not used.
    /// @param terms What is asked for.
    /// @param input The input bytes: the values of a public input, the commitment points of a private one.
    /// @return jobId keccak256(abi.encode(chain id, market, requester, nonce, terms)).
    function request(uint256 nonce, Terms calldata terms, bytes calldata input) external returns (bytes32 jobId);

    /// @notice Row 1 for somebody else, who signed the order and pays for it. Anyone may send it.
    /// @param signature Of the EIP-712 order: ECDSA, or else ERC-1271 of a contract.
    /// @param permit Tried before the payment; whether it succeeds is not looked at.
    function requestFor(
        address requester,
        uint256 nonce,
        Terms calldata terms,
        bytes calldata input,
        bytes calldata signature,
        Permit calldata permit
    ) external returns (bytes32 jobId);

    /// @notice Uses up the caller's nonces of the set bits of `mask` in word `word` (nonce = 256 word + bit), so that
    /// orders signed with them are refused.
    function invalidateNonces(uint256 word, uint256 mask) external;

    /// @notice Row 2. Gives notice of cancelling an open job. Requester only, once.
    function noticeCancel(bytes32 jobId) external;

    /// @notice Row 3. Ends an open job after its notice has run out.
    function cancel(bytes32 jobId) external;

    /// @notice Row 14. Ends an open job that nobody took.
    function expire(bytes32 jobId) external;

    /// @notice Row 5. Takes a private job at its current price, at least `minPrice`, subject to rows 6 and 7.
    function reserve(bytes32 jobId, uint256 minPrice, address payout) external;

    /// @notice Row 6. Hands the private input over, encrypted to the prover's key of row 5. Requester only.
    function deliver(bytes32 jobId, bytes calldata ciphertext) external;

    /// @notice Row 7. Confirms that the delivered input opens the commitment, and locks the job. That prover only.
    function acknowledge(bytes32 jobId) external;

    /// @notice Sets the X25519 key that private inputs for the caller are encrypted to; zero for none.
    function registerKey(bytes32 key) external;

    /// @notice Rows 8 and 9. Ends a reservation whose delivery or acknowledgement was missed.
    function endReservation(bytes32 jobId) external;

    /// @notice The id an order of `requester` gets; known before it is sent.
    function jobIdOf(address requester, uint256 nonce, Terms calldata terms) external view returns (bytes32);

    /// @notice What `requester` signs for `requestFor`.
    function orderDigest(address requester, uint256 nonce, Terms calldata terms) external view returns (bytes32);

    /// @notice Whether `requester` has used `nonce`.
    function nonceUsed(address requester, uint256 nonce) external view returns (bool);
}
