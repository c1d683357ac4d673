// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {DigitReader} from "../../examples/DigitReader.sol";
import {Deployment} from "../base/Deployment.sol";

/// @notice The example dApp uses what was proved, and only that.
contract ExampleTest is Deployment {
    DigitReader private reader;
    bytes private constant SCORES = hex"0001fff0000300030044ff00000000430002ffff";

    function setUp() external {
        deploy();
        reader = new DigitReader(verifier, recordHash, 2);
        bytes32 context = keccak256(abi.encode(block.chainid, address(reader), prover));
        seals.prove(record, context, inputOf(1), SCORES, "seal");
    }

    function test_reads_the_largest_score() external {
        vm.prank(prover);
        reader.read(inputOf(1), SCORES, "seal");
        vm.assertEq(reader.digitOf(prover), 4, "0x0044 is the largest");
    }

    function test_a_seal_is_of_use_to_its_caller_only() external {
        vm.prank(stranger);
        vm.expectRevert();
        reader.read(inputOf(1), SCORES, "seal");
    }

    function test_a_batch_is_not_one_inference() external {
        bytes memory batch = bytes.concat(SCORES, SCORES);
        vm.prank(prover);
        vm.expectRevert(DigitReader.NotOneInference.selector);
        reader.read(inputOf(1), batch, "seal");
    }

    function test_other_scores_are_refused() external {
        vm.prank(prover);
        vm.expectRevert();
        reader.read(inputOf(1), hex"0001fff0000300030043ff00000000440002ffff", "seal");
    }
}
