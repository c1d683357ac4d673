// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {scriptVm} from "./base/ScriptVm.sol";

/// @notice All that a deployment can choose; everything else is code.
/// @param chainId The chain it is for.
/// @param deployer Who sends the transactions. It has no right in what it deploys.
/// @param minDelay Seconds between a proposal to the timelock and its execution.
/// @param proposers Who may propose to the timelock, and cancel.
/// @param executors Who may execute what the timelock has let pass; the zero address for anyone.
/// @param guardian Who may pull the emergency stop.
/// @param srs The points of the SRS, as the seal verifier takes them.
/// @param srsDigest What they hash to.
/// @param canaryRecords Records under which a contradiction stops the verifier.
/// @param team Receives 20 % of the supply.
/// @param venture Receives 7 %.
/// @param treasury Receives 16 %, and what is not burned of the fees.
/// @param advisors Receives 6 %.
/// @param management Receives 5 %.
/// @param reserve Receives 7 %.
struct Parameters {
    uint256 chainId;
    address deployer;
    uint256 minDelay;
    address[] proposers;
    address[] executors;
    address guardian;
    bytes srs;
    bytes32 srsDigest;
    bytes[] canaryRecords;
    address team;
    address venture;
    address treasury;
    address advisors;
    address management;
    address reserve;
}

using ParametersFile for Parameters global;

/// @title Parameters from a file
/// @notice Reads `script/parameters/NAME.json` and refuses what cannot be meant.
library ParametersFile {
    /// @dev The chain of forge and anvil, where the delay may be short.
    uint256 internal constant LOCAL_CHAIN = 31_337;
    uint256 internal constant MIN_DELAY = 3 days;
    uint256 internal constant MAX_DELAY = 30 days;

    /// @notice The parameter has no value yet.
    error NotSet(string parameter);
    /// @notice The parameter has a value that it must not have.
    error OutOfBounds(string parameter, uint256 value);
    /// @notice The file is for another chain.
    error WrongChain(uint256 expected, uint256 got);

    /// @notice The parameters in a file, as they are.
    function read(string memory name) internal view returns (Parameters memory p) {
        string memory json = scriptVm.readFile(string.concat("script/parameters/", name, ".json"));
        p.chainId = scriptVm.parseJsonUint(json, ".chainId");
        p.deployer = scriptVm.parseJsonAddress(json, ".deployer");
        p.minDelay = scriptVm.parseJsonUint(json, ".timelock.minDelay");
        p.proposers = scriptVm.parseJsonAddressArray(json, ".timelock.proposers");
        p.executors = scriptVm.parseJsonAddressArray(json, ".timelock.executors");
        p.guardian = scriptVm.parseJsonAddress(json, ".guardian");
        p.team = scriptVm.parseJsonAddress(json, ".allocation.team");
        p.venture = scriptVm.parseJsonAddress(json, ".allocation.venture");
        p.treasury = scriptVm.parseJsonAddress(json, ".allocation.treasury");
        p.advisors = scriptVm.parseJsonAddress(json, ".allocation.advisors");
        p.management = scriptVm.parseJsonAddress(json, ".allocation.management");
        p.reserve = scriptVm.parseJsonAddress(json, ".allocation.reserve");
        p.srsDigest = scriptVm.parseJsonBytes32(json, ".srs.digest");
        string memory srsFile = scriptVm.parseJsonString(json, ".srs.file");
        if (bytes(srsFile).length != 0) p.srs = scriptVm.parseJsonBytes(scriptVm.readFile(srsFile), ".srs");
        string[] memory canaries = scriptVm.parseJsonStringArray(json, ".canaryRecords");
        p.canaryRecords = new bytes[](canaries.length);
        for (uint256 i = 0; i < canaries.length; ++i) {
            p.canaryRecords[i] = scriptVm.parseJsonBytes(scriptVm.readFile(canaries[i]), ".record");
        }
    }

    /// @notice Reverts unless the parameters can be deployed on this chain.
    function validate(Parameters memory p) internal view {
        require(p.chainId == block.chainid, WrongChain(p.chainId, block.chainid));
        bool local = p.chainId == LOCAL_CHAIN;
        require(p.minDelay <= MAX_DELAY && (local || p.minDelay >= MIN_DELAY), OutOfBounds("minDelay", p.minDelay));
        require(p.proposers.length != 0, NotSet("proposers"));
        for (uint256 i = 0; i < p.proposers.length; ++i) {
            _isSet(p.proposers[i], "proposers");
            require(local || p.proposers[i] != p.deployer, OutOfBounds("proposers", i));
        }
        require(p.executors.length != 0, NotSet("executors"));
        require(p.srs.length != 0 && p.srsDigest != 0, NotSet("srs"));
        require(p.canaryRecords.length != 0, NotSet("canaryRecords"));
        _isSet(p.deployer, "deployer");
        _isSet(p.guardian, "guardian");
        _isSet(p.team, "team");
        _isSet(p.venture, "venture");
        _isSet(p.treasury, "treasury");
        _isSet(p.advisors, "advisors");
        _isSet(p.management, "management");
        _isSet(p.reserve, "reserve");
    }

    function _isSet(address account, string memory parameter) private pure {
        require(account != address(0), NotSet(parameter));
    }
}
