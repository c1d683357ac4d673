// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @notice Numbers as the documents write them.
library Amounts {
    uint256 private constant UNIT = 1e18;

    /// @notice 1,234,567
    function commas(uint256 value) internal pure returns (string memory) {
        if (value < 1_000) return Strings.toString(value);
        return string.concat(commas(value / 1_000), ",", _tail(1_000 + value % 1_000, 3));
    }

    /// @notice An amount of a token with 18 decimals, none of them dropped: 1,234.5
    function text(uint256 amount) internal pure returns (string memory) {
        uint256 fraction = amount % UNIT;
        if (fraction == 0) return commas(amount / UNIT);
        uint256 digits = 18;
        for (; fraction % 10 == 0; fraction /= 10) {
            --digits;
        }
        return string.concat(commas(amount / UNIT), ".", _tail(10 ** digits + fraction, digits));
    }

    /// @notice A gain or a loss: +1.5, -1.5 or 0.
    function signed(int256 amount) internal pure returns (string memory) {
        if (amount == 0) return "0";
        return amount > 0 ? string.concat("+", text(uint256(amount))) : string.concat("-", text(uint256(-amount)));
    }

    /// @dev The last digits of a number, leading zeros included.
    function _tail(uint256 value, uint256 digits) private pure returns (string memory) {
        bytes memory all = bytes(Strings.toString(value));
        bytes memory tail = new bytes(digits);
        for (uint256 i = 0; i < digits; ++i) {
            tail[i] = all[all.length - digits + i];
        }
        return string(tail);
    }
}
