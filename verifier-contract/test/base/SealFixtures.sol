// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SealVerifier} from "../../src/verify/SealVerifier.sol";
import {Test} from "./Test.sol";

/// @notice The cheatcodes that read fixtures and write measurements.
interface FixtureVm {
    function readFile(string calldata path) external view returns (string memory);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function snapshotValue(string calldata group, string calldata name, uint256 value) external;
}

/// @notice Real seals of a small circuit, made by prover/tests/native_verifier.
abstract contract SealFixtures is Test {
    FixtureVm internal constant files = FixtureVm(address(vm));

    struct Sealed {
        bytes srs;
        bytes32 srsDigest;
        bytes record;
        bytes32 context;
        bytes input;
        bytes output;
        bytes seal;
        uint256 rows;
        uint256 folds;
    }

    function load(string memory name) internal view returns (Sealed memory s) {
        string memory json = files.readFile(string.concat("test/fixtures/seal_", name, ".json"));
        s.srs = files.parseJsonBytes(json, ".srs");
        s.srsDigest = files.parseJsonBytes32(json, ".srsDigest");
        s.record = files.parseJsonBytes(json, ".record");
        s.context = files.parseJsonBytes32(json, ".context");
        s.input = files.parseJsonBytes(json, ".input");
        s.output = files.parseJsonBytes(json, ".output");
        s.seal = files.parseJsonBytes(json, ".seal");
        s.rows = files.parseJsonUint(json, ".rows");
        s.folds = files.parseJsonUint(json, ".folds");
    }

    function deployFor(Sealed memory s) internal returns (SealVerifier) {
        return new SealVerifier(s.srs, s.srsDigest);
    }

    function copy(bytes memory data) internal pure returns (bytes memory) {
        return bytes.concat(data);
    }

    function wordAt(bytes memory data, uint256 index) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 0x20), shl(5, index)))
        }
    }

    /// @notice Overwrites word `index` of `data`.
    function setWord(bytes memory data, uint256 index, uint256 value) internal pure {
        require(32 * index + 32 <= data.length, "past the end");
        assembly ("memory-safe") {
            mstore(add(add(data, 0x20), shl(5, index)), value)
        }
    }
}
