// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Verification by record hash
/// @notice The bare verify call: names a published record by hash and checks one seal against it. Of a record with private
/// weights, that they lie in their declared ranges is checked once, before the first seal.
/// @dev A record with private weights has, as its first model rows, hiding commitments of them; no digest in it depends on
/// them. What it commits to instead of the whole model is a range record: the same rows, and the key of a proof that these
/// rows hold weights in the ranges that the model's structure declares, and zero elsewhere. Like the record itself, the range
/// record is one that whoever relies on it has recomputed from the structure.
interface IRecordVerifier {
    /// @notice The private weights of a record have been shown to lie in their declared ranges.
    /// @param recordHash The record.
    /// @param rangeRecordHash The range record that it commits to.
    event WeightsChecked(bytes32 indexed recordHash, bytes32 indexed rangeRecordHash);

    /// @notice The record's weights are private, and nobody has shown that they lie in their declared ranges: `checkWeights`
    /// comes first.
    error WeightsNotChecked(bytes32 recordHash);
    /// @notice The record's weights are published: there is nothing to check.
    error WeightsPublished(bytes32 recordHash);
    /// @notice The record does not commit to this range record for this structure, or has other rows.
    error NotItsRangeRecord(bytes32 recordHash, bytes32 rangeRecordHash);

    /// @notice Checks, once, that the private weights of a published record lie in their declared ranges, and remembers it:
    /// seals under the record are verified from then on. Anyone may call it; called again it changes nothing.
    /// @param recordHash keccak256 of the record's bytes, as published in the record store.
    /// @param structureHash keccak256 of the model's structure: its program without weights.
    /// @param rangeRecord The range record, complete.
    /// @param seal The range proof: a seal under the range record that 0 is 0, for the context of `recordHash`.
    function checkWeights(bytes32 recordHash, bytes32 structureHash, bytes calldata rangeRecord, bytes calldata seal)
        external;

    /// @notice Whether the private weights of this record have been shown to lie in their declared ranges.
    function weightsChecked(bytes32 recordHash) external view returns (bool);

    /// @notice Returns exactly when `seal` proves the statement about the published record `recordHash`;
    /// reverts with `WeightsNotChecked`, or the store's or the seal verifier's typed error, otherwise.
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
