// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC7992Verifier} from "../../src/interfaces/IERC7992Verifier.sol";
import {IEmergencyStop} from "../../src/interfaces/IEmergencyStop.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {IVerifierRouter} from "../../src/interfaces/IVerifierRouter.sol";
import {ModelRegistry} from "../../src/registry/ModelRegistry.sol";
import {InferenceVerifier} from "../../src/verify/InferenceVerifier.sol";
import {SealVerifierDouble} from "../base/SealVerifierDouble.sol";
import {Verification} from "../base/Verification.sol";

contract InferenceVerifierTest is Verification {
    bytes4 private constant OTHER = 0x00000002;

    ModelRegistry private registry;
    InferenceVerifier private inference;
    uint256 private modelId;
    IEmergencyStop.Claim private proved;
    bytes32 private commitment;
    bytes private proof;

    function setUp() external {
        deployVerification();
        registry = new ModelRegistry(store);
        inference = new InferenceVerifier(registry, router, stop);
        modelId = registry.register(plainHash, 0, 0, "");
        proved = claim(false, 1, 1);
        commitment = inference.commitmentOf(proved.context, proved.input);
        proof = abi.encode(proved.context, proved.input, proved.seal);
    }

    function refused(bytes memory why) private {
        vm.expectRevert(why);
        inference.verifyInference(modelId, commitment, proved.output, proof);
    }

    function test_verifies() external {
        vm.expectEmit(address(inference));
        emit IERC7992Verifier.InferenceVerified(modelId, commitment, proved.output, stranger);
        vm.prank(stranger);
        inference.verifyInference(modelId, commitment, proved.output, proof);
    }

    function test_says_what_it_is() external view {
        vm.assertTrue(inference.supportsInterface(0x80b171ef), "verifyInference");
        vm.assertTrue(inference.supportsInterface(0x5df65472), "with its views");
        vm.assertTrue(inference.supportsInterface(0x01ffc9a7), "ERC-165");
        vm.assertFalse(inference.supportsInterface(0xffffffff), "not all");
        vm.assertEq(inference.registry(), address(registry), "registry");
        vm.assertEq(bytes32(inference.proofSystemOf(modelId)), bytes32(SEALS), "system");
    }

    function test_another_commitment_is_refused() external {
        commitment = inference.commitmentOf(~proved.context, proved.input);
        refused(abi.encodeWithSelector(IERC7992Verifier.InputCommitmentMismatch.selector));
        commitment = keccak256(proved.input);
        refused(abi.encodeWithSelector(IERC7992Verifier.InputCommitmentMismatch.selector));
    }

    function test_another_output_or_seal_is_refused() external {
        proved.output[0] ^= 0x01;
        refused(notProved());
        proved.output[0] ^= 0x01;
        proved.seal = "another";
        proof = abi.encode(proved.context, proved.input, proved.seal);
        refused(notProved());
    }

    /// @dev The commitment binds input and context: whoever changes both still needs a seal.
    function testFuzz_another_input_is_refused(bytes32 context, bytes calldata input) external {
        vm.assume(context != proved.context || keccak256(input) != keccak256(proved.input));
        proof = abi.encode(context, input, proved.seal);
        refused(abi.encodeWithSelector(IERC7992Verifier.InputCommitmentMismatch.selector));
        commitment = inference.commitmentOf(context, input);
        (proved.context, proved.input) = (context, input);
        refused(notProved());
    }

    function malformed(bytes memory data) private {
        proof = data;
        refused(abi.encodeWithSelector(IERC7992Verifier.InvalidProof.selector));
    }

    function test_malformed_proofs_are_refused_by_name() external {
        malformed("");
        malformed(new bytes(95));
        // A length must lie inside, at whatever offset, and so must what it is the length of.
        uint256[4] memory beyond = [uint256(97), 128, 1 << 64, type(uint256).max];
        for (uint256 i = 0; i < beyond.length; ++i) {
            malformed(abi.encode(proved.context, beyond[i], 96, 0));
            malformed(abi.encode(proved.context, 96, beyond[i], 0));
            malformed(abi.encode(proved.context, 96, 96, beyond[i]));
        }
        malformed(abi.encode(proved.context, 96, 96, 1));
    }

    function test_proofs_may_be_encoded_in_another_way() external {
        // The seal first, and no padding behind the input.
        proof = abi.encodePacked(proved.context, uint256(128 + proved.seal.length), uint256(96));
        proof = abi.encodePacked(proof, proved.seal.length, proved.seal, proved.input.length, proved.input);
        inference.verifyInference(modelId, commitment, proved.output, proof);
    }

    /// @dev A call of its own: what Solidity's decoder takes.
    function decode(bytes calldata data) external pure returns (bytes32, bytes memory, bytes memory) {
        return abi.decode(data, (bytes32, bytes, bytes));
    }

    /// @dev What Solidity's decoder takes is verified as what it says it is; what it refuses is refused by name.
    function testFuzz_proofs_mean_what_solidity_says(uint256 word, uint256 value, uint256 length, bool huge) external {
        bytes memory data = proof;
        if (!huge) value = bound(value, 0, data.length + 64);
        word = bound(word, 1, data.length / 32) * 32;
        length = bound(length, 0, 3 * data.length);
        assembly ("memory-safe") {
            mstore(add(data, word), value)
            if lt(length, mload(data)) { mstore(data, length) }
        }
        proof = data;
        try this.decode(data) returns (bytes32 context, bytes memory input, bytes memory seal) {
            commitment = inference.commitmentOf(context, input);
            (proved.context, proved.input, proved.seal) = (context, input, seal);
            bytes32 statement = keccak256(abi.encode(plain, context, input, proved.output, seal));
            if (seals.proved(statement)) inference.verifyInference(modelId, commitment, proved.output, proof);
            else refused(notProved());
        } catch {
            refused(abi.encodeWithSelector(IERC7992Verifier.InvalidProof.selector));
        }
    }

    function test_deprecated_models_are_refused() external {
        registry.deprecate(modelId);
        refused(abi.encodeWithSelector(IERC7992Verifier.VerificationRefused_ModelDeprecated.selector, modelId));
    }

    function test_unknown_models_are_refused() external {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 99));
        inference.verifyInference(99, commitment, proved.output, proof);
    }

    function test_unknown_and_tombstoned_systems_are_refused() external {
        vm.prank(governor);
        router.tombstone(SEALS);
        refused(abi.encodeWithSelector(IERC7992Verifier.UnsupportedProofSystem.selector, SEALS));
        modelId = registry.list(plainHash, OTHER, IModelRegistry.Terms(0, 0, 0, 0, IERC20(address(0))), "");
        refused(abi.encodeWithSelector(IERC7992Verifier.UnsupportedProofSystem.selector, OTHER));
        // The same model under a verifier that replaces the first.
        add(OTHER);
        inference.verifyInference(modelId, commitment, proved.output, proof);
    }

    function test_stopped_records_are_refused() external {
        vm.prank(guardian);
        stop.stopRecord(SEALS, plainHash);
        refused(abi.encodeWithSelector(InferenceVerifier.Stopped.selector, SEALS, plainHash, time()));
    }

    function test_stopped_verifiers_are_refused() external {
        stop.stopByEquivocation(SEALS, canaryHash, claim(true, 1, 1), claim(true, 1, 2));
        refused(abi.encodeWithSelector(InferenceVerifier.Stopped.selector, SEALS, plainHash, time()));
    }

    function deployWith(IModelRegistry registry_, IVerifierRouter router_, IEmergencyStop stop_) external {
        new InferenceVerifier(registry_, router_, stop_);
    }

    function test_needs_its_parts() external {
        bytes memory noCode = abi.encodeWithSelector(InferenceVerifier.NoCode.selector, stranger);
        vm.expectRevert(noCode);
        this.deployWith(IModelRegistry(stranger), router, stop);
        vm.expectRevert(noCode);
        this.deployWith(registry, IVerifierRouter(stranger), stop);
        vm.expectRevert(noCode);
        this.deployWith(registry, router, IEmergencyStop(stranger));
    }

    function notProved() private view returns (bytes memory) {
        bytes memory statement = abi.encode(plain, proved.context, proved.input, proved.output, proved.seal);
        return abi.encodeWithSelector(SealVerifierDouble.NotProved.selector, keccak256(statement));
    }
}
