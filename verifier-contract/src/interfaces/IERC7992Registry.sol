// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title ERC-7992 model registry
/// @notice Models by commitment. Interface id 0xd28519b1.
/// @dev The published draft gives an event and an error the one name `ModelDeprecated`, which does not compile; here the error is
/// `ModelIsDeprecated`. Errors are no part of an interface id.
interface IERC7992Registry {
    /// @notice What a model is.
    /// @param modelHash Weights and architecture.
    /// @param circuitHash Arithmetic circuit.
    /// @param vkHash Verifying key.
    /// @param proofSystemId First four bytes of the keccak256 of the proof system's name.
    /// @param uri Where to learn about the model.
    struct ModelCommitment {
        bytes32 modelHash;
        bytes32 circuitHash;
        bytes32 vkHash;
        bytes4 proofSystemId;
        string uri;
    }

    /// @notice A model was registered.
    event ModelRegistered(uint256 indexed modelId, address indexed owner, ModelCommitment commitment);
    /// @notice A model's commitment changed.
    event ModelUpdated(uint256 indexed modelId, ModelCommitment oldCommitment, ModelCommitment newCommitment);
    /// @notice A model takes no new requests from now on.
    event ModelDeprecated(uint256 indexed modelId);

    /// @notice No such model.
    error ModelNotFound(uint256 modelId);
    /// @notice Only a model's owner may change it.
    error NotModelOwner(uint256 modelId, address caller);
    /// @notice The model was deprecated before.
    error ModelIsDeprecated(uint256 modelId);

    /// @notice Registers a model; the caller becomes its owner.
    function registerModel(ModelCommitment calldata commitment) external returns (uint256 modelId);

    /// @notice Changes a model's commitment, as far as the registry allows. Owner only.
    function updateModel(uint256 modelId, ModelCommitment calldata newCommitment) external;

    /// @notice Stops new requests for good. Owner only.
    function deprecateModel(uint256 modelId) external;

    /// @notice A model, whether it was deprecated, and who owns it.
    function getModel(uint256 modelId)
        external
        view
        returns (ModelCommitment memory commitment, bool deprecated, address owner);
}
