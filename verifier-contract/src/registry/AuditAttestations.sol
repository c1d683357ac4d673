// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAuditAttestations} from "../interfaces/IAuditAttestations.sol";

/// @title Audit attestations
/// @notice One entry per auditor and record, which its author alone writes. No owner, no list, no score.
contract AuditAttestations is IAuditAttestations {
    /// @notice The longest URI.
    uint256 public constant MAX_URI_BYTES = 512;

    mapping(address auditor => mapping(bytes32 recordHash => Attestation)) private _attestations;

    /// @inheritdoc IAuditAttestations
    function attest(bytes32 recordHash, Verdict verdict, bytes32 reportHash, string calldata reportURI) external {
        require(verdict != Verdict.None, NoVerdict());
        require(reportHash != 0, NoReport());
        require(bytes(reportURI).length <= MAX_URI_BYTES, URITooLong(bytes(reportURI).length, MAX_URI_BYTES));
        _attestations[msg.sender][recordHash] = Attestation({
            verdict: verdict,
            attestedAt: SafeCast.toUint64(block.timestamp),
            revokedAt: 0,
            reportHash: reportHash,
            reportURI: reportURI
        });
        emit Attested(msg.sender, recordHash, verdict, reportHash, reportURI);
    }

    /// @inheritdoc IAuditAttestations
    function revoke(bytes32 recordHash) external {
        require(verdictOf(msg.sender, recordHash) != Verdict.None, NothingToRevoke(msg.sender, recordHash));
        _attestations[msg.sender][recordHash].revokedAt = SafeCast.toUint64(block.timestamp);
        emit Revoked(msg.sender, recordHash);
    }

    /// @inheritdoc IAuditAttestations
    function attestationOf(address auditor, bytes32 recordHash) external view returns (Attestation memory) {
        return _attestations[auditor][recordHash];
    }

    /// @inheritdoc IAuditAttestations
    function verdictOf(address auditor, bytes32 recordHash) public view returns (Verdict) {
        Attestation storage said = _attestations[auditor][recordHash];
        return said.revokedAt == 0 ? said.verdict : Verdict.None;
    }
}
