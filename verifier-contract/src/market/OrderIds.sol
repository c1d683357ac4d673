// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {EIP712} from "solady/utils/EIP712.sol";
import {IMarketRequests} from "../interfaces/IMarketRequests.sol";
import {OrderHash} from "../libraries/OrderHash.sol";
import {MarketStorage} from "./MarketStorage.sol";

/// @title What an order is called, and what its requester signs
abstract contract OrderIds is MarketStorage, IMarketRequests, EIP712 {
    using BitMaps for BitMaps.BitMap;

    /// @inheritdoc IMarketRequests
    function orderDigest(address requester, uint256 nonce, Terms calldata terms) public view returns (bytes32) {
        return _hashTypedData(OrderHash.structHash(requester, nonce, terms));
    }

    /// @inheritdoc IMarketRequests
    function jobIdOf(address requester, uint256 nonce, Terms calldata terms) public view returns (bytes32) {
        return OrderHash.jobId(requester, nonce, terms);
    }

    /// @inheritdoc IMarketRequests
    function nonceUsed(address requester, uint256 nonce) public view returns (bool) {
        return _nonces[requester].get(nonce);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Verin Inference Market", "1");
    }
}
