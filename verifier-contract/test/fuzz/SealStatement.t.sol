// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {R} from "../../src/libraries/seal/Field.sol";
import {SealStatement} from "../../src/libraries/seal/SealStatement.sol";
import {Test} from "../base/Test.sol";

/// @notice Sums of public values, and their ranges, against the definition.
contract SealStatementTest is Test {
    uint256 private constant Z = 0x1f0e1d2c3b4a5968778695a4b3c2d1e0f112233445566778899aabbccddeeff;

    function sum(bytes calldata data, RecordHeader.Port memory port, uint256 z) external pure returns (uint256) {
        return SealStatement.sum(data, port, z);
    }

    function packedSum(bytes calldata data, RecordHeader.Port memory port, uint256 z) external pure returns (uint256) {
        return SealStatement.packedSum(data, port, z);
    }

    function inputSum(bytes calldata data, RecordHeader.Port memory port, int256 low, uint256 span, uint256 z)
        external
        pure
        returns (uint256)
    {
        return SealStatement.inputSum(data, port, low, span, z);
    }

    function checkRange(bytes calldata data, uint256 width, int256 low, uint256 span) external pure {
        SealStatement.checkRange(data, width, low, span);
    }

    function test_sums_of_one_slot() external view {
        everyShape(1);
    }

    function test_sums_of_two_slots() external view {
        everyShape(2);
    }

    function test_sums_of_eight_slots() external view {
        everyShape(8);
    }

    function everyShape(uint256 batch) private view {
        uint256[6] memory rows = [uint256(1), 3, 4, 5, 28, 96];
        uint256[17] memory cols = [uint256(1), 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 28, 31, 32, 33, 35];
        uint256[5] memory widths = [uint256(1), 2, 3, 4, 8];
        for (uint256 i = 0; i < rows.length; ++i) {
            for (uint256 j = 0; j < cols.length; ++j) {
                // Large shapes with one wide type each.
                bool large = rows[i] * cols[j] * batch > 300;
                for (uint256 k = 0; k < widths.length; ++k) {
                    if (large && k != 0 && k != 1 + (i + j) % 4) continue;
                    if (rows[i] * cols[j] * batch > 2500) continue;
                    agree(shape(widths[k], rows[i], cols[j]), batch, keccak256(abi.encode(i, j, k)), Z);
                }
            }
        }
    }

    /// @dev The extremes of every width, where a sum could overflow what it is kept in.
    function test_sums_of_extreme_values() external view {
        for (uint256 width = 1; width <= 8; ++width) {
            RecordHeader.Port memory port = shape(width, 3, 21);
            bytes memory data = new bytes(2 * port.size);
            compare(data, port, R - 1);
            for (uint256 i = 0; i < data.length; ++i) {
                data[i] = 0xff;
            }
            compare(data, port, R - 1);
            for (uint256 i = 0; i < data.length; i += width) {
                data[i] = 0x7f;
            }
            compare(data, port, Z);
            for (uint256 i = 0; i < data.length; ++i) {
                data[i] = i % width == 0 ? bytes1(0x80) : bytes1(0);
            }
            compare(data, port, Z);
            compare(data, port, 0);
            compare(data, port, 1);
        }
    }

    /// @dev Digits next to each other borrow from one another only in the integer, not in the bytes.
    function test_packs_are_integers() external view {
        RecordHeader.Port memory port = shape(1, 1, 3);
        vm.assertEq(this.packedSum(hex"010203", port, Z), 0x010203, "one pack");
        vm.assertEq(this.packedSum(hex"01ff03", port, Z), 0x00ff03, "a negative digit");
        vm.assertEq(this.packedSum(hex"ffffff", port, Z), R - 0x010101, "all of them");
        vm.assertEq(this.packedSum(hex"808080", port, Z), R - 0x808080, "the least");
        vm.assertEq(this.packedSum(hex"7f7f7f", port, Z), 0x7f7f7f, "the largest");
        // 35 values are packs of 16, 16 and 3, which are filled up.
        port = shape(1, 1, 35);
        bytes memory data = new bytes(35);
        data[15] = 0x01;
        vm.assertEq(this.packedSum(data, port, Z), 1, "the last of a pack");
        data[15] = 0x00;
        data[34] = 0x01;
        vm.assertEq(this.packedSum(data, port, Z), mulmod(power(Z, 2), 1 << 104, R), "the last of a row");
        // Rows of three: eight of them are a pack.
        port = shape(1, 11, 3);
        data = new bytes(66);
        data[23] = 0x01;
        vm.assertEq(this.packedSum(data, port, Z), 1, "the last row of a pack");
        data[23] = 0x00;
        data[32] = 0x01;
        vm.assertEq(this.packedSum(data, port, Z), mulmod(Z, 1 << 120, R), "the last row of a slot");
        data[32] = 0x00;
        data[33] = 0xff;
        vm.assertEq(this.packedSum(data, port, Z), R - mulmod(power(Z, 2), 1 << 184, R), "the next slot");
    }

    /// @dev Inputs are packed where the proof looks them up, and checked here where it does not.
    function test_what_is_packed() external view {
        RecordHeader.Port memory port = shape(2, 3, 5);
        bytes memory data = noise("packed", 30);
        uint256 packed = this.packedSum(data, port, Z);
        vm.assertEq(this.inputSum(data, port, 0, 4095, Z), packed, "4096 values, in their range or not");
        vm.assertEq(this.inputSum(data, port, -32768, 65535, Z), this.sum(data, port, Z), "more");
        vm.assertTrue(packed != this.sum(data, port, Z), "another sum");
        try this.inputSum(data, port, 0, 4096, Z) returns (uint256) {
            revert("accepted");
        } catch (bytes memory why) {
            vm.assertEq(bytes32(why), bytes32(SealStatement.InputOutOfRange.selector), "why");
        }
    }

    /// @dev Padding moves a slot, not its rows: the second slot of three rows starts at the fourth.
    function test_slots_start_at_powers_of_two() external view {
        RecordHeader.Port memory port = shape(1, 3, 5);
        bytes memory data = new bytes(30);
        data[0] = 0x01;
        vm.assertEq(this.sum(data, port, Z), 1, "first value");
        data[0] = 0x00;
        data[14] = 0x01;
        vm.assertEq(this.sum(data, port, Z), power(Z, 2 * 8 + 4), "last value of the first slot");
        data[14] = 0x00;
        data[15] = 0x01;
        vm.assertEq(this.sum(data, port, Z), power(Z, 4 * 8), "first value of the second slot");
        data[15] = 0x00;
        data[29] = 0xff;
        vm.assertEq(this.sum(data, port, Z), R - power(Z, 4 * 8 + 2 * 8 + 4), "last value of the second slot");
    }

    function testFuzz_sum_is_the_sum(bytes32 seed, uint256 z, uint256 width, uint256 rows, uint256 cols, uint256 log2)
        external
        view
    {
        width = width % 2 == 0 ? 1 : bound(width, 1, 8);
        agree(shape(width, bound(rows, 1, 9), bound(cols, 1, 40)), 1 << bound(log2, 0, 3), seed, z % R);
    }

    /// @dev Exactly the range the values span is wide enough; one less on either side is not.
    function testFuzz_range_is_exact(bytes32 seed, uint256 width, uint256 count) external view {
        width = bound(width, 1, 8);
        bytes memory data = noise(seed, width * bound(count, 1, 100));
        (int256 low, int256 high) = extremes(data, width);
        this.checkRange(data, width, low, uint256(high - low));
        this.checkRange(data, width, low - 300, uint256(high - low + 300));
        this.checkRange(data, width, low, uint256(high - low + 300));
        this.checkRange(data, width, type(int64).min, type(uint64).max);
        if (low == high) return;
        refused(data, width, low + 1, uint256(high - low - 1));
        refused(data, width, low, uint256(high - low - 1));
        refused(data, width, low - 1000, 0);
        refused(data, width, high + 1, 1000);
        refused(data, width, low - 1000, 999);
    }

    /// @dev A single value out of range is seen wherever it is, in data shorter than a word and longer.
    function test_one_value_out_of_range() external view {
        for (uint256 width = 1; width <= 8; ++width) {
            for (uint256 count = 1; count <= 40; ++count) {
                one(width, count, 0);
                one(width, count, count - 1);
                one(width, count, count / 2);
            }
        }
        for (uint256 i = 0; i < 100; ++i) {
            one(1, 100, i);
            one(2, 100, i);
            one(3, 100, i);
        }
    }

    /// @dev Value `index` just outside of -5 .. 9 and just inside, the others 0.
    function one(uint256 width, uint256 count, uint256 index) private view {
        bytes memory data = new bytes(width * count);
        uint256 end = width * (index + 1) - 1;
        data[end] = 0x0a;
        refused(data, width, -5, 14);
        data[end] = 0x09;
        this.checkRange(data, width, -5, 14);
        for (uint256 i = width * index; i < end; ++i) {
            data[i] = 0xff;
        }
        data[end] = 0xfa;
        refused(data, width, -5, 14);
        data[end] = 0xfb;
        this.checkRange(data, width, -5, 14);
    }

    function refused(bytes memory data, uint256 width, int256 low, uint256 span) private view {
        try this.checkRange(data, width, low, span) {
            revert("accepted");
        } catch (bytes memory why) {
            vm.assertEq(bytes32(why), bytes32(SealStatement.InputOutOfRange.selector), "why");
        }
    }

    function agree(RecordHeader.Port memory port, uint256 batch, bytes32 seed, uint256 z) private view {
        compare(noise(seed, batch * port.size), port, z);
    }

    function compare(bytes memory data, RecordHeader.Port memory port, uint256 z) private view {
        vm.assertEq(this.sum(data, port, z), plainSum(data, port, z, 0, 1), "sum");
        (uint256 log2, uint256 values) = packing(port);
        vm.assertEq(this.packedSum(data, port, z), plainSum(data, port, z, log2, values), "sum of packs");
    }

    function shape(uint256 width, uint256 rows, uint256 cols) private pure returns (RecordHeader.Port memory) {
        return RecordHeader.Port(rows * cols * width, width, rows, cols, ceilLog2(cols));
    }

    function ceilLog2(uint256 n) private pure returns (uint256 log2) {
        while (1 << log2 < n) ++log2;
    }

    function noise(bytes32 seed, uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i = 0; i < data.length; ++i) {
            if (i % 32 == 0) seed = keccak256(abi.encode(seed));
            data[i] = seed[i % 32];
        }
    }

    /// @dev The definition: every value in its place of a pack, times `z` to the pack's index. With packs of one cell, that is
    /// every value times `z` to its index.
    function plainSum(bytes memory data, RecordHeader.Port memory port, uint256 z, uint256 log2, uint256 values)
        private
        view
        returns (uint256 total)
    {
        for (uint256 i = 0; i < data.length / port.width; ++i) {
            (uint256 index, uint256 place) = locate(port, i, log2);
            uint256 value = uint256(valueAt(data, port.width, i) + int256(R));
            value = mulmod(value, power(256, port.width * (values - 1 - place)), R);
            total = addmod(total, mulmod(value, power(z, index >> log2), R), R);
        }
    }

    /// @dev Index of value `i`, and how many values are before it in its pack: of its row, or of whole rows too.
    function locate(RecordHeader.Port memory port, uint256 i, uint256 log2)
        private
        pure
        returns (uint256 index, uint256 place)
    {
        uint256 slotLog2 = ceilLog2(port.rows) + port.colsLog2;
        uint256 row = i / port.cols % port.rows;
        place = i % port.cols;
        index = ((i / port.cols / port.rows) << slotLog2) + (row << port.colsLog2) + place;
        if (log2 < port.colsLog2) place %= 1 << log2;
        else place += row % (1 << (log2 - port.colsLog2)) * port.cols;
    }

    /// @dev The largest `log2` for which the values of a pack are at most 31 bytes, and how many these are.
    function packing(RecordHeader.Port memory port) private pure returns (uint256 log2, uint256 values) {
        values = 1;
        uint256 most = port.colsLog2 + ceilLog2(port.rows);
        for (uint256 g = 1; g <= most; ++g) {
            uint256 count = 1 << g;
            if (g > port.colsLog2) count = port.cols << (g - port.colsLog2);
            else if (port.cols < count) count = port.cols;
            if (count * port.width <= 31) (log2, values) = (g, count);
        }
    }

    /// @dev By the precompile, in memory that is not kept.
    function power(uint256 base, uint256 exponent) private view returns (uint256 result) {
        bool ok;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, 0x20)
            mstore(add(free, 0x20), 0x20)
            mstore(add(free, 0x40), 0x20)
            mstore(add(free, 0x60), base)
            mstore(add(free, 0x80), exponent)
            mstore(add(free, 0xa0), R)
            ok := staticcall(gas(), 5, free, 0xc0, 0, 0x20)
            result := mload(0)
        }
        require(ok, "modexp");
    }

    function valueAt(bytes memory data, uint256 width, uint256 index) private pure returns (int256) {
        uint256 raw;
        for (uint256 j = 0; j < width; ++j) {
            raw = raw << 8 | uint8(data[index * width + j]);
        }
        return raw >> (8 * width - 1) == 0 ? int256(raw) : int256(raw) - int256(1 << 8 * width);
    }

    function extremes(bytes memory data, uint256 width) private pure returns (int256 low, int256 high) {
        (low, high) = (type(int64).max, type(int64).min);
        for (uint256 i = 0; i < data.length / width; ++i) {
            int256 value = valueAt(data, width, i);
            if (value < low) low = value;
            if (value > high) high = value;
        }
    }
}
