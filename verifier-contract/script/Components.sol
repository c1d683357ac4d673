// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Component} from "./Component.sol";
import {AuditAttestationsComponent} from "./components/AuditAttestations.sol";
import {EmergencyStopComponent} from "./components/EmergencyStop.sol";
import {InferenceMarketComponent} from "./components/InferenceMarket.sol";
import {InferenceVerifierComponent} from "./components/InferenceVerifier.sol";
import {IntelligenceRewardsComponent} from "./components/IntelligenceRewards.sol";
import {ModelRegistryComponent} from "./components/ModelRegistry.sol";
import {NetworkTokenComponent} from "./components/NetworkToken.sol";
import {RecordStoreComponent} from "./components/RecordStore.sol";
import {RecordVerifierComponent} from "./components/RecordVerifier.sol";
import {SealVerifierComponent} from "./components/SealVerifier.sol";
import {TimelockControllerComponent} from "./components/TimelockController.sol";
import {VerifierRouterComponent} from "./components/VerifierRouter.sol";

/// @notice All contracts, in the order of deployment: a constructor that asks another contract comes after it.
function components() returns (Component[] memory list) {
    list = new Component[](12);
    uint256 i;
    list[i++] = new TimelockControllerComponent();
    list[i++] = new RecordStoreComponent();
    list[i++] = new SealVerifierComponent();
    list[i++] = new RecordVerifierComponent();
    list[i++] = new VerifierRouterComponent();
    list[i++] = new EmergencyStopComponent();
    list[i++] = new ModelRegistryComponent();
    list[i++] = new InferenceVerifierComponent();
    list[i++] = new AuditAttestationsComponent();
    list[i++] = new NetworkTokenComponent();
    list[i++] = new IntelligenceRewardsComponent();
    list[i++] = new InferenceMarketComponent();
    assert(i == list.length);
}
