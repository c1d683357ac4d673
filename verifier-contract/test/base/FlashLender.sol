// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice Is lent tokens until its function returns.
interface IFlashBorrower {
    function onLoan(IERC20 token, uint256 amount) external;
}

/// @notice Lends all it has, for nothing, within one call.
contract FlashLender {
    error NotRepaid(uint256 lent, uint256 back);

    function lend(IERC20 token, IFlashBorrower to) external {
        uint256 lent = token.balanceOf(address(this));
        token.transfer(address(to), lent);
        to.onLoan(token, lent);
        uint256 back = token.balanceOf(address(this));
        require(back >= lent, NotRepaid(lent, back));
    }
}
