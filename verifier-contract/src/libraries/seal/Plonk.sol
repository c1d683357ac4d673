// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "./Field.sol";

/// @dev The linear layer of Poseidon, circom's parameters, t = 3: entry (row, column).
uint256 constant M00 = 0x109b7f411ba0e4c9b2b70caf5c36a7b194be7c11ad24378bfedb68592ba8118b;
uint256 constant M01 = 0x16ed41e13bb9c0c66ae119424fddbcbc9314dc9fdbdeea55d6c64543dc4903e0;
uint256 constant M02 = 0x2b90bba00fca0589f617e7dcbfe82e0df706ab640ceb247b791a93b74e36736d;
uint256 constant M10 = 0x2969f27eed31a480b9c36c764379dbca2cc8fdd1415c3dded62940bcde0bd771;
uint256 constant M11 = 0x2e2419f9ec02ec394c9871c832963dc1b89d743c8c7b964029b2311687b1fe23;
uint256 constant M12 = 0x101071f0032379b697315876690f053d148d4e109f5fb065c8aacc55a0f89bfa;
uint256 constant M20 = 0x143021ec686a3f330d5f9e654638065ce6cd79e28c5b3753326244ee65a1b1a7;
uint256 constant M21 = 0x176cc029695ad02582a70eff08a6fd99d057e12e58e7d7b6b16cdfabc8ee2911;
uint256 constant M22 = 0x19a3fc0a56702bf417ba7fee3802593fa644470307043f7773279cd71d25d5e0;

/// @dev Root of unity of order 2^20 and its inverse (halo2's: powers of 7), and the permutation's coset shift.
uint256 constant OMEGA_20 = 0x2a14464f1ff42de3856402b62520e670745e39fada049d5b2f0e1e3182673378;
uint256 constant OMEGA_20_INVERSE = 0x220db0d8bf832baf9eecbf4fa49947e0b2a3d31df0a733ea5ae8abbdab442d5f;
uint256 constant DELTA = 0x09226b6e22c6f0ca64ec26aad4c86e715b5f898e5e963f25870e56bbe533e9a2;

/// @title The constraint system of all seals, at a point
/// @notice Evaluations in a proof lie in calldata, in this order: a0..a4; a0..a2 on the next row; s_full, s_part,
/// f0..f4; the random polynomial; six permutation columns; the permutation's product, the same on the next row.
library Plonk {
    /// @notice Lagrange polynomials of the domain at x, as fractions without their common factor `(x^n - 1) / n`.
    /// @param omega Generator of the domain.
    /// @param instance Numerator of the instance column's value, over `instanceDenominator`.
    /// @param blind Numerator of the sum over the blinding rows, over `blindDenominator`.
    /// @param last Denominator of the last usable row's, its numerator being 1.
    /// @param vanishing `x^n - 1`
    struct Fractions {
        uint256 omega;
        uint256 instance;
        uint256 instanceDenominator;
        uint256 blind;
        uint256 blindDenominator;
        uint256 last;
        uint256 vanishing;
    }

    /// @notice Values at x.
    struct Values {
        uint256 instance;
        uint256 first;
        uint256 last;
        uint256 blind;
    }

    /// @notice An instance is not below the group order.
    error InstanceNotCanonical();

    /// @notice Adds up `instance_i L_i(x)` and the Lagrange polynomials of the blinding rows, without dividing.
    /// @dev `L_i(x) = (x^n - 1) / n / (x omega^-i - 1)`. Row -6 is the last usable one, -5 .. -1 are blinding.
    /// @param k log2 of the number of rows, at most 20.
    /// @param instances Memory pointer to the instances.
    /// @param count How many there are, at most the usable rows.
    function fractions(uint256 k, uint256 x, uint256 instances, uint256 count)
        internal
        pure
        returns (Fractions memory f)
    {
        bool ok;
        assembly ("memory-safe") {
            let omega := OMEGA_20
            let inverse := OMEGA_20_INVERSE
            for { let i := k } lt(i, 20) { i := add(i, 1) } {
                omega := mulmod(omega, omega, R)
                inverse := mulmod(inverse, inverse, R)
            }
            mstore(f, omega)

            // numerator / denominator + a / d = (numerator * d + a * denominator) / (denominator * d)
            let numerator := 0
            let denominator := 1
            let u := x
            ok := 1
            for {} count { count := sub(count, 1) } {
                let a := mload(instances)
                instances := add(instances, 0x20)
                ok := and(ok, lt(a, R))
                let d := add(u, sub(R, 1))
                numerator := addmod(mulmod(numerator, d, R), mulmod(a, denominator, R), R)
                denominator := mulmod(denominator, d, R)
                u := mulmod(u, inverse, R)
            }
            mstore(add(f, 0x20), numerator)
            mstore(add(f, 0x40), denominator)

            numerator := 0
            denominator := 1
            u := x
            for { let i := 0 } lt(i, 5) { i := add(i, 1) } {
                u := mulmod(u, omega, R)
                let d := add(u, sub(R, 1))
                numerator := addmod(mulmod(numerator, d, R), denominator, R)
                denominator := mulmod(denominator, d, R)
            }
            mstore(add(f, 0x60), numerator)
            mstore(add(f, 0x80), denominator)
            mstore(add(f, 0xa0), addmod(mulmod(u, omega, R), sub(R, 1), R))

            for {} k { k := sub(k, 1) } { x := mulmod(x, x, R) }
            mstore(add(f, 0xc0), addmod(x, sub(R, 1), R))
        }
        require(ok, InstanceNotCanonical());
    }

    /// @notice The fractions, divided out.
    /// @param inverses Of `instanceDenominator`, `blindDenominator`, `last` and `x - 1`, in this order.
    function values(Fractions memory f, uint256 k, uint256[] memory inverses) internal pure returns (Values memory v) {
        assembly ("memory-safe") {
            // 1 / n = -(r - 1) / n, for n divides r - 1.
            let common := mulmod(mload(add(f, 0xc0)), sub(R, shr(k, sub(R, 1))), R)
            mstore(v, mulmod(common, mulmod(mload(add(f, 0x20)), mload(add(inverses, 0x20)), R), R))
            mstore(add(v, 0x20), mulmod(common, mload(add(inverses, 0x80)), R))
            mstore(add(v, 0x40), mulmod(common, mload(add(inverses, 0x60)), R))
            mstore(add(v, 0x60), mulmod(common, mulmod(mload(add(f, 0x60)), mload(add(inverses, 0x40)), R), R))
        }
    }

    /// @notice All nine gate constraints, combined by powers of `y`: what halo2 has folded after its gates.
    /// @param e Calldata offset of the evaluations.
    function gates(uint256 e, uint256 y) internal pure returns (uint256 folded) {
        assembly ("memory-safe") {
            function sbox(a, constant_) -> b {
                a := addmod(a, constant_, R)
                b := mulmod(a, a, R)
                b := mulmod(mulmod(b, b, R), a, R)
            }
            function lane0(a, b, c) -> s {
                s := addmod(addmod(mulmod(M00, a, R), mulmod(M01, b, R), R), mulmod(M02, c, R), R)
            }
            function lane1(a, b, c) -> s {
                s := addmod(addmod(mulmod(M10, a, R), mulmod(M11, b, R), R), mulmod(M12, c, R), R)
            }
            function lane2(a, b, c) -> s {
                s := addmod(addmod(mulmod(M20, a, R), mulmod(M21, b, R), R), mulmod(M22, c, R), R)
            }
            // folded * y + selector * (want - cell)
            function fold(before, y_, selector, want, cell) -> after_ {
                after_ := mulmod(selector, sub(add(want, R), calldataload(cell)), R)
                after_ := addmod(mulmod(before, y_, R), after_, R)
            }

            let next := add(e, 0xa0)
            // Full round. Its first S-box is the partial rounds' first, too.
            let s0 := sbox(calldataload(e), calldataload(add(e, 0x140)))
            let f1 := calldataload(add(e, 0x160))
            let f2 := calldataload(add(e, 0x180))
            let a1 := calldataload(add(e, 0x20))
            let a2 := calldataload(add(e, 0x40))
            {
                let full := calldataload(add(e, 0x100))
                let s1 := sbox(a1, f1)
                let s2 := sbox(a2, f2)
                folded := fold(0, 0, full, lane0(s0, s1, s2), next)
                folded := fold(folded, y, full, lane1(s0, s1, s2), add(next, 0x20))
                folded := fold(folded, y, full, lane2(s0, s1, s2), add(next, 0x40))
            }
            // Three partial rounds: lane 0 after the first and the second are the cells a3 and a4.
            {
                let partial := calldataload(add(e, 0x120))
                folded := fold(folded, y, partial, lane0(s0, a1, a2), add(e, 0x60))
                let b1 := lane1(s0, a1, a2)
                let b2 := lane2(s0, a1, a2)
                let b0 := sbox(calldataload(add(e, 0x60)), f1)
                folded := fold(folded, y, partial, lane0(b0, b1, b2), add(e, 0x80))
                let c1 := lane1(b0, b1, b2)
                let c2 := lane2(b0, b1, b2)
                let c0 := sbox(calldataload(add(e, 0x80)), f2)
                folded := fold(folded, y, partial, lane0(c0, c1, c2), next)
                folded := fold(folded, y, partial, lane1(c0, c1, c2), add(next, 0x20))
                folded := fold(folded, y, partial, lane2(c0, c1, c2), add(next, 0x40))
            }
            // f0 a0 a1 + f1 a2 a3 + f2 a2 + f3 + f4 a4 on all other rows.
            let t := mulmod(mulmod(calldataload(add(e, 0x140)), calldataload(e), R), a1, R)
            t := addmod(t, mulmod(mulmod(f1, a2, R), calldataload(add(e, 0x60)), R), R)
            t := addmod(t, mulmod(f2, a2, R), R)
            t := addmod(t, calldataload(add(e, 0x1a0)), R)
            t := addmod(t, mulmod(calldataload(add(e, 0x1c0)), calldataload(add(e, 0x80)), R), R)
            let rest := sub(add(R, 1), addmod(calldataload(add(e, 0x100)), calldataload(add(e, 0x120)), R))
            folded := addmod(mulmod(folded, y, R), mulmod(rest, t, R), R)
        }
    }

    /// @notice Goes on from `folded` with the permutation argument over a0..a4 and the instance column.
    /// @param e Calldata offset of the evaluations.
    function permutation(uint256 folded, uint256 e, Values memory v, uint256 beta, uint256 gamma, uint256 x, uint256 y)
        internal
        pure
        returns (uint256)
    {
        assembly ("memory-safe") {
            let z := calldataload(add(e, 0x2c0))
            // l_0 (1 - z)
            folded := addmod(mulmod(folded, y, R), mulmod(mload(add(v, 0x20)), sub(add(R, 1), z), R), R)
            // l_last (z^2 - z)
            let last := mload(add(v, 0x40))
            folded := addmod(mulmod(folded, y, R), mulmod(last, sub(add(mulmod(z, z, R), R), z), R), R)
            // (1 - l_last - l_blind) (z' prod (c + beta sigma + gamma) - z prod (c + beta delta^j x + gamma))
            let left := calldataload(add(e, 0x2e0))
            let right := z
            let coset := mulmod(beta, x, R)
            let sigma := add(e, 0x200)
            for { let end := add(e, 0xa0) } lt(e, end) { e := add(e, 0x20) } {
                let column := add(calldataload(e), gamma)
                left := mulmod(left, add(column, mulmod(beta, calldataload(sigma), R)), R)
                right := mulmod(right, add(column, coset), R)
                coset := mulmod(coset, DELTA, R)
                sigma := add(sigma, 0x20)
            }
            let column := add(mload(v), gamma)
            left := mulmod(left, add(column, mulmod(beta, calldataload(sigma), R)), R)
            right := mulmod(right, add(column, coset), R)
            let active := sub(add(R, 1), addmod(last, mload(add(v, 0x60)), R))
            folded := addmod(mulmod(folded, y, R), mulmod(active, sub(add(left, R), right), R), R)
        }
        return folded;
    }
}
