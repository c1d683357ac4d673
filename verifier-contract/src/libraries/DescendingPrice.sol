// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Descending price
/// @notice A price that halves every hour, straight within the hour: 0.8 to 1.7 parts in 10,000 a second, so that waiting
/// one block saves about as much as it risks, and a range of 2^24 over a day, so that it passes the fair price even when that
/// has moved a thousandfold since the last time.
/// @dev Prices are in network token wei per 1e18 wei of the token that is sold.
library DescendingPrice {
    uint256 internal constant HALF_LIFE = 1 hours;
    uint256 internal constant UNIT = 1e18;

    /// @notice The price after `elapsed` seconds from `start` on, never below `floor` nor 1.
    function at(uint256 start, uint256 floor, uint256 elapsed) internal pure returns (uint256 price) {
        uint256 halvings = elapsed / HALF_LIFE;
        price = halvings < 256 ? start >> halvings : 0;
        price -= price * (elapsed % HALF_LIFE) / (2 * HALF_LIFE);
        return Math.max(Math.max(price, floor), 1);
    }

    /// @notice What `amount` costs, rounded up: nothing is ever free.
    function cost(uint256 amount, uint256 price) internal pure returns (uint256) {
        return Math.mulDiv(amount, price, UNIT, Math.Rounding.Ceil);
    }
}
