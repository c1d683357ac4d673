// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IMarketTypes} from "../interfaces/IMarketTypes.sol";

/// @title Names of orders
/// @notice The id of a job, and what its requester signs.
library OrderHash {
    bytes32 internal constant TERMS_TYPEHASH = keccak256(
        "Terms(uint256 listingId,bytes32 recordHash,bytes32 inputDigest,bytes4 verifier,address token,uint16 ownerBps,"
        "uint128 floorPrice,uint128 maxPrice,uint128 bond,uint64 curveStart,uint32 curveSeconds,uint64 lockBy,"
        "uint32 proveWindow,uint64 deadline,bool direct,address callback,uint32 callbackGas)"
    );
    bytes32 internal constant ORDER_TYPEHASH = keccak256(
        "Order(address requester,uint256 nonce,Terms terms)"
        "Terms(uint256 listingId,bytes32 recordHash,bytes32 inputDigest,bytes4 verifier,address token,uint16 ownerBps,"
        "uint128 floorPrice,uint128 maxPrice,uint128 bond,uint64 curveStart,uint32 curveSeconds,uint64 lockBy,"
        "uint32 proveWindow,uint64 deadline,bool direct,address callback,uint32 callbackGas)"
    );

    /// @notice A pure function of chain, market, requester, nonce and terms: known before the order is sent, and
    /// another one wherever any of them is another.
    function jobId(address requester, uint256 nonce, IMarketTypes.Terms calldata terms)
        internal
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(block.chainid, address(this), requester, nonce, terms));
    }

    /// @notice The EIP-712 struct hash of an order. The requester is part of it: contracts with one key between
    /// them do not sign for each other.
    function structHash(address requester, uint256 nonce, IMarketTypes.Terms calldata terms)
        internal
        pure
        returns (bytes32)
    {
        // Every member is one word, encoded by EIP-712 as the ABI encodes it.
        bytes32 termsHash = keccak256(abi.encode(TERMS_TYPEHASH, terms));
        return keccak256(abi.encode(ORDER_TYPEHASH, requester, nonce, termsHash));
    }
}
