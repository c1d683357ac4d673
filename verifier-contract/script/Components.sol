// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {scriptVm} from "./base/ScriptVm.sol";
import {Component} from "./Component.sol";
import {AuditAttestationsComponent} from "./components/AuditAttestations.sol";
import {EmergencyStopComponent} from "./components/EmergencyStop.sol";
import {FeeAuctionComponent} from "./components/FeeAuction.sol";
import {InferenceMarketComponent} from "./components/InferenceMarket.sol";
import {InferenceVerifierComponent} from "./components/InferenceVerifier.sol";
import {IntelligenceRewardsComponent} from "./components/IntelligenceRewards.sol";
import {MarketRequestsComponent} from "./components/MarketRequests.sol";
import {ModelRegistryComponent} from "./components/ModelRegistry.sol";
import {NetworkTokenComponent} from "./components/NetworkToken.sol";
import {ProverStakingComponent} from "./components/ProverStaking.sol";
import {RecordStoreComponent} from "./components/RecordStore.sol";
import {RecordVerifierComponent} from "./components/RecordVerifier.sol";
import {RevenueShareFactoryComponent} from "./components/RevenueShareFactory.sol";
import {SealVerifierComponent} from "./components/SealVerifier.sol";
import {SlashAuctionComponent} from "./components/SlashAuction.sol";
import {StakedVotesComponent} from "./components/StakedVotes.sol";
import {TreasuryComponent} from "./components/Treasury.sol";
import {VerifierRouterComponent} from "./components/VerifierRouter.sol";
import {VerinGovernorComponent} from "./components/VerinGovernor.sol";
import {VerinTimelockComponent} from "./components/VerinTimelock.sol";
import {
    AdvisorsVaultComponent,
    ManagementVaultComponent,
    TeamVaultComponent,
    VentureVaultComponent
} from "./components/VestingVault.sol";

/// @notice All contracts, in the order of deployment: a constructor that asks another contract comes after it.
function components() returns (Component[] memory list) {
    list = new Component[](24);
    uint256 i;
    list[i++] = deployed(type(VerinTimelockComponent).name);
    list[i++] = deployed(type(RecordStoreComponent).name);
    list[i++] = deployed(type(SealVerifierComponent).name);
    list[i++] = deployed(type(RecordVerifierComponent).name);
    list[i++] = deployed(type(VerifierRouterComponent).name);
    list[i++] = deployed(type(EmergencyStopComponent).name);
    list[i++] = deployed(type(ModelRegistryComponent).name);
    list[i++] = deployed(type(InferenceVerifierComponent).name);
    list[i++] = deployed(type(AuditAttestationsComponent).name);
    list[i++] = deployed(type(TreasuryComponent).name);
    list[i++] = deployed(type(TeamVaultComponent).name);
    list[i++] = deployed(type(VentureVaultComponent).name);
    list[i++] = deployed(type(AdvisorsVaultComponent).name);
    list[i++] = deployed(type(ManagementVaultComponent).name);
    list[i++] = deployed(type(NetworkTokenComponent).name);
    list[i++] = deployed(type(StakedVotesComponent).name);
    list[i++] = deployed(type(ProverStakingComponent).name);
    list[i++] = deployed(type(VerinGovernorComponent).name);
    list[i++] = deployed(type(IntelligenceRewardsComponent).name);
    list[i++] = deployed(type(FeeAuctionComponent).name);
    list[i++] = deployed(type(SlashAuctionComponent).name);
    list[i++] = deployed(type(RevenueShareFactoryComponent).name);
    list[i++] = deployed(type(MarketRequestsComponent).name);
    list[i++] = deployed(type(InferenceMarketComponent).name);
    assert(i == list.length);
}

/// @dev From its artifact: `new` would put the code of every component into every script.
function deployed(string memory name) returns (Component) {
    return Component(scriptVm.deployCode(name));
}
