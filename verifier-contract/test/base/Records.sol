// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RecordHeader} from "../../src/libraries/RecordHeader.sol";

/// @notice Well-formed records for settlement tests: right layout, arbitrary points.
library Records {
    function header(uint256 flags, uint256 inputBytes, uint256 outputBytes)
        internal
        pure
        returns (RecordHeader.Header memory h)
    {
        h.tag = RecordHeader.TAG;
        h.graphDigest = keccak256(abi.encode(flags, inputBytes, outputBytes));
        h.rowLog2 = 10;
        h.flags = flags;
        h.inputBytes = inputBytes;
        h.inputWidth = 1;
        h.inputRows = 1;
        h.inputCols = inputBytes;
        h.inputMin = -128;
        h.inputMax = 127;
        h.outputBytes = outputBytes;
        h.outputWidth = 1;
        h.outputRows = 1;
        h.outputCols = outputBytes;
        h.modelPoints = 3;
        h.keySets = 3;
    }

    /// @notice A header that the seal verifier accepts, not only a well-formed one.
    function legal(uint256 flags, uint256 inputBytes, uint256 outputBytes)
        internal
        pure
        returns (RecordHeader.Header memory h)
    {
        h = header(flags, inputBytes, outputBytes);
        if (flags & RecordHeader.PRIVATE_INPUT != 0) h.inputWidth = 0;
        if (flags & RecordHeader.PRIVATE_OUTPUT != 0) h.outputWidth = 0;
        while (1 << h.inputColsLog2 < inputBytes) ++h.inputColsLog2;
        while (1 << h.outputColsLog2 < outputBytes) ++h.outputColsLog2;
    }

    function encode(RecordHeader.Header memory h) internal pure returns (bytes memory record) {
        uint256 length = RecordHeader.recordBytes(h.modelPoints, h.keySets);
        record = bytes.concat(abi.encode(h), filler(h.graphDigest, length - RecordHeader.HEADER_BYTES));
    }

    /// @notice A public record (flags 0) or a private one with these slot sizes.
    function make(uint256 flags, uint256 inputBytes, uint256 outputBytes) internal pure returns (bytes memory) {
        return encode(header(flags, inputBytes, outputBytes));
    }

    /// @notice `length` bytes that depend on `seed`, none of them in a pattern a copy bug would keep.
    function filler(bytes32 seed, uint256 length) internal pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i = 0; i < length; i += 32) {
            bytes32 word = keccak256(abi.encode(seed, i));
            for (uint256 j = 0; j < 32 && i + j < length; ++j) {
                data[i + j] = word[j];
            }
        }
    }
}
