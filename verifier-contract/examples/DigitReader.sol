// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IRecordVerifier} from "../src/interfaces/IRecordVerifier.sol";

/// @title Digit reader
/// @notice A dApp that believes a network: it remembers which digit a model reads in a caller's image.
contract DigitReader {
    uint256 private constant DIGITS = 10;
    IRecordVerifier private immutable VERIFIER;
    /// @dev Recomputed from the published model by whoever deploys this: a record says nothing about who made it.
    bytes32 private immutable RECORD;
    uint256 private immutable WIDTH;

    mapping(address caller => uint256) public digitOf;

    /// @notice A seal can prove several inferences at once; this contract takes one.
    error NotOneInference();

    /// @param width Bytes of one value of the record's output.
    constructor(IRecordVerifier verifier, bytes32 record, uint256 width) {
        (VERIFIER, RECORD, WIDTH) = (verifier, record, width);
    }

    /// @param image One input, as the record lays it out.
    /// @param scores Ten values, big-endian two's complement.
    function read(bytes calldata image, bytes calldata scores, bytes calldata seal) external {
        require(scores.length == DIGITS * WIDTH, NotOneInference());
        // The seal was made for this caller of this contract on this chain: nobody can send it as their own.
        bytes32 context = keccak256(abi.encode(block.chainid, address(this), msg.sender));
        VERIFIER.verify(RECORD, context, image, scores, seal); // reverts unless the model gives these scores
        digitOf[msg.sender] = _largest(scores);
    }

    function _largest(bytes calldata scores) private view returns (uint256 best) {
        int256 most = type(int256).min;
        for (uint256 i = 0; i < DIGITS; ++i) {
            int256 score = int256(uint256(bytes32(scores[i * WIDTH:(i + 1) * WIDTH]))); // sign bit first
            if (score > most) (most, best) = (score, i);
        }
    }
}
