// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IEmergencyStop} from "../../src/interfaces/IEmergencyStop.sol";
import {IRecordVerifier} from "../../src/interfaces/IRecordVerifier.sol";
import {ProofSystem} from "../../src/libraries/ProofSystem.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {EmergencyStop} from "../../src/verify/EmergencyStop.sol";
import {RecordVerifier} from "../../src/verify/RecordVerifier.sol";
import {VerifierRouter} from "../../src/verify/VerifierRouter.sol";
import {Records} from "./Records.sol";
import {SealVerifierDouble} from "./SealVerifierDouble.sol";
import {Test} from "./Test.sol";

/// @notice Store, verifier, router and stop, wired as in production except for the seal verifier: seals that contradict each other
/// cannot honestly exist.
abstract contract Verification is Test {
    uint256 internal constant INPUT_BYTES = 40;
    uint256 internal constant OUTPUT_BYTES = 10;
    bytes4 internal constant SEALS = ProofSystem.SEAL_V1;

    RecordStore internal store;
    SealVerifierDouble internal seals;
    RecordVerifier internal verifier;
    VerifierRouter internal router;
    EmergencyStop internal stop;

    address internal governor = actor("governor");
    address internal guardian = actor("guardian");
    address internal stranger = actor("stranger");

    bytes internal canary = Records.make(0, INPUT_BYTES, OUTPUT_BYTES);
    bytes internal plain = Records.make(0, INPUT_BYTES, OUTPUT_BYTES + 1);
    bytes32 internal canaryHash;
    bytes32 internal plainHash;

    function deployVerification() internal {
        vm.warp(1_800_000_000);
        store = new RecordStore();
        seals = new SealVerifierDouble();
        verifier = new RecordVerifier(store, seals);
        router = new VerifierRouter(governor, listOf(SEALS), list(verifier));
        canaryHash = store.publish(canary);
        plainHash = store.publish(plain);
        stop = new EmergencyStop(router, store, governor, guardian, list(canaryHash));
    }

    function newVerifier() internal returns (RecordVerifier) {
        return new RecordVerifier(store, seals);
    }

    function add(bytes4 selector) internal returns (RecordVerifier added) {
        added = newVerifier();
        vm.prank(governor);
        router.add(selector, added);
    }

    /// @notice A claim of as many slots as there are seeds, about the slot `slot`, declared proved.
    function claim(
        bytes memory record,
        uint256 outputBytes,
        uint256[] memory inputs,
        uint256[] memory outputs,
        uint256 slot
    ) internal returns (IEmergencyStop.Claim memory made) {
        made.context = keccak256(abi.encode(inputs, outputs));
        made.slot = slot;
        made.seal = "seal";
        for (uint256 i = 0; i < inputs.length; ++i) {
            made.input = bytes.concat(made.input, Records.filler(bytes32(inputs[i]), INPUT_BYTES));
            made.output = bytes.concat(made.output, Records.filler(~bytes32(outputs[i]), outputBytes));
        }
        seals.prove(record, made.context, made.input, made.output, made.seal);
    }

    /// @notice A claim of one slot under the canary record, or under the other one.
    function claim(bool ofCanary, uint256 input, uint256 output) internal returns (IEmergencyStop.Claim memory) {
        bytes memory record = ofCanary ? canary : plain;
        return claim(record, ofCanary ? OUTPUT_BYTES : OUTPUT_BYTES + 1, numbers(input), numbers(output), 0);
    }

    function numbers(uint256 a) internal pure returns (uint256[] memory all) {
        all = new uint256[](1);
        all[0] = a;
    }

    function numbers(uint256 a, uint256 b) internal pure returns (uint256[] memory all) {
        all = new uint256[](2);
        (all[0], all[1]) = (a, b);
    }

    function listOf(bytes4 selector) internal pure returns (bytes4[] memory all) {
        all = new bytes4[](1);
        all[0] = selector;
    }

    function list(IRecordVerifier one) internal pure returns (IRecordVerifier[] memory all) {
        all = new IRecordVerifier[](1);
        all[0] = one;
    }

    function list(bytes32 hash) internal pure returns (bytes32[] memory all) {
        all = new bytes32[](1);
        all[0] = hash;
    }
}
