// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {PlainToken} from "./MarketTokens.sol";

/// @notice A contract with one key.
contract KeyWallet is IERC1271 {
    address public immutable key;

    constructor(address key_) {
        key = key_;
    }

    function approve(PlainToken token, address spender) external {
        token.approve(spender, type(uint256).max);
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view virtual returns (bytes4) {
        return ECDSA.recover(digest, signature) == key ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Answers in ways no honest wallet does.
contract EvilWallet is KeyWallet {
    enum Mood {
        Short,
        Dirty,
        Burning,
        Bombing,
        Reverting
    }

    Mood public mood;

    constructor() KeyWallet(address(1)) {}

    function become(Mood mood_) external {
        mood = mood_;
    }

    function isValidSignature(bytes32, bytes calldata) external view override returns (bytes4 magic) {
        magic = IERC1271.isValidSignature.selector;
        Mood is_ = mood;
        if (is_ == Mood.Reverting) revert("no");
        if (is_ == Mood.Burning) {
            while (true) magic = bytes4(keccak256(abi.encode(magic)));
        }
        assembly {
            mstore(0, magic)
            if eq(is_, 0) { return(0, 4) }
            if eq(is_, 1) {
                mstore(0, or(magic, 1))
                return(0, 32)
            }
            revert(0, 100000)
        }
    }
}
