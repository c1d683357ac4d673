// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {TokenBalance} from "../../src/libraries/TokenBalance.sol";
import {Test} from "./Test.sol";

/// @notice Addresses that somebody may take for a token.
abstract contract NotTokens is Test {
    /// @notice One without code, one that reverts without a word, one that answers nothing, one that answers less than a number.
    function notTokens() internal returns (IERC20[4] memory all) {
        all[0] = IERC20(actor("no code"));
        all[1] = _at("reverts", hex"5f5ffd");
        all[2] = _at("answers nothing", hex"00");
        all[3] = _at("answers 31 bytes", hex"601f5ff3");
    }

    /// @notice The next call must say that `account` is no token.
    function expectNotAToken(IERC20 account) internal {
        vm.expectRevert(abi.encodeWithSelector(TokenBalance.NotAToken.selector, account));
    }

    function _at(string memory name, bytes memory code) private returns (IERC20) {
        address account = actor(name);
        vm.etch(account, code);
        return IERC20(account);
    }
}
