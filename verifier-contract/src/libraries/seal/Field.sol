// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @dev Order of the groups of BN254, modulus of the scalar field. A constant of the file, for assembly.
uint256 constant R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
/// @dev Modulus of the field the coordinates of points are in.
uint256 constant Q = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;

/// @title The scalar field of BN254
library Field {
    /// @notice A number that must be invertible is zero: a challenge fell on a point where no proof can be
    /// checked, which happens to an honest proof with probability 2^-240.
    error NotInvertible();

    /// @notice Inverts all `values` in place, with one exponentiation (Montgomery's trick).
    function invertAll(uint256[] memory values) internal view {
        bool ok;
        assembly ("memory-safe") {
            let first := add(values, 0x20)
            let end := add(first, shl(5, mload(values)))
            // prefixes[i] = product of the values before i, in free memory.
            let prefix := mload(0x40)
            let product := 1
            for { let p := first } lt(p, end) { p := add(p, 0x20) } {
                mstore(prefix, product)
                prefix := add(prefix, 0x20)
                product := mulmod(product, mload(p), R)
            }
            // product^(R - 2), through the precompile: lengths, base, exponent, modulus.
            mstore(prefix, 0x20)
            mstore(add(prefix, 0x20), 0x20)
            mstore(add(prefix, 0x40), 0x20)
            mstore(add(prefix, 0x60), product)
            mstore(add(prefix, 0x80), sub(R, 2))
            mstore(add(prefix, 0xa0), R)
            ok := and(iszero(iszero(product)), staticcall(gas(), 5, prefix, 0xc0, 0, 0x20))
            ok := and(ok, eq(returndatasize(), 0x20))
            let inverse := mload(0)
            for { let p := end } gt(p, first) {} {
                p := sub(p, 0x20)
                prefix := sub(prefix, 0x20)
                let value := mload(p)
                mstore(p, mulmod(inverse, mload(prefix), R))
                inverse := mulmod(inverse, value, R)
            }
        }
        require(ok, NotInvertible());
    }

    /// @notice Whether the `count` calldata words at `offset` are canonical scalars.
    function areCanonical(uint256 offset, uint256 count) internal pure returns (bool ok) {
        assembly ("memory-safe") {
            ok := 1
            for { let end := add(offset, shl(5, count)) } lt(offset, end) { offset := add(offset, 0x20) } {
                ok := and(ok, lt(calldataload(offset), R))
            }
        }
    }
}
