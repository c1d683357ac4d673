// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {INetworkToken} from "./INetworkToken.sol";

/// @title Recorder of paid work
/// @notice What the settlement market asks of the rewards contract: to take the fees of paid work, in whatever token they were
/// paid, and to remember whose work it was.
interface IWorkRecorder {
    /// @notice Pulls the fees from the market, which approved them, and records one job per fee. Market only.
    /// @param paymentToken The token of the fees.
    /// @param prover Whom the jobs paid.
    /// @param creators Per job, whoever has the listing.
    /// @param fees Per job, its fee.
    function recordWork(IERC20 paymentToken, address prover, address[] calldata creators, uint256[] calldata fees)
        external;

    /// @notice The network's token.
    function token() external view returns (INetworkToken);

    /// @notice The only account that may record work.
    function market() external view returns (address);
}
