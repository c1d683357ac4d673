// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {scriptVm} from "./base/ScriptVm.sol";

/// @notice All that a deployment can choose; everything else is code.
/// @param chainId The chain it is for.
/// @param deployer Who sends the transactions. It has no right in what it deploys.
/// @param guardian May pull the emergency stop, and pause the market.
/// @param srs The points of the SRS, as the seal verifier takes them.
/// @param srsDigest What they hash to.
/// @param canaryRecords Records under which a contradiction stops the verifier.
/// @param education Owns education's part of the treasury's income.
/// @param team Beneficiary of the vault with 20 % of the supply.
/// @param venture Of the one with 7 %.
/// @param advisors Of the one with 6 %.
/// @param management Of the one with 5 %.
/// @param reserve Receives 7 %, at once.
/// @param vestingStart When the vaults begin to grow.
/// @param minimumStake Own stake that a prover needs.
/// @param stakePerLock Bonded stake that each open lock needs.
/// @param maxSlashBps The most that one slash may take of a prover's stake, in 1/10,000.
/// @param collateralFloor The least collateral of a job paid in network tokens.
/// @param bondFloor The least bond of a private one.
struct Parameters {
    uint256 chainId;
    address deployer;
    address guardian;
    bytes srs;
    bytes32 srsDigest;
    bytes[] canaryRecords;
    address education;
    address team;
    address venture;
    address advisors;
    address management;
    address reserve;
    uint64 vestingStart;
    uint128 minimumStake;
    uint128 stakePerLock;
    uint16 maxSlashBps;
    uint120 collateralFloor;
    uint120 bondFloor;
}

using ParametersFile for Parameters global;

/// @title Parameters from a file
/// @notice Reads `script/parameters/NAME.json` and refuses what cannot be meant.
library ParametersFile {
    using SafeCast for uint256;

    /// @dev The first of January 2025: before it there was no network, so a digit is missing.
    uint256 internal constant EARLIEST_VESTING = 1_735_689_600;
    /// @dev The latest start of the vaults, from now; milliseconds are far beyond.
    uint256 internal constant LATEST_VESTING = 365 days;
    /// @dev The bounds of the contracts.
    uint256 internal constant MIN_STAKE = 1e18;
    uint256 internal constant MAX_STAKE = 1_000_000e18;
    uint256 internal constant MAX_SLASH_BPS = 5_000;
    uint256 internal constant MAX_FLOOR = 1e24;

    /// @notice The parameter has no value yet.
    error NotSet(string parameter);
    /// @notice The parameter has a value that it must not have.
    error OutOfBounds(string parameter, uint256 value);
    /// @notice The deployer would keep what the parameter names somebody for.
    error IsDeployer(string parameter);
    /// @notice The file is for another chain.
    error WrongChain(uint256 expected, uint256 got);

    /// @notice The parameters in a file, as they are.
    function read(string memory name) internal view returns (Parameters memory p) {
        string memory json = scriptVm.readFile(string.concat("script/parameters/", name, ".json"));
        p.chainId = scriptVm.parseJsonUint(json, ".chainId");
        p.deployer = scriptVm.parseJsonAddress(json, ".deployer");
        p.guardian = scriptVm.parseJsonAddress(json, ".guardian");
        p.srsDigest = scriptVm.parseJsonBytes32(json, ".srs.digest");
        string memory srsFile = scriptVm.parseJsonString(json, ".srs.file");
        if (bytes(srsFile).length != 0) p.srs = scriptVm.parseJsonBytes(scriptVm.readFile(srsFile), ".srs");
        string[] memory canaries = scriptVm.parseJsonStringArray(json, ".canaryRecords");
        p.canaryRecords = new bytes[](canaries.length);
        for (uint256 i = 0; i < canaries.length; ++i) {
            p.canaryRecords[i] = scriptVm.parseJsonBytes(scriptVm.readFile(canaries[i]), ".record");
        }
        p.education = scriptVm.parseJsonAddress(json, ".education");
        p.team = scriptVm.parseJsonAddress(json, ".allocation.team");
        p.venture = scriptVm.parseJsonAddress(json, ".allocation.venture");
        p.advisors = scriptVm.parseJsonAddress(json, ".allocation.advisors");
        p.management = scriptVm.parseJsonAddress(json, ".allocation.management");
        p.reserve = scriptVm.parseJsonAddress(json, ".allocation.reserve");
        p.vestingStart = scriptVm.parseJsonUint(json, ".vestingStart").toUint64();
        p.minimumStake = scriptVm.parseJsonUint(json, ".staking.minimumStake").toUint128();
        p.stakePerLock = scriptVm.parseJsonUint(json, ".staking.stakePerLock").toUint128();
        p.maxSlashBps = scriptVm.parseJsonUint(json, ".staking.maxSlashBps").toUint16();
        p.collateralFloor = scriptVm.parseJsonUint(json, ".market.collateralFloor").toUint120();
        p.bondFloor = scriptVm.parseJsonUint(json, ".market.bondFloor").toUint120();
    }

    /// @notice Reverts unless the parameters can be deployed on this chain.
    function validate(Parameters memory p) internal view {
        require(p.chainId == block.chainid, WrongChain(p.chainId, block.chainid));
        require(p.deployer != address(0), NotSet("deployer"));
        _checkAccount(p, p.guardian, "guardian");
        require(p.srs.length != 0 && p.srsDigest != 0, NotSet("srs"));
        require(p.canaryRecords.length != 0, NotSet("canaryRecords"));
        _checkAccount(p, p.education, "education");
        _checkAccount(p, p.team, "team");
        _checkAccount(p, p.venture, "venture");
        _checkAccount(p, p.advisors, "advisors");
        _checkAccount(p, p.management, "management");
        _checkAccount(p, p.reserve, "reserve");
        _checkNumber(p.vestingStart, EARLIEST_VESTING, block.timestamp + LATEST_VESTING, "vestingStart");
        _checkNumber(p.minimumStake, MIN_STAKE, MAX_STAKE, "minimumStake");
        _checkNumber(p.stakePerLock, MIN_STAKE, MAX_STAKE, "stakePerLock");
        _checkNumber(p.maxSlashBps, 1, MAX_SLASH_BPS, "maxSlashBps");
        // A market without a floor may be meant, but then nobody would know that it was.
        _checkNumber(p.collateralFloor, 1, MAX_FLOOR, "collateralFloor");
        _checkNumber(p.bondFloor, 1, MAX_FLOOR, "bondFloor");
    }

    function _checkAccount(Parameters memory p, address account, string memory parameter) private pure {
        require(account != address(0), NotSet(parameter));
        require(account != p.deployer, IsDeployer(parameter));
    }

    function _checkNumber(uint256 value, uint256 low, uint256 high, string memory parameter) private pure {
        require(value != 0, NotSet(parameter));
        require(value >= low && value <= high, OutOfBounds(parameter, value));
    }
}
