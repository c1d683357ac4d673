// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Names of proof systems
/// @notice As ERC-7992 has it: lower case, hyphens, a version; the id is the first four bytes of the name's keccak256. It is the
/// verifier router's selector too.
library ProofSystem {
    /// @notice Seals that `SealVerifier` decides on, of records with the tag "verin.record.v2".
    bytes4 internal constant SEAL_V1 = bytes4(keccak256("verin-seal-bn254-v1"));
}
