// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Treasury} from "../../src/governance/Treasury.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {StakingDeployment} from "../base/StakingDeployment.sol";

/// @notice Ten payers of three tokens, a timelock that spends and two schools that take turns.
contract TreasuryHandler is StakingDeployment {
    uint256 public constant ACTORS = 10;
    uint256 public constant TOKENS = 3;

    Treasury public immutable bank;
    IERC20[TOKENS] public tokens;
    address[2] private schools = [actor("school"), actor("other school")];

    mapping(uint256 token => uint256) public floors;
    mapping(uint256 token => uint256) public paidIn;
    mapping(uint256 token => uint256) public spent;
    mapping(uint256 token => uint256) public taught;

    constructor() {
        bank = new Treasury(timelock, schools[0]);
        treasury = address(bank);
        for (uint256 i = 0; i < TOKENS; ++i) {
            deployStaking();
            tokens[i] = token;
            // The allocation: no income.
            paidIn[i] = token.balanceOf(address(bank));
            for (uint256 j = 0; j < ACTORS; ++j) {
                vm.prank(team);
                token.transfer(account(j), 1_000_000e18);
                vm.prank(account(j));
                token.approve(address(bank), type(uint256).max);
            }
        }
    }

    function account(uint256 seed) public pure returns (address) {
        return address(uint160(0xAC700 + seed % ACTORS));
    }

    function payable_(uint256 which, uint256 who, uint256 amount, bool small) private view returns (uint256) {
        uint256 held = tokens[which % TOKENS].balanceOf(account(who));
        // Small ones, too, where the floor matters.
        uint256 most = small ? 200 : 1_000e18;
        return bound(amount, 0, held < most ? held : most);
    }

    function income(uint256 which, uint256 who, uint256 amount, bool small) external {
        amount = payable_(which, who, amount, small);
        vm.prank(account(who));
        bank.receiveIncome(tokens[which % TOKENS], amount);
        floors[which % TOKENS] += amount * 8 / 100;
        paidIn[which % TOKENS] += amount;
    }

    function donate(uint256 which, uint256 who, uint256 amount, bool plainly) external {
        amount = payable_(which, who, amount, false);
        vm.prank(account(who));
        if (plainly) tokens[which % TOKENS].transfer(address(bank), amount);
        else bank.donate(tokens[which % TOKENS], amount);
        paidIn[which % TOKENS] += amount;
    }

    function spend(uint256 which, uint256 to, uint256 amount, bool all) external {
        uint256 free = bank.freeOf(tokens[which % TOKENS]);
        amount = all ? free : bound(amount, 0, free);
        vm.prank(timelock);
        bank.spend(tokens[which % TOKENS], account(to), amount);
        spent[which % TOKENS] += amount;
    }

    function overspend(uint256 which, uint256 by) external {
        IERC20 token_ = tokens[which % TOKENS];
        uint256 free = bank.freeOf(token_);
        uint256 amount = free + bound(by, 1, type(uint128).max);
        vm.prank(timelock);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.InsufficientFunds.selector, token_, amount, free));
        bank.spend(token_, timelock, amount);
    }

    function teach(uint256 which, uint256 to, bool byTimelock) external {
        IERC20 token_ = tokens[which % TOKENS];
        if (bank.educationOf(token_) == 0) return;
        address school = bank.beneficiary();
        vm.prank(byTimelock ? timelock : school);
        taught[which % TOKENS] += bank.withdrawEducation(token_, byTimelock ? school : account(to));
    }

    function appoint(uint256 which) external {
        vm.prank(timelock);
        bank.appointBeneficiary(schools[which % 2]);
    }

    function pass(uint256 duration) external {
        wait_(bound(duration, 1, 60 days));
    }
}
