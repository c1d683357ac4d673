// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {Q, R} from "../../src/libraries/seal/Field.sol";
import {G1} from "../../src/libraries/seal/G1.sol";
import {HyperKzg} from "../../src/libraries/seal/HyperKzg.sol";
import {Plonk} from "../../src/libraries/seal/Plonk.sol";
import {SealShape} from "../../src/libraries/seal/SealShape.sol";
import {SealStatement} from "../../src/libraries/seal/SealStatement.sol";
import {SealVerifier} from "../../src/verify/SealVerifier.sol";
import {SealFixtures} from "../base/SealFixtures.sol";

/// @notice Real seals, and every way to spoil one.
contract SealVerifierTest is SealFixtures {
    /// @dev A precompile that refuses a point burns all gas it is given.
    uint256 private constant GAS = 2_000_000;

    SealVerifier private verifier;

    function setUp() external {
        verifier = deployFor(load("public"));
    }

    function test_accepts_seals_of_every_shape() external view {
        call(load("public"));
        call(load("private"));
        call(load("mixed"));
        call(load("folded"));
        call(load("tall"));
    }

    function test_tamper_every_word_of_the_seal() external view {
        tamperSeal(load("folded"));
    }

    function test_tamper_every_word_of_a_private_seal() external view {
        tamperSeal(load("private"));
    }

    function test_tamper_every_byte_of_the_statement() external view {
        Sealed memory s = load("public");
        for (uint256 i = 0; i < 32; ++i) {
            s.context ^= bytes32(uint256(1) << (8 * i));
            refused(s, "context");
            s.context ^= bytes32(uint256(1) << (8 * i));
        }
        flipBytes(s, s.input, "input");
        flipBytes(s, s.output, "output");
        s = load("mixed");
        flipBytes(s, s.input, "private input");
        s = load("private");
        flipBytes(s, s.output, "private output");
    }

    function test_tamper_every_word_of_the_record() external view {
        Sealed memory s = load("public");
        for (uint256 i = 0; i < s.record.length / 32; ++i) {
            uint256 word = wordAt(s.record, i);
            setWord(s.record, i, word ^ 1);
            refused(s, "record, low bit");
            setWord(s.record, i, word ^ (1 << 255));
            refused(s, "record, high bit");
            setWord(s.record, i, 0);
            if (word != 0) refused(s, "record, zero");
            setWord(s.record, i, word);
        }
        call(s);
    }

    function test_refuses_swapped_slots_and_rows() external view {
        Sealed memory s = load("public");
        swapHalves(s.input);
        refused(s, "input slots");
        swapHalves(s.input);
        swapHalves(s.output);
        refused(s, "output slots");

        s = load("private");
        swapHalves(s.input);
        refused(s, "private input slots");
        swapHalves(s.input);
        swapPoints(s.seal, 0, 1);
        refused(s, "witness rows");
        swapPoints(s.seal, 0, 1);
        call(s);
    }

    function test_refuses_wrong_lengths() external {
        Sealed memory s = load("public");
        Sealed memory t = load("public");
        t.seal = bytes.concat(s.seal, hex"00");
        vm.expectRevert(abi.encodeWithSelector(SealShape.BadSealLength.selector, s.seal.length, s.seal.length + 1));
        call(t);
        t.seal = cut(s.seal, s.seal.length - 32);
        vm.expectRevert(abi.encodeWithSelector(SealShape.BadSealLength.selector, s.seal.length, t.seal.length));
        call(t);
        t.seal = "";
        vm.expectRevert(abi.encodeWithSelector(SealShape.BadSealLength.selector, s.seal.length, 0));
        call(t);
        t.seal = s.seal;

        t.input = cut(s.input, s.input.length - 1);
        vm.expectRevert(abi.encodeWithSelector(SealShape.BadInputLength.selector, t.input.length));
        call(t);
        t.input = bytes.concat(s.input, s.input);
        vm.expectRevert(abi.encodeWithSelector(SealShape.UnknownBatch.selector, 4));
        call(t);
        t.input = "";
        vm.expectRevert(abi.encodeWithSelector(SealShape.UnknownBatch.selector, 0));
        call(t);
        t.input = s.input;

        t.output = bytes.concat(s.output, hex"00");
        vm.expectRevert(
            abi.encodeWithSelector(SealShape.BadOutputLength.selector, s.output.length, s.output.length + 1)
        );
        call(t);
        t.output = s.output;

        t.record = bytes.concat(s.record, hex"00");
        vm.expectRevert(abi.encodeWithSelector(RecordHeader.BadRecordLength.selector, t.record.length));
        call(t);
    }

    function test_names_what_is_wrong() external {
        Sealed memory s = load("public");
        uint256 first = 2 * 2; // behind two witness rows
        setWord(s.seal, first, wordAt(s.seal, first) + R);
        vm.expectRevert(Plonk.InstanceNotCanonical.selector);
        call(s);
        s = load("public");
        uint256 quotients = s.seal.length / 32 - 4;
        uint256 remainders = quotients - 8;
        uint256 coefficients = remainders - 8;
        uint256[4] memory places = [quotients - 1, remainders, remainders - 1, coefficients];
        for (uint256 i = 0; i < places.length; ++i) {
            setWord(s.seal, places[i], wordAt(s.seal, places[i]) + R);
            vm.expectRevert(HyperKzg.OpeningMismatch.selector);
            call(s);
            s = load("public");
        }
        // Rows of 2^6 entries: no fold is committed, so the blinder lies before the coefficients.
        uint256 blinder = coefficients - 1;
        setWord(s.seal, blinder, wordAt(s.seal, blinder) + R);
        vm.expectRevert(SealVerifier.ScalarNotCanonical.selector);
        call(s);

        s = load("public");
        // Legal are -7 .. 9. Values of so narrow a range are in it by the proof, which is of other ones.
        s.input[3] = 0x0a;
        refused(s, "10");
        s.input[3] = 0xf8;
        refused(s, "-8");
        // Of a wide one, the contract looks at them.
        s = load("public");
        setWord(s.record, 5, 30);
        setWord(s.record, 6, 2);
        setWord(s.record, 10, uint256(int256(-7)));
        setWord(s.record, 11, 4089);
        s.input = new bytes(2 * s.input.length);
        s.input[0] = 0xff;
        s.input[1] = 0xf8;
        vm.expectRevert(SealStatement.InputOutOfRange.selector);
        call(s);
        s.input[1] = 0xf9;
        refused(s, "another input");
        // A range that the width of a value does not hold.
        s = load("public");
        setWord(s.record, 11, 128);
        vm.expectRevert(RecordHeader.BadRecordHeader.selector);
        call(s);

        s = load("public");
        setWord(s.record, 2, wordAt(s.record, 2) ^ 1);
        vm.expectRevert(
            abi.encodeWithSelector(SealVerifier.SrsMismatch.selector, s.srsDigest, bytes32(uint256(s.srsDigest) ^ 1))
        );
        call(s);

        s = load("public");
        s.context = ~s.context;
        // Other challenges, other folds.
        refused(s, "context");
    }

    /// @dev The coefficients in the clear: not those of the last fold; those that a remainder, false itself, says; not those
    /// that fold to the value. And a committed fold that is none. Everything else about each seal is as it should be.
    function test_refuses_forged_openings() external {
        Sealed memory s = load("folded");
        string memory json = files.readFile("test/fixtures/forged_folded.json");
        s.seal = files.parseJsonBytes(json, ".coefficients");
        vm.expectRevert(HyperKzg.OpeningMismatch.selector);
        call(s);
        s.seal = files.parseJsonBytes(json, ".values");
        vm.expectRevert(G1.PairingMismatch.selector);
        call(s);
        s.seal = files.parseJsonBytes(json, ".fold");
        vm.expectRevert(G1.PairingMismatch.selector);
        call(s);
        s.seal = files.parseJsonBytes(json, ".value");
        vm.expectRevert(HyperKzg.OpeningMismatch.selector);
        call(s);
    }

    function test_refuses_bad_points_everywhere() external view {
        Sealed memory s = load("folded");
        uint256 quotients = s.seal.length / 32 - 4;
        // A witness row, halo2's, the committed fold, the last quotient.
        uint256[5] memory places = [uint256(0), 20, 34, quotients - 16 - 4 - 2, quotients + 2];
        for (uint256 i = 0; i < places.length; ++i) {
            uint256 x = wordAt(s.seal, places[i]);
            uint256 y = wordAt(s.seal, places[i] + 1);
            setWord(s.seal, places[i], x + Q);
            refused(s, "x + q");
            setWord(s.seal, places[i], y);
            refused(s, "off the curve");
            setWord(s.seal, places[i], 0);
            setWord(s.seal, places[i] + 1, 0);
            refused(s, "the identity");
            setWord(s.seal, places[i], x);
            setWord(s.seal, places[i] + 1, Q - y);
            refused(s, "negated");
            setWord(s.seal, places[i] + 1, y);
        }
        call(s);
    }

    /// @dev Whatever the bytes are, there is a verdict, and it is no.
    function testFuzz_refuses_garbage(bytes calldata seal, bytes32 context) external view {
        Sealed memory s = load("mixed");
        s.seal = seal;
        s.context = context;
        refused(s, "garbage");
    }

    function testFuzz_refuses_random_changes(uint256 word, uint256 value) external view {
        Sealed memory s = load("mixed");
        word = bound(word, 0, s.seal.length / 32 - 1);
        vm.assume(wordAt(s.seal, word) != value);
        setWord(s.seal, word, value);
        refused(s, "random change");
    }

    function test_starved_of_gas_it_reverts() external view {
        Sealed memory s = load("public");
        for (uint256 gas_ = 20_000; gas_ < 400_000; gas_ += 7_919) {
            try verifier.verify{gas: gas_}(s.record, s.context, s.input, s.output, s.seal) {
                revert("accepted with too little gas");
            } catch {}
        }
    }

    function deployWith(bytes calldata srs, bytes32 digest) external {
        new SealVerifier(srs, digest);
    }

    function test_constructor_checks_the_srs() external {
        Sealed memory s = load("public");
        s.srs[100] ^= 0x01;
        vm.expectRevert(
            abi.encodeWithSelector(SealVerifier.BadSrs.selector, keccak256(abi.encodePacked("verin.srs.v1", s.srs)))
        );
        this.deployWith(s.srs, s.srsDigest);

        s.srs = cut(s.srs, s.srs.length - 64);
        bytes32 digest = keccak256(abi.encodePacked("verin.srs.v1", s.srs));
        vm.expectRevert(abi.encodeWithSelector(SealVerifier.BadSrs.selector, digest));
        this.deployWith(s.srs, digest);
    }

    function test_srs_can_be_read() external view {
        Sealed memory s = load("public");
        vm.assertEq(verifier.srs(), s.srs, "points");
        vm.assertEq(verifier.srsDigest(), s.srsDigest, "digest");
    }

    /// @notice Gas of a bare transaction: 21,000, calldata, execution with everything cold.
    function test_gas() external {
        measure("public");
        measure("private");
        measure("mixed");
        measure("tall");
        files.snapshotValue("SealVerifier", "code bytes", address(verifier).code.length);
        vm.assertLe(address(verifier).code.length, 24_576, "code size");
    }

    function measure(string memory name) private {
        Sealed memory s = load(name);
        bytes memory data = abi.encodeCall(SealVerifier.verify, (s.record, s.context, s.input, s.output, s.seal));
        vm.cool(verifier.srsPointer());
        uint256 before = gasleft();
        (bool ok,) = address(verifier).staticcall(data);
        uint256 used = before - gasleft();
        vm.assertTrue(ok, "valid");
        uint256 calldataGas;
        for (uint256 i = 0; i < data.length; ++i) {
            calldataGas += data[i] == 0 ? 4 : 16;
        }
        files.snapshotValue("SealVerifier", string.concat(name, ": execution"), used);
        files.snapshotValue("SealVerifier", string.concat(name, ": calldata"), calldataGas);
        files.snapshotValue("SealVerifier", string.concat(name, ": transaction"), 21_000 + calldataGas + used);
        // Fixed (with the few public values of the fixtures and the last fold), per opened row, per committed fold.
        vm.assertLe(used, 387_000 + 6_800 * s.rows + 10_300 * s.folds, "cost model");
    }

    function tamperSeal(Sealed memory s) private view {
        for (uint256 i = 0; i < s.seal.length / 32; ++i) {
            uint256 word = wordAt(s.seal, i);
            setWord(s.seal, i, word ^ 1);
            refused(s, "low bit");
            setWord(s.seal, i, 0);
            refused(s, "zero");
            unchecked {
                setWord(s.seal, i, word + R);
            }
            refused(s, "plus the group order");
            if (i != 0 && wordAt(s.seal, i - 1) != word) {
                setWord(s.seal, i, wordAt(s.seal, i - 1));
                refused(s, "the word before");
            }
            setWord(s.seal, i, word);
        }
        call(s);
    }

    function flipBytes(Sealed memory s, bytes memory data, string memory what) private view {
        for (uint256 i = 0; i < data.length; ++i) {
            data[i] ^= 0x01;
            refused(s, what);
            data[i] ^= 0x01;
        }
        call(s);
    }

    function call(Sealed memory s) private view {
        verifier.verify{gas: GAS}(s.record, s.context, s.input, s.output, s.seal);
    }

    function refused(Sealed memory s, string memory what) private view {
        try verifier.verify{gas: GAS}(s.record, s.context, s.input, s.output, s.seal) {
            revert(string.concat("accepted: ", what));
        } catch {}
    }

    function cut(bytes memory data, uint256 length) private pure returns (bytes memory head) {
        head = copy(data);
        assembly ("memory-safe") {
            mstore(head, length)
        }
    }

    function swapHalves(bytes memory data) private pure {
        uint256 half = data.length / 2;
        for (uint256 i = 0; i < half; ++i) {
            (data[i], data[half + i]) = (data[half + i], data[i]);
        }
    }

    function swapPoints(bytes memory data, uint256 a, uint256 b) private pure {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 word = wordAt(data, 2 * a + i);
            setWord(data, 2 * a + i, wordAt(data, 2 * b + i));
            setWord(data, 2 * b + i, word);
        }
    }
}
