// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Treasury
/// @notice Holds the network's tokens. 8 % of each income, rounded down, belongs to education from the moment it
/// arrives; the rest is spent by the timelock.
/// @dev Income is what is paid in by `receiveIncome`. The allocation of the supply, gifts by `donate` and tokens
/// sent here in any other way are no income.
interface ITreasury {
    /// @notice `amount` came in from `from`; education was credited `education` of it.
    event IncomeReceived(IERC20 indexed token, address indexed from, uint256 amount, uint256 education);
    /// @notice `from` gave `amount`.
    event DonationReceived(IERC20 indexed token, address indexed from, uint256 amount);
    /// @notice The timelock spent `amount`.
    event Spent(IERC20 indexed token, address indexed to, uint256 amount);
    /// @notice `amount` of education's credit was paid out to `to`.
    event EducationWithdrawn(IERC20 indexed token, address indexed to, uint256 amount);
    /// @notice Education's credit belongs to `beneficiary` from `effectiveAt` on.
    event BeneficiaryChanged(address indexed beneficiary, uint256 effectiveAt);

    /// @notice The zero address cannot take part.
    error ZeroAddress();
    /// @notice Only the timelock may do this.
    error NotTimelock(address caller);
    /// @notice Only the education beneficiary may do this.
    error NotBeneficiary(address caller);
    /// @notice The timelock pays education's credit to nobody but the beneficiary.
    error NotToBeneficiary(address to);
    /// @notice More than the treasury holds beyond education's credit.
    error InsufficientFunds(IERC20 token, uint256 asked, uint256 free);
    /// @notice Nothing is credited.
    error NothingToWithdraw(IERC20 token);

    /// @notice Pulls `amount` from the caller as income. Anyone may call.
    /// @dev What counts is by how much the balance rose.
    function receiveIncome(IERC20 token, uint256 amount) external;

    /// @notice Pulls `amount` from the caller as a gift. Anyone may call.
    function donate(IERC20 token, uint256 amount) external;

    /// @notice Pays `amount` to `to`. Timelock only; never out of education's credit.
    function spend(IERC20 token, address to, uint256 amount) external;

    /// @notice Pays the whole of education's credit: the beneficiary may name any `to`, the timelock only it.
    /// @return amount What was paid.
    function withdrawEducation(IERC20 token, address to) external returns (uint256 amount);

    /// @notice The beneficiary hands over to another, at once.
    function transferBeneficiary(address next) external;

    /// @notice The timelock appoints another beneficiary, after a notice in which the present one can take out
    /// all there is. Replaces an appointment that is not in effect yet.
    function appointBeneficiary(address next) external;

    /// @notice Who spends.
    function timelock() external view returns (address);
    /// @notice Who owns education's credit now.
    function beneficiary() external view returns (address);
    /// @notice Who was appointed and from when on; zero where nobody is.
    function appointed() external view returns (address next, uint256 effectiveAt);
    /// @notice Education's credit that is not paid out yet.
    function educationOf(IERC20 token) external view returns (uint256);
    /// @notice What the timelock may spend.
    function freeOf(IERC20 token) external view returns (uint256);
}
