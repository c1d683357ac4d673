// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title ERC-7992 inference verifier
/// @notice Verification by model id. Interface id 0x80b171ef for `verifyInference` alone, 0x5df65472 with the two views.
interface IERC7992Verifier {
    /// @notice `output` was proved to be the model's on the committed input.
    event InferenceVerified(
        uint256 indexed modelId, bytes32 indexed inputCommitment, bytes output, address indexed caller
    );

    /// @notice The proof does not hold.
    error InvalidProof();
    /// @notice The proof is of another model.
    error ModelMismatch();
    /// @notice The input is not the committed one.
    error InputCommitmentMismatch();
    /// @notice The output is not one the model can have.
    error OutputMismatch();
    /// @notice Nothing decides on proofs of this system.
    error UnsupportedProofSystem(bytes4 proofSystemId);
    /// @notice The model takes no new requests.
    error VerificationRefused_ModelDeprecated(uint256 modelId);

    /// @notice Returns exactly when the proof holds.
    /// @param modelId The model, in the registry.
    /// @param inputCommitment Commits to the input.
    /// @param output The output.
    /// @param proof The proof.
    function verifyInference(uint256 modelId, bytes32 inputCommitment, bytes calldata output, bytes calldata proof)
        external;

    /// @notice The proof system of a model.
    function proofSystemOf(uint256 modelId) external view returns (bytes4);

    /// @notice Where models are registered.
    function registry() external view returns (address registryAddress);
}
