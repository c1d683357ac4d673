// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Who wants to be told
/// @notice What a requester may name as the callback of a job.
interface IInferenceCallback {
    /// @notice A seal has proved the output of `jobId`. The receiver checks that the caller is the market it trusts
    /// and that the job is its own. Called at most once with success; what it returns or throws is ignored.
    function onInference(bytes32 jobId, bytes calldata output) external;
}
