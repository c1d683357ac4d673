// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {IEmergencyStop} from "../interfaces/IEmergencyStop.sol";
import {IERC7992Verifier} from "../interfaces/IERC7992Verifier.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IRecordVerifier} from "../interfaces/IRecordVerifier.sol";
import {IVerifierRouter} from "../interfaces/IVerifierRouter.sol";

/// @title Inference verifier (ERC-7992)
/// @notice Verifies a seal by listing, for contracts that speak ERC-7992: refuses deprecated listings, tombstoned verifiers and
/// whatever is stopped. Stateless, ownerless.
/// @dev `proof` is `abi.encode(bytes32 context, bytes input, bytes seal)`. The context is the nonce that ERC-7992 asks for: a
/// caller to whom it matters that a proof is made for it and is used once fixes the context, and so the commitment, beforehand.
contract InferenceVerifier is IERC7992Verifier, ERC165 {
    /// @notice Begins what an input commitment is a hash of.
    bytes32 public constant COMMITMENT_TAG = keccak256("verin.erc7992.input.v1");

    /// @notice Where models are listed.
    IModelRegistry public immutable listings;
    /// @notice Where verifiers are looked up.
    IVerifierRouter public immutable router;
    /// @notice Says what is not trusted any more.
    IEmergencyStop public immutable stop;

    /// @notice Seals of this record under this verifier are not trusted any more.
    error Stopped(bytes4 proofSystemId, bytes32 recordHash, uint64 since);
    /// @notice A part has no code.
    error NoCode(address account);

    /// @param listings_ Where models are listed.
    /// @param router_ Where verifiers are looked up.
    /// @param stop_ Says what is not trusted any more.
    constructor(IModelRegistry listings_, IVerifierRouter router_, IEmergencyStop stop_) {
        require(address(listings_).code.length != 0, NoCode(address(listings_)));
        require(address(router_).code.length != 0, NoCode(address(router_)));
        require(address(stop_).code.length != 0, NoCode(address(stop_)));
        (listings, router, stop) = (listings_, router_, stop_);
    }

    /// @inheritdoc IERC7992Verifier
    /// @dev `InvalidProof` is for what is no encoding of a proof. What the verifier reverts with is passed on: it says more, and a
    /// proof that failed for lack of gas is not invalid.
    function verifyInference(uint256 modelId, bytes32 inputCommitment, bytes calldata output, bytes calldata proof)
        external
    {
        IModelRegistry.Listing memory model = listings.listing(modelId);
        require(!model.deprecated, VerificationRefused_ModelDeprecated(modelId));
        IRecordVerifier verifier = router.verifierOf(model.proofSystem);
        bool supported = address(verifier) != address(0) && router.tombstonedAt(model.proofSystem) == 0;
        require(supported, UnsupportedProofSystem(model.proofSystem));
        uint64 since = stop.stoppedAt(model.proofSystem, model.recordHash);
        require(since == 0, Stopped(model.proofSystem, model.recordHash, since));

        (bytes32 context, bytes calldata input, bytes calldata seal) = _decode(proof);
        require(commitmentOf(context, input) == inputCommitment, InputCommitmentMismatch());
        verifier.verify(model.recordHash, context, input, output, seal);
        emit InferenceVerified(modelId, inputCommitment, output, msg.sender);
    }

    /// @notice What commits to an input under a context: `keccak256(abi.encode(COMMITMENT_TAG, context, keccak256(input)))`.
    function commitmentOf(bytes32 context, bytes memory input) public pure returns (bytes32) {
        return keccak256(abi.encode(COMMITMENT_TAG, context, keccak256(input)));
    }

    /// @inheritdoc IERC7992Verifier
    function proofSystemOf(uint256 modelId) external view returns (bytes4) {
        return listings.listing(modelId).proofSystem;
    }

    /// @inheritdoc IERC7992Verifier
    function registry() external view returns (address) {
        return address(listings);
    }

    /// @notice ERC-165: ERC-7992's verifier, with and without its views.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IERC7992Verifier).interfaceId
            || interfaceId == IERC7992Verifier.verifyInference.selector || super.supportsInterface(interfaceId);
    }

    /// @dev Takes and gives what `abi.decode(proof, (bytes32, bytes, bytes))` does, which refuses the rest without a word.
    function _decode(bytes calldata proof)
        private
        pure
        returns (bytes32 context, bytes calldata input, bytes calldata seal)
    {
        require(proof.length >= 96, InvalidProof());
        context = bytes32(proof[:32]);
        input = _bytesAt(proof, uint256(bytes32(proof[32:64])));
        seal = _bytesAt(proof, uint256(bytes32(proof[64:96])));
    }

    /// @dev The length and the bytes at `offset` of `proof`, which has at least a word.
    function _bytesAt(bytes calldata proof, uint256 offset) private pure returns (bytes calldata) {
        require(offset <= proof.length - 32, InvalidProof());
        bytes calldata rest = proof[offset + 32:];
        uint256 length = uint256(bytes32(proof[offset:offset + 32]));
        require(length <= rest.length, InvalidProof());
        return rest[:length];
    }
}
