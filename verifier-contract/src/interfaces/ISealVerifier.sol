// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Seal verifier
/// @notice Decides whether a seal proves one inference statement. Stateless, universal, ownerless. That private weights lie
/// in their declared ranges is no part of that statement: `IRecordVerifier` sees to it.
interface ISealVerifier {
    /// @notice Returns exactly when `seal` proves "the model of `record`, run on `input`, gives `output`,
    /// and this proof was made for `context`"; reverts with a typed error in every other case, so a caller
    /// cannot forget to look at a boolean.
    /// @dev A revert must never be stored as a verdict: whoever sends the transaction can starve the
    /// precompiles of gas and so make a valid seal fail.
    /// @param record The model record, complete; its keccak256 is what the statement names.
    /// @param context What the proof is bound to beyond model and data: chain, settlement contract, payout, jobs.
    /// @param input The input bytes of all slots of the batch, concatenated. For a public input the values,
    /// for a private one the commitment points.
    /// @param output The output bytes of all slots, concatenated, in the same order.
    /// @param seal The proof.
    function verify(
        bytes calldata record,
        bytes32 context,
        bytes calldata input,
        bytes calldata output,
        bytes calldata seal
    ) external view;
}
