//! Rewards: the fees of a week's work, what they brought, and what provers and creators get for it.

use crate::amounts::Amounts;
use crate::auction::{House, ROUND, WINDOW};
use crate::formulas::{self, CREATOR_TENTHS, PROVER_TENTHS, Pot};
use crate::refusal::{Refusal, require};
use crate::{Event as Any, State, treasury};
use alloy_primitives::{Address, U256};
use std::collections::{BTreeMap, BTreeSet};

/// k at deployment.
const INITIAL_SHARE_BPS: u64 = 7_500;
/// The most that k can be.
const MAX_SHARE_BPS: u64 = 8_000;

/// One week's books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epoch {
    /// What its fees brought.
    pub proceeds: U256,
    /// That, and what leftovers of earlier weeks brought.
    pub income: U256,
    /// What may be claimed; zero until it is closed.
    pub rewards: U256,
}

/// All weeks' books. Keys are of epoch, token, account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewards {
    /// When epoch 0 began.
    pub start: u64,
    /// The first epoch that is not closed.
    pub next_to_close: u64,
    /// Rewards of closed epochs, less what was withheld.
    pub total: U256,
    /// The treasury's half of closed epochs' income.
    pub treasury_due: U256,
    /// By token: fees that the market owes.
    pub uncollected: Amounts<Address>,
    epochs: BTreeMap<u64, Epoch>,
    payment_tokens: BTreeMap<u64, Vec<Address>>,
    fees: Amounts<(u64, Address)>,
    proceeds: Amounts<(u64, Address)>,
    prover_fees: Amounts<(u64, Address, Address)>,
    creator_fees: Amounts<(u64, Address, Address)>,
    prover_paid: Amounts<(u64, Address)>,
    shares: BTreeMap<u64, u64>,
}

/// What can be asked of the rewards contract.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the arguments of `IIntelligenceRewards`")]
pub enum Call {
    CloseThrough { epoch: u64 },
    Claim { epoch: u64, account: Address, tokens: Option<Vec<Address>> },
    Collect { token: Address },
    Forward,
    SetRewardShare { bps: u64 },
}

/// What the rewards contract tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the events of `IIntelligenceRewards`")]
pub enum Event {
    WorkRecorded {
        epoch: u64,
        token: Address,
        prover: Address,
        creator: Address,
        fee: U256,
    },
    FeesUncollected {
        epoch: u64,
        token: Address,
        amount: U256,
    },
    FeesCollected {
        token: Address,
        amount: U256,
    },
    ProceedsRecorded {
        epoch: u64,
        token: Address,
        amount: U256,
        counted: U256,
    },
    EpochClosed {
        epoch: u64,
        proceeds: U256,
        rewards: U256,
        burned: U256,
        to_treasury: U256,
    },
    RewardClaimed {
        epoch: u64,
        account: Address,
        prover_reward: U256,
        creator_reward: U256,
        withheld: U256,
        tokens: Vec<Address>,
    },
    IncomeForwarded {
        amount: U256,
    },
    RewardShareSet {
        from_epoch: u64,
        bps: u64,
    },
}

impl Rewards {
    /// Books that begin at `start`.
    pub fn new(start: u64) -> Self {
        Self {
            start,
            next_to_close: 0,
            total: U256::ZERO,
            treasury_due: U256::ZERO,
            uncollected: Amounts::default(),
            epochs: BTreeMap::new(),
            payment_tokens: BTreeMap::new(),
            fees: Amounts::default(),
            proceeds: Amounts::default(),
            prover_fees: Amounts::default(),
            creator_fees: Amounts::default(),
            prover_paid: Amounts::default(),
            shares: BTreeMap::from([(0, INITIAL_SHARE_BPS)]),
        }
    }

    /// Books of an epoch.
    pub fn epoch(&self, epoch: u64) -> Epoch {
        self.epochs.get(&epoch).copied().unwrap_or_default()
    }

    /// k of an epoch.
    pub fn share_bps(&self, epoch: u64) -> u64 {
        self.shares.range(..=epoch).next_back().map_or(INITIAL_SHARE_BPS, |(_, bps)| *bps)
    }

    /// Who worked in an epoch and has not claimed for it.
    pub fn workers(&self, epoch: u64) -> BTreeSet<Address> {
        let fees = self.prover_fees.iter().chain(self.creator_fees.iter());
        fees.filter(|((of, ..), _)| *of == epoch).map(|((_, _, account), _)| *account).collect()
    }

    fn end_of(&self, epoch: u64) -> u64 {
        self.start + (epoch + 1) * ROUND
    }

    /// The tokens that fees of an epoch were paid in, in the order in which they came.
    pub fn payment_tokens(&self, epoch: u64) -> &[Address] {
        self.payment_tokens.get(&epoch).map_or(&[], Vec::as_slice)
    }

    /// What an account's fees in a token earned: for proving, and for the models.
    fn earned(&self, epoch: u64, token: Address, account: Address) -> (U256, U256) {
        let (books, key) = (self.epoch(epoch), (epoch, token));
        let pot = Pot { fees: self.fees.get(&key), proceeds: self.proceeds.get(&key) };
        let part = |fees: &Amounts<(u64, Address, Address)>, tenths| {
            formulas::share(books.rewards, books.proceeds, pot, fees.get(&(epoch, token, account)), tenths)
        };
        (part(&self.prover_fees, PROVER_TENTHS), part(&self.creator_fees, CREATOR_TENTHS))
    }
}

impl State {
    fn rewards_tell(&mut self, event: Event) {
        self.tell(Any::Rewards(event));
    }

    pub(crate) fn rewards_call(&mut self, from: Address, call: &Call) -> Result<(), Refusal> {
        match *call {
            Call::CloseThrough { epoch } => self.close_through(epoch),
            Call::Claim { epoch, account, ref tokens } => self.claim(epoch, account, tokens.as_deref()),
            Call::Collect { token } => {
                let amount = self.rewards.uncollected.clear(&token);
                require(!amount.is_zero(), Refusal::NothingToCollect)?;
                self.rewards_tell(Event::FeesCollected { token, amount });
                self.tokens.transfer(token, self.network.market, self.network.fee_auction, amount)?;
                self.sync(House::Fees, token)
            }
            Call::Forward => {
                let amount = std::mem::take(&mut self.rewards.treasury_due);
                require(!amount.is_zero(), Refusal::NothingToForward)?;
                self.rewards_tell(Event::IncomeForwarded { amount });
                let income = treasury::Call::ReceiveIncome { token: self.network.token, amount };
                self.treasury_call(self.network.rewards, &income)
            }
            Call::SetRewardShare { bps } => {
                require(from == self.network.governor, Refusal::NotGovernor)?;
                require(bps <= MAX_SHARE_BPS, Refusal::OutOfBounds)?;
                let from_epoch = self.round() + 1;
                self.rewards.shares.insert(from_epoch, bps);
                self.rewards_tell(Event::RewardShareSet { from_epoch, bps });
                Ok(())
            }
        }
    }

    /// Books one token's paid work of a settlement and takes its fees, or neither.
    pub(crate) fn record_work(
        &mut self,
        token: Address,
        prover: Address,
        work: &[(Address, U256)],
    ) -> Result<(), Refusal> {
        let epoch = self.round();
        let total = work.iter().fold(U256::ZERO, |sum, (_, fee)| sum + fee);
        if !total.is_zero() {
            self.tokens.ask(token)?;
        }
        for &(creator, fee) in work {
            self.rewards.creator_fees.add((epoch, token, creator), fee);
            self.rewards_tell(Event::WorkRecorded { epoch, token, prover, creator, fee });
        }
        if total.is_zero() {
            return Ok(());
        }
        self.rewards.prover_fees.add((epoch, token, prover), total);
        if self.rewards.fees.get(&(epoch, token)).is_zero() {
            self.rewards.payment_tokens.entry(epoch).or_default().push(token);
        }
        self.rewards.fees.add((epoch, token), total);
        let market = self.network.market;
        if token == self.network.token {
            // Needs no sale.
            self.book(epoch, token, total, total);
            return self.tokens.transfer(token, market, self.network.rewards, total);
        }
        if self.tokens.transfer(token, market, self.network.fee_auction, total).is_ok() {
            self.increase(House::Fees, token, total, true);
        } else {
            self.rewards.uncollected.add(token, total);
            self.rewards_tell(Event::FeesUncollected { epoch, token, amount: total });
        }
        Ok(())
    }

    pub(crate) fn book(&mut self, epoch: u64, token: Address, amount: U256, counted: U256) {
        let books = self.rewards.epochs.entry(epoch).or_default();
        books.income += amount;
        books.proceeds += counted;
        self.rewards.proceeds.add((epoch, token), counted);
        self.rewards_tell(Event::ProceedsRecorded { epoch, token, amount, counted });
    }

    fn close_through(&mut self, last: u64) -> Result<(), Refusal> {
        require(self.time >= self.rewards.end_of(last) + WINDOW, Refusal::EpochNotOver)?;
        for epoch in self.rewards.next_to_close..=last {
            let Epoch { proceeds, income, .. } = self.rewards.epoch(epoch);
            let emission = formulas::emission(epoch, self.rewards.total);
            let rewards = formulas::pool(proceeds, self.rewards.share_bps(epoch), emission);
            let (burned, to_treasury) = formulas::halves(income);
            self.rewards.epochs.entry(epoch).or_default().rewards = rewards;
            self.rewards.total += rewards;
            self.rewards.treasury_due += to_treasury;
            self.rewards.next_to_close = epoch + 1;
            self.tokens.burn(self.network.token, self.network.rewards, burned)?;
            self.rewards_tell(Event::EpochClosed { epoch, proceeds, rewards, burned, to_treasury });
        }
        Ok(())
    }

    /// What a claim for these tokens would pay: for proving, for the models, and what the stake withholds of the first.
    fn claimable_parts(&self, epoch: u64, account: Address, tokens: &[Address]) -> (U256, U256, U256) {
        let rewards = &self.rewards;
        // Who names a token twice is paid for it once.
        let tokens: BTreeSet<&Address> = tokens.iter().collect();
        let earned = tokens.into_iter().map(|token| rewards.earned(epoch, *token, account));
        let (proving, creating) = earned.fold((U256::ZERO, U256::ZERO), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        let end = rewards.end_of(epoch);
        let limit = formulas::stake_limit(self.staking.average(account, end - ROUND, end));
        let room = limit.saturating_sub(rewards.prover_paid.get(&(epoch, account)));
        let withheld = proving.saturating_sub(room);
        (proving - withheld, creating, withheld)
    }

    /// What a claim for all tokens would pay; nothing while the epoch is not closed.
    pub fn claimable(&self, epoch: u64, account: Address) -> U256 {
        if epoch >= self.rewards.next_to_close {
            return U256::ZERO;
        }
        let (proving, creating, _) = self.claimable_parts(epoch, account, self.rewards.payment_tokens(epoch));
        proving + creating
    }

    fn claim(&mut self, epoch: u64, account: Address, tokens: Option<&[Address]>) -> Result<(), Refusal> {
        require(epoch < self.rewards.next_to_close, Refusal::EpochNotClosed)?;
        let tokens = tokens.unwrap_or_else(|| self.rewards.payment_tokens(epoch)).to_vec();
        let (prover_reward, creator_reward, withheld) = self.claimable_parts(epoch, account, &tokens);
        let earned = prover_reward + creator_reward + withheld;
        require(!earned.is_zero(), Refusal::NothingToClaim)?;
        for token in &tokens {
            self.rewards.prover_fees.clear(&(epoch, *token, account));
            self.rewards.creator_fees.clear(&(epoch, *token, account));
        }
        self.rewards.prover_paid.add((epoch, account), prover_reward);
        // Nobody else's: it runs on after the schedule.
        self.rewards.total -= withheld;
        self.rewards_tell(Event::RewardClaimed { epoch, account, prover_reward, creator_reward, withheld, tokens });
        self.tokens.transfer(self.network.token, self.network.rewards, account, prover_reward + creator_reward)
    }
}
