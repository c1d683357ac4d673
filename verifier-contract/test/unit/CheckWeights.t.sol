// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRecordStore} from "../../src/interfaces/IRecordStore.sol";
import {IRecordVerifier} from "../../src/interfaces/IRecordVerifier.sol";
import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {RecordVerifier} from "../../src/verify/RecordVerifier.sol";
import {Records} from "../base/Records.sol";
import {SealVerifierDouble} from "../base/SealVerifierDouble.sol";
import {Test} from "../base/Test.sol";

/// @notice Records with private weights: what shows that they lie in their ranges, and that nothing goes without it.
contract CheckWeightsTest is Test {
    bytes32 private constant STRUCTURE = keccak256("a structure");
    uint256 private constant PRIVATE_ROWS = 2;

    RecordStore private store = new RecordStore();
    SealVerifierDouble private seals = new SealVerifierDouble();
    RecordVerifier private verifier = new RecordVerifier(store, seals);

    bytes private ranges = rangeRecord(rangeHeader());
    bytes private record = privateRecord(ranges, RecordHeader.PRIVATE_WEIGHTS);
    bytes32 private recordHash;

    function setUp() external {
        recordHash = store.publish(record);
        proveRanges(recordHash, ranges);
        seals.prove(record, "ctx", "in", "out", "seal");
    }

    function rangeHeader() private pure returns (RecordHeader.Header memory h) {
        h = Records.header(0, 1, 1);
        h.graphDigest = keccak256(abi.encodePacked("verin.ranges.v1", STRUCTURE));
        h.modelPoints = PRIVATE_ROWS;
        h.keySets = 1;
    }

    function rangeRecord(RecordHeader.Header memory h) private pure returns (bytes memory) {
        return Records.encode(h);
    }

    /// @dev A record that commits to `ranges_` and whose first rows are the same.
    function privateRecord(bytes memory ranges_, uint256 flags) private pure returns (bytes memory made) {
        RecordHeader.Header memory h = Records.header(flags, 4, 1);
        h.graphDigest = keccak256(abi.encodePacked("verin.model.private.v1", STRUCTURE, keccak256(ranges_)));
        made = Records.encode(h);
        copyRows(made, ranges_);
    }

    function copyRows(bytes memory made, bytes memory ranges_) private pure {
        uint256 to = RecordHeader.modelPointsOffset(3);
        uint256 from = RecordHeader.modelPointsOffset(1);
        for (uint256 i = 0; i < 64 * PRIVATE_ROWS; ++i) {
            made[to + i] = ranges_[from + i];
        }
    }

    function proveRanges(bytes32 hash, bytes memory ranges_) private {
        bytes32 context = keccak256(abi.encodePacked("verin.ranges.context.v1", hash));
        seals.prove(ranges_, context, hex"00", hex"00", "ranges");
    }

    function refused(bytes32 hash, bytes memory ranges_) private {
        proveRanges(hash, ranges_);
        vm.expectRevert(abi.encodeWithSelector(IRecordVerifier.NotItsRangeRecord.selector, hash, keccak256(ranges_)));
        verifier.checkWeights(hash, STRUCTURE, ranges_, "ranges");
        vm.assertFalse(verifier.weightsChecked(hash), "nothing is remembered");
    }

    function test_nothing_is_verified_before_the_weights_are() external {
        bytes memory unchecked_ = abi.encodeWithSelector(IRecordVerifier.WeightsNotChecked.selector, recordHash);
        vm.expectRevert(unchecked_);
        verifier.verify(recordHash, "ctx", "in", "out", "seal");
        vm.expectRevert(unchecked_);
        verifier.verify(recordHash, "ctx", "in", "out", "no seal at all");
        vm.assertFalse(verifier.weightsChecked(recordHash), "not yet");

        vm.expectEmit(address(verifier));
        emit IRecordVerifier.WeightsChecked(recordHash, keccak256(ranges));
        vm.prank(actor("anyone"));
        verifier.checkWeights(recordHash, STRUCTURE, ranges, "ranges");
        vm.assertTrue(verifier.weightsChecked(recordHash), "from now on");
        verifier.verify(recordHash, "ctx", "in", "out", "seal");

        // Again: it changes nothing.
        vm.recordLogs();
        verifier.checkWeights(recordHash, STRUCTURE, ranges, "ranges");
        vm.assertEq(vm.getRecordedLogs().length, 0, "said once");
        verifier.verify(recordHash, "ctx", "in", "out", "seal");
        bytes32 statement = keccak256(abi.encode(record, bytes32("ctx"), bytes("in"), bytes("out"), bytes("false")));
        vm.expectRevert(abi.encodeWithSelector(SealVerifierDouble.NotProved.selector, statement));
        verifier.verify(recordHash, "ctx", "in", "out", "false");
    }

    function test_every_visibility_with_private_weights_waits() external {
        for (uint256 flags = 4; flags < 8; ++flags) {
            bytes memory made = privateRecord(ranges, flags);
            bytes32 hash = store.publish(made);
            seals.prove(made, "ctx", "in", "out", "seal");
            if (flags != 4) {
                vm.expectRevert(abi.encodeWithSelector(IRecordVerifier.WeightsNotChecked.selector, hash));
                verifier.verify(hash, "ctx", "in", "out", "seal");
            }
            proveRanges(hash, ranges);
            verifier.checkWeights(hash, STRUCTURE, ranges, "ranges");
            verifier.verify(hash, "ctx", "in", "out", "seal");
        }
    }

    function test_published_weights_need_no_check() external {
        bytes memory published = Records.make(3, 4, 1);
        bytes32 hash = store.publish(published);
        seals.prove(published, "ctx", "in", "out", "seal");
        verifier.verify(hash, "ctx", "in", "out", "seal");
        vm.expectRevert(abi.encodeWithSelector(IRecordVerifier.WeightsPublished.selector, hash));
        verifier.checkWeights(hash, STRUCTURE, ranges, "ranges");
    }

    function test_one_record_is_not_another() external {
        verifier.checkWeights(recordHash, STRUCTURE, ranges, "ranges");
        bytes memory made = privateRecord(ranges, 5);
        bytes32 hash = store.publish(made);
        vm.expectRevert(abi.encodeWithSelector(IRecordVerifier.WeightsNotChecked.selector, hash));
        verifier.verify(hash, "ctx", "in", "out", "seal");
        // The proof for the one is none for the other: its context names the record.
        bytes32 context = keccak256(abi.encodePacked("verin.ranges.context.v1", hash));
        bytes32 statement = keccak256(abi.encode(ranges, context, hex"00", hex"00", bytes("ranges")));
        vm.expectRevert(abi.encodeWithSelector(SealVerifierDouble.NotProved.selector, statement));
        verifier.checkWeights(hash, STRUCTURE, ranges, "ranges");
        vm.assertFalse(verifier.weightsChecked(hash), "a failure is not remembered");
        vm.expectRevert(abi.encodeWithSelector(IRecordStore.RecordNotFound.selector, bytes32("none")));
        verifier.checkWeights("none", STRUCTURE, ranges, "ranges");
    }

    function test_false_proofs_of_ranges_are_refused() external {
        vm.expectRevert();
        verifier.checkWeights(recordHash, STRUCTURE, ranges, "another seal");
        vm.expectRevert();
        verifier.checkWeights(recordHash, STRUCTURE, ranges, "");
        vm.expectRevert(
            abi.encodeWithSelector(IRecordVerifier.NotItsRangeRecord.selector, recordHash, keccak256(ranges))
        );
        verifier.checkWeights(recordHash, keccak256("another structure"), ranges, "ranges");
        vm.assertFalse(verifier.weightsChecked(recordHash), "nothing is remembered");
    }

    function test_the_range_record_is_of_this_structure_and_these_rows() external {
        // One that the record does not commit to.
        RecordHeader.Header memory h = rangeHeader();
        h.srsDigest = "another";
        refused(recordHash, rangeRecord(h));

        // From here on the record commits to what it should not.
        h = rangeHeader();
        h.graphDigest = keccak256(abi.encodePacked("verin.ranges.v1", keccak256("another structure")));
        refusedAsCommitted(h);
        for (uint256 flags = 1; flags < 8; ++flags) {
            h = rangeHeader();
            h.flags = flags;
            refusedAsCommitted(h);
        }
        h = rangeHeader();
        h.rowLog2 = 11;
        refusedAsCommitted(h);

        // Rows: none, more than the record has, others.
        h = rangeHeader();
        h.modelPoints = 0;
        bytes memory ranges_ = rangeRecord(h);
        RecordHeader.Header memory main = Records.header(4, 4, 1);
        main.graphDigest = keccak256(abi.encodePacked("verin.model.private.v1", STRUCTURE, keccak256(ranges_)));
        refused(store.publish(Records.encode(main)), ranges_);
        h.modelPoints = 4;
        ranges_ = rangeRecord(h);
        main.graphDigest = keccak256(abi.encodePacked("verin.model.private.v1", STRUCTURE, keccak256(ranges_)));
        refused(store.publish(Records.encode(main)), ranges_);
        for (uint256 word = 0; word < 2 * PRIVATE_ROWS; ++word) {
            bytes memory made = privateRecord(ranges, 4);
            uint256 place = RecordHeader.modelPointsOffset(3) + 32 * word + 17;
            made[place] = ~made[place];
            refused(store.publish(made), ranges);
        }
    }

    function refusedAsCommitted(RecordHeader.Header memory h) private {
        bytes memory ranges_ = rangeRecord(h);
        refused(store.publish(privateRecord(ranges_, 4)), ranges_);
    }

    function test_malformed_range_records_are_refused() external {
        bytes[3] memory malformed = [bytes(""), new bytes(607), bytes.concat(ranges, hex"00")];
        for (uint256 i = 0; i < malformed.length; ++i) {
            bytes32 hash = store.publish(privateRecordOf(malformed[i]));
            proveRanges(hash, malformed[i]);
            vm.expectRevert(abi.encodeWithSelector(RecordHeader.BadRecordLength.selector, malformed[i].length));
            verifier.checkWeights(hash, STRUCTURE, malformed[i], "ranges");
        }
    }

    function privateRecordOf(bytes memory ranges_) private pure returns (bytes memory) {
        RecordHeader.Header memory h = Records.header(RecordHeader.PRIVATE_WEIGHTS, 4, 1);
        h.graphDigest = keccak256(abi.encodePacked("verin.model.private.v1", STRUCTURE, keccak256(ranges_)));
        return Records.encode(h);
    }

    /// @dev Whatever byte of the range record or of the structure's hash is another, the record does not commit to it.
    function testFuzz_commits_to_every_byte(uint256 place, uint8 by) external {
        vm.assume(by != 0);
        place = bound(place, 0, ranges.length + 31);
        bytes memory changed = bytes.concat(ranges);
        bytes32 structure = STRUCTURE;
        if (place < ranges.length) changed[place] ^= bytes1(by);
        else structure ^= bytes32(uint256(by) << (8 * (place - ranges.length)));
        proveRanges(recordHash, changed);
        vm.expectRevert();
        verifier.checkWeights(recordHash, structure, changed, "ranges");
        vm.assertFalse(verifier.weightsChecked(recordHash), "nothing is remembered");
    }

    /// @dev The flag is where the header has it, whatever else the record holds and however short it is.
    function testFuzz_waits_exactly_for_the_flag(bytes calldata made) external {
        vm.assume(made.length != 0);
        bytes32 hash = store.publish(made);
        seals.prove(made, "ctx", "in", "out", "seal");
        bool waits = made.length >= 160 && uint256(bytes32(made[128:160])) & RecordHeader.PRIVATE_WEIGHTS != 0;
        if (waits) vm.expectRevert(abi.encodeWithSelector(IRecordVerifier.WeightsNotChecked.selector, hash));
        verifier.verify(hash, "ctx", "in", "out", "seal");
    }
}
