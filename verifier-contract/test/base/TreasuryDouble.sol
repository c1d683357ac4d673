// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice TEST ONLY. Pulls what it is told to, and remembers how much of it was income. Of `ITreasury` it has what
/// rewards and auctions call.
contract TreasuryDouble {
    mapping(IERC20 token => uint256) public income;

    function receiveIncome(IERC20 token, uint256 amount) external {
        income[token] += amount;
        token.transferFrom(msg.sender, address(this), amount);
    }
}
