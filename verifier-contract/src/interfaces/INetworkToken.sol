// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Network token
/// @notice A fixed supply that can only shrink.
interface INetworkToken is IERC20 {
    /// @notice Who holds the supply at deployment.
    /// @param contributors 39 %, paid out by the rewards contract over three years.
    /// @param team 20 %, team and stakeholders.
    /// @param venture 7 %, venture investors.
    /// @param treasury 16 %.
    /// @param advisors 6 %.
    /// @param management 5 %, management and developers.
    /// @param reserve 7 %.
    struct Allocation {
        address contributors;
        address team;
        address venture;
        address treasury;
        address advisors;
        address management;
        address reserve;
    }

    /// @notice Destroys `value` of the caller's tokens.
    function burn(uint256 value) external;
}
