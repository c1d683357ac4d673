//! Stake: pools of shares, tickets of what leaves, slashes, commissions and rewards, locks, receipts.

use crate::amounts::Amounts;
use crate::formulas::{self, mul_div};
use crate::refusal::{Refusal, require};
use crate::{Event as Any, State};
use alloy_primitives::{Address, B256, U256, uint};
use std::collections::{BTreeMap, BTreeSet};

const DAY: u64 = 24 * 60 * 60;
/// From leaving to having left.
pub const UNBONDING: u64 = 15 * DAY;
/// From coming to leaving, at least.
pub const MIN_BONDING: u64 = DAY;
/// The most by which a commission rises at a time.
const MAX_COMMISSION_STEP: u64 = 200;
/// From the announcement of an increase to its effect.
pub const COMMISSION_NOTICE: u64 = 22 * DAY;
const WHOLE: u64 = 10_000;
/// Nobody joins a pool whose shares are worth less than a millionth.
const MAX_SHARES_PER_UNIT: u64 = 1_000_000;
/// What a reward index is a multiple of.
const INDEX_UNIT: U256 = uint!(0x100000000000000000000000000000000_U256);

/// What the timelock sets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of `IProverStaking.Parameters`")]
pub struct Parameters {
    pub minimum_stake: U256,
    pub stake_per_lock: U256,
    pub max_slash_bps: u64,
}

/// All stake with one prover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of `IProverStaking.Pool`")]
pub struct Pool {
    pub assets: U256,
    pub bonded_shares: U256,
    pub unbonding_shares: U256,
}

impl Pool {
    fn shares(&self) -> U256 {
        self.bonded_shares + self.unbonding_shares
    }

    /// What shares are worth.
    pub fn value_of(&self, shares: U256) -> U256 {
        if self.shares().is_zero() { U256::ZERO } else { mul_div(shares, self.assets, self.shares()) }
    }

    /// What the bonded ones are.
    pub fn bonded(&self) -> U256 {
        self.value_of(self.bonded_shares)
    }
}

/// One account's bonded stake with one prover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of `IProverStaking.Position`")]
pub struct Position {
    pub shares: U256,
    pub votes: U256,
    pub bonded_at: u64,
    pub reward_index: U256,
}

/// Stake on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of `IProverStaking.Ticket`")]
pub struct Ticket {
    pub account: Address,
    pub prover: Address,
    pub shares: U256,
    pub unlocks_at: u64,
}

/// What a prover keeps of its delegators' rewards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Commission {
    bps: u64,
    /// An increase, and when it holds.
    next: Option<(u64, u64)>,
    /// Somebody may have delegated in view of it.
    bound: bool,
}

impl Commission {
    fn at(&self, time: u64) -> u64 {
        match self.next {
            Some((bps, from)) if time >= from => bps,
            _ => self.bps,
        }
    }
}

/// All stake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staking {
    /// What the timelock set.
    pub parameters: Parameters,
    /// Who may slash.
    pub slashers: BTreeSet<Address>,
    /// By prover.
    pub pools: BTreeMap<Address, Pool>,
    /// By prover and account.
    pub positions: BTreeMap<(Address, Address), Position>,
    /// By id, from 1.
    pub tickets: BTreeMap<u64, Ticket>,
    /// Receipts, each a vote, by account.
    pub votes: Amounts<Address>,
    /// Commissions and settled rewards, by account.
    pub credits: Amounts<Address>,
    /// By prover.
    pub open_locks: BTreeMap<Address, u64>,
    ticket_count: u64,
    reward_index: BTreeMap<Address, U256>,
    commissions: BTreeMap<Address, Commission>,
    /// From when on a prover's bonded stake was what.
    history: BTreeMap<(Address, u64), U256>,
}

/// What can be asked of the staking contract.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the arguments of `IProverStaking`")]
pub enum Call {
    Stake { prover: Address, amount: U256 },
    Unbond { prover: Address, shares: U256 },
    Withdraw { ticket: u64, to: Address },
    Slash { prover: Address, amount: U256, reason: B256 },
    SyncVotes { prover: Address, account: Address },
    SetCommission { bps: u64 },
    DistributeReward { prover: Address, amount: U256 },
    ClaimReward { prover: Address, to: Address },
}

/// What the staking contract tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the events of `IProverStaking`")]
pub enum Event {
    Staked { prover: Address, account: Address, amount: U256, shares: U256 },
    Unbonding { ticket: u64, prover: Address, account: Address, shares: U256, amount: U256, unlocks_at: u64 },
    Withdrawn { ticket: u64, prover: Address, account: Address, to: Address, amount: U256 },
    Slashed { prover: Address, bonded: U256, unbonding: U256, reason: B256 },
    VotesSynced { prover: Address, account: Address, amount: U256 },
    CommissionChanged { prover: Address, bps: u64, effective_at: u64 },
    RewardDistributed { prover: Address, amount: U256, commission: U256 },
    RewardAccrued { prover: Address, account: Address, amount: U256 },
    RewardClaimed { account: Address, to: Address, amount: U256 },
    LockOpened { prover: Address, open: u64 },
    LockClosed { prover: Address, open: u64 },
}

impl Staking {
    /// No stake yet.
    pub fn new(parameters: Parameters) -> Self {
        Self {
            parameters,
            slashers: BTreeSet::new(),
            pools: BTreeMap::new(),
            positions: BTreeMap::new(),
            tickets: BTreeMap::new(),
            votes: Amounts::default(),
            credits: Amounts::default(),
            open_locks: BTreeMap::new(),
            ticket_count: 0,
            reward_index: BTreeMap::new(),
            commissions: BTreeMap::new(),
            history: BTreeMap::new(),
        }
    }

    /// All stake with `prover`.
    pub fn pool(&self, prover: Address) -> Pool {
        self.pools.get(&prover).cloned().unwrap_or_default()
    }

    /// The stake of `account` with `prover`.
    pub fn position(&self, prover: Address, account: Address) -> Position {
        self.positions.get(&(prover, account)).cloned().unwrap_or_default()
    }

    /// What that is worth.
    pub fn stake_of(&self, prover: Address, account: Address) -> U256 {
        self.pool(prover).value_of(self.position(prover, account).shares)
    }

    /// What `account` could take out, with its rewards of `prover` settled.
    pub fn claimable(&self, prover: Address, account: Address) -> U256 {
        self.credits.get(&account) + self.earned(prover, account)
    }

    /// The commission at `time`.
    pub fn commission(&self, prover: Address, time: u64) -> u64 {
        self.commissions.get(&prover).map_or(0, |commission| commission.at(time))
    }

    /// The mean of the bonded stake over `[from, to)`, rounded down.
    pub fn average(&self, prover: Address, from: u64, to: u64) -> U256 {
        let changes: Vec<_> =
            self.history.range((prover, 0)..=(prover, to)).map(|((_, at), stake)| (*at, *stake)).collect();
        let ends = changes.iter().skip(1).map(|(at, _)| *at).chain([to]);
        let sum = changes.iter().zip(ends).fold(U256::ZERO, |sum, ((begin, stake), end)| {
            sum + stake * U256::from(end.max(from) - (*begin).max(from))
        });
        sum / U256::from(to - from)
    }

    /// What a share of `prover` has earned so far, in parts of 2^-128.
    pub fn index(&self, prover: Address) -> U256 {
        self.reward_index.get(&prover).copied().unwrap_or_default()
    }

    fn earned(&self, prover: Address, account: Address) -> U256 {
        let position = self.position(prover, account);
        mul_div(position.shares, self.index(prover) - position.reward_index, INDEX_UNIT)
    }

    fn check_own_stake(&self, prover: Address) -> Result<(), Refusal> {
        require(self.stake_of(prover, prover) >= self.parameters.minimum_stake, Refusal::BelowMinimumStake)
    }

    /// Destroys the receipts of a position beyond its worth.
    fn burn_unbacked(&mut self, prover: Address, account: Address) -> U256 {
        let value = self.stake_of(prover, account);
        let position = self.positions.entry((prover, account)).or_default();
        let unbacked = position.votes.saturating_sub(value);
        position.votes -= unbacked;
        let votes = self.votes.get(&account) - unbacked;
        self.votes.set(account, votes);
        unbacked
    }

    fn note(&mut self, prover: Address, time: u64) {
        let bonded = self.pool(prover).bonded();
        self.history.insert((prover, time), bonded);
    }
}

impl State {
    fn staking_tells(&mut self, event: Event) {
        self.tell(Any::Staking(event));
    }

    pub(crate) fn staking_call(&mut self, from: Address, call: &Call) -> Result<(), Refusal> {
        match *call {
            Call::Stake { prover, amount } => self.stake(from, prover, amount),
            Call::Unbond { prover, shares } => self.unbond(from, prover, shares),
            Call::Withdraw { ticket, to } => self.withdraw_stake(from, ticket, to),
            Call::Slash { prover, amount, reason } => self.slash_stake(from, prover, amount, reason),
            Call::SyncVotes { prover, account } => {
                self.sync_votes(prover, account);
                Ok(())
            }
            Call::SetCommission { bps } => self.set_commission(from, bps),
            Call::DistributeReward { prover, amount } => self.distribute(from, prover, amount),
            Call::ClaimReward { prover, to } => {
                self.accrue(prover, from);
                let amount = self.staking.credits.clear(&from);
                require(!amount.is_zero(), Refusal::NothingToClaim)?;
                self.staking_tells(Event::RewardClaimed { account: from, to, amount });
                self.tokens.transfer(self.network.token, self.network.staking, to, amount)
            }
        }
    }

    fn stake(&mut self, account: Address, prover: Address, amount: U256) -> Result<(), Refusal> {
        require(!amount.is_zero(), Refusal::ZeroAmount)?;
        require(prover != Address::ZERO, Refusal::ZeroAddress)?;
        if prover == account {
            self.staking.commissions.entry(prover).or_default().bound = true;
        } else {
            self.staking.check_own_stake(prover)?;
        }
        self.accrue(prover, account);
        self.sync_votes(prover, account);

        let pool = self.staking.pools.entry(prover).or_default();
        require(pool.shares() <= pool.assets * U256::from(MAX_SHARES_PER_UNIT), Refusal::PoolDepleted)?;
        let shares = if pool.shares().is_zero() { amount } else { mul_div(amount, pool.shares(), pool.assets) };
        pool.assets += amount;
        pool.bonded_shares += shares;
        let position = self.staking.positions.entry((prover, account)).or_default();
        position.shares += shares;
        position.votes += amount;
        position.bonded_at = self.time;
        if prover == account {
            self.staking.check_own_stake(prover)?;
        }
        self.staking.note(prover, self.time);
        self.staking.votes.add(account, amount);
        self.staking_tells(Event::Staked { prover, account, amount, shares });
        self.tokens.transfer(self.network.token, account, self.network.staking, amount)
    }

    fn unbond(&mut self, account: Address, prover: Address, shares: U256) -> Result<(), Refusal> {
        let position = self.staking.position(prover, account);
        require(!shares.is_zero(), Refusal::ZeroAmount)?;
        require(shares <= position.shares, Refusal::InsufficientShares)?;
        require(self.time >= position.bonded_at + MIN_BONDING, Refusal::BondedTooRecently)?;
        self.accrue(prover, account);
        self.sync_votes(prover, account);

        let pool = self.staking.pools.entry(prover).or_default();
        pool.bonded_shares -= shares;
        pool.unbonding_shares += shares;
        let amount = pool.value_of(shares);
        self.staking.positions.entry((prover, account)).or_default().shares -= shares;
        if prover == account && shares != position.shares {
            self.staking.check_own_stake(prover)?;
        }
        self.staking.burn_unbacked(prover, account);
        self.staking.note(prover, self.time);

        self.staking.ticket_count += 1;
        let (ticket, unlocks_at) = (self.staking.ticket_count, self.time + UNBONDING);
        self.staking.tickets.insert(ticket, Ticket { account, prover, shares, unlocks_at });
        self.staking_tells(Event::Unbonding { ticket, prover, account, shares, amount, unlocks_at });
        Ok(())
    }

    fn withdraw_stake(&mut self, account: Address, id: u64, to: Address) -> Result<(), Refusal> {
        let ticket = self.staking.tickets.remove(&id).ok_or(Refusal::NotTicketOwner)?;
        require(ticket.account == account, Refusal::NotTicketOwner)?;
        require(self.time >= ticket.unlocks_at, Refusal::StillUnbonding)?;
        let prover = ticket.prover;
        let pool = self.staking.pools.entry(prover).or_default();
        let amount = pool.value_of(ticket.shares);
        pool.assets -= amount;
        pool.unbonding_shares -= ticket.shares;
        self.staking.note(prover, self.time);
        self.staking_tells(Event::Withdrawn { ticket: id, prover, account, to, amount });
        self.tokens.transfer(self.network.token, self.network.staking, to, amount)
    }

    fn slash_stake(&mut self, from: Address, prover: Address, amount: U256, reason: B256) -> Result<(), Refusal> {
        require(self.staking.slashers.contains(&from), Refusal::AccessControlUnauthorizedAccount)?;
        require(!amount.is_zero(), Refusal::ZeroAmount)?;
        let max_slash_bps = self.staking.parameters.max_slash_bps;
        let pool = self.staking.pools.entry(prover).or_default();
        require(amount <= formulas::part(pool.assets, max_slash_bps), Refusal::SlashTooLarge)?;
        let bonded_before = pool.bonded();
        pool.assets -= amount;
        let bonded = bonded_before - pool.bonded();
        self.staking.note(prover, self.time);
        self.staking_tells(Event::Slashed { prover, bonded, unbonding: amount - bonded, reason });
        self.sync_votes(prover, prover);
        self.tokens.transfer(self.network.token, self.network.staking, self.network.slash_auction, amount)
    }

    fn sync_votes(&mut self, prover: Address, account: Address) {
        let amount = self.staking.burn_unbacked(prover, account);
        if !amount.is_zero() {
            self.staking_tells(Event::VotesSynced { prover, account, amount });
        }
    }

    fn set_commission(&mut self, prover: Address, bps: u64) -> Result<(), Refusal> {
        require(bps <= WHOLE, Refusal::CommissionTooHigh)?;
        let time = self.time;
        let commission = self.staking.commissions.entry(prover).or_default();
        let before = commission.at(time);
        let effective_at = if !commission.bound || bps <= before {
            (commission.bps, commission.next) = (bps, None);
            time
        } else {
            require(bps - before <= MAX_COMMISSION_STEP, Refusal::CommissionStepTooLarge)?;
            (commission.bps, commission.next) = (before, Some((bps, time + COMMISSION_NOTICE)));
            time + COMMISSION_NOTICE
        };
        self.staking_tells(Event::CommissionChanged { prover, bps, effective_at });
        Ok(())
    }

    fn distribute(&mut self, from: Address, prover: Address, amount: U256) -> Result<(), Refusal> {
        require(!amount.is_zero(), Refusal::ZeroAmount)?;
        require(prover != Address::ZERO, Refusal::ZeroAddress)?;
        let shares = self.staking.pool(prover).bonded_shares;
        let commission =
            if shares.is_zero() { amount } else { formulas::part(amount, self.staking.commission(prover, self.time)) };
        self.staking.credits.add(prover, commission);
        if !shares.is_zero() {
            *self.staking.reward_index.entry(prover).or_default() += mul_div(amount - commission, INDEX_UNIT, shares);
        }
        self.staking_tells(Event::RewardDistributed { prover, amount, commission });
        self.tokens.transfer(self.network.token, from, self.network.staking, amount)
    }

    /// Credits what a position has earned. Before its shares change.
    fn accrue(&mut self, prover: Address, account: Address) {
        let amount = self.staking.earned(prover, account);
        let index = self.staking.index(prover);
        self.staking.positions.entry((prover, account)).or_default().reward_index = index;
        if !amount.is_zero() {
            self.staking.credits.add(account, amount);
            self.staking_tells(Event::RewardAccrued { prover, account, amount });
        }
    }

    /// The market asks for it when a prover takes a job.
    pub(crate) fn open_lock(&mut self, prover: Address) -> Result<(), Refusal> {
        self.staking.check_own_stake(prover)?;
        let bonded = self.staking.pool(prover).bonded();
        let open = self.staking.open_locks.entry(prover).or_default();
        *open += 1;
        let open = *open;
        require(bonded >= self.staking.parameters.stake_per_lock * U256::from(open), Refusal::LockCapReached)?;
        self.staking_tells(Event::LockOpened { prover, open });
        Ok(())
    }

    /// And for this when the job ends.
    pub(crate) fn close_lock(&mut self, prover: Address) -> Result<(), Refusal> {
        let open = self.staking.open_locks.entry(prover).or_default();
        *open = open.checked_sub(1).ok_or(Refusal::NoOpenLock)?;
        let open = *open;
        self.staking_tells(Event::LockClosed { prover, open });
        Ok(())
    }
}
