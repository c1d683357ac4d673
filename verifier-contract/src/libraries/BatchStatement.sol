// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Slots of a batch
/// @notice Inputs and outputs of a batch are the slots' bytes, one after another, all of one length.
library BatchStatement {
    /// @notice Slot `index` of `data`. Reverts when `data` ends before the slot does.
    function slot(bytes calldata data, uint256 index, uint256 slotBytes) internal pure returns (bytes calldata) {
        return data[index * slotBytes:(index + 1) * slotBytes];
    }

    /// @notice Whether all bytes are zero.
    function isZero(bytes calldata data) internal pure returns (bool) {
        uint256 whole = data.length & ~uint256(31);
        uint256 seen;
        for (uint256 offset = 0; offset < whole; offset += 32) {
            seen |= uint256(bytes32(data[offset:]));
        }
        // The cast pads a short tail with zeros on the right.
        if (whole != data.length) seen |= uint256(bytes32(data[whole:]));
        return seen == 0;
    }
}
