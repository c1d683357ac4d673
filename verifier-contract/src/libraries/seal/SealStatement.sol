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
}
