// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {VestingWallet} from "@openzeppelin/contracts/finance/VestingWallet.sol";
import {VestingWalletCliff} from "@openzeppelin/contracts/finance/VestingWalletCliff.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {TokenBalance} from "../libraries/TokenBalance.sol";

/// @title Vesting vault
/// @notice Holds one part of the supply and releases it to its beneficiary: nothing before the cliff, then what has
/// grown linearly since the start. Nobody can speed it up or take it back. The beneficiary may sell its place.
/// @dev Tokens in here are not staked and have no vote.
contract VestingVault is VestingWalletCliff {
    /// @notice Whose part it is; that decides the terms.
    enum Part {
        Team,
        Venture,
        Advisors,
        Management
    }

    /// @notice Whose part it is.
    Part public immutable part;

    /// @notice A vault without a beneficiary would keep its tokens for ever.
    error NeedsBeneficiary();

    /// @param part_ Whose part it holds.
    /// @param beneficiary Whom it releases to.
    /// @param start_ When it begins to grow.
    constructor(Part part_, address beneficiary, uint64 start_)
        VestingWallet(beneficiary, start_, _durationOf(part_))
        VestingWalletCliff(_cliffOf(part_))
    {
        part = part_;
    }

    /// @notice Always reverts.
    function renounceOwnership() public pure override {
        revert NeedsBeneficiary();
    }

    /// @notice What of `token` has grown by `timestamp`, released or not. An address that is no token is refused by name.
    function vestedAmount(address token, uint64 timestamp) public view override returns (uint256) {
        return _vestingSchedule(TokenBalance.read(IERC20(token), address(this)) + released(token), timestamp);
    }

    function _durationOf(Part part_) private pure returns (uint64) {
        if (part_ == Part.Advisors) return 2 * 365 days;
        return part_ == Part.Venture ? 3 * 365 days : 4 * 365 days;
    }

    function _cliffOf(Part part_) private pure returns (uint64) {
        return part_ == Part.Advisors ? 182 days : 365 days;
    }
}
