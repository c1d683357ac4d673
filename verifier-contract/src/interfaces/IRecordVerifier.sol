// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Verification by record hash
/// @notice The bare verify call: names a published record by hash and checks one seal against it.
interface IRecordVerifier {
    /// @notice Returns exactly when `seal` proves the statement about the published record `recordHash`;
    /// reverts with the store's or the seal verifier's typed error otherwise.
    /// @param recordHash keccak256 of the record's bytes, as published in the record store.
    /// @param context What the proof is bound to: see `ISealVerifier.verify`.
    /// @param input The input bytes of all slots, concatenated.
    /// @param output The output bytes of all slots, concatenated.
    /// @param seal The proof.
    function verify(
        bytes32 recordHash,
        bytes32 context,
        bytes calldata input,
        bytes calldata output,
        bytes calldata seal
    ) external view;
}
