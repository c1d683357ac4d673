//! The history, played again by the rules: whatever was said must follow from what somebody did, and everything that follows must
//! have been said.
//!
//! Events tell what was called. Each call is made of the model of the rules (`verin-economy`), at the time of its block, and the
//! events and movements of tokens that the model tells are compared with those of the transaction. A call that the rules refuse,
//! an event with another amount, one that nothing brings about, one that is missing: each is a difference. The state that remains
//! is what the contracts must say of themselves in the end.
//!
//! ```text
//! actions   which call an event tells of
//! settings  what changes otherwise: listings, stops, roles, parameters
//! tell      events compared, field by field
//! ```

mod actions;
mod settings;
mod tell;

use crate::history::{Entry, History, parties};
use crate::report::Sections;
use crate::seals::Calls;
use crate::{Watch, decode};
use alloy::primitives::{Address, B256, Bytes, U256};
use std::collections::{BTreeMap, BTreeSet};
use verin_contracts::bindings::emergency_stop::EmergencyStop::EmergencyStopEvents as Stop;
use verin_contracts::bindings::inference_market::InferenceMarket::InferenceMarketEvents as Market;
use verin_contracts::bindings::intelligence_rewards::IntelligenceRewards::IntelligenceRewardsEvents as Rewards;
use verin_contracts::bindings::prover_staking::ProverStaking::ProverStakingEvents as Staking;
use verin_contracts::bindings::treasury::Treasury::TreasuryEvents as Treasury;
use verin_contracts::deploy::Contracts;
use verin_contracts::events::Event as Told;
use verin_economy::registry::Record;
use verin_economy::replay::Replay;
use verin_economy::tokens::Health;
use verin_economy::{Action, Call, Event, Network, State, market, staking};

/// Name of the section that an event belongs to.
fn section(event: &Event) -> &'static str {
    match event {
        Event::Market(_) => "payments",
        Event::Rewards(_) => "rewards",
        Event::FeeAuction(_) | Event::SlashAuction(_) => "auctions",
        Event::Staking(_) => "staking",
        Event::Treasury(_) => "treasury",
    }
}

/// Who and what ever had to do with money: whose balances are looked at.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Account and token, in the market.
    pub accounts: BTreeSet<(Address, Address)>,
    /// All tokens.
    pub tokens: BTreeSet<Address>,
    /// Prover and account, in the staking contract.
    pub positions: BTreeSet<(Address, Address)>,
    /// Network tokens that were made and destroyed.
    pub supply: (U256, U256),
}

/// Where the rules end up.
#[derive(Debug)]
pub struct Played {
    /// What the contracts must say of themselves.
    pub state: State,
    /// Of whom.
    pub seen: Seen,
}

/// Plays the history; nothing when the contracts do not tell of their deployment.
pub fn play(
    contracts: &Contracts,
    history: &History,
    records: &BTreeMap<B256, Record>,
    calls: &Calls,
    sections: &mut Sections,
    watch: &dyn Watch,
) -> Option<Played> {
    let state = match begin(contracts, history) {
        Ok(state) => state,
        Err(missing) => {
            sections.of("deployment").differ(
                "what the contracts tell of their deployment",
                None,
                missing,
                "no such event",
            );
            return None;
        }
    };
    let jobs = Jobs::read(history);
    let mut player = Player {
        contracts,
        records,
        calls,
        jobs,
        parties: parties(contracts).into(),
        replay: Replay::new(state),
        sections,
        seen: Seen::default(),
        holders: BTreeMap::new(),
        shares: BTreeMap::new(),
    };
    player.seen.tokens.insert(*contracts.token.address());
    watch.stage("replaying events", history.entries.len() as u64);
    for entries in history.transactions() {
        player.transaction(entries);
        entries.iter().for_each(|_| watch.step());
    }
    let mut state = player.replay.state().clone();
    let seen = player.seen;
    state.time = history.entries.last().map_or(state.time, |entry| entry.time);
    Some(Played { state, seen })
}

/// What the events say of the beginning.
fn begin(contracts: &Contracts, history: &History) -> Result<State, &'static str> {
    let mut told = history.entries.iter().filter_map(|entry| entry.event.as_ref().map(|event| (entry.time, event)));
    let (mut start, mut parameters, mut education, mut guardian) = (None, None, None, None);
    // Each is told once before anything else can be.
    while start.is_none() || parameters.is_none() || education.is_none() || guardian.is_none() {
        let Some((time, event)) = told.next() else { break };
        match event {
            Told::Rewards(Rewards::RewardShareSet(_)) => start = start.or(Some(time)),
            Told::Staking(Staking::ParametersSet(e)) => {
                parameters = parameters.or(Some(settings::parameters(&e.parameters)))
            }
            Told::Treasury(Treasury::BeneficiaryChanged(e)) => education = education.or(Some(e.beneficiary)),
            Told::Stop(Stop::GuardianChanged(e)) => guardian = guardian.or(Some(e.current)),
            _ => {}
        }
    }
    let network = Network {
        chain_id: contracts.network.chain_id,
        token: *contracts.token.address(),
        market: *contracts.market.address(),
        rewards: *contracts.rewards.address(),
        fee_auction: *contracts.fee_auction.address(),
        slash_auction: *contracts.slash_auction.address(),
        staking: *contracts.staking.address(),
        treasury: *contracts.treasury.address(),
        governor: contracts
            .deployed
            .iter()
            .find(|one| one.name == "VerinTimelock")
            .map(|one| one.address)
            .unwrap_or_default(),
        guardian: guardian.ok_or("GuardianChanged of EmergencyStop")?,
    };
    let parameters: staking::Parameters = parameters.ok_or("ParametersSet of ProverStaking")?;
    let start = start.ok_or("RewardShareSet of IntelligenceRewards")?;
    let mut state = State::new(network, start, parameters, education.ok_or("BeneficiaryChanged of Treasury")?);
    state.tokens.keep_only(parties(contracts));
    Ok(state)
}

/// What jobs are of, by the events that told of them.
#[derive(Debug, Default)]
struct Jobs {
    inputs: BTreeMap<B256, Bytes>,
    outputs: BTreeMap<B256, Bytes>,
}

impl Jobs {
    fn read(history: &History) -> Self {
        let mut jobs = Self::default();
        for entry in &history.entries {
            match &entry.event {
                Some(Told::Market(Market::JobRequested(e))) => jobs.inputs.insert(e.jobId, e.input.clone()),
                Some(Told::Market(Market::JobFulfilled(e))) => jobs.outputs.insert(e.jobId, e.output.clone()),
                Some(Told::Market(Market::JobFulfilledLate(e))) => jobs.outputs.insert(e.jobId, e.output.clone()),
                _ => None,
            };
        }
        jobs
    }
}

struct Player<'a> {
    contracts: &'a Contracts,
    records: &'a BTreeMap<B256, Record>,
    calls: &'a Calls,
    jobs: Jobs,
    parties: BTreeSet<Address>,
    replay: Replay,
    sections: &'a mut Sections,
    seen: Seen,
    /// Of listings.
    holders: BTreeMap<u64, Address>,
    /// Revenue shares of listings.
    shares: BTreeMap<u64, Address>,
}

/// Token, from, to.
type Route = (Address, Address, Address);

/// A transaction while it is played.
struct Transaction<'a> {
    entries: &'a [Entry],
    /// What each entry says, unless that is explained.
    told: Vec<Option<Event>>,
    /// Tokens that the rules move.
    moves: BTreeMap<Route, U256>,
    /// Gifts to a contract that were booked already, by token.
    given: BTreeMap<(Address, Address), U256>,
    /// Calls of `fulfil` that were played.
    fulfilled: BTreeSet<usize>,
    /// Whether the rules refuse some of it: what follows from that is not listed as well.
    refused: bool,
}

impl Player<'_> {
    fn transaction(&mut self, entries: &[Entry]) {
        let told = entries.iter().map(|entry| entry.event.as_ref().and_then(decode::told)).collect();
        let (moves, given, fulfilled) = Default::default();
        let mut tx = Transaction { entries, told, moves, given, fulfilled, refused: false };
        for (index, entry) in entries.iter().enumerate() {
            self.see(entry);
            self.setting(&mut tx, index, entry);
            let Some(Some(event)) = tx.told.get(index).cloned() else { continue };
            if let Some(action) = self.action(&mut tx, index, &event, false) {
                self.act(&mut tx, index, &action);
            }
        }
        // What follows from something else mostly, and was done by itself here.
        for index in 0..entries.len() {
            let Some(Some(event)) = tx.told.get(index).cloned() else { continue };
            if let Some(action) = self.action(&mut tx, index, &event, true) {
                self.act(&mut tx, index, &action);
            }
        }
        if !tx.refused {
            for (entry, event) in entries.iter().zip(&tx.told) {
                if let Some(event) = event {
                    let what = format!("{}: an event that follows from nothing", tell::name(event));
                    self.sections.of(section(event)).differ(what, Some(entry.at), "no such event", tell::text(event));
                }
            }
        }
        self.transfers(&tx);
    }

    /// Does what the event at `index` tells of, and compares what follows.
    fn act(&mut self, tx: &mut Transaction<'_>, index: usize, action: &Action) {
        let Some(entry) = tx.entries.get(index) else { return };
        let troubled = self.troubled_tokens(tx, action);
        for (token, health) in troubled.clone() {
            self.replay.change(move |state| state.tokens.turn(token, health));
        }
        let time = entry.time.max(self.replay.state().rewards.start);
        let done = self.replay.apply(time, action);
        for (token, _) in troubled {
            self.replay.change(move |state| state.tokens.turn(token, Health::Sound));
        }
        let cause = tx.told.get_mut(index).and_then(Option::take);
        let done = match done {
            Ok(done) => done,
            Err(refusal) => {
                tx.refused = true;
                let Some(event) = cause else { return };
                let what = format!("{}: a call that the rules refuse", tell::name(&event));
                let got = tell::text(&event);
                self.sections.of(section(&event)).differ(what, Some(entry.at), format!("{refusal:?}"), got);
                return;
            }
        };
        // It is one of those that follow, unless it was misread.
        if let Some(slot) = tx.told.get_mut(index) {
            *slot = cause;
        }
        for moved in done.moves {
            if !moved.amount.is_zero() {
                *tx.moves.entry((moved.token, moved.from, moved.to)).or_default() += moved.amount;
            }
        }
        for expected in done.events {
            let section = self.sections.of(section(&expected));
            section.count("events");
            match tell::find(&mut tx.told, &expected) {
                Some((_, got)) if got == expected => {}
                Some((at, got)) => {
                    let at = tx.entries.get(at).map(|entry| entry.at);
                    for (field, must, is) in tell::differences(&expected, &got) {
                        section.differ(format!("{}: {field}", tell::name(&got)), at, must, is);
                    }
                }
                None => {
                    let what = format!("{}: an event that is missing", tell::name(&expected));
                    section.differ(what, Some(entry.at), tell::text(&expected), "no such event");
                }
            }
        }
    }

    /// Tokens that did not move when fees were to be recorded, in this transaction.
    fn troubled_tokens(&self, tx: &Transaction<'_>, action: &Action) -> Vec<(Address, Health)> {
        if !matches!(action.call, Call::Market(market::Call::Fulfil { .. } | market::Call::RetryWork { .. })) {
            return Vec::new();
        }
        let trouble = |event: &Event| match event {
            Event::Market(market::Event::WorkDeferred { work }) => Some((work.token, Health::Broken)),
            Event::Rewards(verin_economy::rewards::Event::FeesUncollected { token, .. }) => {
                Some((*token, Health::Halted))
            }
            _ => None,
        };
        tx.told.iter().flatten().filter_map(trouble).collect()
    }

    /// Movements of tokens that no rule explains: gifts to the contracts, and what should not be.
    fn transfers(&mut self, tx: &Transaction<'_>) {
        let mut moved: BTreeMap<Route, U256> = BTreeMap::new();
        let mut places = BTreeMap::new();
        for entry in tx.entries {
            let Some(m) = entry.moved.filter(|m| !m.amount.is_zero()) else { continue };
            let route = (m.token, m.from, m.to);
            let sum = moved.entry(route).or_default();
            *sum = sum.saturating_add(m.amount);
            places.insert(route, entry.at);
        }
        let is_ours = |route: &Route| self.parties.contains(&route.1) || self.parties.contains(&route.2);
        let routes: BTreeSet<Route> = moved.keys().chain(tx.moves.keys()).copied().filter(is_ours).collect();
        let first = tx.entries.first().map(|entry| entry.at);
        for route in routes {
            let (token, from, to) = route;
            let [expected, got] = [&tx.moves, &moved].map(|sums| sums.get(&route).copied().unwrap_or_default());
            self.sections.of("tokens").count("movements");
            let excess = got.checked_sub(expected);
            if let Some(excess) = excess.filter(|_| !self.parties.contains(&from)) {
                let given = tx.given.get(&(token, to)).copied().unwrap_or_default();
                self.give(token, to, excess.saturating_sub(given));
            } else if got != expected && !tx.refused {
                let what = format!("tokens {token} moved from {from} to {to}");
                self.sections.of("tokens").differ(what, places.get(&route).copied().or(first), expected, got);
            }
        }
    }

    /// Somebody sent tokens to a contract, as anybody can.
    fn give(&mut self, token: Address, to: Address, amount: U256) {
        if !amount.is_zero() {
            self.replay.change(move |state| state.tokens.mint(token, to, amount));
        }
    }

    /// Who is to be looked at in the end.
    fn see(&mut self, entry: &Entry) {
        let network = *self.contracts.token.address();
        if let Some(m) = entry.moved {
            self.seen.tokens.insert(m.token);
            if m.token == network {
                let (made, burned) = &mut self.seen.supply;
                let sum = if m.from.is_zero() { made } else { burned };
                if m.from.is_zero() || m.to.is_zero() {
                    *sum = sum.saturating_add(m.amount);
                }
            }
        }
        let pairs: Vec<(Address, Address)> = match &entry.event {
            Some(Told::Market(event)) => match event {
                Market::JobRequested(e) => vec![(e.requester, e.terms.token)],
                Market::JobLocked(e) => self.with_token(e.jobId, &[e.prover, e.payout]),
                Market::JobReserved(e) => self.with_token(e.jobId, &[e.prover, e.payout]),
                Market::JobFulfilled(e) => self.with_token(e.jobId, &[e.payout, e.receiver]),
                Market::JobFulfilledLate(e) => self.with_token(e.jobId, &[e.payout]),
                Market::Withdrawn(e) => vec![(e.account, e.token)],
                Market::CollateralDeposited(e) => vec![(e.account, e.token)],
                _ => Vec::new(),
            },
            Some(Told::Staking(Staking::Staked(e))) => {
                self.seen.positions.insert((e.prover, e.account));
                Vec::new()
            }
            _ => Vec::new(),
        };
        for (account, token) in pairs {
            self.seen.tokens.insert(token);
            self.seen.accounts.insert((account, token));
            self.seen.accounts.insert((*self.contracts.slash_auction.address(), token));
        }
    }

    fn with_token(&self, job: B256, accounts: &[Address]) -> Vec<(Address, Address)> {
        let Some(job) = self.replay.state().market.jobs.get(&job) else { return Vec::new() };
        accounts.iter().map(|account| (*account, job.terms.token)).collect()
    }
}
