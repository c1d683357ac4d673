// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ITreasury} from "../interfaces/ITreasury.sol";
import {TokenBalance} from "../libraries/TokenBalance.sol";

/// @title Treasury
/// @notice Income, gifts and the allocation; education's part of the income; payments by the timelock.
/// @dev Every token has books of its own, so that one that misbehaves harms no other.
contract Treasury is ITreasury, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice Education's part of an income, in percent.
    uint256 public constant EDUCATION_PERCENT = 8;
    /// @notice From the appointment of a beneficiary to its effect.
    uint256 public constant APPOINTMENT_NOTICE = 90 days;

    /// @inheritdoc ITreasury
    address public immutable timelock;

    /// @inheritdoc ITreasury
    mapping(IERC20 token => uint256) public educationOf;
    address private _beneficiary;
    address private _next;
    uint256 private _effectiveAt;

    modifier onlyTimelock() {
        require(msg.sender == timelock, NotTimelock(msg.sender));
        _;
    }

    /// @param timelock_ Who spends.
    /// @param beneficiary_ Who owns education's credit.
    constructor(address timelock_, address beneficiary_) {
        require(timelock_ != address(0) && beneficiary_ != address(0), ZeroAddress());
        timelock = timelock_;
        _beneficiary = beneficiary_;
        emit BeneficiaryChanged(beneficiary_, block.timestamp);
    }

    /// @inheritdoc ITreasury
    function receiveIncome(IERC20 token, uint256 amount) external nonReentrant {
        uint256 received = _pull(token, amount);
        uint256 education = Math.mulDiv(received, EDUCATION_PERCENT, 100);
        educationOf[token] += education;
        emit IncomeReceived(token, msg.sender, received, education);
    }

    /// @inheritdoc ITreasury
    function donate(IERC20 token, uint256 amount) external nonReentrant {
        emit DonationReceived(token, msg.sender, _pull(token, amount));
    }

    /// @inheritdoc ITreasury
    function spend(IERC20 token, address to, uint256 amount) external nonReentrant onlyTimelock {
        uint256 free = freeOf(token);
        require(amount <= free, InsufficientFunds(token, amount, free));
        emit Spent(token, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc ITreasury
    function withdrawEducation(IERC20 token, address to) external nonReentrant returns (uint256 amount) {
        address owner = beneficiary();
        if (msg.sender == timelock) require(to == owner, NotToBeneficiary(to));
        else require(msg.sender == owner, NotBeneficiary(msg.sender));
        amount = educationOf[token];
        require(amount != 0, NothingToWithdraw(token));
        delete educationOf[token];
        emit EducationWithdrawn(token, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc ITreasury
    function transferBeneficiary(address next) external {
        require(msg.sender == beneficiary(), NotBeneficiary(msg.sender));
        require(next != address(0), ZeroAddress());
        // An appointment that is not in effect yet stays: the present beneficiary cannot keep a later one out.
        if (block.timestamp >= _effectiveAt) (_next, _effectiveAt) = (address(0), 0);
        _beneficiary = next;
        emit BeneficiaryChanged(next, block.timestamp);
    }

    /// @inheritdoc ITreasury
    function appointBeneficiary(address next) external onlyTimelock {
        require(next != address(0), ZeroAddress());
        _beneficiary = beneficiary();
        (_next, _effectiveAt) = (next, block.timestamp + APPOINTMENT_NOTICE);
        emit BeneficiaryChanged(next, _effectiveAt);
    }

    /// @inheritdoc ITreasury
    function beneficiary() public view returns (address) {
        return _effectiveAt != 0 && block.timestamp >= _effectiveAt ? _next : _beneficiary;
    }

    /// @inheritdoc ITreasury
    function appointed() external view returns (address next, uint256 effectiveAt) {
        if (block.timestamp < _effectiveAt) (next, effectiveAt) = (_next, _effectiveAt);
    }

    /// @inheritdoc ITreasury
    function freeOf(IERC20 token) public view returns (uint256) {
        return Math.saturatingSub(TokenBalance.read(token, address(this)), educationOf[token]);
    }

    /// @dev Measures what arrives: some tokens take a fee.
    function _pull(IERC20 token, uint256 amount) private returns (uint256) {
        uint256 before = TokenBalance.read(token, address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        return TokenBalance.read(token, address(this)) - before;
    }
}
