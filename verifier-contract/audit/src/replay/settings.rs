//! What changes by no rule of money: listings, records, stops, roles, parameters, and what callbacks do.

use super::{Player, Transaction};
use crate::decode::small;
use crate::history::Entry;
use alloy::primitives::{Address, B256, U256, keccak256};
use verin_contracts::bindings::StakingParameters;
use verin_contracts::bindings::emergency_stop::EmergencyStop::EmergencyStopEvents as Stop;
use verin_contracts::bindings::inference_market::InferenceMarket::InferenceMarketEvents as Market;
use verin_contracts::bindings::model_registry::ModelRegistry::ModelRegistryEvents as Registry;
use verin_contracts::bindings::prover_staking::ProverStaking::ProverStakingEvents as Staking;
use verin_contracts::bindings::verifier_router::VerifierRouter::VerifierRouterEvents as Router;
use verin_contracts::events::Event as Told;
use verin_economy::market::TokenRules;
use verin_economy::registry::Listing;
use verin_economy::{Action, Call, Event, market, rewards, staking, treasury};

/// What a prover's stake must be, as the rules have it.
pub(super) fn parameters(p: &StakingParameters) -> staking::Parameters {
    staking::Parameters {
        minimum_stake: U256::from(p.minimumStake),
        stake_per_lock: U256::from(p.stakePerLock),
        max_slash_bps: u64::from(p.maxSlashBps),
    }
}

impl Player<'_> {
    /// Takes notice of what is no action.
    pub(super) fn setting(&mut self, tx: &mut Transaction<'_>, index: usize, entry: &Entry) {
        let time = entry.time;
        // Token contracts are made with their supply.
        if let Some(moved) = entry.moved.filter(|m| m.from.is_zero() && self.parties.contains(&m.to)) {
            let (token, to, amount) = (moved.token, moved.to, moved.amount);
            *tx.given.entry((token, to)).or_default() += amount;
            self.give(token, to, amount);
        }
        match &entry.event {
            Some(Told::Registry(event)) => self.listing(event),
            Some(Told::Stop(Stop::RecordStopped(e))) => {
                let key = (e.selector.0, e.recordHash);
                self.replay.change(move |state| {
                    state.registry.stopped_records.entry(key).or_insert(time);
                });
            }
            Some(Told::Stop(Stop::VerifierStopped(e))) => {
                let key = e.selector.0;
                self.replay.change(move |state| {
                    state.registry.stopped_verifiers.entry(key).or_insert(time);
                });
            }
            Some(Told::Router(Router::VerifierTombstoned(e))) => {
                let key = e.selector.0;
                self.replay.change(move |state| {
                    state.registry.tombstones.entry(key).or_insert(time);
                });
            }
            Some(Told::Staking(event)) => self.staking_setting(event),
            Some(Told::Market(event)) => self.market_setting(tx, index, entry, event),
            _ => {}
        }
        // Told when the contracts were made.
        let made = match tx.told.get(index) {
            Some(Some(Event::Rewards(rewards::Event::RewardShareSet { from_epoch, .. }))) => *from_epoch == 0,
            Some(Some(Event::Treasury(treasury::Event::BeneficiaryChanged { beneficiary, effective_at }))) => {
                let state = self.replay.state();
                time <= state.rewards.start && *effective_at == time && *beneficiary == state.treasury.beneficiary(time)
            }
            _ => false,
        };
        if made && let Some(slot) = tx.told.get_mut(index) {
            *slot = None;
        }
    }

    fn staking_setting(&mut self, event: &Staking) {
        let slasher = keccak256("verin.staking.slasher");
        match event {
            Staking::ParametersSet(e) => {
                let parameters = parameters(&e.parameters);
                self.replay.change(move |state| state.staking.parameters = parameters.clone());
            }
            Staking::RoleGranted(e) if e.role == slasher => {
                let account = e.account;
                self.replay.change(move |state| {
                    state.staking.slashers.insert(account);
                });
            }
            Staking::RoleRevoked(e) if e.role == slasher => {
                let account = e.account;
                self.replay.change(move |state| {
                    state.staking.slashers.remove(&account);
                });
            }
            _ => {}
        }
    }

    fn market_setting(&mut self, tx: &mut Transaction<'_>, index: usize, entry: &Entry, event: &Market) {
        match event {
            Market::TokenRulesChanged(e) => {
                let token = e.token;
                let rules =
                    TokenRules { allowed: e.allowed, collateral_floor: e.collateralFloor, bond_floor: e.bondFloor };
                self.seen.tokens.insert(token);
                self.replay.change(move |state| {
                    state.market.rules.insert(token, rules);
                });
            }
            Market::AckWindowChanged(e) => {
                let seconds = small(e.ackWindow);
                self.replay.change(move |state| state.market.ack_window = seconds);
            }
            Market::PausedChanged(e) => {
                let paused = e.paused;
                self.replay.change(move |state| state.market.paused = paused);
            }
            Market::GuardianChanged(e) => {
                let guardian = e.guardian;
                self.replay.change(move |state| state.network.guardian = guardian);
            }
            Market::KeyRegistered(e) => {
                let (prover, key) = (e.prover, e.key);
                self.replay.change(move |state| {
                    state.market.keys.insert(prover, key);
                });
            }
            Market::NoncesInvalidated(e) => {
                let first = e.word.wrapping_shl(8);
                for bit in (0..256usize).filter(|bit| e.mask.bit(*bit)) {
                    let call = market::Call::InvalidateNonce { nonce: first | U256::from(bit) };
                    // Nobody is refused it.
                    let _ = self.replay.apply(entry.time, &Action { from: e.requester, call: Call::Market(call) });
                }
            }
            // A stranger's contract failed: nobody can know whether it had to. It was called for a job that was just settled.
            Market::CallbackFailed(e) => {
                let due = self.callback_due(tx, e.jobId, e.callback);
                let hash = self.jobs.outputs.get(&e.jobId).map(keccak256);
                if due && let Some(slot) = tx.told.get_mut(index) {
                    *slot = None;
                    let job = e.jobId;
                    self.replay.change(move |state| {
                        if let Some(job) = state.market.jobs.get_mut(&job) {
                            job.to_call_back = hash;
                        }
                    });
                    self.sections.of("payments").count("failed callbacks");
                } else {
                    tracing::debug!(at = %entry.at, "a callback that nothing asked for");
                }
            }
            _ => {}
        }
    }

    fn callback_due(&self, tx: &Transaction<'_>, job: B256, callback: Address) -> bool {
        let settled = tx.entries.iter().any(|entry| match &entry.event {
            Some(Told::Market(Market::JobFulfilled(e))) => e.jobId == job,
            Some(Told::Market(Market::JobFulfilledLate(e))) => e.jobId == job,
            _ => false,
        });
        let asked = self.replay.state().market.jobs.get(&job);
        settled && asked.is_some_and(|job: &market::Job| job.terms.callback == callback)
    }

    fn listing(&mut self, event: &Registry) {
        match event {
            Registry::Transfer(e) => {
                let (id, to) = (small(e.tokenId), e.to);
                self.holders.insert(id, to);
                if !self.shares.contains_key(&id) {
                    self.with_listing(id, move |listing| listing.holder = to);
                }
            }
            Registry::ModelListed(e) => {
                let Some(record) = self.records.get(&e.recordHash).cloned() else { return };
                let (id, hash) = (small(e.listingId), e.recordHash);
                let listing = Listing {
                    holder: self.holders.get(&id).copied().unwrap_or(e.owner),
                    record: hash,
                    verifier: [0; 4],
                    token: *self.contracts.token.address(),
                    price: e.price,
                    owner_bps: small(e.ownerBps),
                    deprecated: false,
                };
                self.replay.change(move |state| {
                    state.registry.records.insert(hash, record.clone());
                    state.registry.listings.insert(id, listing.clone());
                });
            }
            Registry::CurveChanged(e) => {
                let (price, named) = (e.price, e.paymentToken);
                let token = if named.is_zero() { *self.contracts.token.address() } else { named };
                self.with_listing(small(e.listingId), move |listing| (listing.price, listing.token) = (price, token));
            }
            Registry::TermsChanged(e) => {
                let (price, bps) = (e.price, small(e.ownerBps));
                self.with_listing(small(e.listingId), move |listing| (listing.price, listing.owner_bps) = (price, bps));
            }
            Registry::ModelRegistered(e) => {
                let verifier = e.commitment.proofSystemId.0;
                self.with_listing(small(e.modelId), move |listing| listing.verifier = verifier);
            }
            Registry::ModelUpdated(e) => {
                let verifier = e.newCommitment.proofSystemId.0;
                self.with_listing(small(e.modelId), move |listing| listing.verifier = verifier);
            }
            Registry::RevenueShareSet(e) => {
                let share = e.share;
                self.shares.insert(small(e.listingId), share);
                self.with_listing(small(e.listingId), move |listing| listing.holder = share);
            }
            Registry::ModelDeprecated(e) => {
                self.with_listing(small(e.modelId), |listing| listing.deprecated = true);
            }
            _ => {}
        }
    }

    fn with_listing(&mut self, id: u64, change: impl Fn(&mut Listing) + Send + Sync + 'static) {
        self.replay.change(move |state| {
            if let Some(listing) = state.registry.listings.get_mut(&id) {
                change(listing);
            }
        });
    }
}
