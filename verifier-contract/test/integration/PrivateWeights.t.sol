// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRecordVerifier} from "../../src/interfaces/IRecordVerifier.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {RecordVerifier} from "../../src/verify/RecordVerifier.sol";
import {SealVerifier} from "../../src/verify/SealVerifier.sol";
import {SealFixtures} from "../base/SealFixtures.sol";

/// @notice A real record with private weights, its range proof, and a seal under it: made by
/// prover/tests/private_weights.rs.
contract PrivateWeightsTest is SealFixtures {
    /// @dev A precompile that refuses a point burns all gas it is given.
    uint256 private constant GAS = 2_000_000;

    RecordStore private store = new RecordStore();
    SealVerifier private seals;
    RecordVerifier private verifier;

    bytes private rangeRecord;
    bytes private rangeSeal;
    bytes32 private structureHash;
    bytes32 private recordHash;

    string private json;

    function setUp() external {
        json = files.readFile("test/fixtures/private_weights.json");
        seals = new SealVerifier(bytesOf("srs"), files.parseJsonBytes32(json, ".srsDigest"));
        verifier = new RecordVerifier(store, seals);
        rangeRecord = bytesOf("rangeRecord");
        rangeSeal = bytesOf("rangeSeal");
        structureHash = keccak256(bytesOf("structure"));
        recordHash = store.publish(bytesOf("record"));
    }

    function bytesOf(string memory key) private view returns (bytes memory) {
        return files.parseJsonBytes(json, string.concat(".", key));
    }

    function verifySeal() private view {
        bytes32 context = files.parseJsonBytes32(json, ".context");
        verifier.verify(recordHash, context, bytesOf("input"), bytesOf("output"), bytesOf("seal"));
    }

    function test_a_seal_is_verified_once_the_weights_are_checked() external {
        bytes memory unchecked_ = abi.encodeWithSelector(IRecordVerifier.WeightsNotChecked.selector, recordHash);
        bytes32 context = files.parseJsonBytes32(json, ".context");
        (bytes memory input, bytes memory output) = (bytesOf("input"), bytesOf("output"));
        bytes memory seal = bytesOf("seal");
        vm.expectRevert(unchecked_);
        verifier.verify(recordHash, context, input, output, seal);
        // The seal itself is good: it is the check that is missing.
        seals.verify(bytesOf("record"), context, input, output, seal);

        vm.expectEmit(address(verifier));
        emit IRecordVerifier.WeightsChecked(recordHash, keccak256(rangeRecord));
        verifier.checkWeights(recordHash, structureHash, rangeRecord, rangeSeal);
        vm.snapshotGasLastCall("RecordVerifier", "range proof of 2 rows of private weights");
        verifySeal();
    }

    function test_refuses_the_range_proof_of_another_record() external {
        bytes memory foreignRecord = bytesOf("foreignRangeRecord");
        bytes memory foreignSeal = bytesOf("foreignRangeSeal");
        vm.expectRevert(
            abi.encodeWithSelector(IRecordVerifier.NotItsRangeRecord.selector, recordHash, keccak256(foreignRecord))
        );
        verifier.checkWeights(recordHash, structureHash, foreignRecord, foreignSeal);
        refused(foreignSeal, "a foreign seal");
        // It is valid for its own.
        bytes32 foreign = store.publish(bytesOf("foreignRecord"));
        verifier.checkWeights(foreign, structureHash, foreignRecord, foreignSeal);
        vm.assertTrue(verifier.weightsChecked(foreign), "the other record is checked");
        vm.assertFalse(verifier.weightsChecked(recordHash), "this one is not");
    }

    function test_tamper_every_word_of_the_range_proof() external {
        bytes memory seal = bytesOf("rangeSeal");
        for (uint256 i = 0; i < seal.length / 32; ++i) {
            uint256 word = wordAt(seal, i);
            setWord(seal, i, word ^ 1);
            refused(seal, "low bit");
            setWord(seal, i, word);
        }
        verifier.checkWeights(recordHash, structureHash, rangeRecord, seal);
    }

    function refused(bytes memory seal, string memory what) private {
        bytes memory call_ = abi.encodeCall(verifier.checkWeights, (recordHash, structureHash, rangeRecord, seal));
        (bool ok,) = address(verifier).call{gas: GAS}(call_);
        vm.assertFalse(ok, what);
        vm.assertFalse(verifier.weightsChecked(recordHash), what);
    }
}
