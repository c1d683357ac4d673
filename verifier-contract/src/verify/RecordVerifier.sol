// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRecordStore} from "../interfaces/IRecordStore.sol";
import {IRecordVerifier} from "../interfaces/IRecordVerifier.sol";
import {ISealVerifier} from "../interfaces/ISealVerifier.sol";

/// @title Verification by record hash
/// @notice Loads a record from the store and hands it to the seal verifier. Holds no state and has no owner.
contract RecordVerifier is IRecordVerifier {
    /// @notice Where records are read from.
    IRecordStore public immutable store;
    /// @notice What decides.
    ISealVerifier public immutable verifier;

    /// @notice The verifier or the store has no code: a call to it would succeed without deciding anything.
    error NoCode(address account);

    /// @param store_ Where records are read from.
    /// @param verifier_ What decides.
    constructor(IRecordStore store_, ISealVerifier verifier_) {
        require(address(store_).code.length != 0, NoCode(address(store_)));
        require(address(verifier_).code.length != 0, NoCode(address(verifier_)));
        store = store_;
        verifier = verifier_;
    }

    /// @inheritdoc IRecordVerifier
    /// @dev The two `verify` functions have heads of equal size, so the caller's arguments are forwarded as they
    /// are; only the first word changes, from the record's hash to the offset of its bytes, which the store's
    /// answer is copied to behind the rest. That is one copy of everything.
    function verify(bytes32 recordHash, bytes32, bytes calldata, bytes calldata, bytes calldata) external view {
        address store_ = address(store);
        address verifier_ = address(verifier);
        bytes4 readSelector = IRecordStore.read.selector;
        bytes4 verifySelector = ISealVerifier.verify.selector;
        assembly ("memory-safe") {
            function bubble() {
                let m := mload(0x40)
                returndatacopy(m, 0, returndatasize())
                revert(m, returndatasize())
            }
            let call_ := mload(0x40)
            mstore(call_, readSelector)
            mstore(add(call_, 0x04), recordHash)
            if iszero(staticcall(gas(), store_, call_, 0x24, 0, 0)) { bubble() }

            calldatacopy(call_, 0, calldatasize())
            mstore(call_, or(verifySelector, shr(32, shl(32, mload(call_)))))
            mstore(add(call_, 0x04), sub(calldatasize(), 0x04))
            // The answer is the ABI encoding of one byte string: an offset (0x20), a length, the bytes.
            let size := sub(returndatasize(), 0x20)
            returndatacopy(add(call_, calldatasize()), 0x20, size)
            if iszero(staticcall(gas(), verifier_, call_, add(calldatasize(), size), 0, 0)) { bubble() }
        }
    }
}
