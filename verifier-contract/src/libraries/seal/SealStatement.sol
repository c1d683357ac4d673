// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {RecordHeader} from "../RecordHeader.sol";
import {R} from "./Field.sol";

/// @title What a seal is about
/// @notice `S0`, the digest every challenge depends on, and the sums that stand for public values inside the
/// circuit. The layouts are in docs/formats.md.
library SealStatement {
    bytes32 internal constant TAG = keccak256("verin.statement.v1");

    /// @dev Bytes of a pack, at most.
    uint256 private constant PACK_BYTES = 31;
    /// @dev Inputs of so many values are looked up by the proof, and packed.
    uint256 private constant PACKED_VALUES = 1 << 12;

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

    /// @notice What stands for a public input: the sum of its packs. Where its range is too wide for the proof to look it up,
    /// reverts unless all values are in their range, and gives the sum of values.
    /// @param low Smallest legal value.
    /// @param span The largest one less that.
    function inputSum(bytes calldata data, RecordHeader.Port memory port, int256 low, uint256 span, uint256 z)
        internal
        pure
        returns (uint256)
    {
        if (span < PACKED_VALUES) return packedSum(data, port, z);
        checkRange(data, port.width, low, span);
        return sum(data, port, z);
    }

    /// @notice `sum_k P_k z^k` over the packs of a public input: `P_k = sum_t v_t W^(c-1-t)` of the values `v_t` of the cells whose
    /// index is `k` but for its lowest `g` bits, `W = 256^width`. Indices are those of `sum`; `c` is how many values a pack has
    /// at most, `g` as large as `c width <= 31` allows.
    /// @dev Horner's rule thrice, from the last slot, its last run of packs that lie side by side, its last pack. Bytes of a pack
    /// are digits as they are, but for the sign, which adds a constant.
    function packedSum(bytes calldata data, RecordHeader.Port memory port, uint256 z)
        internal
        pure
        returns (uint256 total)
    {
        assembly ("memory-safe") {
            function raise(base, exponent) -> power {
                power := base
                for {} gt(exponent, 1) { exponent := shr(1, exponent) } { power := mulmod(power, power, R) }
            }
            // The sum over the run that ends at `end`. A function called twice is not inlined: its variables
            // stay on the stack.
            function runSum(common, end) -> acc {
                let z_ := mload(common)
                let pack := mload(add(common, 0x20))
                // How far a word is shifted for a pack to be at its low end; the sign bits there, and minus what they add.
                let shift := mload(add(common, 0x40))
                let signs := mload(add(common, 0x60))
                let bias := mload(add(common, 0x80))
                let at := sub(end, mload(add(common, 0xc0)))
                acc := add(xor(shr(shift, and(calldataload(at), mload(add(common, 0xe0)))), signs), bias)
                let start := sub(end, mload(add(common, 0xa0)))
                // Not reduced after additions: what is added between two products is below 2 r.
                for {} mod(sub(at, start), shl(2, pack)) {} {
                    at := sub(at, pack)
                    acc := add(add(xor(shr(shift, calldataload(at)), signs), bias), mulmod(z_, acc, R))
                }
                // What four sign bits add, together.
                bias := mulmod(mulmod(bias, add(z_, 1), R), add(mulmod(z_, z_, R), 1), R)
                for {} gt(at, start) {} {
                    at := sub(at, pack)
                    acc := add(xor(shr(shift, calldataload(at)), signs), mulmod(z_, acc, R))
                    at := sub(at, pack)
                    acc := add(xor(shr(shift, calldataload(at)), signs), mulmod(z_, acc, R))
                    at := sub(at, pack)
                    acc := add(xor(shr(shift, calldataload(at)), signs), mulmod(z_, acc, R))
                    at := sub(at, pack)
                    acc := add(add(xor(shr(shift, calldataload(at)), signs), bias), mulmod(z_, acc, R))
                }
            }

            let size := mload(port)
            let width := mload(add(port, 0x20))
            let rows := mload(add(port, 0x40))
            // Bytes of a row; those of a pack; stored cells of a row, a slot, a pack.
            let run := mul(mload(add(port, 0x60)), width)
            let pack := width
            let rowCells := shl(mload(add(port, 0x80)), 1)
            let slotCells := rowCells
            for { let i := 1 } lt(i, rows) { i := shl(1, i) } { slotCells := shl(1, slotCells) }
            let cells := 1
            for {} lt(cells, slotCells) { cells := shl(1, cells) } {
                let more := shl(1, pack)
                if and(lt(cells, rowCells), gt(more, run)) { more := run }
                if gt(more, PACK_BYTES) { break }
                pack := more
            }
            // Packs of less than a row end with it; others, and those of rows without padding, with their slot.
            let runCells := rowCells
            if or(iszero(lt(cells, rowCells)), eq(run, mul(rowCells, width))) {
                run := size
                runCells := slotCells
            }
            let runStep := raise(z, div(runCells, cells))
            let slotStep := raise(z, div(slotCells, cells))

            let bits := shl(3, width)
            let signs := shl(sub(bits, 1), div(sub(shl(shl(3, pack), 1), 1), sub(shl(bits, 1), 1)))
            // Bytes of the last pack of a run.
            let last := add(mod(sub(run, 1), pack), 1)
            // In free memory, what all runs have in common.
            let common := mload(0x40)
            mstore(common, z)
            mstore(add(common, 0x20), pack)
            mstore(add(common, 0x40), sub(256, shl(3, pack)))
            mstore(add(common, 0x60), signs)
            mstore(add(common, 0x80), sub(R, signs))
            mstore(add(common, 0xa0), run)
            mstore(add(common, 0xc0), last)
            mstore(add(common, 0xe0), not(shr(shl(3, last), not(0))))

            for { let end := add(data.offset, data.length) } gt(end, data.offset) {} {
                let slot := sub(end, size)
                let slotSum := runSum(common, end)
                for { end := sub(end, run) } gt(end, slot) { end := sub(end, run) } {
                    slotSum := addmod(mulmod(slotSum, runStep, R), runSum(common, end), R)
                }
                total := addmod(mulmod(total, slotStep, R), slotSum, R)
            }
        }
    }

    /// @notice `sum_i value_i z^i`, where value (slot s, row m, column j) has
    /// `i = (s << (ceilLog2(rows) + colsLog2)) + (m << colsLog2) + j`. Values are big-endian two's complement;
    /// `data` is whole slots of a port that `SealShape` accepts.
    /// @dev Horner's rule thrice, from the last slot, its last row, its last column. Values are taken in groups, as what
    /// they are above the smallest number of their width; zeros complete the last group of a row.
    function sum(bytes calldata data, RecordHeader.Port memory port, uint256 z) internal pure returns (uint256 total) {
        assembly ("memory-safe") {
            // The sum over the row that ends at `end`. A function called twice is not inlined: its variables
            // stay on the stack.
            function rowSum(common, end) -> acc {
                let bits := mload(common)
                let group := mload(add(common, 0x20))
                let gap := mload(add(common, 0x60))
                let signs := mload(add(common, 0x80))
                let bias := mload(add(common, 0xa0))
                let z_ := mload(add(common, 0xc0))
                // Where the word starts whose low end is the group, and where it would after the row's first group.
                let at := sub(end, 0x20)
                let done := sub(at, mload(add(common, 0x40)))
                let word := shl(shl(3, gap), calldataload(at))
                at := add(at, gap)
                // Not reduced after additions: what is added between two products is below 2 r.
                let mask := sub(shl(bits, 1), 1)
                let step := shr(3, mul(group, bits))
                if eq(group, 8) {
                    for {} 1 {} {
                        word := xor(word, signs)
                        acc := add(and(word, mask), mulmod(z_, acc, R))
                        word := shr(bits, word)
                        acc := add(and(word, mask), mulmod(z_, acc, R))
                        word := shr(bits, word)
                        acc := add(and(word, mask), mulmod(z_, acc, R))
                        word := shr(bits, word)
                        acc := add(and(word, mask), mulmod(z_, acc, R))
                        word := shr(bits, word)
                        acc := add(and(word, mask), mulmod(z_, acc, R))
                        word := shr(bits, word)
                        acc := add(and(word, mask), mulmod(z_, acc, R))
                        word := shr(bits, word)
                        acc := add(and(word, mask), mulmod(z_, acc, R))
                        word := shr(bits, word)
                        acc := add(and(word, mask), mulmod(z_, acc, R))
                        word := shr(bits, word)
                        acc := add(acc, bias)
                        at := sub(at, step)
                        if eq(at, done) { leave }
                        word := calldataload(at)
                    }
                }
                for {} 1 {} {
                    word := xor(word, signs)
                    acc := add(and(word, mask), mulmod(z_, acc, R))
                    word := shr(bits, word)
                    acc := add(and(word, mask), mulmod(z_, acc, R))
                    word := shr(bits, word)
                    acc := add(and(word, mask), mulmod(z_, acc, R))
                    word := shr(bits, word)
                    acc := add(and(word, mask), mulmod(z_, acc, R))
                    word := shr(bits, word)
                    acc := add(acc, bias)
                    at := sub(at, step)
                    if eq(at, done) { leave }
                    word := calldataload(at)
                }
            }

            let rows := mload(add(port, 0x40))
            let rowStep := z
            for { let i := mload(add(port, 0x80)) } i { i := sub(i, 1) } { rowStep := mulmod(rowStep, rowStep, R) }
            let slotStep := rowStep
            for { let i := 1 } lt(i, rows) { i := shl(1, i) } { slotStep := mulmod(slotStep, slotStep, R) }

            let width := mload(add(port, 0x20))
            let cols := mload(add(port, 0x60))
            // Without padded columns, a slot is one row.
            if eq(cols, shl(mload(add(port, 0x80)), 1)) { cols := mul(cols, rows) }
            // 8 or 4 values of up to four bytes; 4 of more.
            let group := shl(and(lt(width, 5), gt(cols, 4)), 4)
            let size := mul(cols, width)
            let bits := shl(3, width)
            let sign := shl(sub(bits, 1), 1)
            // In free memory, what all rows have in common: bits of a value, values of a group, bytes of a row, bytes its
            // last group lacks, the sign bits of a group, what they add to its sum (negated), z.
            let common := mload(0x40)
            mstore(common, bits)
            mstore(add(common, 0x20), group)
            mstore(add(common, 0x40), size)
            mstore(add(common, 0x60), mul(and(sub(0, cols), sub(group, 1)), width))
            mstore(add(common, 0x80), mul(sign, div(shr(sub(256, mul(group, bits)), not(0)), sub(shl(bits, 1), 1))))
            mstore(add(common, 0xc0), z)
            let bias := sub(R, sign)
            for {} gt(group, 1) { group := shr(1, group) } {
                bias := mulmod(bias, add(z, 1), R)
                z := mulmod(z, z, R)
            }
            mstore(add(common, 0xa0), bias)

            for { let end := add(data.offset, data.length) } gt(end, data.offset) {} {
                let slot := sub(end, mload(port))
                let slotSum := rowSum(common, end)
                for { end := sub(end, size) } gt(end, slot) { end := sub(end, size) } {
                    slotSum := addmod(mulmod(slotSum, rowStep, R), rowSum(common, end), R)
                }
                total := addmod(mulmod(total, slotStep, R), slotSum, R)
            }
        }
    }

    /// @notice Reverts unless all values are from `low` to `low + span`, 64-bit numbers both. There is at least one.
    /// @dev A word at a time, the values as what they are above the smallest number of their width, every other one in a
    /// lane of twice the width: what is added to all of them shows in the bit above each.
    function checkRange(bytes calldata data, uint256 width, int256 low, uint256 span) internal pure {
        uint256 strays;
        unchecked {
            uint256 bits = 8 * width;
            uint256 pairs = 16 / width;
            int256 count = int256(1 << bits);
            int256 least = low + count / 2;
            int256 most = least + int256(span);
            if (least <= 0 && most >= count - 1) return;
            least = least < 0 ? int256(0) : least > count ? count : least;
            most = most < -1 ? -1 : most >= count ? count - 1 : most;
            // A one in every lane; what makes the bit above a value say: not below the range; above it.
            uint256 lanes = (type(uint256).max >> 256 - 2 * bits * pairs) / uint256(count * count - 1);
            uint256 below = uint256(count - least) * lanes;
            uint256 above = uint256(count - 1 - most) * lanes;
            assembly ("memory-safe") {
                let step := shl(1, mul(pairs, width))
                let shift := sub(256, shl(3, step))
                let values := sub(shl(bits, lanes), lanes)
                let signs := shl(sub(bits, 1), or(lanes, shl(bits, lanes)))
                let all := not(0)
                let some := 0
                // The first word may overlap the second. Data that does not fill it is repeated.
                let word := calldataload(data.offset)
                for { let have := shl(3, data.length) } lt(have, 256) { have := shl(1, have) } {
                    word := shl(sub(256, have), shr(sub(256, have), word))
                    word := or(word, shr(have, word))
                }
                let end := add(data.offset, data.length)
                for { let at := add(data.offset, mod(data.length, step)) } 1 { at := add(at, step) } {
                    word := xor(shr(shift, word), signs)
                    let even := and(word, values)
                    let odd := and(shr(bits, word), values)
                    all := and(all, and(add(even, below), add(odd, below)))
                    some := or(some, or(add(even, above), add(odd, above)))
                    if eq(at, end) { break }
                    word := calldataload(at)
                }
                strays := and(or(not(all), some), shl(bits, lanes))
            }
        }
        require(strays == 0, InputOutOfRange());
    }
}
