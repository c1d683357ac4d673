// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Timelock
/// @notice Everything that governance decides happens here, three days after it was queued. The governor alone
/// proposes and cancels; anyone executes. There is no admin but the timelock itself, and never was one.
contract VerinTimelock is TimelockController {
    /// @notice Seconds from queueing to execution.
    uint256 public constant DELAY = 3 days;

    /// @notice The delay is part of a sum that must stay under the unbonding period.
    error DelayIsFixed();
    /// @notice The zero address cannot take part.
    error ZeroAddress();

    /// @param governor The only proposer; may be deployed after this contract.
    constructor(address governor) TimelockController(DELAY, _only(governor), _only(address(0)), address(0)) {
        require(governor != address(0), ZeroAddress());
    }

    /// @notice Always reverts: the delay does not change.
    function updateDelay(uint256) public pure override {
        revert DelayIsFixed();
    }

    function _only(address account) private pure returns (address[] memory accounts) {
        accounts = new address[](1);
        accounts[0] = account;
    }
}
