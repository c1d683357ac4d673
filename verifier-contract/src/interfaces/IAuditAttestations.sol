// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Audit attestations
/// @notice What auditors say of records, in their own name. Anyone may say anything of any record: nothing here is added up or
/// averaged, for a count of strangers is worth nothing. A reader asks for the word of auditors it chose itself.
interface IAuditAttestations {
    /// @notice What an audit found. `Passed`: the record was recomputed from its published model, which is what it is said to be.
    enum Verdict {
        None,
        Passed,
        Failed
    }

    /// @notice An auditor's latest word on a record.
    /// @param verdict What the audit found; `None` if there never was one.
    /// @param attestedAt When it was said.
    /// @param revokedAt When it was taken back; 0 while it stands.
    /// @param reportHash keccak256 of the report.
    /// @param reportURI Where the report is.
    struct Attestation {
        Verdict verdict;
        uint64 attestedAt;
        uint64 revokedAt;
        bytes32 reportHash;
        string reportURI;
    }

    /// @notice An auditor's word on a record, instead of any earlier one.
    event Attested(
        address indexed auditor, bytes32 indexed recordHash, Verdict verdict, bytes32 reportHash, string reportURI
    );
    /// @notice An auditor took its word on a record back.
    event Revoked(address indexed auditor, bytes32 indexed recordHash);

    /// @notice An attestation needs a verdict.
    error NoVerdict();
    /// @notice An attestation needs the hash of a report.
    error NoReport();
    /// @notice The URI is too long.
    error URITooLong(uint256 length, uint256 maximum);
    /// @notice The auditor has no standing attestation of this record.
    error NothingToRevoke(address auditor, bytes32 recordHash);

    /// @notice Says what the caller's audit of a record found; replaces its earlier word on it. Anyone may call. The record need
    /// not be published yet.
    function attest(bytes32 recordHash, Verdict verdict, bytes32 reportHash, string calldata reportURI) external;

    /// @notice Takes the caller's word on a record back; it stays readable, as revoked.
    function revoke(bytes32 recordHash) external;

    /// @notice An auditor's latest word on a record, standing or revoked.
    function attestationOf(address auditor, bytes32 recordHash) external view returns (Attestation memory);

    /// @notice An auditor's verdict on a record, if it stands; else `None`.
    function verdictOf(address auditor, bytes32 recordHash) external view returns (Verdict);
}
