// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {RecordHeader} from "../libraries/RecordHeader.sol";
import {SealShape} from "../libraries/seal/SealShape.sol";
import {SealStatement} from "../libraries/seal/SealStatement.sol";
import {MarketStorage} from "./MarketStorage.sol";

/// @title Which inputs a record takes
/// @notice An input that no seal can be made for is refused when it is asked for, so that no prover locks collateral
/// for it.
abstract contract RecordInputs is MarketStorage {
    using SafeCast for uint256;

    /// @dev Reverts unless `input` is one that the record can be run on. Of a private input only the length is
    /// looked at: its prover sees what the points commit to before it acknowledges.
    function _checkInput(bytes32 recordHash, bytes calldata input, bytes32 digest)
        internal
        returns (RecordFacts memory facts)
    {
        facts = _factsOf(recordHash);
        require(!facts.refused, OutputNotOpenable(recordHash));
        require(input.length == facts.inputBytes, BadInputLength(facts.inputBytes, input.length));
        require(keccak256(input) == digest, InputMismatch(digest, keccak256(input)));
        // Every string of the right length is the canonical encoding of some values.
        if (facts.inputWidth != 0) {
            SealStatement.checkRange(input, facts.inputWidth, facts.inputMin, facts.inputSpan);
        }
    }

    /// @dev Reads a record the first time, checks that its header is one the seal verifier accepts, and keeps a word.
    function _factsOf(bytes32 recordHash) private returns (RecordFacts memory facts) {
        facts = _facts[recordHash];
        if (facts.inputBytes != 0) return facts;
        RecordHeader.Header memory header = RecordHeader.decodeMemory(store.read(recordHash));
        SealShape.checkHeader(header);
        bool hidesOutput = header.flags & RecordHeader.PRIVATE_OUTPUT != 0;
        facts = RecordFacts({
            inputBytes: header.inputBytes.toUint32(),
            outputBytes: header.outputBytes.toUint32(),
            inputWidth: uint8(header.inputWidth),
            // A hidden output needs the requester's blinder, which is handed over as a hidden input is.
            isPrivate: hidesOutput || RecordHeader.hasPrivateInput(header),
            refused: hidesOutput && RecordHeader.hasPrivateWeights(header),
            inputMin: int64(header.inputMin),
            inputSpan: uint64(uint256(header.inputMax - header.inputMin))
        });
        _facts[recordHash] = facts;
    }
}
