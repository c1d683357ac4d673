// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISettlementMarket} from "../interfaces/ISettlementMarket.sol";
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
contract SettlementMarket is Governed, Credits, OrderIds, Settlement, Delegating {
    /// @param wiring What it is deployed with; the rewards contract must name this address as its market.
    /// @param requests Deployed with the same.
    constructor(Wiring memory wiring, MarketRequests requests) MarketStorage(wiring) Delegating(requests) {
        require(wiring.rewards.market() == address(this), WrongWiring());
        guardian = wiring.guardian;
        emit GuardianChanged(wiring.guardian);
    }

    /// @inheritdoc ISettlementMarket
    function job(bytes32 jobId) external view returns (Job memory) {
        return _jobs[jobId];
    }

    /// @inheritdoc ISettlementMarket
    function priceAt(bytes32 jobId, uint256 timestamp) external view returns (uint256) {
        return _priceAt(_in(jobId, Status.Open), timestamp);
    }

    /// @inheritdoc ISettlementMarket
    function limitOf(bytes32 jobId) external view returns (uint256) {
        Job storage live = _jobs[jobId];
        require(live.status >= Status.Open && live.status <= Status.Locked, WrongStatus(jobId, live.status));
        return _limitOf(live);
    }

    /// @inheritdoc ISettlementMarket
    function creditOf(address account, IERC20 token) external view returns (uint256) {
        return _credits[account][token];
    }

    /// @inheritdoc ISettlementMarket
    function freeCollateralOf(address account, IERC20 token) external view returns (uint256) {
        return _free[account][token];
    }

    /// @inheritdoc ISettlementMarket
    function potsOf(IERC20 token) external view returns (Pots memory) {
        return _pots[token];
    }

    /// @inheritdoc ISettlementMarket
    function rulesOf(IERC20 token) external view returns (TokenRules memory) {
        return _rules[token];
    }

    /// @inheritdoc ISettlementMarket
    function keyOf(address prover) external view returns (bytes32) {
        return _keys[prover];
    }
}
