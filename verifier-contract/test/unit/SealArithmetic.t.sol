// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Field, Q, R} from "../../src/libraries/seal/Field.sol";
import {G1} from "../../src/libraries/seal/G1.sol";
import {Test} from "../base/Test.sol";

/// @notice What the sums of points and the inversions under a seal refuse by themselves, whatever is checked later.
contract SealArithmeticTest is Test {
    using G1 for G1.Sum;

    /// @dev A precompile that fails takes all the gas that it was given: 63/64 of what is left.
    uint256 private constant GAS = 30_000_000;

    function points(bytes calldata data) private pure returns (uint256 at) {
        assembly ("memory-safe") {
            at := data.offset
        }
    }

    function set(bytes calldata point) external pure {
        G1.Sum memory sum;
        sum.set(points(point));
    }

    function addGeometric(bytes calldata terms) external view {
        G1.Sum memory sum;
        sum.addGeometric(points(terms), terms.length / 64, 1, 3);
    }

    function addScaled(bytes calldata terms, bytes calldata scalars) external view {
        G1.Sum memory sum;
        sum.addScaled(points(terms), terms.length / 64, 1, points(scalars));
    }

    function add(uint256 x, uint256 y) external view {
        G1.Sum memory sum;
        sum.add(x, y, 1);
    }

    function invert(uint256[] memory values) external view returns (uint256[] memory) {
        Field.invertAll(values);
        return values;
    }

    function test_points_that_are_none() external {
        bytes memory scalars = abi.encode(1, 2);
        bytes memory generator = abi.encode(1, 2);
        this.set(generator);
        this.add(1, 2);
        this.addGeometric(bytes.concat(generator, generator));
        this.addScaled(bytes.concat(generator, generator), scalars);
        vm.expectRevert(G1.InvalidPoint.selector);
        this.set(abi.encode(0, 0));
        // An error is not forgotten by the next term.
        bytes memory identity = new bytes(64);
        refused(bytes.concat(identity, generator), scalars);
        refused(bytes.concat(generator, identity), scalars);
        uint256[2][3] memory bad = [[uint256(1), 3], [Q + 1, 2], [uint256(1), Q + 2]];
        for (uint256 i = 0; i < bad.length; ++i) {
            refused(bytes.concat(generator, abi.encode(bad[i][0], bad[i][1])), scalars);
            // Only points of the verifier's own are added one by one, none of them the identity.
            vm.expectRevert(G1.InvalidPoint.selector);
            this.add{gas: GAS}(bad[i][0], bad[i][1]);
        }
    }

    function refused(bytes memory terms, bytes memory scalars) private {
        vm.expectRevert(G1.InvalidPoint.selector);
        this.addGeometric{gas: GAS}(terms);
        vm.expectRevert(G1.InvalidPoint.selector);
        this.addScaled{gas: GAS}(terms, scalars);
    }

    function test_zero_has_no_inverse() external {
        uint256[] memory values = new uint256[](3);
        (values[0], values[1], values[2]) = (1, R - 1, 7);
        uint256[] memory inverses = this.invert(values);
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertEq(mulmod(values[i], inverses[i], R), 1, "inverse");
        }
        values[1] = 0;
        vm.expectRevert(Field.NotInvertible.selector);
        this.invert(values);
    }
}
