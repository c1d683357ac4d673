//! The rules that money follows in the network, without the network: a second statement of what the contracts say, written
//! from `docs/contracts`, for tests that compare the two and for whoever plans, quotes or audits.
//!
//! A [`State`] takes an [`Action`] and gives the events that the contracts would emit, or the [`Refusal`] that they would
//! revert with. Amounts are in wei, times in seconds. `tests/differential` runs both beside each other.
//!
//! ```text
//! market    jobs by fifteen rows, credits, collateral, pots; its books from events alone
//! rewards   epochs, what work earns, claims
//! auction   lots of fees and of what was slashed, at a falling price
//! staking   pools, tickets, slashes, commissions, locks
//! treasury  income, education's part, spending
//! registry  records, listings, stops: what the market asks about
//! tokens    balances
//! formulas  emissions, rewards, prices
//! replay    many actions, one after the other, at the cost of each
//! ```
//!
//! It trusts what it cannot see: that seals verify, that signatures are what [`market::Call::RequestFor`] says of them, that
//! allowances suffice, and gas.

pub mod amounts;
pub mod auction;
pub mod books;
pub mod formulas;
pub mod market;
mod refusal;
pub mod registry;
pub mod replay;
pub mod rewards;
pub mod staking;
pub mod tokens;
pub mod treasury;

pub use alloy_primitives::{Address, B256, Bytes, U256};
pub use refusal::Refusal;

use auction::House;

/// Who is who.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the contracts and accounts of these names")]
pub struct Network {
    pub chain_id: u64,
    pub token: Address,
    pub market: Address,
    pub rewards: Address,
    pub fee_auction: Address,
    pub slash_auction: Address,
    pub staking: Address,
    pub treasury: Address,
    pub governor: Address,
    pub guardian: Address,
}

/// Everything that the rules depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Who is who.
    pub network: Network,
    /// Now.
    pub time: u64,
    /// Balances.
    pub tokens: tokens::Tokens,
    /// Records, listings and stops.
    pub registry: registry::Registry,
    /// Jobs and their money.
    pub market: market::Market,
    /// Epochs.
    pub rewards: rewards::Rewards,
    /// Sells fees.
    pub fee_auction: auction::Auction,
    /// Sells what was slashed.
    pub slash_auction: auction::Auction,
    /// Stakes.
    pub staking: staking::Staking,
    /// Income.
    pub treasury: treasury::Treasury,
    told: Vec<Event>,
}

/// Somebody calls a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Who.
    pub from: Address,
    /// What.
    pub call: Call,
}

/// A call, by contract.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the contracts of these names")]
pub enum Call {
    Market(market::Call),
    Rewards(rewards::Call),
    FeeAuction(auction::Call),
    SlashAuction(auction::Call),
    Staking(staking::Call),
    Treasury(treasury::Call),
    Registry(registry::Call),
    Token(tokens::Call),
}

/// What a contract tells. Those of tokens and of the registry are left out: no rule is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the contracts of these names")]
pub enum Event {
    Market(market::Event),
    Rewards(rewards::Event),
    FeeAuction(auction::Event),
    SlashAuction(auction::Event),
    Staking(staking::Event),
    Treasury(treasury::Event),
}

/// What an action brought about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// What the contracts tell, in order.
    pub events: Vec<Event>,
    /// Which tokens moved, in order.
    pub moves: Vec<tokens::Moved>,
}

impl State {
    /// A network that has just been deployed.
    pub fn new(network: Network, time: u64, staking: staking::Parameters, education: Address) -> Self {
        Self {
            time,
            tokens: tokens::Tokens::default(),
            registry: registry::Registry::default(),
            market: market::Market::default(),
            rewards: rewards::Rewards::new(time),
            fee_auction: auction::Auction::default(),
            slash_auction: auction::Auction::default(),
            staking: staking::Staking::new(staking),
            treasury: treasury::Treasury::new(education),
            told: Vec::new(),
            network,
        }
    }

    /// Does an action, or nothing.
    ///
    /// # Errors
    /// The rule that the action breaks.
    pub fn apply(&mut self, action: &Action) -> Result<Vec<Event>, Refusal> {
        let mut next = self.clone();
        let told = next.act(action)?.events;
        *self = next;
        Ok(told)
    }

    /// Does an action in place. After a refusal this is the state of no network: [`replay::Replay`] goes back.
    fn act(&mut self, action: &Action) -> Result<Done, Refusal> {
        self.tokens.moved.clear();
        self.told.clear();
        self.call(action.from, &action.call)?;
        Ok(Done { events: std::mem::take(&mut self.told), moves: std::mem::take(&mut self.tokens.moved) })
    }

    fn call(&mut self, from: Address, call: &Call) -> Result<(), Refusal> {
        match call {
            Call::Market(call) => self.market_call(from, call),
            Call::Rewards(call) => self.rewards_call(from, call),
            Call::FeeAuction(call) => self.auction_call(House::Fees, from, call),
            Call::SlashAuction(call) => self.auction_call(House::Slashes, from, call),
            Call::Staking(call) => self.staking_call(from, call),
            Call::Treasury(call) => self.treasury_call(from, call),
            Call::Registry(call) => self.registry_call(from, call),
            Call::Token(call) => self.tokens.apply(from, call),
        }
    }

    fn tell(&mut self, event: Event) {
        self.told.push(event);
    }
}
