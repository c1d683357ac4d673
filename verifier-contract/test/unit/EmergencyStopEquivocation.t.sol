// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IEmergencyStop} from "../../src/interfaces/IEmergencyStop.sol";
import {IRecordStore} from "../../src/interfaces/IRecordStore.sol";
import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {Records} from "../base/Records.sol";
import {SealVerifierDouble} from "../base/SealVerifierDouble.sol";
import {Verification} from "../base/Verification.sol";

contract EmergencyStopEquivocationTest is Verification {
    bytes4 private constant OTHER = 0x00000002;

    function setUp() external {
        deployVerification();
    }

    function test_under_a_canary_the_verifier_is_stopped() external {
        IEmergencyStop.Claim memory first = claim(true, 1, 1);
        IEmergencyStop.Claim memory second = claim(true, 1, 2);
        vm.expectEmit(address(stop));
        emit IEmergencyStop.Equivocation(
            SEALS, canaryHash, keccak256(first.input), keccak256(first.output), keccak256(second.output)
        );
        vm.expectEmit(address(stop));
        emit IEmergencyStop.VerifierStopped(SEALS, stranger);
        vm.prank(stranger);
        stop.stopByEquivocation(SEALS, canaryHash, first, second);
        vm.assertEq(stop.verifierStoppedAt(SEALS), time(), "the verifier");
        vm.assertEq(stop.stoppedAt(SEALS, plainHash), time(), "and so everything");
    }

    function test_under_another_record_only_that_is_stopped() external {
        IEmergencyStop.Claim memory first = claim(false, 1, 1);
        IEmergencyStop.Claim memory second = claim(false, 1, 2);
        vm.expectEmit(address(stop));
        emit IEmergencyStop.RecordStopped(SEALS, plainHash, stranger);
        vm.prank(stranger);
        stop.stopByEquivocation(SEALS, plainHash, first, second);
        vm.assertEq(stop.stoppedAt(SEALS, plainHash), time(), "the record");
        vm.assertEq(stop.stoppedAt(SEALS, canaryHash), 0, "a malicious record halts nobody else");
        vm.assertEq(stop.verifierStoppedAt(SEALS), 0, "not the verifier");
    }

    /// @dev A forger under an old verifier must not be able to stop records under the one that replaced it.
    function test_a_contradiction_counts_under_its_own_verifier() external {
        add(OTHER);
        stop.stopByEquivocation(SEALS, plainHash, claim(false, 1, 1), claim(false, 1, 2));
        vm.assertEq(stop.stoppedAt(OTHER, plainHash), 0, "not under the other");
    }

    function test_under_a_tombstoned_verifier_too() external {
        vm.prank(governor);
        router.tombstone(SEALS);
        stop.stopByEquivocation(SEALS, canaryHash, claim(true, 1, 1), claim(true, 1, 2));
        vm.assertTrue(stop.verifierStoppedAt(SEALS) != 0, "open requests depend on it");
    }

    /// @dev Batches that differ as a whole: what is compared is one slot's input and that slot's output.
    function test_batches_are_compared_slot_by_slot() external {
        IEmergencyStop.Claim memory first = claim(canary, OUTPUT_BYTES, numbers(7, 1), numbers(70, 10), 1);
        IEmergencyStop.Claim memory second = claim(canary, OUTPUT_BYTES, numbers(1, 8), numbers(11, 80), 0);
        stop.stopByEquivocation(SEALS, canaryHash, first, second);
        vm.assertTrue(stop.verifierStoppedAt(SEALS) != 0, "slot 1 of one, slot 0 of the other");
    }

    function test_honest_batches_contradict_nothing() external {
        // Whole inputs equal but for a slot, or whole outputs different: no slot has one input and two outputs.
        IEmergencyStop.Claim memory first = claim(canary, OUTPUT_BYTES, numbers(1, 2), numbers(10, 20), 0);
        IEmergencyStop.Claim memory second = claim(canary, OUTPUT_BYTES, numbers(1, 3), numbers(10, 30), 0);
        refused(first, second, abi.encodeWithSelector(IEmergencyStop.SameOutput.selector, digestOf(first.output)));
        (first.slot, second.slot) = (1, 1);
        (bytes32 two, bytes32 three) =
            (keccak256(Records.filler(bytes32(uint256(2)), 40)), keccak256(Records.filler(bytes32(uint256(3)), 40)));
        refused(first, second, abi.encodeWithSelector(IEmergencyStop.DifferentInputs.selector, two, three));
    }

    /// @dev A batch against one inference of its second slot.
    function test_claims_may_have_different_sizes() external {
        IEmergencyStop.Claim memory first = claim(canary, OUTPUT_BYTES, numbers(7, 1), numbers(70, 10), 1);
        stop.stopByEquivocation(SEALS, canaryHash, first, claim(true, 1, 2));
        vm.assertTrue(stop.verifierStoppedAt(SEALS) != 0, "stopped");
    }

    /// @dev One valid seal that contradicts itself.
    function test_one_seal_can_do_it() external {
        IEmergencyStop.Claim memory first = claim(canary, OUTPUT_BYTES, numbers(1, 1), numbers(10, 20), 0);
        IEmergencyStop.Claim memory second = claim(canary, OUTPUT_BYTES, numbers(1, 1), numbers(10, 20), 1);
        stop.stopByEquivocation(SEALS, canaryHash, first, second);
        vm.assertTrue(stop.verifierStoppedAt(SEALS) != 0, "stopped");
    }

    function test_one_claim_twice_is_none() external {
        IEmergencyStop.Claim memory first = claim(true, 1, 1);
        refused(first, first, abi.encodeWithSelector(IEmergencyStop.SameOutput.selector, keccak256(first.output)));
    }

    function test_both_seals_must_verify() external {
        IEmergencyStop.Claim memory good = claim(true, 1, 1);
        IEmergencyStop.Claim memory bad = claim(true, 1, 2);
        bad.seal = "forged";
        bytes32 statement = keccak256(abi.encode(canary, bad.context, bad.input, bad.output, bad.seal));
        bytes memory why = abi.encodeWithSelector(SealVerifierDouble.NotProved.selector, statement);
        refused(good, bad, why);
        refused(bad, good, why);
        (bad.seal, bad.context) = ("seal", "another");
        statement = keccak256(abi.encode(canary, bad.context, bad.input, bad.output, bad.seal));
        refused(good, bad, abi.encodeWithSelector(SealVerifierDouble.NotProved.selector, statement));
        vm.assertEq(stop.verifierStoppedAt(SEALS), 0, "nothing came of it");
    }

    /// @dev Honest commitments to one value differ: as inputs they hide that it is one, as outputs they look like two.
    function test_private_records_are_refused() external {
        for (uint256 flags = 1; flags <= 3; ++flags) {
            bytes memory record = Records.make(flags, INPUT_BYTES, OUTPUT_BYTES);
            bytes32 hash = store.publish(record);
            IEmergencyStop.Claim memory first = claim(record, OUTPUT_BYTES, numbers(1), numbers(1), 0);
            IEmergencyStop.Claim memory second = claim(record, OUTPUT_BYTES, numbers(1), numbers(2), 0);
            vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.PrivateRecord.selector, hash));
            stop.stopByEquivocation(SEALS, hash, first, second);
        }
    }

    function test_slots_must_exist() external {
        IEmergencyStop.Claim memory first = claim(true, 1, 1);
        IEmergencyStop.Claim memory second = claim(true, 1, 2);
        second.slot = 1;
        refused(first, second, abi.encodeWithSelector(IEmergencyStop.BadSlot.selector, 1));
        second.slot = type(uint256).max;
        refused(first, second, abi.encodeWithSelector(IEmergencyStop.BadSlot.selector, type(uint256).max));
        second.slot = 0;
        bytes memory bad = abi.encodeWithSelector(IEmergencyStop.BadSlot.selector, 0);
        (bytes memory input, bytes memory output) = (second.input, second.output);
        second.output = bytes.concat(output, output);
        refused(first, second, bad);
        second.output = bytes.concat(output, hex"00");
        refused(first, second, bad);
        second.output = "";
        refused(first, second, bad);
        (second.input, second.output) = (bytes.concat(input, hex"00"), output);
        refused(first, second, bad);
        (second.input, second.output) = ("", "");
        refused(first, second, bad);
    }

    function test_unknown_verifiers_and_records() external {
        IEmergencyStop.Claim memory first = claim(true, 1, 1);
        IEmergencyStop.Claim memory second = claim(true, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.UnknownVerifier.selector, OTHER));
        stop.stopByEquivocation(OTHER, canaryHash, first, second);
        vm.expectRevert(abi.encodeWithSelector(IRecordStore.RecordNotFound.selector, bytes32("none")));
        stop.stopByEquivocation(SEALS, "none", first, second);
        bytes32 malformed = store.publish(new bytes(700));
        vm.expectRevert(abi.encodeWithSelector(RecordHeader.BadRecordTag.selector, bytes32(0)));
        stop.stopByEquivocation(SEALS, malformed, first, second);
    }

    function test_no_stop_twice() external {
        IEmergencyStop.Claim memory first = claim(true, 1, 1);
        IEmergencyStop.Claim memory second = claim(true, 1, 2);
        uint64 since = uint64(time());
        stop.stopByEquivocation(SEALS, canaryHash, first, second);
        vm.warp(since + 1);
        refused(first, second, abi.encodeWithSelector(IEmergencyStop.AlreadyStopped.selector, SEALS, canaryHash, since));
        vm.assertEq(stop.verifierStoppedAt(SEALS), since, "the first one counts");
    }

    function refused(IEmergencyStop.Claim memory first, IEmergencyStop.Claim memory second, bytes memory why) private {
        vm.expectRevert(why);
        stop.stopByEquivocation(SEALS, canaryHash, first, second);
    }

    function digestOf(bytes memory batch) private pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            digest := keccak256(add(batch, 0x20), 10)
        }
    }
}
