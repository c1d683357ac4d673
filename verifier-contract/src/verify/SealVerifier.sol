// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {ISealVerifier} from "../interfaces/ISealVerifier.sol";
import {RecordHeader} from "../libraries/RecordHeader.sol";
import {Field, R} from "../libraries/seal/Field.sol";
import {G1} from "../libraries/seal/G1.sol";
import {HyperKzg} from "../libraries/seal/HyperKzg.sol";
import {Plonk} from "../libraries/seal/Plonk.sol";
import {SealShape} from "../libraries/seal/SealShape.sol";
import {SealStatement} from "../libraries/seal/SealStatement.sol";
import {SealTranscript} from "../libraries/seal/SealTranscript.sol";
import {Shplonk} from "../libraries/seal/Shplonk.sol";

/// @title Seal verifier
/// @notice One contract for all models: a model is data, its record. Stateless, ownerless, unchangeable. What it
/// computes is written down in docs/formats.md and circuits/seal/PROOF_LAYOUT.md, and again, natively, in
/// circuits/src/plonk.
/// @dev The points of the SRS are constants of the contract, never data of whoever registers a model: a
/// registrant who chose `[tau^(2^b)]` could shift every opening at will.
contract SealVerifier is ISealVerifier {
    using G1 for G1.Sum;
    using RecordHeader for RecordHeader.Header;

    /// @notice Smallest and largest log2 of the row length this contract has a point for.
    uint256 public constant MIN_ROW_LOG2 = 4;
    uint256 public constant MAX_ROW_LOG2 = 20;
    /// @dev `[tau]_2`, then `[tau^(2^b)]_1` for every b.
    uint256 private constant SRS_BYTES = 0x80 + 0x40 * (MAX_ROW_LOG2 - MIN_ROW_LOG2 + 1);

    /// @notice Names the SRS: keccak256("verin.srs.v1", the constructor's points).
    bytes32 public immutable srsDigest;
    /// @notice The contract whose code, behind a STOP byte, is the points of the SRS.
    address public immutable srsPointer;

    /// @notice The points are not those the digest names, or not as many.
    error BadSrs(bytes32 digest);
    /// @notice The record was made for another SRS.
    error SrsMismatch(bytes32 expected, bytes32 got);
    /// @notice A scalar of the seal is not below the group order.
    error ScalarNotCanonical();

    /// @param points `[tau]_2` as the pairing precompile reads it, then `[tau^(2^b)]_1` for b = 4 .. 20.
    /// @param digest What they must hash to.
    constructor(bytes memory points, bytes32 digest) {
        bytes32 got = keccak256(abi.encodePacked("verin.srs.v1", points));
        require(points.length == SRS_BYTES && got == digest, BadSrs(got));
        srsDigest = digest;
        srsPointer = SSTORE2.write(points);
    }

    /// @notice The points of the SRS, as the constructor took them.
    function srs() external view returns (bytes memory) {
        return SSTORE2.read(srsPointer);
    }

    /// @inheritdoc ISealVerifier
    function verify(
        bytes calldata record,
        bytes32 context,
        bytes calldata input,
        bytes calldata output,
        bytes calldata seal
    ) external view {
        RecordHeader.Header memory header = RecordHeader.decode(record);
        require(header.srsDigest == srsDigest, SrsMismatch(srsDigest, header.srsDigest));
        SealShape.Shape memory shape = SealShape.measure(header, record, input, output, seal);
        _checkScalars(shape);

        uint256 rows;
        assembly ("memory-safe") {
            rows := seal.offset
        }
        bytes32 s0 = SealStatement.digest(record, context, input, output, rows, 64 * shape.witnessRows);
        uint256[] memory prefix = _statementInstances(header, s0, input, output);
        (SealTranscript.Challenges memory c, uint256 instances) = SealTranscript.run(
            s0, shape.transcriptRepr, prefix, shape.scalars, shape.rows + header.rowLog2 + 1, header.rowLog2
        );

        G1.Sum memory left;
        uint256[] memory inverses = new uint256[](7);
        uint256 value = _halo2(left, shape, c, instances, prefix.length + shape.rows + header.rowLog2 + 1, inverses);
        _opening(left, shape, c, header.rowLog2, inverses[6], value, input, output, rows);
    }

    /// @dev halo2's proof: constraints at x, then the multi-opening. Fills `inverses`, whose last is the opening's.
    /// @return value Minus the generator's scalar.
    function _halo2(
        G1.Sum memory left,
        SealShape.Shape memory shape,
        SealTranscript.Challenges memory c,
        uint256 instances,
        uint256 count,
        uint256[] memory inverses
    ) private view returns (uint256 value) {
        Plonk.Fractions memory f = Plonk.fractions(shape.k, c.x, instances, count);
        uint256 xNext = mulmod(c.x, f.omega, R);
        inverses[0] = f.instanceDenominator;
        inverses[1] = f.blindDenominator;
        inverses[2] = f.last;
        inverses[3] = addmod(c.x, R - 1, R);
        inverses[4] = f.vanishing;
        inverses[5] = addmod(c.x, R - xNext, R);
        inverses[6] = HyperKzg.denominator(c.fold);
        Field.invertAll(inverses);

        uint256 evaluations = shape.proof + 0x380;
        Plonk.Values memory v = Plonk.values(f, shape.k, inverses);
        uint256 quotient = Plonk.gates(evaluations, c.y);
        quotient = Plonk.permutation(quotient, evaluations, v, c.beta, c.gamma, c.x, c.y);
        quotient = mulmod(quotient, inverses[4], R);
        uint256 xn = addmod(f.vanishing, 1, R);
        return Shplonk.accumulate(left, shape.keyPoints, shape.proof, c, quotient, xNext, inverses[5], xn);
    }

    /// @dev The deferred opening, `merge` times, on top of halo2's claim; then the pairing that decides both.
    function _opening(
        G1.Sum memory left,
        SealShape.Shape memory shape,
        SealTranscript.Challenges memory c,
        uint256 b,
        uint256 inverse,
        uint256 value,
        bytes calldata input,
        bytes calldata output,
        uint256 witnessRows
    ) private view {
        uint256 m = c.merge;
        uint256 quotients = shape.quotients;
        (uint256 total, uint256 c0, uint256 vanishing) = HyperKzg.remainder(c, shape.values, shape.zeta, b, inverse);
        uint256 factor = mulmod(m, c0, R);
        {
            uint256 inputRows;
            uint256 outputRows;
            assembly ("memory-safe") {
                inputRows := input.offset
                outputRows := output.offset
            }
            uint256 scalars = shape.scalars;
            left.addScaled(shape.modelPoints, shape.modelRows, factor, scalars);
            scalars += 32 * shape.modelRows;
            left.addScaled(inputRows, shape.inputRows, factor, scalars);
            scalars += 32 * shape.inputRows;
            left.addScaled(outputRows, shape.outputRows, factor, scalars);
            scalars += 32 * shape.outputRows;
            left.addScaled(witnessRows, shape.witnessRows, factor, scalars);
        }
        left.addGeometric(shape.opening + 0x20, HyperKzg.committed(b), mulmod(m, c.openingY, R), c.openingY);
        left.addGeometric(quotients, 1, R - mulmod(m, vanishing, R), 0);
        left.addGeometric(quotients + 0x40, 1, mulmod(m, c.openingX, R), 0);
        left.add(1, 2, R - addmod(value, mulmod(m, total, R), R));

        (uint256[4] memory tau, uint256 x, uint256 y) = _srsPoints(b);
        uint256 blind;
        uint256 opening = shape.opening;
        assembly ("memory-safe") {
            blind := calldataload(opening)
        }
        left.add(x, y, R - mulmod(factor, blind, R));

        G1.Sum memory right;
        right.set(shape.proof + 0x6c0);
        right.addGeometric(quotients + 0x40, 1, m, 0);
        G1.checkPairing(left, right, tau);
    }

    /// @dev `S0`, then `z` and the sums of what is public.
    function _statementInstances(
        RecordHeader.Header memory header,
        bytes32 s0,
        bytes calldata input,
        bytes calldata output
    ) private pure returns (uint256[] memory prefix) {
        bool publicInput = header.inputWidth != 0;
        bool publicOutput = header.outputWidth != 0;
        uint256 count = 1 + (publicInput || publicOutput ? 1 : 0) + (publicInput ? 1 : 0) + (publicOutput ? 1 : 0);
        prefix = new uint256[](count);
        prefix[0] = uint256(s0) % R;
        if (count == 1) return prefix;
        uint256 z = SealStatement.ioPoint(s0);
        prefix[1] = z;
        if (publicInput) {
            uint256 span;
            unchecked {
                // Both bounds are 64-bit numbers in order.
                span = uint256(header.inputMax - header.inputMin);
            }
            prefix[2] = SealStatement.inputSum(input, header.inputPort(), header.inputMin, span, z);
        }
        if (publicOutput) prefix[count - 1] = SealStatement.sum(output, header.outputPort(), z);
    }

    /// @dev The evaluations and the blinder; other scalars are checked where they are read.
    function _checkScalars(SealShape.Shape memory shape) private pure {
        require(
            Field.areCanonical(shape.proof + 0x380, 24) && Field.areCanonical(shape.opening, 1), ScalarNotCanonical()
        );
    }

    /// @dev `[tau]_2` and `[tau^(2^b)]_1`.
    function _srsPoints(uint256 b) private view returns (uint256[4] memory tau, uint256 x, uint256 y) {
        address pointer = srsPointer;
        assembly ("memory-safe") {
            extcodecopy(pointer, tau, 0x01, 0x80)
            extcodecopy(pointer, 0x00, add(0x81, shl(6, sub(b, 4))), 0x40)
            x := mload(0x00)
            y := mload(0x20)
        }
    }
}
