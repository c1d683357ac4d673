// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {RecordHeader} from "../RecordHeader.sol";
import {R} from "./Field.sol";
import {HyperKzg} from "./HyperKzg.sol";

/// @title What a seal for a record and a statement must look like
/// @notice The record and the lengths of the statement fix the length of the seal and the place of everything
/// in it, before a byte of it is read.
library SealShape {
    using RecordHeader for RecordHeader.Header;

    uint256 private constant MIN_LOG2 = 4;
    uint256 private constant MAX_LOG2 = 20;
    uint256 private constant MAX_ROWS = 1 << 16;
    uint256 private constant MAX_VALUES_LOG2 = 24;
    uint256 private constant MAX_KEY_SETS = 6;
    uint256 private constant MAX_BATCH = 32;
    uint256 private constant PROOF_BYTES = 0x700;
    uint256 private constant BLIND_ROWS = 6;

    /// @notice Places in calldata and counts.
    /// @param keyPoints The key's fixed and permutation commitments.
    /// @param scalars `s_i`, `zeta` and `v`.
    /// @param rows Committed rows that are opened.
    /// @param values The opening's values.
    /// @param quotients The opening's two quotients.
    struct Shape {
        uint256 k;
        uint256 transcriptRepr;
        uint256 keyPoints;
        uint256 modelPoints;
        uint256 modelRows;
        uint256 inputRows;
        uint256 outputRows;
        uint256 witnessRows;
        uint256 rows;
        uint256 scalars;
        uint256 zeta;
        uint256 proof;
        uint256 opening;
        uint256 values;
        uint256 quotients;
    }

    /// @notice The input is not a whole number of slots.
    error BadInputLength(uint256 length);
    /// @notice The output has not as many slots as the input.
    error BadOutputLength(uint256 expected, uint256 length);
    /// @notice The record has no key set for this number of slots.
    error UnknownBatch(uint256 batch);
    /// @notice The seal has not the length that record and statement fix.
    error BadSealLength(uint256 expected, uint256 length);

    /// @notice Measures a seal.
    function measure(
        RecordHeader.Header memory header,
        bytes calldata record,
        bytes calldata input,
        bytes calldata output,
        bytes calldata seal
    ) internal pure returns (Shape memory s) {
        checkHeader(header);
        uint256 batch = input.length / header.inputBytes;
        require(input.length % header.inputBytes == 0, BadInputLength(input.length));
        _findKeySet(s, header, record, batch);
        uint256 outputBytes = batch * header.outputBytes;
        require(outputBytes == output.length, BadOutputLength(outputBytes, output.length));
        _place(s, header, record, input, output, seal);
    }

    /// @dev Counts rows and finds the place of everything; checks the seal's length and that the instances fit.
    /// All numbers are lengths that exist or have been bounded: no sum overflows.
    function _place(
        Shape memory s,
        RecordHeader.Header memory header,
        bytes calldata record,
        bytes calldata input,
        bytes calldata output,
        bytes calldata seal
    ) private pure {
        unchecked {
            s.modelRows = header.modelPoints;
            if (header.inputWidth == 0) s.inputRows = input.length / 64;
            if (header.outputWidth == 0) s.outputRows = output.length / 64;
            s.rows = s.modelRows + s.inputRows + s.outputRows + s.witnessRows;
            require(s.rows < MAX_ROWS, RecordHeader.BadRecordHeader());

            uint256 base;
            uint256 recordBase;
            assembly ("memory-safe") {
                base := seal.offset
                recordBase := record.offset
            }
            s.keyPoints += recordBase;
            s.modelPoints = recordBase + RecordHeader.modelPointsOffset(header.keySets);
            s.scalars = base + 64 * s.witnessRows;
            s.zeta = s.scalars + 32 * s.rows;
            s.proof = s.zeta + 32 * (header.rowLog2 + 1);
            s.opening = s.proof + PROOF_BYTES;
            // Behind the opening's values, two quotients.
            s.values = s.opening + HyperKzg.headBytes(header.rowLog2);
            s.quotients = s.values + HyperKzg.valueBytes(header.rowLog2);
            uint256 expected = s.quotients + 0x80 - base;
            require(expected == seal.length, BadSealLength(expected, seal.length));
            // At most 4 instances besides the scalars; they must fit the rows that are not blinded.
            uint256 publicPorts = (header.inputWidth == 0 ? 0 : 1) + (header.outputWidth == 0 ? 0 : 1);
            uint256 instances = s.rows + header.rowLog2 + 2 + (publicPorts == 0 ? 0 : publicPorts + 1);
            require(instances + BLIND_ROWS <= 1 << s.k, RecordHeader.BadRecordHeader());
        }
    }

    /// @notice Reverts unless the header is one that `Record::decode` accepts. Tag, flags, counts and total length
    /// have been checked by `RecordHeader`.
    function checkHeader(RecordHeader.Header memory header) internal pure {
        bool ok = header.rowLog2 >= MIN_LOG2 && header.rowLog2 <= MAX_LOG2;
        ok = ok && header.modelPoints < MAX_ROWS && header.keySets <= MAX_KEY_SETS;
        ok = ok && header.inputMin <= header.inputMax;
        ok = ok && header.inputMin >= type(int64).min && header.inputMax <= type(int64).max;
        ok = ok && _isPort(header.inputPort(), header.flags & RecordHeader.PRIVATE_INPUT != 0);
        ok = ok && (header.inputWidth == 0 || _holds(header.inputWidth, header.inputMin, header.inputMax));
        ok = ok && _isPort(header.outputPort(), header.flags & RecordHeader.PRIVATE_OUTPUT != 0);
        require(ok, RecordHeader.BadRecordHeader());
    }

    /// @dev Shape, width and bytes of a slot's input or output fit together; columns are padded to the next
    /// power of two. So are rows, of which there may be any number: `MAX_VALUES_LOG2` bounds both alike.
    function _isPort(RecordHeader.Port memory port, bool isPrivate) private pure returns (bool) {
        unchecked {
            (uint256 rows, uint256 cols, uint256 colsLog2) = (port.rows, port.cols, port.colsLog2);
            if (colsLog2 > MAX_VALUES_LOG2 || rows == 0 || rows > 1 << (MAX_VALUES_LOG2 - colsLog2)) return false;
            uint256 padded = 1 << colsLog2;
            if (cols > padded || 2 * cols <= padded) return false;
            (uint256 size, uint256 width) = (port.size, port.width);
            if (isPrivate) return width == 0 && size != 0 && size % 64 == 0 && size / 64 < MAX_ROWS;
            return width != 0 && width <= 8 && size == rows * cols * width;
        }
    }

    /// @dev Whether `width` bytes, 1 to 8, hold all values of a range.
    function _holds(uint256 width, int256 low, int256 high) private pure returns (bool) {
        unchecked {
            int256 half = int256(1 << (8 * width - 1));
            return low >= -half && high < half;
        }
    }

    /// @dev Finds the key set for `batch` and checks the header of every one: sizes in range, batch sizes powers
    /// of two in increasing order. `keyPoints` becomes an offset in the record.
    function _findKeySet(Shape memory s, RecordHeader.Header memory header, bytes calldata record, uint256 batch)
        private
        pure
    {
        uint256 before;
        for (uint256 i = 0; i < header.keySets; ++i) {
            RecordHeader.KeySet memory set = RecordHeader.keySet(record, i);
            bool ok = set.batch > before && set.batch <= MAX_BATCH && set.batch & (set.batch - 1) == 0;
            ok = ok && set.k >= MIN_LOG2 && set.k <= MAX_LOG2;
            ok = ok && set.witnessRows != 0 && set.witnessRows < MAX_ROWS && set.transcriptRepr < R;
            require(ok, RecordHeader.BadRecordHeader());
            before = set.batch;
            if (set.batch == batch) {
                s.k = set.k;
                s.witnessRows = set.witnessRows;
                s.transcriptRepr = set.transcriptRepr;
                s.keyPoints = RecordHeader.commitmentsOffset(header, i);
            }
        }
        require(s.keyPoints != 0, UnknownBatch(batch));
    }
}
