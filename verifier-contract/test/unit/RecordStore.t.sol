// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRecordStore} from "../../src/interfaces/IRecordStore.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {Records} from "../base/Records.sol";
import {Test} from "../base/Test.sol";

contract RecordStoreTest is Test {
    RecordStore private store = new RecordStore();
    uint256 private full = store.MAX_CHUNK_BYTES();

    function roundTrip(uint256 length, uint256 chunks) private {
        bytes memory record = Records.filler("record", length);
        bytes32 hash = store.publish(record);
        vm.assertEq(hash, keccak256(record), "key is the hash");
        vm.assertEq(store.read(hash), record, "bytes come back");
        vm.assertEq(store.lengthOf(hash), length, "length");
        vm.assertEq(store.pointersOf(hash).length, chunks, "chunks");
        vm.assertTrue(store.exists(hash), "exists");
    }

    function test_publish_one_byte() external {
        roundTrip(1, 1);
    }

    function test_publish_up_to_a_full_chunk() external {
        roundTrip(full - 1, 1);
        roundTrip(full, 1);
    }

    function test_publish_spills_into_more_chunks() external {
        roundTrip(full + 1, 2);
        roundTrip(2 * full, 2);
        roundTrip(2 * full + 100, 3);
    }

    function testFuzz_publish(bytes calldata record) external {
        vm.assume(record.length != 0);
        vm.assertEq(store.read(store.publish(record)), record, "bytes come back");
    }

    function test_publish_twice_changes_nothing() external {
        bytes memory record = Records.filler("twice", 100);
        bytes32 hash = store.publish(record);
        address[] memory before = store.pointersOf(hash);
        vm.recordLogs();
        vm.assertEq(store.publish(record), hash, "same key");
        vm.assertEq(vm.getRecordedLogs().length, 0, "published once");
        vm.assertEq(store.pointersOf(hash)[0], before[0], "same chunk");
    }

    function test_publish_emits() external {
        bytes memory record = Records.filler("event", full + 1);
        vm.expectEmit(address(store));
        emit IRecordStore.RecordPublished(keccak256(record), full + 1, 2);
        store.publish(record);
    }

    function test_publish_rejects_nothing() external {
        vm.expectRevert(IRecordStore.EmptyRecord.selector);
        store.publish("");
    }

    /// @dev Code that starts with STOP does nothing when called, whatever the record's bytes would do.
    function test_a_chunk_cannot_be_run() external {
        // PUSH1 0, PUSH1 0, REVERT
        bytes32 hash = store.publish(hex"60006000fd");
        address pointer = store.pointersOf(hash)[0];
        vm.assertEq(pointer.code, hex"0060006000fd", "STOP, then the record");
        (bool ok,) = pointer.call("");
        vm.assertTrue(ok, "stops");
    }

    function test_assemble_in_several_transactions() external {
        bytes memory a = Records.filler("a", full);
        bytes memory b = Records.filler("b", 7);
        address[] memory pointers = new address[](2);
        pointers[0] = store.writeChunk(a);
        pointers[1] = store.writeChunk(b);
        vm.assertFalse(store.exists(keccak256(bytes.concat(a, b))), "not yet published");
        bytes32 hash = store.assemble(pointers);
        vm.assertEq(hash, keccak256(bytes.concat(a, b)), "key is the hash");
        vm.assertEq(store.read(hash), bytes.concat(a, b), "bytes come back");
        vm.assertEq(store.assemble(pointers), hash, "again: same key");
        vm.assertEq(store.publish(bytes.concat(a, b)), hash, "published otherwise: same key");
    }

    /// @dev The same bytes cut elsewhere are the same record; the first cut stays.
    function test_assemble_of_a_published_record_is_idempotent() external {
        bytes memory record = Records.filler("cut", 64);
        bytes32 hash = store.publish(record);
        address[] memory pointers = new address[](2);
        pointers[0] = store.writeChunk(slice(record, 0, 10));
        pointers[1] = store.writeChunk(slice(record, 10, 64));
        vm.assertEq(store.assemble(pointers), hash, "same record");
        vm.assertEq(store.pointersOf(hash).length, 1, "first cut stays");
    }

    function test_writeChunk_is_idempotent_for_anybody() external {
        address pointer = store.writeChunk("chunk");
        vm.prank(actor("other"));
        vm.assertEq(store.writeChunk("chunk"), pointer, "address commits to the bytes");
    }

    function test_writeChunk_rejects_bad_lengths() external {
        vm.expectRevert(abi.encodeWithSelector(IRecordStore.BadChunkLength.selector, 0));
        store.writeChunk("");
        bytes memory long = new bytes(full + 1);
        vm.expectRevert(abi.encodeWithSelector(IRecordStore.BadChunkLength.selector, full + 1));
        store.writeChunk(long);
    }

    function test_assemble_rejects_what_is_no_chunk() external {
        address[] memory pointers = new address[](1);
        // A contract of ours, a chunk of another store, an account without code.
        address[3] memory bad = [address(this), new RecordStore().writeChunk("chunk"), actor("nobody")];
        for (uint256 i = 0; i < bad.length; ++i) {
            pointers[0] = bad[i];
            vm.expectRevert(abi.encodeWithSelector(IRecordStore.NotAChunk.selector, bad[i]));
            store.assemble(pointers);
        }
        // A mutable contract that looks like a chunk right now.
        vm.etch(address(0xC0DE), hex"00616263");
        pointers[0] = address(0xC0DE);
        vm.expectRevert(abi.encodeWithSelector(IRecordStore.NotAChunk.selector, address(0xC0DE)));
        store.assemble(pointers);
    }

    function test_assemble_rejects_nothing() external {
        vm.expectRevert(IRecordStore.EmptyRecord.selector);
        store.assemble(new address[](0));
    }

    function test_unknown_records_are_not_found() external {
        bytes memory notFound = abi.encodeWithSelector(IRecordStore.RecordNotFound.selector, bytes32("x"));
        vm.expectRevert(notFound);
        store.read("x");
        vm.expectRevert(notFound);
        store.lengthOf("x");
        vm.expectRevert(notFound);
        store.pointersOf("x");
        vm.assertFalse(store.exists("x"), "exists");
    }

    function slice(bytes memory data, uint256 from, uint256 to) private pure returns (bytes memory part) {
        part = new bytes(to - from);
        for (uint256 i = from; i < to; ++i) {
            part[i - from] = data[i];
        }
    }
}
