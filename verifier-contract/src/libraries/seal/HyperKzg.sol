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

    /// @notice The last fold is not the value the circuit has bound, or a value is not below the group order.
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
        {
            uint256 r = c.fold;
            uint256 square = mulmod(r, r, R);
            perR = mulmod(mulmod(addmod(r, r, R), addmod(square, R - 1, R), R), inverse, R);
            uint256 pair = addmod(mulmod(x, x, R), R - square, R);
            third = mulmod(pair, addmod(inverse, inverse, R), R);
            c0 = addmod(x, R - square, R);
            vanishing = mulmod(pair, c0, R);
            forOdd = addmod(x, R - mulmod(third, square, R), R);
        }

        uint256 half = HALF;
        bool ok = true;
        assembly ("memory-safe") {
            let weight := 1
            let even := c0
            let odd := mulmod(c0, x, R)
            let t := 0
            let y_i := add(zeta, shl(5, b))
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
            let v := calldataload(add(zeta, shl(5, b)))
            ok := and(ok, eq(t, addmod(v, v, R)))
        }
        require(ok, OpeningMismatch());
    }
}
