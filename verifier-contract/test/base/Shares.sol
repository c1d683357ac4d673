// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";

/// @notice TEST ONLY. Says of itself what a revenue share says; the registry asks no more.
contract SaysItShares is ERC165 {
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == 0x5d18f986 || super.supportsInterface(interfaceId);
    }
}

/// @notice TEST ONLY. Knows ERC-165, shares nothing.
contract SharesNothing is ERC165 {}
