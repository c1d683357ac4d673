// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketRequests} from "../interfaces/IMarketRequests.sol";
import {MarketRequests} from "./MarketRequests.sol";
import {MarketStorage} from "./MarketStorage.sol";

/// @title The rows that run in `MarketRequests`
/// @notice Each call is handed on as it is. The other contract is fixed at deployment, has the same wiring, the same storage
/// layout and the same reentrancy guard; nothing can be exchanged.
abstract contract Delegating is MarketStorage, IMarketRequests {
    /// @notice Where the code of these rows is.
    MarketRequests public immutable requests;

    constructor(MarketRequests requests_) {
        require(requests_.wiringHash() == wiringHash, WrongWiring());
        requests = requests_;
    }

    /// @inheritdoc IMarketRequests
    function request(uint256, Terms calldata, bytes calldata) external returns (bytes32) {
        _delegate();
    }

    /// @inheritdoc IMarketRequests
    function requestFor(address, uint256, Terms calldata, bytes calldata, bytes calldata, Permit calldata)
        external
        returns (bytes32)
    {
        _delegate();
    }

    /// @inheritdoc IMarketRequests
    function invalidateNonces(uint256, uint256) external {
        _delegate();
    }

    /// @inheritdoc IMarketRequests
    function noticeCancel(bytes32) external {
        _delegate();
    }

    /// @inheritdoc IMarketRequests
    function cancel(bytes32) external {
        _delegate();
    }

    /// @inheritdoc IMarketRequests
    function expire(bytes32) external {
        _delegate();
    }

    /// @inheritdoc IMarketRequests
    function reserve(bytes32, uint256, address) external {
        _delegate();
    }

    /// @inheritdoc IMarketRequests
    function deliver(bytes32, bytes calldata) external {
        _delegate();
    }

    /// @inheritdoc IMarketRequests
    function acknowledge(bytes32) external {
        _delegate();
    }

    /// @inheritdoc IMarketRequests
    function registerKey(bytes32) external {
        _delegate();
    }

    /// @inheritdoc IMarketRequests
    function endReservation(bytes32) external {
        _delegate();
    }

    function _delegate() private {
        address code = address(requests);
        // Takes all memory there is: it does not return to Solidity.
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), code, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}
