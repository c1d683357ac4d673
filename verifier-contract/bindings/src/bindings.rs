//! Types of the contracts, generated at compile time from ABI and bytecode: a module for each, since contracts share types and
//! every ABI brings its own.
//!
//! Documentation of everything in here is the NatSpec in `verifier-contract/src/interfaces`.

#![allow(missing_docs, clippy::too_many_arguments, reason = "generated")]

macro_rules! contract {
    ($module:ident, $contract:ident, $abi:tt) => {
        pub mod $module {
            alloy::sol!(
                #[sol(rpc)]
                #[derive(Debug, PartialEq, Eq)]
                $contract,
                $abi
            );
        }
        pub use $module::$contract;
    };
}

contract!(record_store, RecordStore, "../abi/RecordStore.json");
contract!(seal_verifier, SealVerifier, "../abi/SealVerifier.json");
contract!(record_verifier, RecordVerifier, "../abi/RecordVerifier.json");
contract!(verifier_router, VerifierRouter, "../abi/VerifierRouter.json");
contract!(emergency_stop, EmergencyStop, "../abi/EmergencyStop.json");
contract!(inference_verifier, InferenceVerifier, "../abi/InferenceVerifier.json");
contract!(model_registry, ModelRegistry, "../abi/ModelRegistry.json");
contract!(audit_attestations, AuditAttestations, "../abi/AuditAttestations.json");
contract!(network_token, NetworkToken, "../abi/NetworkToken.json");
contract!(vesting_vault, VestingVault, "../abi/VestingVault.json");
contract!(staked_votes, StakedVotes, "../abi/StakedVotes.json");
contract!(prover_staking, ProverStaking, "../abi/ProverStaking.json");
contract!(treasury, Treasury, "../abi/Treasury.json");
contract!(verin_governor, VerinGovernor, "../abi/VerinGovernor.json");
contract!(verin_timelock, VerinTimelock, "../abi/VerinTimelock.json");
contract!(revenue_share, RevenueShare, "../abi/RevenueShare.json");
contract!(revenue_share_factory, RevenueShareFactory, "../abi/RevenueShareFactory.json");
contract!(fee_auction, FeeAuction, "../abi/FeeAuction.json");
contract!(slash_auction, SlashAuction, "../abi/SlashAuction.json");
contract!(intelligence_rewards, IntelligenceRewards, "../abi/IntelligenceRewards.json");
contract!(market_requests, MarketRequests, "../abi/MarketRequests.json");
contract!(inference_market, InferenceMarket, "../abi/InferenceMarket.json");
contract!(deployment_factory, DeploymentFactory, "../abi/DeploymentFactory.json");

pub use inference_market::IMarketTypes::{Job, Permit, Status, Terms, TokenRules};
pub use inference_market::MarketStorage::Wiring as MarketWiring;
pub use intelligence_rewards::IIntelligenceRewards::Wiring as RewardsWiring;
pub use model_registry::IModelRegistry::{Listing, Terms as ListingTerms};
pub use network_token::INetworkToken::Allocation;
pub use prover_staking::IProverStaking::Parameters as StakingParameters;

/// Name of the error that revert data stands for, whichever contract it came from.
pub fn error_name(data: &[u8]) -> Option<&'static str> {
    let selector = *data.first_chunk::<4>()?;
    InferenceMarket::InferenceMarketErrors::name_by_selector(selector)
        .or_else(|| RecordStore::RecordStoreErrors::name_by_selector(selector))
        .or_else(|| SealVerifier::SealVerifierErrors::name_by_selector(selector))
        .or_else(|| RecordVerifier::RecordVerifierErrors::name_by_selector(selector))
        .or_else(|| VerifierRouter::VerifierRouterErrors::name_by_selector(selector))
        .or_else(|| EmergencyStop::EmergencyStopErrors::name_by_selector(selector))
        .or_else(|| InferenceVerifier::InferenceVerifierErrors::name_by_selector(selector))
        .or_else(|| ModelRegistry::ModelRegistryErrors::name_by_selector(selector))
        .or_else(|| AuditAttestations::AuditAttestationsErrors::name_by_selector(selector))
        .or_else(|| NetworkToken::NetworkTokenErrors::name_by_selector(selector))
        .or_else(|| VestingVault::VestingVaultErrors::name_by_selector(selector))
        .or_else(|| StakedVotes::StakedVotesErrors::name_by_selector(selector))
        .or_else(|| ProverStaking::ProverStakingErrors::name_by_selector(selector))
        .or_else(|| Treasury::TreasuryErrors::name_by_selector(selector))
        .or_else(|| VerinGovernor::VerinGovernorErrors::name_by_selector(selector))
        .or_else(|| VerinTimelock::VerinTimelockErrors::name_by_selector(selector))
        .or_else(|| RevenueShare::RevenueShareErrors::name_by_selector(selector))
        .or_else(|| RevenueShareFactory::RevenueShareFactoryErrors::name_by_selector(selector))
        .or_else(|| FeeAuction::FeeAuctionErrors::name_by_selector(selector))
        .or_else(|| SlashAuction::SlashAuctionErrors::name_by_selector(selector))
        .or_else(|| IntelligenceRewards::IntelligenceRewardsErrors::name_by_selector(selector))
        .or_else(|| DeploymentFactory::DeploymentFactoryErrors::name_by_selector(selector))
}
