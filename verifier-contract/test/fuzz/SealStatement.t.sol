// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {R} from "../../src/libraries/seal/Field.sol";
import {SealStatement} from "../../src/libraries/seal/SealStatement.sol";
import {Test} from "../base/Test.sol";

/// @notice Sums of public values against the definition.
contract SealStatementTest is Test {
    function sum(
        bytes calldata data,
        uint256 width,
        uint256 cols,
        uint256 colsLog2,
        int256 low,
        uint256 span,
        uint256 z
    ) external pure returns (uint256) {
        return SealStatement.sum(data, width, cols, colsLog2, low, span, z);
    }

    function byteSum(bytes calldata data, uint256 cols, uint256 colsLog2, int256 low, uint256 span, uint256 z)
        external
        pure
        returns (uint256)
    {
        return SealStatement.byteSum(data, cols, colsLog2, low, span, z);
    }

    function testFuzz_sum_is_the_sum(bytes32 seed, uint256 z, uint256 width, uint256 cols, uint256 rows) external view {
        (bytes memory data, uint256 colsLog2) = (new bytes(0), 0);
        z %= R;
        (data, width, cols, colsLog2) = values(seed, width, cols, rows);
        (uint256 expected,,) = plain(data, width, cols, colsLog2, z);
        vm.assertEq(this.sum(data, width, cols, colsLog2, 0, type(uint256).max, z), expected, "sum");
        if (width != 1 || cols < 32) return;
        vm.assertEq(this.byteSum(data, cols, colsLog2, type(int64).min, type(uint64).max, z), expected, "bytes");
    }

    /// @dev Exactly the range the values span is wide enough; one less on either side is not.
    function testFuzz_range_is_exact(bytes32 seed, uint256 width, uint256 cols, uint256 rows) external view {
        (bytes memory data, uint256 colsLog2) = (new bytes(0), 0);
        (data, width, cols, colsLog2) = values(seed, width, cols, rows);
        (uint256 expected, int256 low, int256 high) = plain(data, width, cols, colsLog2, 7);
        accepted(data, width, cols, colsLog2, low, high, expected);
        accepted(data, width, cols, colsLog2, low - 300, high, expected);
        accepted(data, width, cols, colsLog2, low, high + 300, expected);
        if (low == high) return;
        refused(data, width, cols, colsLog2, low + 1, uint256(high - low - 1));
        refused(data, width, cols, colsLog2, low, uint256(high - low - 1));
        refused(data, width, cols, colsLog2, low - 1000, 0);
        refused(data, width, cols, colsLog2, high + 1, 1000);
        refused(data, width, cols, colsLog2, low - 1000, 999);
    }

    /// @dev A single value out of range is seen wherever it is.
    function test_one_value_out_of_range() external view {
        for (uint256 i = 0; i < 100; ++i) {
            bytes memory data = new bytes(100);
            data[i] = 0x01;
            refused(data, 1, 50, 6, -5, 5);
            data[i] = 0xff;
            refused(data, 1, 50, 6, 0, 5);
        }
        this.sum(new bytes(100), 1, 50, 6, 0, 0, 7);
    }

    function accepted(
        bytes memory data,
        uint256 width,
        uint256 cols,
        uint256 colsLog2,
        int256 low,
        int256 high,
        uint256 expected
    ) private view {
        vm.assertEq(this.sum(data, width, cols, colsLog2, low, uint256(high - low), 7), expected, "sum");
        if (width != 1 || cols < 32) return;
        vm.assertEq(this.byteSum(data, cols, colsLog2, low, uint256(high - low), 7), expected, "bytes");
    }

    function refused(bytes memory data, uint256 width, uint256 cols, uint256 colsLog2, int256 low, uint256 span)
        private
        view
    {
        try this.sum(data, width, cols, colsLog2, low, span, 7) {
            revert("accepted");
        } catch {}
        if (width != 1 || cols < 32) return;
        try this.byteSum(data, cols, colsLog2, low, span, 7) {
            revert("accepted 32 at a time");
        } catch {}
    }

    /// @dev Half of the time one byte wide; rows of up to 80 values.
    function values(bytes32 seed, uint256 width, uint256 cols, uint256 rows)
        private
        pure
        returns (bytes memory data, uint256, uint256, uint256 colsLog2)
    {
        width = width % 2 == 0 ? 1 : bound(width, 1, 8);
        cols = bound(cols, 1, 80);
        data = new bytes(width * cols * bound(rows, 1, 3));
        for (uint256 i = 0; i < data.length; ++i) {
            data[i] = bytes1(uint8(uint256(keccak256(abi.encode(seed, i)))));
        }
        while (1 << colsLog2 < cols) ++colsLog2;
        return (data, width, cols, colsLog2);
    }

    function plain(bytes memory data, uint256 width, uint256 cols, uint256 colsLog2, uint256 z)
        private
        pure
        returns (uint256 total, int256 low, int256 high)
    {
        (low, high) = (type(int64).max, type(int64).min);
        uint256 power = 1;
        for (uint256 i = 0; i < data.length / width; ++i) {
            uint256 raw;
            for (uint256 j = 0; j < width; ++j) {
                raw = raw << 8 | uint8(data[i * width + j]);
            }
            int256 value = raw >> (8 * width - 1) == 0 ? int256(raw) : int256(raw) - int256(1 << 8 * width);
            if (value < low) low = value;
            if (value > high) high = value;
            total = addmod(total, mulmod(power, uint256(value + int256(R)), R), R);
            uint256 steps = i % cols == cols - 1 ? (1 << colsLog2) - cols + 1 : 1;
            for (; steps != 0; --steps) {
                power = mulmod(power, z, R);
            }
        }
    }
}
