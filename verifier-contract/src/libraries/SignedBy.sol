// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {LibCall} from "solady/utils/LibCall.sol";

/// @title Whether an account signed
/// @notice ECDSA first, whether or not the account has code: an EIP-7702 account has code and still its key. Then
/// ERC-1271, with a bounded amount of gas, of whose answer one word is looked at.
library SignedBy {
    uint256 internal constant ERC1271_GAS = 300_000;

    /// @notice Whether `signature` is one of `signer` for `digest`, at this moment.
    function isValid(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError error_,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (error_ == ECDSA.RecoverError.NoError && recovered == signer) return true;
        if (signer.code.length == 0) return false;
        (bool ok,, bytes memory answer) = LibCall.tryStaticCall(
            signer, ERC1271_GAS, 32, abi.encodeCall(IERC1271.isValidSignature, (digest, signature))
        );
        return ok && answer.length == 32 && bytes32(answer) == bytes32(IERC1271.isValidSignature.selector);
    }
}
