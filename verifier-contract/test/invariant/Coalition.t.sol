// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "../base/Test.sol";
import {CoalitionHandler} from "./CoalitionHandler.sol";

contract CoalitionInvariants is Test {
    CoalitionHandler private handler;

    function setUp() external {
        handler = new CoalitionHandler();
        targetContract(address(handler));
    }

    /// @dev Not even the fees' quarter is won back: it is what washing costs at least.
    function invariant_a_closed_coalition_loses_a_quarter_of_its_fees() external view {
        uint256 lost = handler.feesPaid() / 4;
        vm.assertLe(handler.wealth() + lost, handler.endowment() + 1_000, "a loss, but for rounding");
    }

    /// @dev The actions reach what the invariant is about: washed fees are sold, to the coalition too, and rewarded.
    function test_the_coalition_plays_all_its_roles() external {
        handler.wash(1, 0, 1, 2, 100e18);
        handler.wash(0, 0, 1, 2, 100e18);
        handler.honestWork(1, 0, 1, 100e18);
        uint256 before = handler.wealth();
        handler.outbid(0, 3, 50e18, 1 hours);
        vm.assertLt(handler.wealth(), before, "overpaid");
        for (uint256 i = 0; i < 9; ++i) {
            handler.pass(1 hours);
        }
        handler.pass(1 days);
        handler.close();
        vm.assertEq(
            handler.subject().potOf(0, handler.paymentToken(1)).proceeds, 50e18 * 20 + 150e18 * 10, "sold to both"
        );
        before = handler.endowment();
        handler.claim(0, 1);
        handler.claim(0, 2);
        vm.assertLt(handler.wealth(), before - handler.feesPaid() / 4, "and lost");
        vm.assertLt(before - handler.feesPaid() * 3, handler.wealth(), "but was rewarded");
    }
}
