// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SignedBy} from "../../src/libraries/SignedBy.sol";
import {Test} from "../base/Test.sol";

contract SignedByTest is Test {
    function isValid(address signer, bytes32 digest, bytes calldata signature) external view returns (bool) {
        return SignedBy.isValid(signer, digest, signature);
    }

    function test_keys_sign() external view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(7, "digest");
        bytes memory signature = abi.encodePacked(r, s, v);
        vm.assertTrue(this.isValid(vm.addr(7), "digest", signature), "its own");
        vm.assertFalse(this.isValid(vm.addr(8), "digest", signature), "another's");
        vm.assertFalse(this.isValid(vm.addr(7), "other", signature), "for something else");
        vm.assertFalse(this.isValid(address(0), "digest", ""), "nobody");
    }

    /// @dev The precompile of the identity repeats the question, which begins with the right answer.
    function test_what_has_no_code_does_not_answer() external view {
        vm.assertFalse(this.isValid(address(4), bytes32(uint256(1)), ""), "identity");
    }
}
