// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RevenueShare} from "../../src/revenue/RevenueShare.sol";
import {Test} from "../base/Test.sol";
import {PaymentToken} from "../base/Tokens.sol";
import {RevenueHandler} from "./RevenueHandler.sol";

contract RevenueInvariants is Test {
    RevenueHandler private handler;
    RevenueShare private share;

    function setUp() external {
        handler = new RevenueHandler();
        share = handler.subject();
        targetContract(address(handler));
    }

    function claimable(PaymentToken token) private view returns (uint256 sum) {
        for (uint256 i = 0; i <= handler.ACTORS(); ++i) {
            sum += share.claimable(token, handler.account(i));
        }
    }

    /// @dev For the hostile token too: what it does to balances does not reach the books.
    function invariant_revenue_is_claimed_claimable_or_to_come() external view {
        for (uint256 i = 0; i < handler.TOKENS(); ++i) {
            PaymentToken token = handler.tokens(i);
            uint256 sum = share.claimed(token) + claimable(token) + share.unstreamed(token);
            vm.assertEq(share.received(token), handler.arrived(i), "received");
            vm.assertEq(share.claimed(token), handler.claimed(i), "claimed");
            vm.assertLe(sum, share.received(token), "never more");
            vm.assertLe(share.received(token), sum + handler.ACTORS() + 1, "dust below one unit a holder");
        }
    }

    function invariant_honest_tokens_back_what_is_owed() external view {
        for (uint256 i = 0; i < 3; ++i) {
            PaymentToken token = handler.tokens(i);
            vm.assertEq(token.balanceOf(address(share)), share.received(token) - share.claimed(token), "to the unit");
        }
    }

    function invariant_the_supply_is_fixed() external view {
        uint256 sum;
        for (uint256 i = 0; i <= handler.ACTORS(); ++i) {
            sum += share.balanceOf(handler.account(i));
        }
        vm.assertEq(sum, share.totalSupply(), "all with the holders");
        vm.assertEq(sum, share.SHARES(), "no more, no less");
    }
}
