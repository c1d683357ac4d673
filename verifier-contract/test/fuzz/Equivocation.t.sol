// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IEmergencyStop} from "../../src/interfaces/IEmergencyStop.sol";
import {Verification} from "../base/Verification.sol";

/// @notice Whatever two valid batches say: they stop something exactly when the chosen slots have one input and two outputs.
contract EquivocationFuzz is Verification {
    function setUp() external {
        deployVerification();
    }

    /// @dev Inputs and outputs are drawn from few values, so that all cases come up.
    function testFuzz_stops_exactly_contradictions(uint8[4] memory sizes, uint8[16] memory draws, bool ofCanary)
        external
    {
        (uint256[] memory inputs, uint256[] memory outputs) = draw(sizes[0], draws, 0);
        (uint256[] memory otherInputs, uint256[] memory otherOutputs) = draw(sizes[1], draws, 8);
        (uint256 a, uint256 b) = (sizes[2] % inputs.length, sizes[3] % otherInputs.length);
        bytes memory record = ofCanary ? canary : plain;
        bytes32 hash = ofCanary ? canaryHash : plainHash;
        uint256 width = ofCanary ? OUTPUT_BYTES : OUTPUT_BYTES + 1;
        IEmergencyStop.Claim memory first = claim(record, width, inputs, outputs, a);
        IEmergencyStop.Claim memory second = claim(record, width, otherInputs, otherOutputs, b);

        bool contradicts = inputs[a] == otherInputs[b] && outputs[a] != otherOutputs[b];
        if (!contradicts) vm.expectRevert();
        stop.stopByEquivocation(SEALS, hash, first, second);
        vm.assertEq(stop.stoppedAt(SEALS, hash), contradicts ? time() : 0, "the record");
        vm.assertEq(stop.verifierStoppedAt(SEALS), contradicts && ofCanary ? time() : 0, "the verifier");
    }

    function draw(uint8 size, uint8[16] memory draws, uint256 from)
        private
        pure
        returns (uint256[] memory inputs, uint256[] memory outputs)
    {
        inputs = new uint256[](1 + size % 4);
        outputs = new uint256[](inputs.length);
        for (uint256 i = 0; i < inputs.length; ++i) {
            (inputs[i], outputs[i]) = (draws[from + i] % 2, draws[from + 4 + i] % 2);
        }
    }
}
