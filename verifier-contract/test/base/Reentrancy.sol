// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Test} from "./Test.sol";
import {HostileToken} from "./Tokens.sol";

/// @notice Calls functions of a contract in the middle of a transfer that the contract makes.
abstract contract Reentrancy is Test {
    /// @dev Each must be refused by its guard, and not by what the guard stands before.
    function assertGuarded(HostileToken evil, address target, bytes[] memory calls, function() internal transfer)
        internal
    {
        bytes memory refused = abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        for (uint256 i = 0; i < calls.length; ++i) {
            evil.arm(target, calls[i]);
            transfer();
            vm.assertEq(evil.answer(), refused, "refused by the guard");
        }
    }
}
