// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IEmergencyStop} from "../../src/interfaces/IEmergencyStop.sol";
import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {IRecordStore} from "../../src/interfaces/IRecordStore.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {IVerifierRouter} from "../../src/interfaces/IVerifierRouter.sol";
import {MarketStorage} from "../../src/market/MarketStorage.sol";
import {Plan} from "../Plan.sol";

/// @notice What both contracts of the market are deployed with.
function marketWiring(Plan memory plan) pure returns (MarketStorage.Wiring memory) {
    return MarketStorage.Wiring({
        registry: IModelRegistry(plan.addressOf("ModelRegistry")),
        store: IRecordStore(plan.addressOf("RecordStore")),
        router: IVerifierRouter(plan.addressOf("VerifierRouter")),
        stop: IEmergencyStop(plan.addressOf("EmergencyStop")),
        rewards: IIntelligenceRewards(plan.addressOf("IntelligenceRewards")),
        staking: IProverStaking(plan.addressOf("ProverStaking")),
        treasury: ITreasury(plan.addressOf("Treasury")),
        slashAuction: plan.addressOf("SlashAuction"),
        governor: plan.addressOf("VerinTimelock"),
        guardian: plan.parameters.guardian
    });
}
