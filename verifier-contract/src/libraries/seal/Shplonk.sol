// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "./Field.sol";
import {G1} from "./G1.sol";
import {SealTranscript} from "./SealTranscript.sol";

/// @title halo2's multi-opening
/// @notice SHPLONK (Boneh, Drake, Fisch, Gabizon 2020/081) over two sets of points. Opened at x and on the next
/// row: a0, a1, a2 and the permutation's product. Opened at x: a3, a4, fixed and permutation columns, the
/// quotient polynomial, the random polynomial.
/// @dev Calldata offsets in a proof: a0..a4 0x00, product 0x140, random 0x180, quotient pieces 0x1c0,
/// evaluations 0x380 (see `Plonk`), W1 0x680, W2 0x6c0.
library Shplonk {
    using G1 for G1.Sum;

    /// @notice Adds all terms but that of the generator to `sum`, which must be fresh.
    /// @param key Calldata offset of the key's points: 7 fixed, 6 permutation.
    /// @param proof Calldata offset of the proof.
    /// @param quotient Value of the quotient polynomial at x.
    /// @param xNext The point of the next row.
    /// @param spread `1 / (x - xNext)`
    /// @param xn `x^n`
    /// @return value The values opened, combined: minus the generator's scalar.
    function accumulate(
        G1.Sum memory sum,
        uint256 key,
        uint256 proof,
        SealTranscript.Challenges memory c,
        uint256 quotient,
        uint256 xNext,
        uint256 spread,
        uint256 xn
    ) internal view returns (uint256 value) {
        uint256 toX = addmod(c.u, R - c.x, R);
        uint256 toNext = addmod(c.u, R - xNext, R);
        uint256 once = mulmod(c.outer, toNext, R);
        value = _values(proof + 0x380, c.inner, once, toX, toNext, spread, quotient);

        sum.set(proof);
        uint256 scalar = sum.addGeometric(proof + 0x40, 2, c.inner, c.inner);
        sum.addGeometric(proof + 0x140, 1, scalar, 0);
        scalar = sum.addGeometric(proof + 0xc0, 2, once, c.inner);
        scalar = sum.addGeometric(key, 13, scalar, c.inner);
        sum.addGeometric(proof + 0x1c0, 7, scalar, xn);
        sum.addGeometric(proof + 0x180, 1, mulmod(scalar, c.inner, R), 0);
        sum.addGeometric(proof + 0x680, 1, R - mulmod(toX, toNext, R), 0);
        sum.addGeometric(proof + 0x6c0, 1, c.u, 0);
    }

    /// @dev The interpolations of the claimed values at u, combined like their polynomials.
    function _values(
        uint256 e,
        uint256 inner,
        uint256 once,
        uint256 toX,
        uint256 toNext,
        uint256 spread,
        uint256 quotient
    ) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            // Through (x, a) and (xNext, b): (a (u - xNext) - b (u - x)) / (x - xNext).
            function line(a, b, toX_, toNext_) -> v {
                v := addmod(mulmod(a, toNext_, R), sub(R, mulmod(b, toX_, R)), R)
            }
            // Horner in `inner`, from the last polynomial of each set.
            value := line(calldataload(add(e, 0x2c0)), calldataload(add(e, 0x2e0)), toX, toNext)
            for { let i := 0x60 } i {} {
                i := sub(i, 0x20)
                let at := add(e, i)
                let v := line(calldataload(at), calldataload(add(at, 0xa0)), toX, toNext)
                value := addmod(mulmod(value, inner, R), v, R)
            }
            value := mulmod(value, spread, R)

            let single := calldataload(add(e, 0x1e0))
            single := addmod(mulmod(single, inner, R), quotient, R)
            for { let at := add(e, 0x2a0) } iszero(lt(at, add(e, 0x200))) { at := sub(at, 0x20) } {
                single := addmod(mulmod(single, inner, R), calldataload(at), R)
            }
            for { let at := add(e, 0x1c0) } iszero(lt(at, add(e, 0x100))) { at := sub(at, 0x20) } {
                single := addmod(mulmod(single, inner, R), calldataload(at), R)
            }
            single := addmod(mulmod(single, inner, R), calldataload(add(e, 0x80)), R)
            single := addmod(mulmod(single, inner, R), calldataload(add(e, 0x60)), R)
            value := addmod(value, mulmod(single, once, R), R)
        }
    }
}
