// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Treasury} from "../../src/governance/Treasury.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {NotTokens} from "../base/NotTokens.sol";

/// @notice A payment token, which takes a fee of a tenth on request.
contract PaymentToken is ERC20 {
    bool private immutable _takesFee;

    constructor(bool takesFee) ERC20("Payment", "PAY") {
        _takesFee = takesFee;
        _mint(msg.sender, 1e30);
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = _takesFee && from != address(0) && to != address(0) ? value / 10 : 0;
        if (fee != 0) super._update(from, address(0), fee);
        super._update(from, to, value - fee);
    }
}

contract TreasuryTest is NotTokens {
    address private timelock = actor("timelock");
    address private school = actor("school");
    address private other = actor("other school");
    address private stranger = actor("stranger");
    Treasury private treasury = new Treasury(timelock, school);
    IERC20 private token = new PaymentToken(false);

    function setUp() external {
        vm.warp(1_800_000_000);
        token.approve(address(treasury), type(uint256).max);
    }

    function withdraw(address caller, address to) private returns (uint256) {
        vm.prank(caller);
        return treasury.withdrawEducation(token, to);
    }

    function test_income_credits_education_at_once() external {
        vm.expectEmit(address(treasury));
        emit ITreasury.IncomeReceived(token, address(this), 1_012, 80);
        treasury.receiveIncome(token, 1_012);
        vm.assertEq(treasury.educationOf(token), 80, "floor of 80.96");
        vm.assertEq(treasury.freeOf(token), 932, "the rest");
        treasury.receiveIncome(token, 12);
        vm.assertEq(treasury.educationOf(token), 80, "each income is floored by itself");
        treasury.receiveIncome(token, 13);
        vm.assertEq(treasury.educationOf(token), 81, "1.04");
    }

    function test_gifts_and_plain_transfers_credit_nothing() external {
        vm.expectEmit(address(treasury));
        emit ITreasury.DonationReceived(token, address(this), 1_000);
        treasury.donate(token, 1_000);
        token.transfer(address(treasury), 500);
        vm.assertEq(treasury.educationOf(token), 0, "education");
        vm.assertEq(treasury.freeOf(token), 1_500, "free");
    }

    function test_what_counts_is_what_arrives() external {
        token = new PaymentToken(true);
        token.approve(address(treasury), type(uint256).max);
        treasury.receiveIncome(token, 1_000);
        vm.assertEq(treasury.educationOf(token), 72, "8 % of 900");
        vm.assertEq(treasury.freeOf(token), 828, "the rest");
    }

    function test_what_is_no_token_is_named() external {
        IERC20[4] memory all = notTokens();
        for (uint256 i = 0; i < all.length; ++i) {
            expectNotAToken(all[i]);
            treasury.receiveIncome(all[i], 1);
            expectNotAToken(all[i]);
            treasury.donate(all[i], 0);
            expectNotAToken(all[i]);
            treasury.freeOf(all[i]);
            expectNotAToken(all[i]);
            vm.prank(timelock);
            treasury.spend(all[i], stranger, 0);
        }
    }

    function test_tokens_have_books_of_their_own() external {
        IERC20 second = new PaymentToken(false);
        second.approve(address(treasury), 5_000);
        treasury.receiveIncome(token, 1_000);
        treasury.receiveIncome(second, 5_000);
        vm.assertEq(treasury.educationOf(token), 80, "first");
        vm.assertEq(treasury.educationOf(second), 400, "second");
    }

    function test_the_timelock_spends_all_but_educations_credit() external {
        treasury.receiveIncome(token, 1_000);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.InsufficientFunds.selector, token, 921, 920));
        vm.prank(timelock);
        treasury.spend(token, stranger, 921);
        vm.expectEmit(address(treasury));
        emit ITreasury.Spent(token, stranger, 920);
        vm.prank(timelock);
        treasury.spend(token, stranger, 920);
        vm.assertEq(token.balanceOf(stranger), 920, "spent");
        vm.assertEq(withdraw(school, school), 80, "education has its part");
    }

    function test_nobody_else_spends() external {
        treasury.donate(token, 1_000);
        address[2] memory others = [stranger, school];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(ITreasury.NotTimelock.selector, others[i]));
            treasury.spend(token, others[i], 1);
        }
    }

    function test_the_beneficiary_pulls_to_where_it_likes() external {
        treasury.receiveIncome(token, 1_000);
        vm.expectEmit(address(treasury));
        emit ITreasury.EducationWithdrawn(token, other, 80);
        vm.assertEq(withdraw(school, other), 80, "amount");
        vm.assertEq(token.balanceOf(other), 80, "paid");
        vm.expectRevert(abi.encodeWithSelector(ITreasury.NothingToWithdraw.selector, token));
        withdraw(school, other);
    }

    function test_the_timelock_pays_it_to_the_beneficiary_only() external {
        treasury.receiveIncome(token, 1_000);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.NotToBeneficiary.selector, stranger));
        withdraw(timelock, stranger);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.NotBeneficiary.selector, stranger));
        withdraw(stranger, school);
        vm.assertEq(withdraw(timelock, school), 80, "to it");
        vm.assertEq(token.balanceOf(school), 80, "paid");
    }

    function test_the_beneficiary_hands_over() external {
        vm.expectRevert(abi.encodeWithSelector(ITreasury.NotBeneficiary.selector, timelock));
        vm.prank(timelock);
        treasury.transferBeneficiary(other);
        vm.startPrank(school);
        vm.expectRevert(ITreasury.ZeroAddress.selector);
        treasury.transferBeneficiary(address(0));
        treasury.transferBeneficiary(other);
        vm.stopPrank();
        vm.assertEq(treasury.beneficiary(), other, "at once");
    }

    function test_an_appointment_takes_ninety_days() external {
        treasury.receiveIncome(token, 1_000);
        vm.prank(timelock);
        treasury.appointBeneficiary(other);
        (address next, uint256 since) = treasury.appointed();
        vm.assertEq(next, other, "who");
        vm.assertEq(since, time() + 90 days, "when");
        vm.warp(since - 1);
        vm.assertEq(withdraw(school, school), 80, "time to take everything out");
        vm.warp(since);
        vm.assertEq(treasury.beneficiary(), other, "in effect");
        (next, since) = treasury.appointed();
        vm.assertEq(next, address(0), "nobody is appointed");
        vm.expectRevert(abi.encodeWithSelector(ITreasury.NotBeneficiary.selector, school));
        withdraw(school, school);
        vm.prank(other);
        treasury.transferBeneficiary(stranger);
        vm.assertEq(treasury.beneficiary(), stranger, "the new one hands over as well");
        vm.prank(timelock);
        treasury.appointBeneficiary(school);
        vm.assertEq(treasury.beneficiary(), stranger, "and stays until the next appointment");
    }

    /// @dev Handing over to itself does not keep an appointed one out.
    function test_an_appointment_outlives_a_handover() external {
        vm.prank(timelock);
        treasury.appointBeneficiary(other);
        vm.prank(school);
        treasury.transferBeneficiary(stranger);
        vm.assertEq(treasury.beneficiary(), stranger, "at once");
        vm.warp(time() + 90 days);
        vm.assertEq(treasury.beneficiary(), other, "as announced");
    }

    function test_appointments_are_the_timelocks() external {
        vm.expectRevert(abi.encodeWithSelector(ITreasury.NotTimelock.selector, address(this)));
        treasury.appointBeneficiary(other);
        vm.prank(timelock);
        vm.expectRevert(ITreasury.ZeroAddress.selector);
        treasury.appointBeneficiary(address(0));
        vm.expectRevert(ITreasury.ZeroAddress.selector);
        this.deployWith(address(0), school);
        vm.expectRevert(ITreasury.ZeroAddress.selector);
        this.deployWith(timelock, address(0));
    }

    function deployWith(address timelock_, address beneficiary) external {
        new Treasury(timelock_, beneficiary);
    }

    function testFuzz_the_credit_is_the_sum_of_floors(uint96[8] memory incomes) external {
        uint256 sum;
        uint256 total;
        for (uint256 i = 0; i < 8; ++i) {
            treasury.receiveIncome(token, incomes[i]);
            total += incomes[i];
            uint256 credit = treasury.educationOf(token) - sum;
            // floor(8 %), by its defining inequalities.
            vm.assertLe(credit * 100, uint256(incomes[i]) * 8, "at most 8 %");
            vm.assertLt(uint256(incomes[i]) * 8, (credit + 1) * 100, "and the most such");
            sum += credit;
        }
        vm.assertEq(treasury.freeOf(token) + sum, total, "nothing lost");
    }
}
