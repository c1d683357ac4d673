// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @notice What every test needs: cheatcodes, bounded fuzz inputs, named actors, and the target list that
/// forge reads for invariant tests.
/// @dev Forge makes `new` in a test a cheatcode (`dynamic_test_linking`). Where a constructor reverts, that reverts, and ends
/// the function it stands in: an expected revert would end the test, and what follows would pass unseen. So a `new` that is to
/// fail stands in a function of its own, which the test calls from outside.
abstract contract Test {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    address[] private _targets;

    /// @notice The contracts an invariant campaign calls; forge calls every contract when the list is empty.
    function targetContracts() external view returns (address[] memory) {
        return _targets;
    }

    function targetContract(address target) internal {
        _targets.push(target);
    }

    /// @notice A number in [low, high] that depends on `seed`; numbers already in there stay as they are.
    function bound(uint256 seed, uint256 low, uint256 high) internal pure returns (uint256) {
        if (seed >= low && seed <= high) return seed;
        uint256 size = high - low + 1;
        return size == 0 ? seed : low + seed % size;
    }

    /// @notice The block's time. Not `block.timestamp`, which the optimizer reads once per function: it does not
    /// know that a cheatcode can move the clock.
    function time() internal view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    function actor(string memory name) internal returns (address account) {
        account = address(uint160(uint256(keccak256(bytes(name)))));
        vm.label(account, name);
    }
}
