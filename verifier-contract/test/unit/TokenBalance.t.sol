// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {TokenBalance} from "../../src/libraries/TokenBalance.sol";
import {NotTokens} from "../base/NotTokens.sol";
import {PaymentToken} from "../base/Tokens.sol";

/// @notice Has a word to say.
contract Refusing {
    error NotToday(address account);

    function balanceOf(address account) external pure returns (uint256) {
        revert NotToday(account);
    }
}

contract TokenBalanceTest is NotTokens {
    /// @dev A call of its own, so that what is expected to revert is all of it.
    function balance(IERC20 token, address account) external view returns (uint256) {
        return TokenBalance.read(token, account);
    }

    function testFuzz_it_is_the_tokens_number(address account, uint256 amount) external {
        vm.assume(account != address(0));
        PaymentToken token = new PaymentToken(6);
        token.mint(account, amount);
        vm.assertEq(this.balance(token, account), amount, "balance");
    }

    function test_what_is_no_token_is_named() external {
        IERC20[4] memory all = notTokens();
        for (uint256 i = 0; i < all.length; ++i) {
            expectNotAToken(all[i]);
            this.balance(all[i], address(this));
        }
    }

    function test_what_a_token_says_is_passed_on() external {
        IERC20 token = IERC20(address(new Refusing()));
        vm.expectRevert(abi.encodeWithSelector(Refusing.NotToday.selector, address(this)));
        this.balance(token, address(this));
    }
}
