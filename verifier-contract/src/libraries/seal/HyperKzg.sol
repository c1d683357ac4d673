// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "./Field.sol";
import {SealTranscript} from "./SealTranscript.sol";

/// @title The deferred opening
/// @notice HyperKZG with one SHPLONK quotient: a combination of committed rows opens to `v` at `zeta`.
/// `f_0` is the combination, `f_(i+1)` its fold at `y_i = zeta[b-1-i]`, `f_b = v`; `f_i` is opened at r, -r
/// and, from the second on, at r^2, where its value follows from that of the fold before.
library HyperKzg {
    uint256 private constant HALF = (R + 1) / 2;

    /// @notice The last fold is not the value the circuit has bound.
    error OpeningMismatch();

    /// @notice Zero exactly when r is 0, 1 or -1; its inverse is what `remainder` needs.
    function denominator(uint256 r) internal pure returns (uint256) {
        uint256 square = mulmod(r, r, R);
        return mulmod(addmod(square, square, R), addmod(square, R - 1, R), R);
    }

    /// @notice Checks the folds and interpolates the claimed values at x.
    /// @param values Calldata offset of `f_i(r), f_i(-r)`.
    /// @param zeta Calldata offset of the point; `v` follows it.
    /// @param b Number of folds, the last one included.
    /// @param inverse Of `denominator`.
    /// @return total `sum_i y^i c_i R_i(x)`: minus the generator's scalar.
    /// @return c0 `x - r^2`, the scalar of all rows.
    /// @return vanishing `(x^2 - r^2) (x - r^2)`: minus the first quotient's scalar.
    function remainder(
        SealTranscript.Challenges memory c,
        uint256 values,
        uint256 zeta,
        uint256 b,
        uint256 inverse
    ) internal pure returns (uint256 total, uint256 c0, uint256 vanishing) {
        uint256 r = c.fold;
        uint256 x = c.openingX;
        uint256 y = c.openingY;
        uint256 square = mulmod(r, r, R);
        // 1 / (2 r) = r (r^2 - 1) * inverse
        uint256 halfOverR = mulmod(mulmod(r, addmod(square, R - 1, R), R), inverse, R);
        uint256 pair = addmod(mulmod(x, x, R), R - square, R);
        // (x^2 - r^2) / (r^4 - r^2): 1 at r^2, 0 at r and -r.
        uint256 third = mulmod(pair, addmod(inverse, inverse, R), R);
        c0 = addmod(x, R - square, R);
        vanishing = mulmod(pair, c0, R);

        uint256 half = HALF;
        bool ok;
        assembly ("memory-safe") {
            let weight := 1
            // f_i(r^2); for i = 0 it is not opened there.
            let atSquare := 0
            let y_i := add(zeta, shl(5, b))
            for { let first := 1 } gt(y_i, zeta) {} {
                y_i := sub(y_i, 0x20)
                let plus := calldataload(values)
                let minus := calldataload(add(values, 0x20))
                values := add(values, 0x40)
                // f_i = even(X^2) + X odd(X^2), at r^2.
                let even := mulmod(add(plus, minus), half, R)
                let odd := mulmod(sub(add(plus, R), minus), halfOverR, R)
                // The line through the values at r and -r, then the parabola through the third.
                let atX := addmod(even, mulmod(odd, x, R), R)
                switch first
                case 1 {
                    atX := mulmod(atX, c0, R)
                    first := 0
                }
                default {
                    let gap := sub(add(atSquare, add(R, R)), add(even, mulmod(odd, square, R)))
                    atX := addmod(atX, mulmod(third, gap, R), R)
                }
                total := addmod(total, mulmod(weight, atX, R), R)
                weight := mulmod(weight, y, R)
                atSquare := addmod(even, mulmod(calldataload(y_i), sub(add(odd, R), even), R), R)
            }
            ok := eq(atSquare, calldataload(add(zeta, shl(5, b))))
        }
        require(ok, OpeningMismatch());
    }
}
