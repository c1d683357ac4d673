// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IInferenceMarket} from "../interfaces/IInferenceMarket.sol";
import {Credits} from "./Credits.sol";
import {Delegating} from "./Delegating.sol";
import {Governed} from "./Governed.sol";
import {MarketRequests} from "./MarketRequests.sol";
import {MarketStorage} from "./MarketStorage.sol";
import {OrderIds} from "./OrderIds.sol";
import {Settlement} from "./Settlement.sol";

/// @title Inference market
/// @notice Holds the price of each live job and the collateral of whoever took it, and pays them out as the fifteen rows of
/// docs/contracts/market.md say. Per token, balance = escrow + held and free collateral + bonds + credits + pots, always
/// (and what somebody sent here unasked).
contract InferenceMarket is Governed, Credits, OrderIds, Settlement, Delegating {
    /// @param wiring What it is deployed with; the rewards contract must name this address as its market.
    /// @param requests Deployed with the same.
    /// @param rules Of the network's own token, which is the first on the list: without any, nothing could be requested before
    /// the first decision of governance.
    constructor(Wiring memory wiring, MarketRequests requests, TokenRules memory rules)
        MarketStorage(wiring)
        Delegating(requests)
    {
        require(wiring.rewards.market() == address(this), WrongWiring());
        guardian = wiring.guardian;
        emit GuardianChanged(wiring.guardian);
        _setTokenRules(networkToken, rules);
    }

    /// @inheritdoc IInferenceMarket
    function job(bytes32 jobId) external view returns (Job memory) {
        return _jobs[jobId];
    }

    /// @inheritdoc IInferenceMarket
    function priceAt(bytes32 jobId, uint256 timestamp) external view returns (uint256) {
        return _priceAt(_in(jobId, Status.Open), timestamp);
    }

    /// @inheritdoc IInferenceMarket
    function limitOf(bytes32 jobId) external view returns (uint256) {
        Job storage live = _jobs[jobId];
        require(live.status >= Status.Open && live.status <= Status.Locked, WrongStatus(jobId, live.status));
        return _limitOf(live);
    }

    /// @inheritdoc IInferenceMarket
    function creditOf(address account, IERC20 token) external view returns (uint256) {
        return _credits[account][token];
    }

    /// @inheritdoc IInferenceMarket
    function freeCollateralOf(address account, IERC20 token) external view returns (uint256) {
        return _free[account][token];
    }

    /// @inheritdoc IInferenceMarket
    function potsOf(IERC20 token) external view returns (Pots memory) {
        return _pots[token];
    }

    /// @inheritdoc IInferenceMarket
    function rulesOf(IERC20 token) external view returns (TokenRules memory) {
        return _rules[token];
    }

    /// @inheritdoc IInferenceMarket
    function keyOf(address prover) external view returns (bytes32) {
        return _keys[prover];
    }
}
