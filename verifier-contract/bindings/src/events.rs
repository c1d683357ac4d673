//! What the contracts say happened, typed: enough to recompute every balance.

use crate::bindings::audit_attestations::AuditAttestations::AuditAttestationsEvents;
use crate::bindings::emergency_stop::EmergencyStop::EmergencyStopEvents;
use crate::bindings::fee_auction::FeeAuction::FeeAuctionEvents;
use crate::bindings::inference_market::InferenceMarket::InferenceMarketEvents;
use crate::bindings::inference_verifier::InferenceVerifier::InferenceVerifierEvents;
use crate::bindings::intelligence_rewards::IntelligenceRewards::IntelligenceRewardsEvents;
use crate::bindings::model_registry::ModelRegistry::ModelRegistryEvents;
use crate::bindings::network_token::NetworkToken::NetworkTokenEvents;
use crate::bindings::prover_staking::ProverStaking::ProverStakingEvents;
use crate::bindings::record_store::RecordStore::RecordStoreEvents;
use crate::bindings::record_verifier::RecordVerifier::RecordVerifierEvents;
use crate::bindings::revenue_share_factory::RevenueShareFactory::RevenueShareFactoryEvents;
use crate::bindings::slash_auction::SlashAuction::SlashAuctionEvents;
use crate::bindings::staked_votes::StakedVotes::StakedVotesEvents;
use crate::bindings::treasury::Treasury::TreasuryEvents;
use crate::bindings::verifier_router::VerifierRouter::VerifierRouterEvents;
use crate::bindings::verin_governor::VerinGovernor::VerinGovernorEvents;
use crate::bindings::verin_timelock::VerinTimelock::VerinTimelockEvents;
use crate::bindings::vesting_vault::VestingVault::VestingVaultEvents;
use crate::deploy::Contracts;
use crate::error::ContractsError;
use alloy::primitives::Log;
use alloy::providers::Provider;
use alloy::rpc::types::Filter;
use alloy::sol_types::SolEventInterface;

/// One event of one of the contracts.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// A record was published.
    Store(RecordStoreEvents),
    /// Private weights were checked.
    Verifier(RecordVerifierEvents),
    /// A verifier was added or tombstoned.
    Router(VerifierRouterEvents),
    /// Seals were stopped.
    Stop(EmergencyStopEvents),
    /// An inference of a listing was verified (ERC-7992).
    Inference(InferenceVerifierEvents),
    /// A listing began or changed.
    Registry(ModelRegistryEvents),
    /// Tokens moved.
    Token(NetworkTokenEvents),
    /// Receipts of stake, and whom their votes are with.
    Votes(StakedVotesEvents),
    /// Stake moved, locks were opened and closed.
    Staking(ProverStakingEvents),
    /// A proposal, a vote.
    Governor(VerinGovernorEvents),
    /// What was decided waits, or was executed.
    Timelock(VerinTimelockEvents),
    /// A part of the supply was released.
    Vault(VestingVaultEvents),
    /// Income came in, or was spent.
    Treasury(TreasuryEvents),
    /// A revenue share was made.
    Shares(RevenueShareFactoryEvents),
    /// Work was recorded, epochs closed, rewards claimed.
    Rewards(IntelligenceRewardsEvents),
    /// Fees were sold.
    FeeAuction(FeeAuctionEvents),
    /// Slashed collateral was sold.
    SlashAuction(SlashAuctionEvents),
    /// A job moved along the rows of the market, or money in and out of it.
    Market(InferenceMarketEvents),
    /// An auditor said something of a record.
    Attestations(AuditAttestationsEvents),
}

/// An event and where on the chain it is.
#[derive(Debug)]
pub struct Happened {
    /// Block.
    pub block: u64,
    /// Place among the logs of the block.
    pub index: u64,
    /// What happened.
    pub event: Event,
}

impl Contracts {
    /// What a log says; nothing when it is of none of these contracts.
    ///
    /// # Errors
    /// It is of one of them, but no event that it has.
    pub fn event(&self, log: &Log) -> Result<Option<Event>, ContractsError> {
        let Some((name, _)) = self.addresses.iter().find(|(_, address)| *address == log.address) else {
            return Ok(None);
        };
        let event = match *name {
            "RecordStore" => decode(log, Event::Store),
            "RecordVerifier" => decode(log, Event::Verifier),
            "VerifierRouter" => decode(log, Event::Router),
            "EmergencyStop" => decode(log, Event::Stop),
            "InferenceVerifier" => decode(log, Event::Inference),
            "ModelRegistry" => decode(log, Event::Registry),
            "AuditAttestations" => decode(log, Event::Attestations),
            "NetworkToken" => decode(log, Event::Token),
            "StakedVotes" => decode(log, Event::Votes),
            "ProverStaking" => decode(log, Event::Staking),
            "VerinGovernor" => decode(log, Event::Governor),
            "VerinTimelock" => decode(log, Event::Timelock),
            "Treasury" => decode(log, Event::Treasury),
            "RevenueShareFactory" => decode(log, Event::Shares),
            "IntelligenceRewards" => decode(log, Event::Rewards),
            "FeeAuction" => decode(log, Event::FeeAuction),
            "SlashAuction" => decode(log, Event::SlashAuction),
            "InferenceMarket" => decode(log, Event::Market),
            name if name.starts_with("VestingVault.") => decode(log, Event::Vault),
            // SealVerifier has no events; those of MarketRequests are the market's, on whose storage its code runs.
            _ => return Ok(None),
        };
        event.map(Some)
    }

    /// Everything that happened from block `first` to block `last`, in order.
    ///
    /// # Errors
    /// The node does not answer, or a contract says what it cannot say.
    pub async fn events(&self, first: u64, last: u64) -> Result<Vec<Happened>, ContractsError> {
        let addresses: Vec<_> = self.addresses.iter().map(|(_, address)| *address).collect();
        let filter = Filter::new().address(addresses).from_block(first).to_block(last);
        let logs = self.network.provider.get_logs(&filter).await;
        let logs = logs.map_err(|e| ContractsError::from_rpc("reading events", &self.network.url, &e))?;
        let mut events = Vec::new();
        for log in logs {
            let Some(event) = self.event(&log.inner)? else { continue };
            let (Some(block), Some(index)) = (log.block_number, log.log_index) else { continue };
            events.push(Happened { block, index, event });
        }
        events.sort_by_key(|happened| (happened.block, happened.index));
        Ok(events)
    }
}

fn decode<E: SolEventInterface>(log: &Log, event: fn(E) -> Event) -> Result<Event, ContractsError> {
    let decoded = E::decode_log(log).map_err(|e| ContractsError::Mismatch {
        what: format!("a log of {}", log.address),
        expected: "an event of the contract there".into(),
        got: e.to_string(),
    })?;
    Ok(event(decoded.data))
}
