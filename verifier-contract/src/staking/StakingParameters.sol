// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IProverStaking} from "../interfaces/IProverStaking.sol";

/// @title Parameters and roles of the staking contract
/// @notice All in the hands of the timelock, within fixed bounds. None of them can keep stake from leaving.
abstract contract StakingParameters is IProverStaking, AccessControl {
    /// @inheritdoc IProverStaking
    bytes32 public constant MARKET_ROLE = keccak256("verin.staking.market");
    /// @inheritdoc IProverStaking
    bytes32 public constant SLASHER_ROLE = keccak256("verin.staking.slasher");
    /// @notice Upper bound of the minimum stake and of the stake per lock.
    uint256 public constant MAX_STAKE_PARAMETER = 1_000_000e18;
    /// @notice Lower bound of both.
    uint256 public constant MIN_STAKE_PARAMETER = 1e18;
    /// @notice The most that a slash may ever take at once: half.
    uint256 public constant MAX_SLASH_BPS = 5_000;

    Parameters private _parameters;

    constructor(address timelock, Parameters memory initial, address[] memory markets, address[] memory slashers) {
        require(timelock != address(0), ZeroAddress());
        _grantRole(DEFAULT_ADMIN_ROLE, timelock);
        for (uint256 i = 0; i < markets.length; ++i) {
            _grantRole(MARKET_ROLE, markets[i]);
        }
        for (uint256 i = 0; i < slashers.length; ++i) {
            _grantRole(SLASHER_ROLE, slashers[i]);
        }
        _set(initial);
    }

    /// @inheritdoc IProverStaking
    function setParameters(Parameters calldata parameters_) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _set(parameters_);
    }

    /// @inheritdoc IProverStaking
    function parameters() public view returns (Parameters memory) {
        return _parameters;
    }

    function _set(Parameters memory p) private {
        _checkBounds("minimumStake", p.minimumStake, MIN_STAKE_PARAMETER, MAX_STAKE_PARAMETER);
        _checkBounds("stakePerLock", p.stakePerLock, MIN_STAKE_PARAMETER, MAX_STAKE_PARAMETER);
        _checkBounds("maxSlashBps", p.maxSlashBps, 1, MAX_SLASH_BPS);
        // Slashed to itself, stake would be counted as gone and lie here for ever.
        require(p.slashAuction != address(0) && p.slashAuction != address(this), ZeroAddress());
        _parameters = p;
        emit ParametersSet(p);
    }

    function _checkBounds(bytes32 name, uint256 value, uint256 low, uint256 high) private pure {
        require(value >= low && value <= high, ParameterOutOfBounds(name, value, low, high));
    }
}
