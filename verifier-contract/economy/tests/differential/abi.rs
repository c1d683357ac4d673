//! Types and bytecode of the contracts, from the checked-in ABI: no RPC.

#![allow(clippy::too_many_arguments, reason = "generated")]

pub use market::IMarketTypes as MarketTypes;

/// Each in a module of its own: they share names of structs.
macro_rules! contracts {
    ($($module:ident $name:ident $path:literal;)*) => {
        $(pub mod $module { alloy::sol!($name, $path); })*
        $(pub use $module::$name;)*

        /// Name of the error that revert data stands for, whichever contract it came from.
        pub fn error_name(data: &[u8]) -> Option<&'static str> {
            let selector = *data.first_chunk::<4>()?;
            $(if let Some(name) = errors::$module(selector) { return Some(name); })*
            None
        }
    };
}

contracts! {
    store RecordStore "../abi/RecordStore.json";
    verifier RecordVerifier "../abi/RecordVerifier.json";
    registry ModelRegistry "../abi/ModelRegistry.json";
    router VerifierRouter "../abi/VerifierRouter.json";
    stop EmergencyStop "../abi/EmergencyStop.json";
    treasury Treasury "../abi/Treasury.json";
    token NetworkToken "../abi/NetworkToken.json";
    votes StakedVotes "../abi/StakedVotes.json";
    staking ProverStaking "../abi/ProverStaking.json";
    rewards IntelligenceRewards "../abi/IntelligenceRewards.json";
    fee_auction FeeAuction "../abi/FeeAuction.json";
    slash_auction SlashAuction "../abi/SlashAuction.json";
    requests MarketRequests "../abi/MarketRequests.json";
    market InferenceMarket "../abi/InferenceMarket.json";
}

/// The errors by contract.
mod errors {
    macro_rules! names {
        ($($module:ident $name:ident $errors:ident;)*) => {
            $(pub fn $module(selector: [u8; 4]) -> Option<&'static str> {
                super::$module::$name::$errors::name_by_selector(selector)
            })*
        };
    }

    names! {
        store RecordStore RecordStoreErrors;
        verifier RecordVerifier RecordVerifierErrors;
        registry ModelRegistry ModelRegistryErrors;
        router VerifierRouter VerifierRouterErrors;
        stop EmergencyStop EmergencyStopErrors;
        treasury Treasury TreasuryErrors;
        token NetworkToken NetworkTokenErrors;
        votes StakedVotes StakedVotesErrors;
        staking ProverStaking ProverStakingErrors;
        rewards IntelligenceRewards IntelligenceRewardsErrors;
        fee_auction FeeAuction FeeAuctionErrors;
        slash_auction SlashAuction SlashAuctionErrors;
        requests MarketRequests MarketRequestsErrors;
        market InferenceMarket InferenceMarketErrors;
    }
}
