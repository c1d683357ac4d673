// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {Records} from "../base/Records.sol";
import {Test} from "../base/Test.sol";

contract RecordHeaderTest is Test {
    using RecordHeader for RecordHeader.Header;

    function decode(bytes calldata record) external pure returns (RecordHeader.Header memory) {
        return RecordHeader.decode(record);
    }

    function decodeMemory(bytes memory record) external pure returns (RecordHeader.Header memory) {
        return RecordHeader.decodeMemory(record);
    }

    function keySet(bytes calldata record, uint256 index) external pure returns (RecordHeader.KeySet memory) {
        return RecordHeader.keySet(record, index);
    }

    function rejects(bytes memory record, bytes memory error_) private {
        vm.expectRevert(error_);
        this.decode(record);
        vm.expectRevert(error_);
        this.decodeMemory(record);
    }

    function rejectsLength(bytes memory record) private {
        rejects(record, abi.encodeWithSelector(RecordHeader.BadRecordLength.selector, record.length));
    }

    function test_tag() external pure {
        vm.assertEq(RecordHeader.TAG, keccak256("verin.record.v2"), "tag");
    }

    function test_decodes_every_word_in_place() external view {
        RecordHeader.Header memory h = Records.header(3, 64, 10);
        h.inputColsLog2 = 6;
        h.outputColsLog2 = 4;
        h.srsDigest = "srs";
        bytes memory record = Records.encode(h);
        vm.assertEq(abi.encode(this.decode(record)), abi.encode(h), "from calldata");
        vm.assertEq(abi.encode(this.decodeMemory(record)), abi.encode(h), "from memory");
        vm.assertTrue(h.hasPrivateInput(), "bit 0 is private input");
        vm.assertFalse(Records.header(2, 64, 10).hasPrivateInput(), "the other bits are not");
        for (uint256 flags = 0; flags < 8; ++flags) {
            h = Records.header(flags, 64, 10);
            vm.assertEq(abi.encode(this.decode(Records.encode(h))), abi.encode(h), "every sealed visibility");
            vm.assertTrue(h.hasPrivateWeights() == (flags >= 4), "bit 2 is private weights");
        }
    }

    function test_offsets_add_up_to_the_length() external pure {
        RecordHeader.Header memory h = Records.header(0, 4, 1);
        bytes memory record = Records.encode(h);
        vm.assertEq(RecordHeader.modelPointsOffset(3), 608 + 3 * 128, "points follow the key sets");
        vm.assertEq(h.commitmentsOffset(0), 608 + 3 * 128 + 3 * 64, "commitments follow the points");
        vm.assertEq(h.commitmentsOffset(3), record.length, "nothing follows the commitments");
    }

    function test_key_sets_follow_the_header() external view {
        bytes memory record = Records.make(0, 4, 1);
        RecordHeader.KeySet memory set = RecordHeader.KeySet(32, 13, 9, 0xabc);
        bytes memory encoded = abi.encode(set);
        for (uint256 i = 0; i < 128; ++i) {
            record[608 + 2 * 128 + i] = encoded[i];
        }
        vm.assertEq(abi.encode(this.keySet(record, 2)), encoded, "third key set");
    }

    function test_rejects_lengths() external {
        bytes memory record = Records.make(0, 4, 1);
        rejectsLength("");
        rejectsLength(new bytes(607));
        rejectsLength(bytes.concat(record, hex"00"));
        bytes memory short = record;
        assembly {
            mstore(short, sub(mload(short), 1))
        }
        rejectsLength(short);
    }

    function test_rejects_other_tags() external {
        RecordHeader.Header memory h = Records.header(0, 4, 1);
        h.tag = keccak256("verin.record.v1");
        rejects(Records.encode(h), abi.encodeWithSelector(RecordHeader.BadRecordTag.selector, h.tag));
    }

    function test_rejects_impossible_fields() external {
        bytes memory bad = abi.encodeWithSelector(RecordHeader.BadRecordHeader.selector);
        rejects(Records.make(8, 4, 1), bad);
        rejects(Records.make(15, 4, 1), bad);
        rejects(Records.make(0, 0, 1), bad);
        rejects(Records.make(0, 4, 0), bad);
        RecordHeader.Header memory h = Records.header(0, 4, 1);
        h.keySets = 0;
        rejects(Records.encode(h), bad);
        // Counts that would make the length wrap around.
        h.keySets = 2 ** 251 + 3;
        rejects(bytes.concat(abi.encode(h), new bytes(64)), bad);
        h.keySets = 3;
        h.modelPoints = 2 ** 250 + 3;
        rejects(bytes.concat(abi.encode(h), new bytes(64)), bad);
    }
}
