// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ISealVerifier} from "../../src/interfaces/ISealVerifier.sol";

/// @notice TEST ONLY. Stands in for the seal verifier where settlement is under test: accepts exactly the
/// statements a test has declared proved, and proves nothing.
contract SealVerifierDouble is ISealVerifier {
    mapping(bytes32 statement => bool) public proved;

    error NotProved(bytes32 statement);

    function prove(
        bytes calldata record,
        bytes32 context,
        bytes calldata input,
        bytes calldata output,
        bytes calldata seal
    ) external {
        proved[keccak256(abi.encode(record, context, input, output, seal))] = true;
    }

    function verify(
        bytes calldata record,
        bytes32 context,
        bytes calldata input,
        bytes calldata output,
        bytes calldata seal
    ) external view {
        bytes32 statement = keccak256(abi.encode(record, context, input, output, seal));
        require(proved[statement], NotProved(statement));
    }
}
