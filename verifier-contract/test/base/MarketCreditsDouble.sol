// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IMarketCredits} from "../../src/interfaces/IMarketCredits.sol";

/// @notice TEST ONLY. Credits that a test declares, paid as the market pays them.
contract MarketCreditsDouble is IMarketCredits {
    mapping(address account => mapping(IERC20 token => uint256)) public credits;

    error NoCredit(address account);

    function credit(address account, IERC20 token, uint256 amount) external {
        credits[account][token] += amount;
    }

    function withdraw(IERC20 token, address to) external returns (uint256 amount) {
        amount = credits[msg.sender][token];
        require(amount != 0, NoCredit(msg.sender));
        delete credits[msg.sender][token];
        token.transfer(to, amount);
    }
}
