// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Q, R} from "./Field.sol";

/// @title Sums of scalar times point on BN254
/// @notice A sum lives in memory: two words of value, three of workspace. The precompiles refuse coordinates
/// that are not below the modulus and points off the curve; the identity is refused here.
/// @dev A precompile that is starved of gas fails like one that is given a bad point.
library G1 {
    /// @notice A point is the identity, off the curve or not canonical (or the gas ran out).
    error InvalidPoint();
    /// @notice The two pairings differ: some commitment does not open to what the seal claims.
    error PairingMismatch();

    struct Sum {
        uint256 x;
        uint256 y;
        uint256 termX;
        uint256 termY;
        uint256 scalar;
    }

    /// @notice Sets the sum to the calldata point at `point`. Its coordinates are checked by the next addition.
    function set(Sum memory sum, uint256 point) internal pure {
        assembly ("memory-safe") {
            calldatacopy(sum, point, 0x40)
        }
        require(sum.x | sum.y != 0, InvalidPoint());
    }

    /// @notice Adds `sum_i scalar * ratio^i * P_i` over `count` calldata points at `points`.
    /// @return next `scalar * ratio^count`
    function addGeometric(Sum memory sum, uint256 points, uint256 count, uint256 scalar, uint256 ratio)
        internal
        view
        returns (uint256 next)
    {
        bool ok;
        assembly ("memory-safe") {
            let term := add(sum, 0x40)
            ok := 1
            for { let end := add(points, shl(6, count)) } lt(points, end) { points := add(points, 0x40) } {
                calldatacopy(term, points, 0x40)
                mstore(add(term, 0x40), scalar)
                ok := and(ok, gt(or(mload(term), mload(add(term, 0x20))), 0))
                // Arguments are evaluated from the last to the first: multiply, then add.
                ok := and(
                    ok,
                    and(staticcall(gas(), 6, sum, 0x80, sum, 0x40), staticcall(gas(), 7, term, 0x60, term, 0x40))
                )
                scalar := mulmod(scalar, ratio, R)
            }
            next := scalar
        }
        require(ok, InvalidPoint());
    }

    /// @notice Adds `sum_i factor * s_i * P_i` over `count` calldata points and as many calldata scalars.
    function addScaled(Sum memory sum, uint256 points, uint256 count, uint256 factor, uint256 scalars) internal view {
        bool ok;
        assembly ("memory-safe") {
            let term := add(sum, 0x40)
            ok := 1
            for { let end := add(points, shl(6, count)) } lt(points, end) { points := add(points, 0x40) } {
                calldatacopy(term, points, 0x40)
                mstore(add(term, 0x40), mulmod(factor, calldataload(scalars), R))
                ok := and(ok, gt(or(mload(term), mload(add(term, 0x20))), 0))
                // Arguments are evaluated from the last to the first: multiply, then add.
                ok := and(
                    ok,
                    and(staticcall(gas(), 6, sum, 0x80, sum, 0x40), staticcall(gas(), 7, term, 0x60, term, 0x40))
                )
                scalars := add(scalars, 0x20)
            }
        }
        require(ok, InvalidPoint());
    }

    /// @notice Adds `scalar * (x, y)`.
    function add(Sum memory sum, uint256 x, uint256 y, uint256 scalar) internal view {
        bool ok;
        assembly ("memory-safe") {
            let term := add(sum, 0x40)
            mstore(term, x)
            mstore(add(term, 0x20), y)
            mstore(add(term, 0x40), scalar)
            // Arguments are evaluated from the last to the first: multiply, then add.
            ok := and(staticcall(gas(), 6, sum, 0x80, sum, 0x40), staticcall(gas(), 7, term, 0x60, term, 0x40))
        }
        require(ok, InvalidPoint());
    }

    /// @notice Demands `e(left, [1]_2) = e(right, [tau]_2)`.
    /// @param tau `[tau]_2`: x imaginary, x real, y imaginary, y real.
    function checkPairing(Sum memory left, Sum memory right, uint256[4] memory tau) internal view {
        bool ok;
        assembly ("memory-safe") {
            let input := mload(0x40)
            mcopy(input, left, 0x40)
            mstore(add(input, 0x40), 0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2)
            mstore(add(input, 0x60), 0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed)
            mstore(add(input, 0x80), 0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b)
            mstore(add(input, 0xa0), 0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa)
            mstore(add(input, 0xc0), mload(right))
            mstore(add(input, 0xe0), mod(sub(Q, mload(add(right, 0x20))), Q))
            mcopy(add(input, 0x100), tau, 0x80)
            mstore(0, 0)
            ok := staticcall(gas(), 8, input, 0x180, 0, 0x20)
            ok := and(ok, and(eq(returndatasize(), 0x20), eq(mload(0), 1)))
        }
        require(ok, PairingMismatch());
    }
}
