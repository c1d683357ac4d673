// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {LibCall} from "solady/utils/LibCall.sol";
import {IInferenceCallback} from "../interfaces/IInferenceCallback.sol";
import {IInferenceMarket} from "../interfaces/IInferenceMarket.sol";
import {MarketStorage} from "./MarketStorage.sol";

/// @title Telling the requester's contract
/// @notice The last thing a settlement does, and nothing depends on it: a low-level call with the order's gas, of whose
/// answer nothing is copied.
abstract contract Callbacks is MarketStorage, IInferenceMarket {
    /// @dev What the call itself may cost beyond the gas that is passed on.
    uint256 private constant CALL_GAS = 10_000;

    /// @inheritdoc IInferenceMarket
    function retryCallback(bytes32 jobId, bytes calldata output) external nonReentrant {
        Job storage settled = _jobs[jobId];
        require(settled.callbackPending && keccak256(output) == settled.outputDigest, NothingToRetry());
        settled.callbackPending = false;
        emit CallbackRetried(jobId, settled.terms.callback);
        require(_call(settled.terms.callback, gasleft(), jobId, output), CallbackReverted());
    }

    /// @dev Whoever settles chooses the gas of the transaction, so it must not be able to make the call fail by it.
    function _callBack(bytes32 jobId, Job storage settled, bytes calldata output) internal {
        (address callback, uint256 needed) = (settled.terms.callback, settled.terms.callbackGas);
        if (callback == address(0)) return;
        // 1/64 of what is left stays here.
        uint256 least = needed * 64 / 63 + CALL_GAS;
        if (!_call(callback, needed, least, jobId, output)) {
            settled.callbackPending = true;
            emit CallbackFailed(jobId, callback);
        }
    }

    function _call(address callback, uint256 gas_, uint256 least, bytes32 jobId, bytes calldata output)
        private
        returns (bool ok)
    {
        bytes memory data = abi.encodeCall(IInferenceCallback.onInference, (jobId, output));
        require(gasleft() >= least, InsufficientGas(least));
        (ok,,) = LibCall.tryCall(callback, 0, gas_, 0, data);
    }

    function _call(address callback, uint256 gas_, bytes32 jobId, bytes calldata output) private returns (bool) {
        return _call(callback, gas_, 0, jobId, output);
    }
}
