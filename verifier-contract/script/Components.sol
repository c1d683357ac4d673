// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {scriptVm} from "./base/ScriptVm.sol";
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
    list[i++] = deployed(type(TimelockControllerComponent).name);
    list[i++] = deployed(type(RecordStoreComponent).name);
    list[i++] = deployed(type(SealVerifierComponent).name);
    list[i++] = deployed(type(RecordVerifierComponent).name);
    list[i++] = deployed(type(VerifierRouterComponent).name);
    list[i++] = deployed(type(EmergencyStopComponent).name);
    list[i++] = deployed(type(ModelRegistryComponent).name);
    list[i++] = deployed(type(InferenceVerifierComponent).name);
    list[i++] = deployed(type(AuditAttestationsComponent).name);
    list[i++] = deployed(type(NetworkTokenComponent).name);
    list[i++] = deployed(type(IntelligenceRewardsComponent).name);
    list[i++] = deployed(type(InferenceMarketComponent).name);
    assert(i == list.length);
}

/// @dev From its artifact: `new` would put the code of every component into every script.
function deployed(string memory name) returns (Component) {
    return Component(scriptVm.deployCode(name));
}
