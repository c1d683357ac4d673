// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Treasury} from "../../src/governance/Treasury.sol";
import {Test} from "../base/Test.sol";
import {TreasuryHandler} from "./TreasuryHandler.sol";

contract TreasuryInvariants is Test {
    TreasuryHandler private handler;
    Treasury private bank;

    function setUp() external {
        handler = new TreasuryHandler();
        bank = handler.bank();
        targetContract(address(handler));
    }

    /// @dev Invariant 12, of education.
    function invariant_educations_credit_is_the_sum_of_floors() external view {
        for (uint256 i = 0; i < handler.TOKENS(); ++i) {
            uint256 credit = bank.educationOf(handler.tokens(i));
            vm.assertEq(credit + handler.taught(i), handler.floors(i), "per token, to the wei");
        }
    }

    function invariant_nothing_is_lost_and_the_credit_is_covered() external view {
        for (uint256 i = 0; i < handler.TOKENS(); ++i) {
            IERC20 token = handler.tokens(i);
            uint256 held = token.balanceOf(address(bank));
            vm.assertEq(held + handler.spent(i) + handler.taught(i), handler.paidIn(i), "all that came in");
            vm.assertEq(bank.freeOf(token) + bank.educationOf(token), held, "free and education's");
        }
    }
}
