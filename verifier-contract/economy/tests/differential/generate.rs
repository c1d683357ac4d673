//! Random sequences that get somewhere: mostly what somebody would do next, at the limits of time, and some mistakes.

use crate::network::{PROVERS, SELECTOR, UNIT, World};
use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use verin_economy::auction::{self, ROUND, WINDOW};
use verin_economy::market::{self, Job, Stage, Terms, TokenRules};
use verin_economy::tokens::{self, Health};
use verin_economy::{Action, Call, State, registry, rewards, staking, treasury};

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;
const SCALES: [U256; 4] = [U256::from_limbs([40, 0, 0, 0]), U256::from_limbs([9_999, 0, 0, 0]), UNIT, HUNDRED];
const HUNDRED: U256 = U256::from_limbs([7_766_279_631_452_241_920, 5, 0, 0]);

/// A step of a sequence.
#[derive(Clone, Debug)]
pub enum Step {
    /// Time goes on to this second.
    Warp(u64),
    /// Somebody does something.
    Do(Action),
}

/// What a sequence is mostly about: weights of jobs, staking, epochs, money, governance, time.
const THEMES: [[u32; 6]; 6] = [
    [66, 2, 2, 8, 2, 20],
    [60, 2, 6, 12, 6, 14],
    [34, 4, 30, 6, 2, 24],
    [8, 56, 6, 4, 2, 24],
    [30, 16, 14, 12, 6, 22],
    [52, 0, 4, 14, 18, 12],
];

/// One sequence's source of steps.
pub struct Generator<'a> {
    world: &'a World,
    rng: ChaCha8Rng,
    /// For lists of tokens, if claims have any, so that they change nothing else of a sequence.
    lists: Option<ChaCha8Rng>,
    theme: [u32; 6],
    nonce: u64,
    inputs: BTreeMap<B256, Bytes>,
    outputs: BTreeMap<B256, Bytes>,
}

impl<'a> Generator<'a> {
    pub fn new(world: &'a World, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let theme = *THEMES.choose(&mut rng).expect("themes");
        let lists = Some(ChaCha8Rng::seed_from_u64(!seed));
        Self { world, rng, lists, theme, nonce: 0, inputs: BTreeMap::new(), outputs: BTreeMap::new() }
    }

    /// The same, whose claims are always for all tokens.
    pub fn without_lists(world: &'a World, seed: u64) -> Self {
        Self { lists: None, ..Self::new(world, seed) }
    }

    /// How many steps.
    pub fn length(&mut self) -> usize {
        // Weeks take more steps than jobs.
        if self.theme[2] >= 20 { self.rng.gen_range(32..=44) } else { self.rng.gen_range(20..=32) }
    }

    /// The next step, after what has happened.
    pub fn step(&mut self, state: &State) -> Step {
        if self.chance(25)
            && let Some(action) = self.repair(state)
        {
            return Step::Do(action);
        }
        let mut pick = self.rng.gen_range(0..self.theme.iter().sum());
        let topic = self.theme.iter().position(|weight| {
            let here = pick < *weight;
            pick = pick.wrapping_sub(*weight);
            here
        });
        let action = match topic.expect("weights") {
            0 => self.job_action(state),
            1 => self.staking_action(state),
            2 => self.epoch_action(state),
            3 => self.money_action(state),
            4 => self.governance_action(state),
            _ => return Step::Warp(self.time(state)),
        };
        Step::Do(action)
    }

    /// What went wrong is repeated, as a rule when it can go well.
    fn repair(&mut self, state: &State) -> Option<Action> {
        let failed = state.market.jobs.iter().find(|(_, job)| job.to_call_back.is_some());
        if let Some((id, job)) = failed
            && self.chance(50)
        {
            let callback = job.terms.callback;
            if state.market.deaf.contains(&callback) && self.chance(70) {
                return Some(self.market(market::Call::SetDeaf { callback, deaf: false }));
            }
            return Some(self.retry(*id));
        }
        let work = state.market.deferred.keys().next();
        let owed = state.rewards.uncollected.iter().map(|(token, _)| *token).next();
        let token = work.map(|work| work.token).or(owed)?;
        if state.tokens.health(token) != Health::Sound && self.chance(70) {
            let turn = tokens::Call::Turn { token, health: Health::Sound };
            return Some(Action { from: self.actor(), call: Call::Token(turn) });
        }
        Some(match work {
            Some(work) => self.market(market::Call::RetryWork { work: work.clone() }),
            None => Action { from: self.actor(), call: Call::Rewards(rewards::Call::Collect { token }) },
        })
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.gen_range(0..100) < percent
    }

    fn actor(&mut self) -> Address {
        let index = self.rng.gen_range(0..self.world.actors.len());
        self.world.actor(index)
    }

    fn prover(&mut self) -> Address {
        if self.chance(90) { self.world.actor(self.rng.gen_range(0..PROVERS)) } else { self.actor() }
    }

    fn token(&mut self) -> Address {
        *self.world.tokens.choose(&mut self.rng).expect("tokens")
    }

    fn coin(&mut self) -> Address {
        if self.chance(95) { self.world.tokens[self.rng.gen_range(1..3)] } else { self.world.tokens[0] }
    }

    /// Few wei, or many.
    fn amount(&mut self) -> U256 {
        let scale = *SCALES.choose(&mut self.rng).expect("scales");
        self.below(scale)
    }

    fn below(&mut self, bound: U256) -> U256 {
        if bound.is_zero() { bound } else { U256::from(self.rng.r#gen::<u128>()) % (bound + U256::from(1)) }
    }

    fn part_of(&mut self, all: U256) -> U256 {
        match self.rng.gen_range(0..10) {
            0..=4 => all,
            5..=8 => self.below(all),
            _ => all + U256::from(1),
        }
    }

    /// Where time goes: to a limit or just past it, or a little further.
    fn time(&mut self, state: &State) -> u64 {
        let now = state.time;
        let next_round = state.rewards.start + (state.round() + 1) * ROUND;
        let this_round = next_round - ROUND;
        let mut near = Vec::new();
        for job in state.market.jobs.values() {
            near.extend(job.limit().into_iter().flat_map(|limit| [limit, limit + 1]));
            near.extend(job.cancel_at.into_iter().flat_map(|limit| [limit, limit + 1]));
            if let Stage::Locked(_, end) = job.stage {
                near.extend([end, end + 1]);
            }
        }
        let mut far = vec![next_round, next_round + self.rng.gen_range(0..WINDOW), this_round + WINDOW];
        far.extend([this_round + WINDOW - 1, this_round + self.rng.gen_range(0..WINDOW)]);
        far.extend(state.staking.tickets.values().flat_map(|ticket| [ticket.unlocks_at - 1, ticket.unlocks_at]));
        if let Some(position) = state.staking.positions.values().max_by_key(|position| position.bonded_at) {
            far.extend([position.bonded_at + DAY - 1, position.bonded_at + DAY]);
        }
        far.push(now + staking::COMMISSION_NOTICE);
        let roll = self.rng.gen_range(0..100);
        if roll < 30 {
            return now + self.rng.gen_range(0..2_000);
        }
        let waits = !state.rewards.epoch(state.round()).income.is_zero()
            || state.fee_auction.held.iter().chain(state.slash_auction.held.iter()).next().is_some();
        if self.theme[2] >= 14 && waits && roll < 60 {
            let in_window = now < this_round + WINDOW && state.round() > 0;
            let end = in_window && self.chance(50);
            return if end { this_round + WINDOW } else { next_round + self.rng.gen_range(0..WINDOW / 4) };
        }
        // Few sequences are about the far future; the others would only see jobs expire.
        let stays = if self.theme[0] >= 50 {
            92
        } else if self.theme[2] >= 14 && !waits {
            98
        } else {
            55
        };
        let from = if near.is_empty() || roll >= stays { &far } else { &near };
        let later: Vec<u64> = from.iter().copied().filter(|time| *time >= now).collect();
        later.choose(&mut self.rng).copied().unwrap_or(now + HOUR)
    }

    fn job_action(&mut self, state: &State) -> Action {
        let live: Vec<B256> =
            state.market.jobs.iter().filter(|(_, job)| job.limit().is_some()).map(|(id, _)| *id).collect();
        let all: Vec<B256> = state.market.jobs.keys().copied().collect();
        let new = live.len() < 2 || (live.len() < 6 && self.chance(25));
        if new && !self.chance(5) {
            return self.request(state);
        }
        let from = if live.is_empty() || self.chance(5) { &all } else { &live };
        let id =
            if self.chance(1) { B256::repeat_byte(7) } else { from.choose(&mut self.rng).copied().unwrap_or_default() };
        let Some(job) = state.market.jobs.get(&id).cloned() else { return self.any_row(state, id) };
        if self.chance(12) {
            return self.any_row(state, id);
        }
        if self.chance(30) && !self.outputs.is_empty() && job.to_call_back.is_some() {
            return self.retry(id);
        }
        let stopped = state.registry.stopped_at(SELECTOR, job.terms.record).is_some();
        if stopped && self.chance(70) {
            return self.market(market::Call::VoidJob { job: id });
        }
        self.sensible(state, id, &job)
    }

    fn market(&mut self, call: market::Call) -> Action {
        Action { from: self.actor(), call: Call::Market(call) }
    }

    fn market_as(&self, from: Address, call: market::Call) -> Action {
        Action { from, call: Call::Market(call) }
    }

    /// What the one whose turn it is would do, or what anybody may once it has not.
    fn sensible(&mut self, state: &State, id: B256, job: &Job) -> Action {
        let over = job.limit().is_some_and(|limit| state.time > limit);
        match job.stage {
            Stage::Open if job.cancel_at.is_some_and(|last| state.time > last) => {
                self.market(market::Call::Cancel { job: id })
            }
            Stage::Open if over => self.market(market::Call::Expire { job: id }),
            Stage::Open if self.chance(14) => self.market_as(job.requester, market::Call::NoticeCancel { job: id }),
            Stage::Open if job.terms.direct && self.chance(45) => {
                let payout = self.actor();
                self.fulfil(state, id, payout)
            }
            Stage::Open => self.take(state, id, job),
            Stage::Reserved(..) | Stage::Delivered(..) if over => self.market(market::Call::EndReservation { job: id }),
            Stage::Reserved(..) => {
                let ciphertext = if self.chance(97) { Bytes::from_static(b"sealed box") } else { Bytes::new() };
                self.market_as(job.requester, market::Call::Deliver { job: id, ciphertext })
            }
            Stage::Delivered(take, _) => self.market_as(take.prover, market::Call::Acknowledge { job: id }),
            Stage::Locked(..) if over => self.market(market::Call::Refund { job: id }),
            Stage::Locked(take, _) => {
                let payout = if self.chance(85) { take.payout } else { self.actor() };
                self.fulfil(state, id, payout)
            }
            Stage::Ended(_) => self.any_row(state, id),
        }
    }

    fn take(&mut self, state: &State, id: B256, job: &Job) -> Action {
        let from = self.prover();
        let price = job.terms.price_at(state.time);
        let min_price = match self.rng.gen_range(0..10) {
            0 => price + U256::from(1),
            1..=4 => price,
            _ => U256::ZERO,
        };
        let payout = match self.rng.gen_range(0..20) {
            0 => self.world.network.market,
            1 => Address::ZERO,
            2..=5 => self.actor(),
            _ => from,
        };
        let private = job.is_private != self.chance(4);
        let call = if private {
            market::Call::Reserve { job: id, min_price, payout }
        } else {
            market::Call::Lock { job: id, min_price, payout }
        };
        self.market_as(from, call)
    }

    /// Any row, whether it is due or not.
    fn any_row(&mut self, state: &State, job: B256) -> Action {
        let payout = self.actor();
        let call = match self.rng.gen_range(0..12) {
            0 => market::Call::NoticeCancel { job },
            1 => market::Call::Cancel { job },
            2 => market::Call::Expire { job },
            3 => market::Call::Lock { job, min_price: U256::ZERO, payout },
            4 => market::Call::Reserve { job, min_price: U256::ZERO, payout },
            5 => market::Call::Deliver { job, ciphertext: Bytes::from_static(b"box") },
            6 => market::Call::Acknowledge { job },
            7 => market::Call::EndReservation { job },
            8 => market::Call::Refund { job },
            9 => market::Call::VoidJob { job },
            10 => return self.retry(job),
            _ => return self.fulfil(state, job, payout),
        };
        let from = match state.market.jobs.get(&job) {
            Some(job) if self.chance(40) => job.requester,
            _ => self.prover(),
        };
        self.market_as(from, call)
    }

    fn retry(&mut self, job: B256) -> Action {
        let output = self.outputs.get(&job).cloned().unwrap_or_default();
        self.market(market::Call::RetryCallback { job, output })
    }

    fn random_bytes(&mut self, length: usize) -> Bytes {
        (0..length).map(|_| self.rng.r#gen::<u8>()).collect::<Vec<_>>().into()
    }

    fn input(&mut self, record: &registry::Record) -> Bytes {
        let Some((low, high)) = record.input_range else { return self.random_bytes(record.input_bytes) };
        let [low, high] = [low, high].map(|end| i8::try_from(end).expect("one byte"));
        (0..record.input_bytes).map(|_| self.rng.gen_range(low..=high).cast_unsigned()).collect::<Vec<_>>().into()
    }

    fn request(&mut self, state: &State) -> Action {
        // The last listing is of a record that no request may name.
        let listing_id = if self.chance(2) { 8 } else { self.rng.gen_range(1..=7) };
        let listing = &state.registry.listings[&listing_id];
        let record = &state.registry.records[&listing.record];
        let requester = self.actor();
        let mut input = self.input(record);
        let floor_price = listing.price + self.amount();
        let rules = state.market.rules[&listing.token];
        let now = state.time;
        let private = record.is_private();
        let wait = if private { 2 * state.market.ack_window } else { 0 };
        let lock_by = now + wait + self.rng.gen_range(0..DAY);
        let prove_window = self.rng.gen_range(0..DAY);
        let late = if self.chance(20) { 0 } else { self.rng.gen_range(0..DAY) };
        let callback = if self.chance(25) { self.world.listeners[self.rng.gen_range(0..2)] } else { Address::ZERO };
        let max_price = floor_price + self.amount();
        let bond = if private { rules.bond_floor + self.amount() / U256::from(9) } else { U256::ZERO };
        let mut terms = Terms {
            listing_id,
            record: listing.record,
            input_digest: B256::ZERO,
            verifier: listing.verifier,
            token: listing.token,
            owner_bps: listing.owner_bps,
            floor_price,
            max_price,
            bond,
            curve_start: now - 300 + self.rng.gen_range(0..900),
            curve_seconds: self.rng.gen_range(0..3 * 3_600),
            lock_by,
            prove_window,
            deadline: lock_by + prove_window + late,
            direct: !private && self.chance(60),
            callback,
            callback_gas: self.rng.gen_range(60_000..=market::MAX_CALLBACK_GAS),
        };
        self.nonce += 1;
        let mut nonce = U256::from(self.nonce);
        if self.chance(10) {
            self.spoil(&mut terms, &mut input, &mut nonce);
        }
        if !self.chance(1) {
            terms.input_digest = keccak256(&input);
        }
        let network = &self.world.network;
        let id = terms.job_id(network.chain_id, network.market, requester, nonce);
        self.inputs.insert(id, input.clone());
        if self.chance(15) {
            let signed = self.chance(85);
            return self.market(market::Call::RequestFor { requester, nonce, terms: terms.into(), input, signed });
        }
        self.market_as(requester, market::Call::Request { nonce, terms: terms.into(), input })
    }

    /// One mistake in an order.
    fn spoil(&mut self, terms: &mut Terms, input: &mut Bytes, nonce: &mut U256) {
        match self.rng.gen_range(0..14) {
            0 => terms.listing_id = 99,
            1 => terms.record = self.world.records[1],
            2 => terms.owner_bps += 1,
            3 => terms.verifier = [1, 2, 3, 4],
            4 => terms.token = self.world.tokens[self.rng.gen_range(0..3)],
            5 => terms.max_price = terms.floor_price.saturating_sub(U256::from(1)),
            6 => terms.floor_price = U256::ZERO,
            7 => terms.lock_by = terms.curve_start.saturating_sub(1_000),
            8 => terms.deadline += market::MAX_LIFETIME,
            9 => terms.bond = U256::from(self.rng.gen_range(0..12)),
            10 => terms.direct = true,
            11 => *input = self.random_bytes(input.len()),
            12 => *input = self.random_bytes(input.len() + 1),
            _ if self.chance(50) => terms.callback_gas = market::MAX_CALLBACK_GAS + 1,
            _ => *nonce = U256::from(1),
        }
    }

    /// A batch with the job, and others of its record; ended ones, repeated ones and empty slots too.
    fn fulfil(&mut self, state: &State, id: B256, payout: Address) -> Action {
        let record_hash = state.market.jobs.get(&id).map_or(self.world.records[0], |job| job.terms.record);
        let record = &state.registry.records[&record_hash];
        let same: Vec<B256> =
            state.market.jobs.iter().filter(|(_, job)| job.terms.record == record_hash).map(|(id, _)| *id).collect();
        let mut jobs = vec![id];
        while jobs.len() < 5 && self.chance(40) {
            jobs.push(match self.rng.gen_range(0..10) {
                0 | 1 => B256::ZERO,
                2 if self.chance(20) => B256::repeat_byte(9),
                3 if self.chance(20) => state.market.jobs.keys().next().copied().unwrap_or_default(),
                _ => same.choose(&mut self.rng).copied().unwrap_or(id),
            });
        }
        jobs.shuffle(&mut self.rng);
        let mut input = Vec::new();
        let mut output = Vec::new();
        let mut seen = BTreeSet::new();
        for job in &jobs {
            let slot = self.inputs.get(job).cloned().unwrap_or_else(|| vec![0; record.input_bytes].into());
            input.extend_from_slice(&slot);
            let made = self.random_bytes(record.output_bytes);
            // The output of a job is that of its first slot.
            let live = state.market.jobs.get(job).is_some_and(|job| job.limit().is_some());
            if live && seen.insert(*job) {
                self.outputs.insert(*job, made.clone());
            }
            output.extend_from_slice(&made);
        }
        if self.chance(3) {
            let at = self.rng.gen_range(0..input.len().max(1));
            input.resize(input.len().max(1), 0);
            input[at] ^= 1;
        }
        if self.chance(1) {
            output.push(0);
        }
        if self.chance(1) {
            input.push(0);
        }
        let payout = if self.chance(2) { self.world.network.market } else { payout };
        self.market(market::Call::Fulfil { jobs, input: input.into(), output: output.into(), payout })
    }

    fn staking_action(&mut self, state: &State) -> Action {
        let prover = self.prover();
        let (from, call) = match self.rng.gen_range(0..100) {
            0..=24 => {
                let from = if self.chance(30) { prover } else { self.actor() };
                (from, staking::Call::Stake { prover, amount: self.amount() })
            }
            25..=44 => self.unbond(state),
            45..=59 => self.withdraw_stake(state),
            60..=71 => {
                let assets = state.staking.pool(prover).assets;
                let max = assets * U256::from(3_000) / U256::from(10_000);
                let amount = self.part_of(max);
                let from = if self.chance(95) { self.world.network.governor } else { prover };
                (from, staking::Call::Slash { prover, amount, reason: B256::repeat_byte(3) })
            }
            72..=76 => {
                let account = self.actor();
                (account, staking::Call::SyncVotes { prover, account: self.actor() })
            }
            77..=84 => {
                let now = state.staking.commission(prover, state.time);
                let bps = match self.rng.gen_range(0..8) {
                    0 => 10_001,
                    1 => now + 201,
                    2 => now / 2,
                    _ => now + self.rng.gen_range(0..=200),
                };
                let from = if self.chance(80) { prover } else { self.actor() };
                (from, staking::Call::SetCommission { bps })
            }
            85..=92 => (self.actor(), staking::Call::DistributeReward { prover, amount: self.amount() }),
            _ => {
                let staked: Vec<_> = state.staking.positions.keys().copied().collect();
                let (prover, from) = *staked.choose(&mut self.rng).expect("provers have stake");
                (from, staking::Call::ClaimReward { prover, to: self.actor() })
            }
        };
        Action { from, call: Call::Staking(call) }
    }

    fn unbond(&mut self, state: &State) -> (Address, staking::Call) {
        let staked: Vec<_> = state.staking.positions.iter().collect();
        let ((prover, account), position) = *staked.choose(&mut self.rng).expect("provers have stake");
        (*account, staking::Call::Unbond { prover: *prover, shares: self.part_of(position.shares) })
    }

    fn withdraw_stake(&mut self, state: &State) -> (Address, staking::Call) {
        let tickets: Vec<_> = state.staking.tickets.iter().collect();
        let Some((ticket, held)) = tickets.choose(&mut self.rng).copied() else { return self.unbond(state) };
        let from = if self.chance(95) { held.account } else { self.actor() };
        (from, staking::Call::Withdraw { ticket: *ticket, to: self.actor() })
    }

    fn epoch_action(&mut self, state: &State) -> Action {
        let from = self.actor();
        let round = state.round();
        let elapsed = (state.time - state.rewards.start) % ROUND;
        let last_over = if elapsed >= WINDOW { round } else { round.saturating_sub(1) };
        let sells = round > 0 && elapsed < WINDOW;
        let roll = match self.rng.gen_range(0..10) {
            0..=4 if sells => 0,
            0..=4 if last_over > state.rewards.next_to_close => 49,
            0..=5 if state.rewards.next_to_close > 0 => 50,
            _ => self.rng.gen_range(0..100),
        };
        let call = match roll {
            0..=34 if sells => {
                let lots = [(true, &state.fee_auction), (false, &state.slash_auction)];
                let stock: Vec<_> = lots
                    .iter()
                    .flat_map(|(of_fees, house)| house.held.iter().map(|(token, held)| (*of_fees, *token, *held)))
                    .collect();
                let nothing = (self.chance(50), self.coin(), U256::from(1));
                let Some((of_fees, token, held)) =
                    stock.choose(&mut self.rng).copied().or_else(|| self.chance(5).then_some(nothing))
                else {
                    return self.job_action(state);
                };
                let amount = if self.chance(5) { U256::ZERO } else { self.part_of(held) };
                let max_price = if self.chance(95) { U256::MAX } else { U256::from(5) };
                let buy = auction::Call::Buy { token, amount, max_price, to: self.actor() };
                if of_fees { Call::FeeAuction(buy) } else { Call::SlashAuction(buy) }
            }
            0..=49 => {
                if last_over <= state.rewards.next_to_close && self.chance(90) {
                    return self.job_action(state);
                }
                let epoch = if self.chance(90) { last_over.saturating_sub(1) } else { round };
                Call::Rewards(rewards::Call::CloseThrough { epoch })
            }
            50..=74 => {
                let paid = |epoch: &u64| !state.rewards.epoch(*epoch).rewards.is_zero();
                let epochs: Vec<u64> = (0..state.rewards.next_to_close).filter(paid).collect();
                let epoch = epochs.choose(&mut self.rng).copied().unwrap_or(state.rewards.next_to_close);
                let earners: Vec<_> = state.rewards.workers(epoch).into_iter().collect();
                if earners.is_empty() && self.chance(90) {
                    return self.job_action(state);
                }
                let account = earners.choose(&mut self.rng).copied().unwrap_or(from);
                let tokens = self.some_of(state.rewards.payment_tokens(epoch));
                Call::Rewards(rewards::Call::Claim { epoch, account, tokens })
            }
            75..=83 if state.rewards.treasury_due.is_zero() && self.chance(80) => return self.job_action(state),
            75..=79 => Call::Rewards(rewards::Call::Forward),
            80..=83 => Call::SlashAuction(auction::Call::Forward),
            84..=91 => {
                let slashes = self.world.network.slash_auction;
                let slashed: Vec<_> = state.market.credits.iter().filter(|((of, _), _)| *of == slashes).collect();
                let token = slashed.choose(&mut self.rng).map(|((_, token), _)| *token);
                Call::SlashAuction(auction::Call::Pull { token: token.unwrap_or_else(|| self.token()) })
            }
            92..=94 => Call::FeeAuction(auction::Call::Sync { token: self.coin() }),
            95 => Call::SlashAuction(auction::Call::Sync { token: self.coin() }),
            _ => {
                let owed: Vec<_> = state.rewards.uncollected.iter().map(|(token, _)| *token).collect();
                let token = owed.choose(&mut self.rng).copied().unwrap_or(self.world.tokens[1]);
                Call::Rewards(rewards::Call::Collect { token })
            }
        };
        Action { from, call }
    }

    /// All of an epoch's tokens, or some in any order, with mistakes: one twice, one that is none of them.
    fn some_of(&mut self, tokens: &[Address]) -> Option<Vec<Address>> {
        let rng = self.lists.as_mut()?;
        if rng.gen_bool(0.4) {
            return None;
        }
        let mut some: Vec<_> = tokens.iter().copied().filter(|_| rng.gen_bool(0.65)).collect();
        if rng.gen_bool(0.15) {
            some.extend(some.choose(rng).copied());
        }
        if rng.gen_bool(0.15) {
            some.extend(self.world.tokens.choose(rng).copied());
        }
        if rng.gen_bool(0.1) {
            some.push(self.world.actor(rng.gen_range(0..self.world.actors.len())));
        }
        some.shuffle(rng);
        Some(some)
    }

    fn money_action(&mut self, state: &State) -> Action {
        if let Some((token, _)) = state.market.income.iter().next()
            && self.chance(20)
        {
            return self.market(market::Call::SendIncome { token: *token });
        }
        let token = self.token();
        let credits: Vec<_> = state.market.credits.iter().map(|(key, _)| *key).collect();
        let free: Vec<_> = state.market.free.iter().collect();
        let (from, to) = (self.actor(), self.actor());
        match self.rng.gen_range(0..100) {
            0..=39 => {
                let (account, token) = credits.choose(&mut self.rng).copied().unwrap_or((from, token));
                let to = if self.chance(95) { to } else { self.world.network.market };
                // The slash auction's is pulled.
                if account == self.world.network.slash_auction {
                    return Action { from, call: Call::SlashAuction(auction::Call::Pull { token }) };
                }
                self.market_as(account, market::Call::Withdraw { token, to })
            }
            40..=52 => {
                let amount = self.amount();
                self.market_as(from, market::Call::DepositCollateral { token, amount })
            }
            53..=67 => {
                let ((account, token), amount) = *free.choose(&mut self.rng).expect("provers have collateral");
                let amount = self.part_of(*amount) / U256::from(self.rng.gen_range(1..5));
                self.market_as(*account, market::Call::WithdrawCollateral { token: *token, amount, to })
            }
            68..=75 => {
                let owed: Vec<_> = state.market.income.iter().map(|(token, _)| *token).collect();
                let token = owed.choose(&mut self.rng).copied().unwrap_or(token);
                self.market(market::Call::SendIncome { token })
            }
            76..=79 => {
                let key = if self.chance(80) { from.into_word() } else { B256::ZERO };
                let prover = self.prover();
                self.market_as(prover, market::Call::RegisterKey { key })
            }
            80..=81 => {
                let nonce = U256::from(self.nonce + 1);
                self.market_as(from, market::Call::InvalidateNonce { nonce })
            }
            82..=85 => {
                let gift = [self.world.network.fee_auction, self.world.network.slash_auction, to];
                let to = *gift.choose(&mut self.rng).expect("three");
                let transfer = tokens::Call::Transfer { token, to, amount: self.amount() };
                Action { from, call: Call::Token(transfer) }
            }
            _ => {
                let amount = self.amount();
                let governor = self.world.network.governor;
                let beneficiary = state.treasury.beneficiary(state.time);
                let credited: Vec<_> = state.treasury.education.iter().map(|(token, _)| *token).collect();
                let token = credited.choose(&mut self.rng).copied().unwrap_or(token);
                let (from, call) = match self.rng.gen_range(0..12) {
                    0 | 1 => (from, treasury::Call::ReceiveIncome { token, amount }),
                    2 => (from, treasury::Call::Donate { token, amount }),
                    3 | 4 => (governor, treasury::Call::Spend { token, to, amount }),
                    5 => (from, treasury::Call::Spend { token, to, amount }),
                    6 | 7 => (beneficiary, treasury::Call::WithdrawEducation { token, to }),
                    8 => (governor, treasury::Call::WithdrawEducation { token, to: beneficiary }),
                    9 => (governor, treasury::Call::WithdrawEducation { token, to }),
                    10 => (beneficiary, treasury::Call::TransferBeneficiary { next: to }),
                    _ => (governor, treasury::Call::AppointBeneficiary { next: to }),
                };
                Action { from, call: Call::Treasury(call) }
            }
        }
    }

    fn governance_action(&mut self, state: &State) -> Action {
        let (governor, guardian) = (self.world.network.governor, self.world.network.guardian);
        let may = self.chance(92);
        let by = |account: Address, other: Address| if may { account } else { other };
        let stranger = self.actor();
        let coin = self.world.tokens[self.rng.gen_range(1..3)];
        let (from, call) = match self.rng.gen_range(0..100) {
            0..=24 => {
                let health = *[Health::Sound, Health::Sound, Health::Halted, Health::Broken]
                    .choose(&mut self.rng)
                    .expect("some");
                (stranger, Call::Token(tokens::Call::Turn { token: coin, health }))
            }
            25..=41 => {
                let callback = self.world.listeners[self.rng.gen_range(0..2)];
                let deaf = self.chance(60);
                (stranger, Call::Market(market::Call::SetDeaf { callback, deaf }))
            }
            42..=55 => {
                let live: Vec<_> = state.market.jobs.values().filter(|job| job.limit().is_some()).collect();
                let record = live.choose(&mut self.rng).map_or(self.world.records[0], |job| job.terms.record);
                let stop = registry::Call::StopRecord { verifier: SELECTOR, record };
                (by(guardian, stranger), Call::Registry(stop))
            }
            56..=58 => (by(guardian, stranger), Call::Registry(registry::Call::StopVerifier { verifier: SELECTOR })),
            59 => (by(governor, stranger), Call::Registry(registry::Call::Tombstone { verifier: SELECTOR })),
            60..=64 => {
                let paused = self.chance(50);
                (by(guardian, stranger), Call::Market(market::Call::SetPaused { paused }))
            }
            65..=68 => {
                let seconds = self.rng.gen_range(50..3_000);
                (by(governor, stranger), Call::Market(market::Call::SetAckWindow { seconds }))
            }
            69..=73 => {
                let rules = TokenRules {
                    allowed: self.chance(85),
                    collateral_floor: self.amount(),
                    bond_floor: self.amount() / U256::from(10),
                };
                (by(governor, stranger), Call::Market(market::Call::SetTokenRules { token: coin, rules }))
            }
            74..=83 => {
                let listing = self.rng.gen_range(1..=8);
                let holder = state.registry.listings[&listing].holder;
                let call = match self.rng.gen_range(0..6) {
                    0 => registry::Call::Deprecate { listing },
                    1 | 2 => registry::Call::TransferFrom { listing, to: stranger },
                    _ => {
                        let owner_bps = self.rng.gen_range(0..=9_901);
                        registry::Call::SetTerms { listing, price: self.amount() / U256::from(3), owner_bps }
                    }
                };
                (by(holder, stranger), Call::Registry(call))
            }
            84..=88 => {
                let bps = self.rng.gen_range(0..8_100);
                (by(governor, stranger), Call::Rewards(rewards::Call::SetRewardShare { bps }))
            }
            89..=95 => {
                let anchor = self.amount() + UNIT;
                let terms = auction::Terms { anchor, floor: self.amount() };
                let call = auction::Call::SetTerms { token: self.coin(), terms };
                let call = if self.chance(50) { Call::FeeAuction(call) } else { Call::SlashAuction(call) };
                (by(governor, stranger), call)
            }
            _ => {
                let call = auction::Call::SetStartMultiple { multiple: self.rng.gen_range(1..18) };
                let call = if self.chance(50) { Call::FeeAuction(call) } else { Call::SlashAuction(call) };
                (by(governor, stranger), call)
            }
        };
        Action { from, call }
    }
}
