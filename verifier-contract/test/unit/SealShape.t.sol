// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {R} from "../../src/libraries/seal/Field.sol";
import {SealShape} from "../../src/libraries/seal/SealShape.sol";
import {Records} from "../base/Records.sol";
import {Test} from "../base/Test.sol";

/// @notice Which inputs and outputs a record may have: those that `Record::decode` of the native verifier accepts.
contract SealShapeTest is Test {
    uint256 private constant MAX = 1 << 24;

    function checkHeader(RecordHeader.Header memory header) external pure {
        SealShape.checkHeader(header);
    }

    function measure(bytes calldata record, bytes calldata input, bytes calldata output, bytes calldata seal)
        external
        pure
    {
        SealShape.measure(RecordHeader.decode(record), record, input, output, seal);
    }

    /// @dev A legal record of slots of one byte, with one key set.
    function recordWith(RecordHeader.KeySet memory set) private pure returns (bytes memory record) {
        RecordHeader.Header memory h = Records.legal(0, 1, 1);
        h.keySets = 1;
        record = Records.encode(h);
        bytes memory words = abi.encode(set);
        for (uint256 i = 0; i < words.length; ++i) {
            record[RecordHeader.HEADER_BYTES + i] = words[i];
        }
    }

    function measured(RecordHeader.KeySet memory set, uint256 sealBytes) private view returns (bytes memory why) {
        try this.measure(recordWith(set), new bytes(1), new bytes(1), new bytes(sealBytes)) {}
        catch (bytes memory why_) {
            why = why_;
        }
    }

    function illegal(RecordHeader.KeySet memory set) private view {
        vm.assertEq(measured(set, 0), abi.encodePacked(RecordHeader.BadRecordHeader.selector), "refused");
    }

    function test_key_sets_that_are_none() external view {
        vm.assertEq(
            bytes32(measured(RecordHeader.KeySet(1, 5, 1, R - 1), 0)),
            bytes32(SealShape.BadSealLength.selector),
            "legal"
        );
        illegal(RecordHeader.KeySet(0, 5, 1, 0));
        illegal(RecordHeader.KeySet(3, 5, 1, 0));
        illegal(RecordHeader.KeySet(64, 5, 1, 0));
        illegal(RecordHeader.KeySet(1, 3, 1, 0));
        illegal(RecordHeader.KeySet(1, 21, 1, 0));
        illegal(RecordHeader.KeySet(1, 5, 0, 0));
        illegal(RecordHeader.KeySet(1, 5, 1 << 16, 0));
        illegal(RecordHeader.KeySet(1, 5, 1, R));
    }

    function test_rows_are_bounded() external view {
        illegal(RecordHeader.KeySet(1, 20, (1 << 16) - 1, 0));
    }

    /// @dev 3 rows of the model and those of the witness, 12 challenges, 3 numbers of the statement, 6 rows of blinding.
    function test_instances_fit_the_circuit() external view {
        RecordHeader.KeySet memory set = RecordHeader.KeySet(1, 5, 8, 0);
        vm.assertEq(measured(set, bytesOf(set)).length, 0, "32 of 32");
        set.witnessRows = 9;
        vm.assertEq(measured(set, bytesOf(set)), abi.encodePacked(RecordHeader.BadRecordHeader.selector), "33 of 32");
    }

    /// @dev What a seal's length has to be, from the refusal of another.
    function bytesOf(RecordHeader.KeySet memory set) private view returns (uint256 expected) {
        bytes memory why = measured(set, 0);
        assembly ("memory-safe") {
            expected := mload(add(why, 0x24))
        }
    }

    /// @dev Legal ports, and others that are one number away from it; circuits/src/record.rs has the same.
    function test_ports() external view {
        port(false, 1, 1, 1, 1, 0, true);
        port(false, 15, 1, 3, 5, 3, true);
        port(false, 2352, 3, 28, 28, 5, true);
        port(false, 96 * 8, 8, 96, 1, 0, true);
        port(false, 5 * 9 * 4, 4, 5, 9, 4, true);
        port(false, 1000, 1, 1000, 1, 0, true);
        port(false, 14, 1, 3, 5, 3, false);
        port(false, 16, 1, 3, 5, 3, false);
        port(false, 32, 1, 3, 5, 3, false);
        port(false, 15, 1, 3, 5, 2, false);
        port(false, 15, 1, 3, 5, 4, false);
        port(false, 15, 0, 3, 5, 3, false);
        port(false, 135, 9, 3, 5, 3, false);
        port(false, 0, 1, 0, 5, 3, false);
        port(false, 0, 1, 3, 0, 0, false);
        port(false, 3, 1, 3, 1, 1, false);
        port(false, 6, 1, 3, 2, 2, false);
        port(false, MAX, 1, MAX, 1, 0, true);
        port(false, MAX - 1, 1, MAX - 1, 1, 0, true);
        port(false, MAX + 1, 1, MAX + 1, 1, 0, false);
        port(false, MAX, 1, 1, MAX, 24, true);
        port(false, MAX + 1, 1, 1, MAX + 1, 25, false);
        port(false, MAX / 8 * 5, 1, MAX / 8, 5, 3, true);
        port(false, (MAX / 8 - 1) * 5, 1, MAX / 8 - 1, 5, 3, true);
        port(false, (MAX / 8 + 1) * 5, 1, MAX / 8 + 1, 5, 3, false);
        port(true, 64, 0, 3, 5, 3, true);
        port(true, 64 * 65535, 0, 3, 5, 3, true);
        port(true, 64 * 65536, 0, 3, 5, 3, false);
        port(true, 0, 0, 3, 5, 3, false);
        port(true, 32, 0, 3, 5, 3, false);
        port(true, 64, 1, 3, 5, 3, false);
        port(true, 64, 0, 0, 5, 3, false);
        port(true, 64, 0, 3, 5, 2, false);
    }

    /// @dev Numbers whose products or powers wrap around.
    function test_ports_that_overflow() external view {
        port(false, 0, 1, 1 << 128, 1 << 128, 128, false);
        port(false, 1, 1, 1, (1 << 255) + 1, 0, false);
        port(false, 1, 1, (1 << 255) + 1, 1, 0, false);
        port(false, 1, 1, 1, 1, 256, false);
        port(false, 1, 1, 1, 1, type(uint256).max, false);
        port(false, 1, (1 << 255) + 1, 1, 1, 0, false);
        port(false, 0, 1 << 255, 2, 1, 0, false);
        port(true, 1 << 255, 0, 1, 1, 0, false);
    }

    function testFuzz_ports(uint256 rows, uint256 cols, uint256 log2, uint256 width, uint256 more) external view {
        (rows, cols, log2) = (bound(rows, 0, 300), bound(cols, 0, 300), bound(log2, 0, 10));
        (width, more) = (bound(width, 0, 10), bound(more, 0, 3));
        // More of them big, and legal.
        if (more & 1 != 0) rows <<= 16;
        if (more & 2 != 0) (log2, width) = (ceilLog2(cols), width % 8 + 1);
        bool legal = rows != 0 && cols != 0 && log2 == ceilLog2(cols) && rows << log2 <= MAX;
        port(false, rows * cols * width, width, rows, cols, log2, legal && width != 0 && width <= 8);
        port(false, rows * cols * width + 1, width, rows, cols, log2, false);
        port(true, 64, 0, rows, cols, log2, legal);
    }

    /// @dev Ranges of public inputs, and whether so many bytes hold all their values; circuits/src/record.rs has the same.
    function test_ranges_of_inputs() external view {
        range(1, -128, 127, true);
        range(1, -129, 127, false);
        range(1, -128, 128, false);
        range(1, 5, 5, true);
        range(1, 5, 4, false);
        range(2, -32768, 32767, true);
        range(2, -32769, 0, false);
        range(2, 0, 32768, false);
        range(3, 8388607, 8388607, true);
        range(3, 8388608, 8388608, false);
        range(8, type(int64).min, type(int64).max, true);
        range(8, int256(type(int64).min) - 1, 0, false);
        range(8, 0, int256(type(int64).max) + 1, false);
    }

    function range(uint256 width, int256 low, int256 high, bool legal) private view {
        RecordHeader.Header memory h;
        (h.rowLog2, h.modelPoints, h.keySets) = (10, 3, 3);
        (h.inputMin, h.inputMax) = (low, high);
        (h.inputBytes, h.inputWidth, h.inputRows, h.inputCols) = (width, width, 1, 1);
        (h.outputBytes, h.outputWidth, h.outputRows, h.outputCols) = (1, 1, 1, 1);
        check(h, legal);
        // Of a private one nothing is said about bytes.
        (h.flags, h.inputBytes, h.inputWidth) = (RecordHeader.PRIVATE_INPUT, 64, 0);
        check(h, low <= high && low >= type(int64).min && high <= type(int64).max);
    }

    /// @dev As the input beside a plain output, then the other way around.
    function port(bool isPrivate, uint256 size, uint256 width, uint256 rows, uint256 cols, uint256 colsLog2, bool legal)
        private
        view
    {
        RecordHeader.Header memory h;
        (h.rowLog2, h.modelPoints, h.keySets) = (10, 3, 3);
        (h.inputMin, h.inputMax) = (-128, 127);
        (h.outputBytes, h.outputWidth, h.outputRows, h.outputCols) = (1, 1, 1, 1);
        (h.inputBytes, h.inputWidth, h.inputRows, h.inputCols, h.inputColsLog2) = (size, width, rows, cols, colsLog2);
        if (isPrivate) h.flags = RecordHeader.PRIVATE_INPUT;
        check(h, legal);

        (h.inputBytes, h.inputWidth, h.inputRows, h.inputCols, h.inputColsLog2) = (1, 1, 1, 1, 0);
        (h.outputBytes, h.outputWidth, h.outputRows) = (size, width, rows);
        (h.outputCols, h.outputColsLog2) = (cols, colsLog2);
        if (isPrivate) h.flags = RecordHeader.PRIVATE_OUTPUT;
        check(h, legal);
    }

    function check(RecordHeader.Header memory h, bool legal) private view {
        try this.checkHeader(h) {
            vm.assertTrue(legal, "accepted");
        } catch (bytes memory why) {
            vm.assertFalse(legal, "refused");
            vm.assertEq(bytes32(why), bytes32(RecordHeader.BadRecordHeader.selector), "why");
        }
    }

    function ceilLog2(uint256 n) private pure returns (uint256 log2) {
        while (1 << log2 < n) ++log2;
    }
}
