// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC7992Registry} from "../../src/interfaces/IERC7992Registry.sol";
import {IERC7992Verifier} from "../../src/interfaces/IERC7992Verifier.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {IRecordStore} from "../../src/interfaces/IRecordStore.sol";
import {ProofSystem} from "../../src/libraries/ProofSystem.sol";
import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {Deployment} from "../base/Deployment.sol";
import {Records} from "../base/Records.sol";

contract ERC7992RegistryTest is Deployment {
    bytes4 private constant OTHER = 0x00000002;

    function setUp() external {
        deploy();
    }

    /// @dev The hashes anybody can compute from a record's bytes (docs/formats.md): here, without the library.
    function commitment() private view returns (IERC7992Registry.ModelCommitment memory c) {
        RecordHeader.Header memory h = Records.header(0, INPUT_BYTES, OUTPUT_BYTES);
        c.modelHash = keccak256(record);
        c.circuitHash = h.graphDigest;
        uint256 points = 608 + 128 * h.keySets;
        uint256 keys = points + 64 * h.modelPoints;
        bytes32 sets = keccak256(cut(record, 608, points));
        c.vkHash = keccak256(abi.encode(sets, keccak256(cut(record, keys, record.length))));
        c.proofSystemId = ProofSystem.SEAL_V1;
        c.uri = "ipfs://model";
    }

    function test_interface_ids() external view {
        // As the draft gives them, from the signatures themselves.
        string memory model = "(bytes32,bytes32,bytes32,bytes4,string)";
        bytes4 id = bytes4(keccak256(abi.encodePacked("registerModel(", model, ")")))
            ^ bytes4(keccak256(abi.encodePacked("updateModel(uint256,", model, ")")))
            ^ bytes4(keccak256("deprecateModel(uint256)")) ^ bytes4(keccak256("getModel(uint256)"));
        vm.assertEq(bytes32(id), bytes32(bytes4(0xd28519b1)), "registry, by signature");
        vm.assertEq(bytes32(type(IERC7992Registry).interfaceId), bytes32(bytes4(0xd28519b1)), "registry");
        bytes4 verify = bytes4(keccak256("verifyInference(uint256,bytes32,bytes,bytes)"));
        vm.assertEq(bytes32(verify), bytes32(bytes4(0x80b171ef)), "verifier, by signature");
        vm.assertEq(bytes32(IERC7992Verifier.verifyInference.selector), bytes32(verify), "verifier");
        id = verify ^ bytes4(keccak256("proofSystemOf(uint256)")) ^ bytes4(keccak256("registry()"));
        vm.assertEq(bytes32(id), bytes32(bytes4(0x5df65472)), "verifier with views, by signature");
        vm.assertEq(bytes32(type(IERC7992Verifier).interfaceId), bytes32(id), "verifier with views");

        vm.assertTrue(registry.supportsInterface(0xd28519b1), "registry");
        vm.assertTrue(registry.supportsInterface(type(IERC721).interfaceId), "ERC-721");
        vm.assertTrue(registry.supportsInterface(0x5b5e139f), "ERC-721 metadata");
        vm.assertTrue(registry.supportsInterface(type(IERC165).interfaceId), "ERC-165");
        vm.assertFalse(registry.supportsInterface(0xffffffff), "not all");
        vm.assertFalse(registry.supportsInterface(0x80b171ef), "it verifies nothing");
    }

    function test_proof_system_id_is_of_its_name() external pure {
        bytes4 id = bytes4(keccak256(abi.encodePacked("verin-seal-bn254-v1")));
        vm.assertEq(bytes32(ProofSystem.SEAL_V1), bytes32(id), "id");
    }

    function test_every_listing_is_a_model() external view {
        assertModel(listingId, commitment(), owner);
    }

    function test_listing_emits_the_commitment() external {
        IERC7992Registry.ModelCommitment memory c = commitment();
        c.uri = "uri";
        vm.expectEmit(address(registry));
        emit IModelRegistry.ModelListed(listingId + 1, recordHash, stranger, 1, 2, "uri");
        vm.expectEmit(address(registry));
        emit IModelRegistry.CurveChanged(listingId + 1, registry.listing(listingId).paymentToken, 1, 1, 0);
        vm.expectEmit(address(registry));
        emit IERC7992Registry.ModelRegistered(listingId + 1, stranger, c);
        vm.prank(stranger);
        registry.register(recordHash, 1, 2, "uri");
    }

    function test_registerModel() external {
        IERC7992Registry.ModelCommitment memory c = commitment();
        (c.uri, c.proofSystemId) = ("another", OTHER);
        vm.prank(stranger);
        uint256 id = registry.registerModel(c);
        vm.assertEq(id, listingId + 1, "id");
        assertModel(id, c, stranger);
        vm.assertEq(bytes32(registry.listing(id).proofSystem), bytes32(OTHER), "system");
    }

    /// @dev It has no terms: the present market takes no request that anybody can pay.
    function test_a_registered_model_is_not_offered_yet() external {
        vm.startPrank(stranger);
        uint256 id = registry.registerModel(commitment());
        vm.assertEq(registry.listing(id).price, type(uint128).max, "floor");
        registry.setTerms(id, 5, 6);
        vm.assertEq(registry.listing(id).price, 5, "until its holder says so");
    }

    function test_registerModel_checks_the_hashes() external {
        IERC7992Registry.ModelCommitment memory c = commitment();
        c.circuitHash = ~c.circuitHash;
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.CommitmentMismatch.selector, c.modelHash));
        registry.registerModel(c);
        c = commitment();
        c.vkHash = ~c.vkHash;
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.CommitmentMismatch.selector, c.modelHash));
        registry.registerModel(c);
        c = commitment();
        c.modelHash = ~c.modelHash;
        vm.expectRevert(abi.encodeWithSelector(IRecordStore.RecordNotFound.selector, c.modelHash));
        registry.registerModel(c);
        c = commitment();
        c.proofSystemId = 0;
        vm.expectRevert(IModelRegistry.NoProofSystem.selector);
        registry.registerModel(c);
    }

    function test_updateModel_changes_system_and_uri() external {
        IERC7992Registry.ModelCommitment memory c = commitment();
        (c.uri, c.proofSystemId) = ("ipfs://moved", OTHER);
        vm.expectEmit(address(registry));
        emit IERC7992Registry.ModelUpdated(listingId, commitment(), c);
        vm.prank(owner);
        registry.updateModel(listingId, c);
        assertModel(listingId, c, owner);
        vm.assertEq(bytes(registry.tokenURI(listingId)), "ipfs://moved", "URI");
        vm.assertEq(registry.listing(listingId).recordHash, recordHash, "record");
    }

    function test_updateModel_never_changes_the_record() external {
        bytes memory other = Records.make(0, INPUT_BYTES, OUTPUT_BYTES + 1);
        IERC7992Registry.ModelCommitment memory c = commitment();
        c.modelHash = store.publish(other);
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.CommitmentMismatch.selector, c.modelHash));
        registry.updateModel(listingId, c);
        c = commitment();
        c.vkHash = ~c.vkHash;
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.CommitmentMismatch.selector, c.modelHash));
        registry.updateModel(listingId, c);
        c = commitment();
        c.proofSystemId = 0;
        vm.expectRevert(IModelRegistry.NoProofSystem.selector);
        registry.updateModel(listingId, c);
    }

    function test_deprecateModel() external {
        vm.expectEmit(address(registry));
        emit IERC7992Registry.ModelDeprecated(listingId);
        vm.startPrank(owner);
        registry.deprecateModel(listingId);
        (, bool deprecated,) = registry.getModel(listingId);
        vm.assertTrue(deprecated && registry.listing(listingId).deprecated, "deprecated");
        bytes memory again = abi.encodeWithSelector(IERC7992Registry.ModelIsDeprecated.selector, listingId);
        vm.expectRevert(again);
        registry.deprecateModel(listingId);
        vm.expectRevert(again);
        registry.updateModel(listingId, commitment());
    }

    function testFuzz_only_the_owner(address caller) external {
        vm.assume(caller != owner);
        bytes memory refused = abi.encodeWithSelector(IERC7992Registry.NotModelOwner.selector, listingId, caller);
        vm.startPrank(caller);
        vm.expectRevert(refused);
        registry.updateModel(listingId, commitment());
        vm.expectRevert(refused);
        registry.deprecateModel(listingId);
    }

    function test_unknown_models() external {
        bytes memory unknown = abi.encodeWithSelector(IERC7992Registry.ModelNotFound.selector, 99);
        vm.expectRevert(unknown);
        registry.getModel(99);
        vm.expectRevert(unknown);
        registry.updateModel(99, commitment());
        vm.expectRevert(unknown);
        registry.deprecateModel(99);
    }

    function assertModel(uint256 id, IERC7992Registry.ModelCommitment memory expected, address holder) private view {
        (IERC7992Registry.ModelCommitment memory got, bool deprecated, address by) = registry.getModel(id);
        vm.assertEq(abi.encode(got), abi.encode(expected), "commitment");
        vm.assertFalse(deprecated, "active");
        vm.assertEq(by, holder, "owner");
    }

    function cut(bytes memory data, uint256 from, uint256 to) private pure returns (bytes memory part) {
        part = new bytes(to - from);
        for (uint256 i = 0; i < part.length; ++i) {
            part[i] = data[from + i];
        }
    }
}
