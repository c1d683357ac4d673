// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Layout of a model record
/// @notice A record is a sequence of 32-byte big-endian words: this header, then `KEY_SET_WORDS` words per key
/// set, then the model row points (x, y), then per key set its fixed and permutation commitments (x, y).
/// @dev The only place that knows the layout. `Header` mirrors the words one to one, so decoding is one copy.
library RecordHeader {
    /// @notice First word of every record of this version.
    bytes32 internal constant TAG = keccak256("verin.record.v2");

    uint256 internal constant HEADER_BYTES = 608;
    uint256 internal constant KEY_SET_WORDS = 4;
    uint256 internal constant FIXED_COMMITMENTS = 7;
    uint256 internal constant PERMUTATION_COMMITMENTS = 6;
    /// @dev Flags a sealed record may have: bits 0 to 2, private input, output and weights; records with bit 3 have no seals.
    uint256 internal constant SEALED_FLAGS = 7;
    /// @dev Far above any record that fits a chain; keeps `recordBytes` from overflowing.
    uint256 internal constant MAX_COUNT = type(uint32).max;

    uint256 internal constant PRIVATE_INPUT = 1;
    uint256 internal constant PRIVATE_OUTPUT = 2;
    uint256 internal constant PRIVATE_WEIGHTS = 4;

    /// @notice The header's words, in order.
    /// @param rowLog2 `b`: a committed row has 2^b entries.
    /// @param flags Visibility bits: `PRIVATE_INPUT`, `PRIVATE_OUTPUT`, `PRIVATE_WEIGHTS`.
    /// @param inputBytes Bytes of one slot's input: values when public, 64-byte points when private.
    /// @param inputWidth Bytes of one input value, 0 when private.
    struct Header {
        bytes32 tag;
        bytes32 graphDigest;
        bytes32 srsDigest;
        uint256 rowLog2;
        uint256 flags;
        uint256 inputBytes;
        uint256 inputWidth;
        uint256 inputRows;
        uint256 inputCols;
        uint256 inputColsLog2;
        int256 inputMin;
        int256 inputMax;
        uint256 outputBytes;
        uint256 outputWidth;
        uint256 outputRows;
        uint256 outputCols;
        uint256 outputColsLog2;
        uint256 modelPoints;
        uint256 keySets;
    }

    /// @notice The header's words about a slot's input or output, in order.
    /// @param size Bytes of a slot: values when public, 64-byte points when private.
    /// @param width Bytes of one value, 0 when private.
    struct Port {
        uint256 size;
        uint256 width;
        uint256 rows;
        uint256 cols;
        uint256 colsLog2;
    }

    /// @notice One supported batch size and the proving key that serves it.
    /// @param batch Number of slots.
    /// @param k log2 of the circuit's rows.
    /// @param witnessRows Witness row commitments a seal carries.
    /// @param transcriptRepr The pinned verifying key's digest, absorbed first by the seal's transcript.
    struct KeySet {
        uint256 batch;
        uint256 k;
        uint256 witnessRows;
        uint256 transcriptRepr;
    }

    /// @notice The bytes end before the header does, or do not have the length their header demands.
    error BadRecordLength(uint256 length);
    /// @notice The first word is not this version's tag.
    error BadRecordTag(bytes32 tag);
    /// @notice A header field has a value that no model has.
    error BadRecordHeader();

    /// @notice Decodes and checks the header of a complete record.
    function decode(bytes calldata record) internal pure returns (Header memory header) {
        require(record.length >= HEADER_BYTES, BadRecordLength(record.length));
        assembly ("memory-safe") {
            calldatacopy(header, record.offset, HEADER_BYTES)
        }
        check(header, record.length);
    }

    /// @notice Decodes and checks the header of a complete record.
    function decodeMemory(bytes memory record) internal pure returns (Header memory header) {
        require(record.length >= HEADER_BYTES, BadRecordLength(record.length));
        assembly ("memory-safe") {
            mcopy(header, add(record, 0x20), HEADER_BYTES)
        }
        check(header, record.length);
    }

    /// @notice Reverts unless tag, counts, slot sizes and total length fit together. Says nothing about whether
    /// the record describes an honest model: only recomputing it from its artifact does.
    function check(Header memory header, uint256 length) internal pure {
        require(header.tag == TAG, BadRecordTag(header.tag));
        require(header.flags <= SEALED_FLAGS && header.inputBytes != 0 && header.outputBytes != 0, BadRecordHeader());
        require(header.keySets != 0 && header.keySets <= MAX_COUNT, BadRecordHeader());
        require(header.modelPoints <= MAX_COUNT, BadRecordHeader());
        require(length == recordBytes(header.modelPoints, header.keySets), BadRecordLength(length));
    }

    /// @notice Length of a record with these counts, both at most `MAX_COUNT`.
    function recordBytes(uint256 modelPoints, uint256 keySets) internal pure returns (uint256) {
        uint256 keySetWords = KEY_SET_WORDS + 2 * (FIXED_COMMITMENTS + PERMUTATION_COMMITMENTS);
        return HEADER_BYTES + 32 * (keySetWords * keySets + 2 * modelPoints);
    }

    /// @notice Key set `index` (below `keySets`) of a record whose header was decoded before.
    function keySet(bytes calldata record, uint256 index) internal pure returns (KeySet memory set) {
        uint256 offset = HEADER_BYTES + 32 * KEY_SET_WORDS * index;
        assembly ("memory-safe") {
            calldatacopy(set, add(record.offset, offset), 0x80)
        }
    }

    /// @notice Byte offset of the first model row point.
    function modelPointsOffset(uint256 keySets) internal pure returns (uint256) {
        return HEADER_BYTES + 32 * KEY_SET_WORDS * keySets;
    }

    /// @notice Byte offset of the first fixed commitment of key set `index`; its permutation commitments follow.
    function commitmentsOffset(Header memory header, uint256 index) internal pure returns (uint256) {
        return modelPointsOffset(header.keySets) + 64 * header.modelPoints + 64
            * (FIXED_COMMITMENTS + PERMUTATION_COMMITMENTS) * index;
    }

    /// @notice The words of the input, where they are in `header`.
    function inputPort(Header memory header) internal pure returns (Port memory port) {
        assembly ("memory-safe") {
            port := add(header, 0xa0)
        }
    }

    /// @notice The words of the output, where they are in `header`.
    function outputPort(Header memory header) internal pure returns (Port memory port) {
        assembly ("memory-safe") {
            port := add(header, 0x180)
        }
    }

    /// @notice Whether the weights are known to their owner alone.
    function hasPrivateWeights(Header memory header) internal pure returns (bool) {
        return header.flags & PRIVATE_WEIGHTS != 0;
    }

    /// @notice Whether inputs are commitments.
    function hasPrivateInput(Header memory header) internal pure returns (bool) {
        return header.flags & PRIVATE_INPUT != 0;
    }

    /// @notice Whether outputs are commitments.
    function hasPrivateOutput(Header memory header) internal pure returns (bool) {
        return header.flags & PRIVATE_OUTPUT != 0;
    }

    /// @notice What names the verifying keys of a record that was decoded: `keccak256(keccak256(key sets), keccak256(their
    /// commitments))`, the bytes as they are in the record.
    function verifyingKeyHash(Header memory header, bytes memory record) internal pure returns (bytes32 hash) {
        uint256 pointsAt = modelPointsOffset(header.keySets);
        uint256 commitmentsAt = commitmentsOffset(header, 0);
        assembly ("memory-safe") {
            let start := add(record, 0x20)
            mstore(0x00, keccak256(add(start, HEADER_BYTES), sub(pointsAt, HEADER_BYTES)))
            mstore(0x20, keccak256(add(start, commitmentsAt), sub(mload(record), commitmentsAt)))
            hash := keccak256(0x00, 0x40)
        }
    }
}
