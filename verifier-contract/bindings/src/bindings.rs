//! Types of the contracts, generated at compile time from ABI and bytecode.
//!
//! Documentation of everything in here is the NatSpec in `verifier-contract/src/interfaces`.

#![allow(missing_docs, clippy::too_many_arguments, reason = "generated")]

use alloy::sol;

sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    RecordStore,
    "../abi/RecordStore.json"
);
sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    SealVerifier,
    "../abi/SealVerifier.json"
);
sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    RecordVerifier,
    "../abi/RecordVerifier.json"
);
sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    ModelRegistry,
    "../abi/ModelRegistry.json"
);
sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    NetworkToken,
    "../abi/NetworkToken.json"
);
sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    IntelligenceRewards,
    "../abi/IntelligenceRewards.json"
);
sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    InferenceMarket,
    "../abi/InferenceMarket.json"
);

pub use IInferenceMarket::{Job, Order};
pub use IModelRegistry::Listing;
pub use INetworkToken::Allocation;

/// Name of the error that revert data stands for, whichever contract it came from.
pub fn error_name(data: &[u8]) -> Option<&'static str> {
    let selector = *data.first_chunk::<4>()?;
    InferenceMarket::InferenceMarketErrors::name_by_selector(selector)
        .or_else(|| SealVerifier::SealVerifierErrors::name_by_selector(selector))
        .or_else(|| RecordVerifier::RecordVerifierErrors::name_by_selector(selector))
        .or_else(|| RecordStore::RecordStoreErrors::name_by_selector(selector))
        .or_else(|| ModelRegistry::ModelRegistryErrors::name_by_selector(selector))
        .or_else(|| IntelligenceRewards::IntelligenceRewardsErrors::name_by_selector(selector))
        .or_else(|| NetworkToken::NetworkTokenErrors::name_by_selector(selector))
}
