// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Record store
/// @notice Model records as contract code, addressed by the keccak256 of their bytes. Nobody owns it and
/// nothing in it can be changed or removed; publishing what is already there is a no-op.
interface IRecordStore {
    /// @notice A record became readable under its hash.
    event RecordPublished(bytes32 indexed recordHash, uint256 length, uint256 chunks);

    /// @notice No record with this hash has been published.
    error RecordNotFound(bytes32 recordHash);
    /// @notice A record needs at least one byte.
    error EmptyRecord();
    /// @notice A chunk is empty or does not fit into the code of one contract.
    error BadChunkLength(uint256 length);
    /// @notice `pointer` is not a chunk that this store wrote.
    error NotAChunk(address pointer);

    /// @notice Publishes a record that fits into one transaction.
    /// @return recordHash keccak256 of `record`.
    function publish(bytes calldata record) external returns (bytes32 recordHash);

    /// @notice Writes one chunk without publishing anything: the first step for a record that is too large
    /// for one transaction. The address depends on the bytes alone, so nobody can squat on it.
    /// @return pointer The chunk's contract.
    function writeChunk(bytes calldata chunk) external returns (address pointer);

    /// @notice Publishes the record whose bytes are the concatenation of chunks written before.
    /// @return recordHash keccak256 of that concatenation.
    function assemble(address[] calldata pointers) external returns (bytes32 recordHash);

    /// @notice The bytes of a published record.
    function read(bytes32 recordHash) external view returns (bytes memory record);

    /// @notice Whether a record has been published.
    function exists(bytes32 recordHash) external view returns (bool);

    /// @notice Length in bytes of a published record.
    function lengthOf(bytes32 recordHash) external view returns (uint256);

    /// @notice The contracts that hold a published record, in order; each is a STOP byte and its bytes.
    function pointersOf(bytes32 recordHash) external view returns (address[] memory pointers);
}
