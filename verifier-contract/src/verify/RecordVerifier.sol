// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRecordStore} from "../interfaces/IRecordStore.sol";
import {IRecordVerifier} from "../interfaces/IRecordVerifier.sol";
import {ISealVerifier} from "../interfaces/ISealVerifier.sol";
import {RecordHeader} from "../libraries/RecordHeader.sol";

/// @title Verification by record hash
/// @notice Loads a record from the store and hands it to the seal verifier. Has no owner, and remembers nothing but whose
/// private weights were checked.
contract RecordVerifier is IRecordVerifier {
    using RecordHeader for RecordHeader.Header;

    /// @dev What the digest of a model with private weights is a hash of, before the structure's hash and the range record's.
    bytes private constant PRIVATE_MODEL_TAG = "verin.model.private.v1";
    /// @dev What a range record says it is about is a hash of this and the structure's hash.
    bytes private constant RANGES_TAG = "verin.ranges.v1";
    /// @dev The context of a range proof is a hash of this and the record's hash.
    bytes private constant CONTEXT_TAG = "verin.ranges.context.v1";
    /// @dev The one value that a range proof copies.
    bytes private constant ZERO = hex"00";

    /// @notice Where records are read from.
    IRecordStore public immutable store;
    /// @notice What decides.
    ISealVerifier public immutable verifier;

    /// @inheritdoc IRecordVerifier
    mapping(bytes32 recordHash => bool) public weightsChecked;

    /// @notice The verifier or the store has no code: a call to it would succeed without deciding anything.
    error NoCode(address account);

    /// @param store_ Where records are read from.
    /// @param verifier_ What decides.
    constructor(IRecordStore store_, ISealVerifier verifier_) {
        require(address(store_).code.length != 0, NoCode(address(store_)));
        require(address(verifier_).code.length != 0, NoCode(address(verifier_)));
        store = store_;
        verifier = verifier_;
    }

    /// @inheritdoc IRecordVerifier
    function checkWeights(bytes32 recordHash, bytes32 structureHash, bytes calldata rangeRecord, bytes calldata seal)
        external
    {
        bytes memory record = store.read(recordHash);
        RecordHeader.Header memory header = RecordHeader.decodeMemory(record);
        require(header.hasPrivateWeights(), WeightsPublished(recordHash));

        bytes32 rangeRecordHash = keccak256(rangeRecord);
        bytes32 digest = keccak256(abi.encodePacked(PRIVATE_MODEL_TAG, structureHash, rangeRecordHash));
        require(
            header.graphDigest == digest && _isRangeRecord(header, record, structureHash, rangeRecord),
            NotItsRangeRecord(recordHash, rangeRecordHash)
        );
        bytes32 context = keccak256(abi.encodePacked(CONTEXT_TAG, recordHash));
        verifier.verify(rangeRecord, context, ZERO, ZERO, seal);

        if (weightsChecked[recordHash]) return;
        weightsChecked[recordHash] = true;
        emit WeightsChecked(recordHash, rangeRecordHash);
    }

    /// @dev Whether `rangeRecord` is about the ranges of this structure and about the first model rows of `record`.
    function _isRangeRecord(
        RecordHeader.Header memory header,
        bytes memory record,
        bytes32 structureHash,
        bytes calldata rangeRecord
    ) private pure returns (bool) {
        RecordHeader.Header memory ranges = RecordHeader.decode(rangeRecord);
        if (ranges.graphDigest != keccak256(abi.encodePacked(RANGES_TAG, structureHash))) return false;
        if (ranges.flags != 0 || ranges.rowLog2 != header.rowLog2) return false;
        if (ranges.modelPoints == 0 || ranges.modelPoints > header.modelPoints) return false;
        // Both have been decoded: their points are inside.
        uint256 length = 64 * ranges.modelPoints;
        uint256 offset = RecordHeader.modelPointsOffset(ranges.keySets);
        bytes32 expected = keccak256(rangeRecord[offset:offset + length]);
        offset = RecordHeader.modelPointsOffset(header.keySets);
        bytes32 got;
        assembly ("memory-safe") {
            got := keccak256(add(add(record, 0x20), offset), length)
        }
        return got == expected;
    }

    /// @inheritdoc IRecordVerifier
    /// @dev The two `verify` functions have heads of equal size, so the caller's arguments are forwarded as they
    /// are; only the first word changes, from the record's hash to the offset of its bytes, which the store's
    /// answer is copied to behind the rest. That is one copy of everything.
    function verify(bytes32 recordHash, bytes32, bytes calldata, bytes calldata, bytes calldata) external view {
        address store_ = address(store);
        address verifier_ = address(verifier);
        bytes4 readSelector = IRecordStore.read.selector;
        bytes4 verifySelector = ISealVerifier.verify.selector;
        bytes4 uncheckedSelector = WeightsNotChecked.selector;
        uint256 privateWeights = RecordHeader.PRIVATE_WEIGHTS;
        assembly ("memory-safe") {
            function bubble() {
                let m := mload(0x40)
                returndatacopy(m, 0, returndatasize())
                revert(m, returndatasize())
            }
            let call_ := mload(0x40)
            mstore(call_, readSelector)
            mstore(add(call_, 0x04), recordHash)
            if iszero(staticcall(gas(), store_, call_, 0x24, 0, 0)) { bubble() }

            calldatacopy(call_, 0, calldatasize())
            mstore(call_, or(verifySelector, shr(32, shl(32, mload(call_)))))
            mstore(add(call_, 0x04), sub(calldatasize(), 0x04))
            // The answer is the ABI encoding of one byte string: an offset (0x20), a length, the bytes.
            let size := sub(returndatasize(), 0x20)
            returndatacopy(add(call_, calldatasize()), 0x20, size)
            // The fifth word of the record, behind its length. A record that ends before it is refused by the seal verifier.
            if and(mload(add(add(call_, calldatasize()), 0xa0)), privateWeights) {
                mstore(0x00, recordHash)
                mstore(0x20, weightsChecked.slot)
                if iszero(sload(keccak256(0x00, 0x40))) {
                    mstore(0x00, uncheckedSelector)
                    mstore(0x04, recordHash)
                    revert(0x00, 0x24)
                }
            }
            if iszero(staticcall(gas(), verifier_, call_, add(calldatasize(), size), 0, 0)) { bubble() }
        }
    }
}
