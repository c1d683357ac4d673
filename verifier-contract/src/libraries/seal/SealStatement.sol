// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "./Field.sol";

/// @title What a seal is about
/// @notice `S0`, the digest every challenge depends on, and the sums that stand for public values inside the
/// circuit. The layouts are in docs/formats.md.
library SealStatement {
    bytes32 internal constant TAG = keccak256("verin.statement.v1");

    /// @notice A public input lies outside the range the record declares.
    error InputOutOfRange();

    /// @notice `S0 = keccak256(tag, record hash, context, input hash, output hash, witness rows)`
    /// @param rows Calldata offset of the witness row commitments.
    /// @param rowBytes Their length in bytes.
    function digest(
        bytes calldata record,
        bytes32 context,
        bytes calldata input,
        bytes calldata output,
        uint256 rows,
        uint256 rowBytes
    ) internal pure returns (bytes32 s0) {
        bytes32 tag = TAG;
        assembly ("memory-safe") {
            function hash(at, offset, length) -> h {
                calldatacopy(at, offset, length)
                h := keccak256(at, length)
            }
            let free := mload(0x40)
            let body := add(free, 0xa0)
            mstore(free, tag)
            mstore(add(free, 0x20), hash(body, record.offset, record.length))
            mstore(add(free, 0x40), context)
            mstore(add(free, 0x60), hash(body, input.offset, input.length))
            mstore(add(free, 0x80), hash(body, output.offset, output.length))
            calldatacopy(body, rows, rowBytes)
            s0 := keccak256(free, add(0xa0, rowBytes))
        }
    }

    /// @notice `z = keccak256(S0, "io") mod r`, where public values are summed.
    function ioPoint(bytes32 s0) internal pure returns (uint256) {
        return uint256(keccak256(abi.encodePacked(s0, "io"))) % R;
    }

    /// @dev For 16 lanes of 16 bits: ones, low bytes, bit 8; and the top bit of every byte.
    uint256 private constant LANES = 0x0001000100010001000100010001000100010001000100010001000100010001;
    uint256 private constant LOW_BYTES = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
    uint256 private constant CARRIES = 0x0100010001000100010001000100010001000100010001000100010001000100;
    uint256 private constant SIGNS = 0x8080808080808080808080808080808080808080808080808080808080808080;

    /// @notice `sum_i value_i z^i`, where value (row m, column j) has `i = (m << colsLog2) + j`. Values are
    /// big-endian two's complement; `data` is whole rows of `cols` values of `width` bytes.
    /// @param low Smallest legal value.
    /// @param span Largest legal value minus `low`; all ones to allow everything.
    function sum(
        bytes calldata data,
        uint256 width,
        uint256 cols,
        uint256 colsLog2,
        int256 low,
        uint256 span,
        uint256 z
    ) internal pure returns (uint256 total) {
        bool outside;
        assembly ("memory-safe") {
            let rowStep := z
            for {} colsLog2 { colsLog2 := sub(colsLog2, 1) } { rowStep := mulmod(rowStep, rowStep, R) }
            let shift := sub(256, shl(3, width))
            let rowBytes := mul(cols, width)
            // Horner from the last value of the last row. A value is loaded at the top of a word.
            for { let row := add(data.offset, data.length) } gt(row, data.offset) {} {
                let value := row
                row := sub(row, rowBytes)
                // Not reduced after additions: |v| < 2^63, so rowSum stays in (0, 3 r).
                let rowSum := 0
                for { let four := add(row, mul(4, width)) } iszero(lt(value, four)) {} {
                    value := sub(value, width)
                    let v := sar(shift, calldataload(value))
                    outside := or(outside, gt(sub(v, low), span))
                    rowSum := add(mulmod(rowSum, z, R), add(v, R))
                    value := sub(value, width)
                    v := sar(shift, calldataload(value))
                    outside := or(outside, gt(sub(v, low), span))
                    rowSum := add(mulmod(rowSum, z, R), add(v, R))
                    value := sub(value, width)
                    v := sar(shift, calldataload(value))
                    outside := or(outside, gt(sub(v, low), span))
                    rowSum := add(mulmod(rowSum, z, R), add(v, R))
                    value := sub(value, width)
                    v := sar(shift, calldataload(value))
                    outside := or(outside, gt(sub(v, low), span))
                    rowSum := add(mulmod(rowSum, z, R), add(v, R))
                }
                for {} gt(value, row) {} {
                    value := sub(value, width)
                    let v := sar(shift, calldataload(value))
                    outside := or(outside, gt(sub(v, low), span))
                    rowSum := add(mulmod(rowSum, z, R), add(v, R))
                }
                total := addmod(mulmod(total, rowStep, R), rowSum, R)
            }
        }
        require(!outside, InputOutOfRange());
    }

    /// @notice The same for rows of at least 32 values of one byte, which are taken 32 at a time, as what they are
    /// above -128. Bounds are 64-bit numbers.
    function byteSum(bytes calldata data, uint256 cols, uint256 colsLog2, int256 low, uint256 span, uint256 z)
        internal
        pure
        returns (uint256 total)
    {
        (uint256 below, uint256 above) = _lanes(low, span);
        uint256 outside;
        assembly ("memory-safe") {
            // Nothing when all 32 bytes are in range.
            function strays(word, below_, above_) -> bits {
                let even := and(word, LOW_BYTES)
                let odd := and(shr(8, word), LOW_BYTES)
                bits := and(add(even, below_), add(odd, below_))
                bits := and(or(not(bits), or(add(even, above_), add(odd, above_))), CARRIES)
            }
            let rowStep := z
            for {} colsLog2 { colsLog2 := sub(colsLog2, 1) } { rowStep := mulmod(rowStep, rowStep, R) }
            // -128 (1 + z + .. + z^31)
            let bias := sub(R, 128)
            {
                let power := z
                for { let i := 5 } i { i := sub(i, 1) } {
                    bias := mulmod(bias, add(power, 1), R)
                    power := mulmod(power, power, R)
                }
            }
            // Horner from the last value of the last row.
            for { let row := add(data.offset, data.length) } gt(row, data.offset) {} {
                let value := row
                row := sub(row, cols)
                let rowSum := 0
                for { let first := add(row, 0x20) } iszero(lt(value, first)) {} {
                    value := sub(value, 0x20)
                    let word := xor(calldataload(value), SIGNS)
                    outside := or(outside, strays(word, below, above))
                    for { let i := 4 } i { i := sub(i, 1) } {
                        rowSum := add(mulmod(rowSum, z, R), byte(31, word))
                        rowSum := add(mulmod(rowSum, z, R), byte(30, word))
                        rowSum := add(mulmod(rowSum, z, R), byte(29, word))
                        rowSum := add(mulmod(rowSum, z, R), byte(28, word))
                        rowSum := add(mulmod(rowSum, z, R), byte(27, word))
                        rowSum := add(mulmod(rowSum, z, R), byte(26, word))
                        rowSum := add(mulmod(rowSum, z, R), byte(25, word))
                        rowSum := add(mulmod(rowSum, z, R), byte(24, word))
                        word := shr(64, word)
                    }
                    rowSum := addmod(rowSum, bias, R)
                }
                // Less than 32 are left: the first bytes of a word whose others have been taken.
                if gt(value, row) {
                    let word := xor(calldataload(row), SIGNS)
                    outside := or(outside, strays(word, below, above))
                    for { let shift := sub(256, shl(3, sub(value, row))) } lt(shift, 256) { shift := add(shift, 8) } {
                        rowSum := add(mulmod(rowSum, z, R), add(and(shr(shift, word), 0xff), sub(R, 128)))
                    }
                }
                total := addmod(mulmod(total, rowStep, R), rowSum, R)
            }
        }
        require(outside == 0, InputOutOfRange());
    }

    /// @dev What to add to 16 bytes plus 128 each, in lanes, so that bit 8 of a lane says: not below the range; above
    /// the range.
    function _lanes(int256 low, uint256 span) private pure returns (uint256 below, uint256 above) {
        int256 least = low + 128;
        int256 most = least + int256(span);
        least = least < 0 ? int256(0) : least > 256 ? int256(256) : least;
        most = most < -1 ? -1 : most > 255 ? int256(255) : most;
        return (uint256(256 - least) * LANES, uint256(255 - most) * LANES);
    }
}
