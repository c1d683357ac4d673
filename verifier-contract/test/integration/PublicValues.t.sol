// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Plonk} from "../../src/libraries/seal/Plonk.sol";
import {SealVerifier} from "../../src/verify/SealVerifier.sol";
import {SealFixtures} from "../base/SealFixtures.sol";

/// @notice What public values cost in the deployed verifier: a seal of the right length is given large inputs and outputs, and
/// is refused for a scalar that is read right after their sums.
contract PublicValuesTest is SealFixtures {
    uint256 private constant INPUT = 5;
    uint256 private constant OUTPUT = 12;
    uint256 private constant SLOTS = 2;

    SealVerifier private verifier;

    function setUp() external {
        verifier = deployFor(load("public"));
    }

    /// @notice Of one more value in large inputs and outputs: with its share of the statement's hash, without its calldata.
    function test_gas_of_a_value() external {
        string[4] memory widths = ["1 byte", "2 bytes", "4 bytes", "8 bytes"];
        for (uint256 i = 0; i < 4; ++i) {
            uint256 width = 1 << i;
            snapshot(string.concat("output, ", widths[i]), OUTPUT, width, 1, 784, 0, 0);
            if (i == 0) continue;
            int256 low = -int256(1 << 8 * width - 1);
            int256 high = int256((1 << 8 * width - 1) - 1);
            snapshot(string.concat("wide input, ", widths[i]), INPUT, width, 1, 784, low + 1, high);
            snapshot(string.concat("wide input, any value of ", widths[i]), INPUT, width, 1, 784, low, high);
        }
        snapshot("input, 1 byte", INPUT, 1, 1, 3072, -128, 127);
        snapshot("input, 1 byte, 28 to a row", INPUT, 1, 28, 28, -128, 127);
        snapshot("input, 1 byte, 35 to a row", INPUT, 1, 24, 35, -128, 127);
        snapshot("input, 1 byte, 3 to a row", INPUT, 1, 250, 3, -128, 127);
        snapshot("input, 2 bytes", INPUT, 2, 1, 784, -2048, 2047);
        snapshot("input, 2 bytes, 28 to a row", INPUT, 2, 28, 28, -2048, 2047);
        snapshot("output, 2 bytes, 10 to a row", OUTPUT, 2, 75, 10, 0, 0);
    }

    function snapshot(
        string memory name,
        uint256 port,
        uint256 width,
        uint256 rows,
        uint256 cols,
        int256 low,
        int256 high
    ) private {
        uint256 once = gasOf(port, width, rows, cols, low, high);
        uint256 more =
            rows == 1 ? gasOf(port, width, 1, 2 * cols, low, high) : gasOf(port, width, 2 * rows, cols, low, high);
        files.snapshotValue("PublicValues", name, (more - once) / (rows * cols * SLOTS));
    }

    /// @param low Smallest legal input.
    /// @param high Largest legal input.
    function gasOf(uint256 port, uint256 width, uint256 rows, uint256 cols, int256 low, int256 high)
        private
        view
        returns (uint256 used)
    {
        Sealed memory s = load("public");
        uint256 size = rows * cols * width;
        uint256 log2;
        while (1 << log2 < cols) ++log2;
        setWord(s.record, port, size);
        setWord(s.record, port + 1, width);
        setWord(s.record, port + 2, rows);
        setWord(s.record, port + 3, cols);
        setWord(s.record, port + 4, log2);
        if (port == INPUT) setWord(s.record, 10, uint256(low));
        if (port == INPUT) setWord(s.record, 11, uint256(high));
        bytes memory data = new bytes(SLOTS * size);
        if (port == INPUT) s.input = data;
        else s.output = data;
        setWord(s.seal, 4, type(uint256).max); // the first scalar, behind two witness rows
        bytes memory call = abi.encodeCall(SealVerifier.verify, (s.record, s.context, s.input, s.output, s.seal));
        uint256 before = gasleft();
        (bool ok, bytes memory why) = address(verifier).staticcall(call);
        used = before - gasleft();
        vm.assertFalse(ok, "refused");
        vm.assertEq(bytes32(why), bytes32(Plonk.InstanceNotCanonical.selector), "for the scalar");
    }
}
