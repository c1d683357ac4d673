// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC7992Verifier} from "../../src/interfaces/IERC7992Verifier.sol";
import {IEmergencyStop} from "../../src/interfaces/IEmergencyStop.sol";
import {IRecordVerifier} from "../../src/interfaces/IRecordVerifier.sol";
import {ProofSystem} from "../../src/libraries/ProofSystem.sol";
import {ModelRegistry} from "../../src/registry/ModelRegistry.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {EmergencyStop} from "../../src/verify/EmergencyStop.sol";
import {InferenceVerifier} from "../../src/verify/InferenceVerifier.sol";
import {RecordVerifier} from "../../src/verify/RecordVerifier.sol";
import {VerifierRouter} from "../../src/verify/VerifierRouter.sol";
import {SealFixtures} from "../base/SealFixtures.sol";

/// @notice Stop and ERC-7992 with real seals and the real verifier: what is valid is accepted, and no valid seal, nor any change of
/// one, stops anything.
contract RealSealsTest is SealFixtures {
    /// @dev A precompile that refuses a point burns all gas it is given.
    uint256 private constant GAS = 6_000_000;
    bytes4 private constant SEALS = ProofSystem.SEAL_V1;

    RecordStore private store = new RecordStore();
    EmergencyStop private stop;
    ModelRegistry private registry;
    InferenceVerifier private inference;
    Sealed private s;
    bytes32 private hash;

    function setUp() external {
        s = load("public");
        RecordVerifier verifier = new RecordVerifier(store, deployFor(s));
        bytes4[] memory selectors = new bytes4[](1);
        IRecordVerifier[] memory verifiers = new IRecordVerifier[](1);
        (selectors[0], verifiers[0]) = (SEALS, verifier);
        VerifierRouter router = new VerifierRouter(address(this), selectors, verifiers);
        bytes32[] memory canaries = new bytes32[](1);
        (hash, canaries[0]) = (store.publish(s.record), keccak256(s.record));
        stop = new EmergencyStop(router, store, address(this), address(this), canaries);
        registry = new ModelRegistry(store);
        inference = new InferenceVerifier(registry, router, stop);
    }

    function claim(uint256 slot) private view returns (IEmergencyStop.Claim memory) {
        return IEmergencyStop.Claim(s.context, slot, s.input, s.output, s.seal);
    }

    /// @dev The fixture is a batch of two slots with two inputs.
    function test_a_real_batch_contradicts_nothing() external {
        (bytes32 first, bytes32 second) = (half(s.input, 0), half(s.input, 1));
        vm.assertTrue(first != second, "two inputs");
        vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.DifferentInputs.selector, first, second));
        stop.stopByEquivocation(SEALS, hash, claim(0), claim(1));
        vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.SameOutput.selector, half(s.output, 0)));
        stop.stopByEquivocation(SEALS, hash, claim(0), claim(0));
    }

    /// @dev Each byte of the output, each word of the seal: whatever is made of a valid claim, the verifier does not accept it.
    function test_nothing_made_of_a_real_seal_stops_anything() external {
        for (uint256 i = 0; i < s.output.length; ++i) {
            IEmergencyStop.Claim memory forged = claim(i / 8);
            forged.output = copy(forged.output);
            forged.output[i] ^= 0x01;
            refused(claim(i / 8), forged);
            refused(forged, claim(i / 8));
            // And with a seal changed as well.
            forged.seal = copy(forged.seal);
            forged.seal[i * 32 + 31] ^= 0x01;
            refused(claim(i / 8), forged);
        }
        vm.assertEq(stop.stoppedAt(SEALS, hash), 0, "nothing is stopped");
    }

    function testFuzz_nothing_made_of_a_real_seal_stops_anything(
        uint256 word,
        uint256 value,
        uint8 which,
        bytes32 context
    ) external {
        IEmergencyStop.Claim memory forged = claim(0);
        forged.output[which % 8] ^= 0x01;
        forged.context = context;
        setWord(forged.seal, bound(word, 0, forged.seal.length / 32 - 1), value);
        refused(claim(0), forged);
    }

    function refused(IEmergencyStop.Claim memory first, IEmergencyStop.Claim memory second) private {
        try stop.stopByEquivocation{gas: GAS}(SEALS, hash, first, second) {
            revert("stopped");
        } catch {}
    }

    /// @dev Real records with private inputs, or outputs, or both, are refused before any seal is looked at.
    function test_real_private_records_are_refused() external {
        string[2] memory names = ["private", "mixed"];
        for (uint256 i = 0; i < 2; ++i) {
            Sealed memory p = load(names[i]);
            bytes32 hash_ = store.publish(p.record);
            IEmergencyStop.Claim memory made = IEmergencyStop.Claim(p.context, 0, p.input, p.output, p.seal);
            vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.PrivateRecord.selector, hash_));
            stop.stopByEquivocation(SEALS, hash_, made, made);
        }
    }

    function test_verifyInference_accepts_real_seals() external {
        string[4] memory names = ["public", "private", "mixed", "tall"];
        for (uint256 i = 0; i < 4; ++i) {
            Sealed memory p = load(names[i]);
            uint256 id = registry.register(store.publish(p.record), 0, 0, "");
            bytes32 commitment = inference.commitmentOf(p.context, p.input);
            bytes memory proof = abi.encode(p.context, p.input, p.seal);
            vm.expectEmit(address(inference));
            emit IERC7992Verifier.InferenceVerified(id, commitment, p.output, address(this));
            inference.verifyInference(id, commitment, p.output, proof);

            p.output[0] ^= 0x01;
            try inference.verifyInference{gas: GAS}(id, commitment, p.output, proof) {
                revert("accepted another output");
            } catch {}
        }
    }

    function test_a_stop_ends_it() external {
        uint256 id = registry.register(hash, 0, 0, "");
        stop.stopVerifier(SEALS);
        bytes memory proof = abi.encode(s.context, s.input, s.seal);
        bytes32 commitment = inference.commitmentOf(s.context, s.input);
        vm.expectRevert(abi.encodeWithSelector(InferenceVerifier.Stopped.selector, SEALS, hash, time()));
        inference.verifyInference(id, commitment, s.output, proof);
    }

    function half(bytes memory batch, uint256 which) private pure returns (bytes32 digest) {
        uint256 length = batch.length / 2;
        assembly ("memory-safe") {
            digest := keccak256(add(add(batch, 0x20), mul(which, length)), length)
        }
    }
}
