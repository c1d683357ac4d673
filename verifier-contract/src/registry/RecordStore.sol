// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {IRecordStore} from "../interfaces/IRecordStore.sol";

/// @title Record store
/// @notice Model records as contract code, addressed by their keccak256. No owner, no change, no removal.
/// @dev A chunk is a contract made of a STOP byte and the chunk's bytes, created with salt 0: its address
/// commits to its bytes, so whoever writes it first writes the right thing, and a record too large for one
/// transaction can be written piece by piece without anything to squat on.
contract RecordStore is IRecordStore {
    /// @notice Bytes of a full chunk: the code size limit less the leading STOP byte.
    uint256 public constant MAX_CHUNK_BYTES = 24_575;

    /// @dev One word, so that reading a record costs one cold slot per chunk. The last two fields describe the
    /// whole record and are repeated in every entry.
    struct Chunk {
        address pointer;
        uint32 length;
        uint32 recordLength;
        uint32 count;
    }

    mapping(bytes32 recordHash => mapping(uint256 index => Chunk)) private _chunks;

    /// @inheritdoc IRecordStore
    function publish(bytes calldata record) external returns (bytes32 recordHash) {
        require(record.length != 0, EmptyRecord());
        recordHash = keccak256(record);
        if (exists(recordHash)) return recordHash;

        address[] memory pointers = new address[](Math.ceilDiv(record.length, MAX_CHUNK_BYTES));
        for (uint256 i = 0; i < pointers.length; ++i) {
            uint256 start = i * MAX_CHUNK_BYTES;
            pointers[i] = _write(record[start:Math.min(start + MAX_CHUNK_BYTES, record.length)]);
        }
        _index(recordHash, pointers, record.length);
    }

    /// @inheritdoc IRecordStore
    function writeChunk(bytes calldata chunk) external returns (address pointer) {
        require(chunk.length != 0 && chunk.length <= MAX_CHUNK_BYTES, BadChunkLength(chunk.length));
        return _write(chunk);
    }

    /// @inheritdoc IRecordStore
    function assemble(address[] calldata pointers) external returns (bytes32 recordHash) {
        bytes memory record;
        for (uint256 i = 0; i < pointers.length; ++i) {
            require(pointers[i].code.length > 1, NotAChunk(pointers[i]));
            bytes memory chunk = SSTORE2.read(pointers[i]);
            require(SSTORE2.predictCounterfactualAddress(chunk, 0) == pointers[i], NotAChunk(pointers[i]));
            record = bytes.concat(record, chunk);
        }
        require(record.length != 0, EmptyRecord());
        recordHash = keccak256(record);
        if (!exists(recordHash)) _index(recordHash, pointers, record.length);
    }

    /// @inheritdoc IRecordStore
    /// @dev Builds the ABI encoding of the answer in place, so that the bytes are copied once.
    function read(bytes32 recordHash) external view returns (bytes memory) {
        Chunk memory chunk = _first(recordHash);
        (uint256 count, uint256 recordLength) = (chunk.count, chunk.recordLength);
        uint256 answer;
        assembly ("memory-safe") {
            answer := mload(0x40)
            mstore(0x40, add(answer, add(0x80, recordLength)))
            mstore(answer, 0x20)
            mstore(add(answer, 0x20), recordLength)
        }
        uint256 end = answer + 0x40;
        for (uint256 i = 0; i < count; ++i) {
            chunk = _chunks[recordHash][i];
            (address pointer, uint256 length) = (chunk.pointer, chunk.length);
            assembly ("memory-safe") {
                extcodecopy(pointer, end, 1, length)
            }
            end += length;
        }
        assembly ("memory-safe") {
            mstore(end, 0)
            return(answer, add(0x40, and(add(recordLength, 0x1f), not(0x1f))))
        }
    }

    /// @inheritdoc IRecordStore
    function exists(bytes32 recordHash) public view returns (bool) {
        return _chunks[recordHash][0].count != 0;
    }

    /// @inheritdoc IRecordStore
    function lengthOf(bytes32 recordHash) external view returns (uint256) {
        return _first(recordHash).recordLength;
    }

    /// @inheritdoc IRecordStore
    function pointersOf(bytes32 recordHash) external view returns (address[] memory pointers) {
        pointers = new address[](_first(recordHash).count);
        for (uint256 i = 0; i < pointers.length; ++i) {
            pointers[i] = _chunks[recordHash][i].pointer;
        }
    }

    function _first(bytes32 recordHash) private view returns (Chunk memory chunk) {
        chunk = _chunks[recordHash][0];
        require(chunk.count != 0, RecordNotFound(recordHash));
    }

    function _write(bytes memory chunk) private returns (address pointer) {
        pointer = SSTORE2.predictCounterfactualAddress(chunk, 0);
        if (pointer.code.length == 0) SSTORE2.writeCounterfactual(chunk, 0);
    }

    function _index(bytes32 recordHash, address[] memory pointers, uint256 recordLength) private {
        for (uint256 i = 0; i < pointers.length; ++i) {
            _chunks[recordHash][i] = Chunk({
                pointer: pointers[i],
                length: SafeCast.toUint32(pointers[i].code.length - 1),
                recordLength: SafeCast.toUint32(recordLength),
                count: SafeCast.toUint32(pointers.length)
            });
        }
        emit RecordPublished(recordHash, recordLength, pointers.length);
    }
}
