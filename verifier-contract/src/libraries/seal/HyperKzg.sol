// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Field, R} from "./Field.sol";
import {SealTranscript} from "./SealTranscript.sol";

/// @title The deferred opening
/// @notice HyperKZG with folds of eight and one SHPLONK quotient: a combination of committed rows opens to `v` at `zeta`.
/// `f_0` is the combination; with `f_i = sum_k X^k g_k(X^8)`, `f_(i+1)` is the extension of `g_0 .. g_7` at the three
/// lowest coordinates of `zeta` that are left. The last fold is sent in the clear. Those before it are opened modulo
/// `X^8 - s`, where their remainder has the coefficients `g_k(s)`, and, from the second on, at s, where their value follows
/// from the remainder of the fold before.
/// @dev In calldata: blinder, points of the folds, coefficients of the last one, remainders, two quotients.
library HyperKzg {
    /// @dev Coordinates that a fold binds; `_horner` is written for eight coefficients.
    uint256 private constant FOLD_LOG2 = 3;
    /// @dev Bytes of a remainder.
    uint256 private constant REMAINDER = 0x100;

    /// @notice A fold is not what the one before it folds to, the last one being the value the circuit has bound;
    /// or a scalar is not below the group order.
    error OpeningMismatch();

    /// @notice Folds that are committed.
    function committed(uint256 b) internal pure returns (uint256) {
        return _folds(b) - 1;
    }

    /// @notice Bytes of blinder, points and coefficients.
    function headBytes(uint256 b) internal pure returns (uint256) {
        return 32 + 64 * committed(b) + (32 << _tailLog2(b));
    }

    /// @notice Bytes of the remainders.
    function valueBytes(uint256 b) internal pure returns (uint256) {
        return REMAINDER * _folds(b);
    }

    /// @notice `s^8 - s`; its inverse is what `remainder` needs.
    function denominator(uint256 s) internal pure returns (uint256) {
        return addmod(_eighthPower(s), R - s, R);
    }

    /// @notice Checks the folds and interpolates what is claimed at x.
    /// @param values Calldata offset of the remainders; the coefficients end there.
    /// @param zeta Calldata offset of the point; `v` follows it.
    /// @param b Number of coordinates of the point.
    /// @param inverse Of `denominator`.
    /// @return total `sum_i y^i c_i R_i(x)`: minus the generator's scalar.
    /// @return c0 `x - s`, the scalar of all rows.
    /// @return vanishing `(x^8 - s) (x - s)`: minus the first quotient's scalar.
    function remainder(SealTranscript.Challenges memory c, uint256 values, uint256 zeta, uint256 b, uint256 inverse)
        internal
        pure
        returns (uint256 total, uint256 c0, uint256 vanishing)
    {
        uint256 s = c.fold;
        uint256 x = c.openingX;
        uint256 tail = _tailLog2(b);
        uint256 start = values - (32 << tail);
        require(Field.areCanonical(start, (1 << tail) + 8 * _folds(b)), OpeningMismatch());

        c0 = addmod(x, R - s, R);
        uint256 last = addmod(_eighthPower(x), R - s, R);
        vanishing = mulmod(last, c0, R);
        // (x^8 - s) / (s^8 - s): 0 modulo X^8 - s, 1 at s.
        last = mulmod(last, inverse, R);

        total = mulmod(c0, _horner(values, x), R);
        uint256 weight = 1;
        // What lies behind the coordinates of the next fold.
        uint256 end = zeta + 32 * b;
        while (true) {
            // f_(i+1)(s)
            uint256 value = _extension(values, FOLD_LOG2, end);
            end -= 32 * FOLD_LOG2;
            values += REMAINDER;
            if (end == zeta + 32 * tail) {
                require(value == _polynomial(start, tail, s), OpeningMismatch());
                break;
            }
            weight = mulmod(weight, c.openingY, R);
            uint256 excess = addmod(value, R - _horner(values, s), R);
            total = addmod(total, mulmod(weight, addmod(_horner(values, x), mulmod(last, excess, R), R), R), R);
        }
        uint256 v;
        assembly ("memory-safe") {
            v := calldataload(add(zeta, shl(5, b)))
        }
        require(_extension(start, tail, end) == v, OpeningMismatch());
    }

    function _folds(uint256 b) private pure returns (uint256) {
        return (b - 1) / FOLD_LOG2;
    }

    /// @dev log2 of the coefficients of the last fold.
    function _tailLog2(uint256 b) private pure returns (uint256) {
        return b - FOLD_LOG2 * _folds(b);
    }

    function _eighthPower(uint256 x) private pure returns (uint256) {
        x = mulmod(x, x, R);
        x = mulmod(x, x, R);
        return mulmod(x, x, R);
    }

    /// @dev The polynomial whose `2^logSize` coefficients lie at calldata `offset`, at x.
    function _polynomial(uint256 offset, uint256 logSize, uint256 x) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            for { let p := add(offset, shl(logSize, 0x20)) } gt(p, offset) {} {
                p := sub(p, 0x20)
                value := addmod(mulmod(value, x, R), calldataload(p), R)
            }
        }
    }

    /// @dev The same for eight coefficients below r. Not reduced after additions: a product and a word below r are below 2 r.
    function _horner(uint256 offset, uint256 x) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := calldataload(add(offset, 0xe0))
            value := add(mulmod(value, x, R), calldataload(add(offset, 0xc0)))
            value := add(mulmod(value, x, R), calldataload(add(offset, 0xa0)))
            value := add(mulmod(value, x, R), calldataload(add(offset, 0x80)))
            value := add(mulmod(value, x, R), calldataload(add(offset, 0x60)))
            value := add(mulmod(value, x, R), calldataload(add(offset, 0x40)))
            value := add(mulmod(value, x, R), calldataload(add(offset, 0x20)))
            value := addmod(mulmod(value, x, R), calldataload(offset), R)
        }
    }

    /// @dev The extension of the `2^logSize` words below r at calldata `offset`, at the coordinates that end at calldata
    /// offset `end`, the last of which belongs to the lowest bit of the index.
    function _extension(uint256 offset, uint256 logSize, uint256 end) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            // Free memory, folded in place.
            let words := mload(0x40)
            let size := shl(logSize, 0x20)
            calldatacopy(words, offset, size)
            for {} gt(size, 0x20) {} {
                size := shr(1, size)
                end := sub(end, 0x20)
                let y := calldataload(end)
                let from := words
                for { let to := words } lt(to, add(words, size)) { to := add(to, 0x20) } {
                    let even := mload(from)
                    let odd := mload(add(from, 0x20))
                    mstore(to, addmod(even, mulmod(y, sub(add(odd, R), even), R), R))
                    from := add(from, 0x40)
                }
            }
            value := mload(words)
        }
    }
}
