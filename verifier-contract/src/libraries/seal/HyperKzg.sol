// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "./Field.sol";
import {SealTranscript} from "./SealTranscript.sol";

/// @title The deferred opening
/// @notice HyperKZG with one SHPLONK quotient: a combination of committed rows opens to `v` at `zeta`.
/// `f_0` is the combination, `f_(i+1)` its fold at `y_i = zeta[b-1-i]`, `f_b = v`. `f_(b-TAIL)` is sent in the
/// clear; those before it are opened at r, -r and, from the second on, at r^2, where its value follows from that
/// of the fold before.
/// @dev In calldata: blinder, points `f_1 .. f_(b-TAIL-1)`, coefficients of `f_(b-TAIL)`, `f_i(r), f_i(-r)` for
/// i below b - TAIL, two quotients.
library HyperKzg {
    /// @dev Folds that are computed here. Less than the smallest b; `_tail` is written for 3.
    uint256 internal constant TAIL = 3;
    uint256 private constant HALF = (R + 1) / 2;

    /// @notice A fold is not what the one before it folds to, the last one being the value the circuit has bound;
    /// or a scalar is not below the group order.
    error OpeningMismatch();

    /// @notice Folds that are committed.
    function committed(uint256 b) internal pure returns (uint256) {
        return b - TAIL - 1;
    }

    /// @notice Bytes of blinder, points and coefficients.
    function headBytes(uint256 b) internal pure returns (uint256) {
        return 32 + 64 * committed(b) + (32 << TAIL);
    }

    /// @notice Bytes of the values.
    function valueBytes(uint256 b) internal pure returns (uint256) {
        return 64 * (b - TAIL);
    }

    /// @notice Zero exactly when r is 0, 1 or -1; its inverse is what `remainder` needs.
    function denominator(uint256 r) internal pure returns (uint256) {
        uint256 square = mulmod(r, r, R);
        return mulmod(addmod(square, square, R), addmod(square, R - 1, R), R);
    }

    /// @notice Checks the folds and interpolates the claimed values at x.
    /// @param values Calldata offset of `f_i(r), f_i(-r)`; the coefficients end there.
    /// @param zeta Calldata offset of the point; `v` follows it.
    /// @param b Number of coordinates of the point.
    /// @param inverse Of `denominator`.
    /// @return total `sum_i y^i c_i R_i(x)`: minus the generator's scalar.
    /// @return c0 `x - r^2`, the scalar of all rows.
    /// @return vanishing `(x^2 - r^2) (x - r^2)`: minus the first quotient's scalar.
    function remainder(SealTranscript.Challenges memory c, uint256 values, uint256 zeta, uint256 b, uint256 inverse)
        internal
        pure
        returns (uint256 total, uint256 c0, uint256 vanishing)
    {
        uint256 x = c.openingX;
        uint256 y = c.openingY;
        // 1 / r = 2 r (r^2 - 1) * inverse
        uint256 perR;
        // (x^2 - r^2) / (r^4 - r^2): 1 at r^2, 0 at r and -r.
        uint256 third;
        // f_i = even(X^2) + X odd(X^2). With e = 2 even(r^2), o = 2 odd(r^2), t = 2 f_i(r^2), twice the parabola through
        // the three values is, at x, e (1 - third) + o (x - third r^2) + t third. f_0 has only the line, times c_0.
        uint256 forOdd;
        // 2 f_(b-TAIL)(r^2)
        uint256 last;
        bool ok;
        {
            uint256 r = c.fold;
            uint256 square = mulmod(r, r, R);
            (last, ok) = _tail(values, zeta, zeta + 32 * b, square);
            perR = mulmod(mulmod(addmod(r, r, R), addmod(square, R - 1, R), R), inverse, R);
            uint256 pair = addmod(mulmod(x, x, R), R - square, R);
            third = mulmod(pair, addmod(inverse, inverse, R), R);
            c0 = addmod(x, R - square, R);
            vanishing = mulmod(pair, c0, R);
            forOdd = addmod(x, R - mulmod(third, square, R), R);
        }

        uint256 half = HALF;
        assembly ("memory-safe") {
            let weight := 1
            let even := c0
            let odd := mulmod(c0, x, R)
            let t := 0
            let y_i := add(zeta, shl(5, b))
            zeta := add(zeta, mul(0x20, TAIL))
            for {} gt(y_i, zeta) {} {
                y_i := sub(y_i, 0x20)
                let e := calldataload(values)
                let o := calldataload(add(values, 0x20))
                ok := and(ok, and(lt(e, R), lt(o, R)))
                values := add(values, 0x40)
                let difference := sub(add(e, R), o)
                e := add(e, o)
                o := mulmod(difference, perR, R)
                // At most 3 r: no overflow.
                let atX := add(add(mulmod(e, even, R), mulmod(o, odd, R)), mulmod(t, third, R))
                total := addmod(total, mulmod(weight, atX, R), R)
                weight := mulmod(weight, y, R)
                t := addmod(e, mulmod(calldataload(y_i), sub(add(o, add(R, R)), e), R), R)
                even := sub(add(R, 1), third)
                odd := forOdd
            }
            total := mulmod(total, half, R)
            ok := and(ok, eq(t, last))
        }
        require(ok, OpeningMismatch());
    }

    /// @dev Of the coefficients that end at calldata offset `end`: twice their polynomial's value at `square`, and
    /// whether all are canonical and fold to the word at calldata offset `v`. The coordinates are `zeta[2]`,
    /// `zeta[1]`, `zeta[0]`.
    function _tail(uint256 end, uint256 zeta, uint256 v, uint256 square) private pure returns (uint256 twice, bool ok) {
        assembly ("memory-safe") {
            // (1 - y) even + y odd, for words below r.
            function fold(even, odd, y) -> f {
                f := addmod(even, mulmod(y, sub(add(odd, R), even), R), R)
            }
            function pair(p, y) -> f {
                f := fold(calldataload(p), calldataload(add(p, 0x20)), y)
            }
            let start := sub(end, shl(TAIL, 0x20))
            ok := 1
            for { let p := end } gt(p, start) {} {
                p := sub(p, 0x20)
                let coefficient := calldataload(p)
                ok := and(ok, lt(coefficient, R))
                twice := addmod(mulmod(twice, square, R), coefficient, R)
            }
            twice := addmod(twice, twice, R)
            let y := calldataload(add(zeta, 0x40))
            let y1 := calldataload(add(zeta, 0x20))
            let low := fold(pair(start, y), pair(add(start, 0x40), y), y1)
            let high := fold(pair(add(start, 0x80), y), pair(add(start, 0xc0), y), y1)
            ok := and(ok, eq(fold(low, high, calldataload(zeta)), calldataload(v)))
        }
    }
}
