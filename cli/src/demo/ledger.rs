//! Who must have how much, computed from the rules (`verin-economy`) and never read from the chain.

use std::collections::BTreeMap;
use verin_contracts::{Address, U256};
use verin_economy::formulas;

/// Base units of a token.
pub(super) const TOKEN: u128 = 10u128.pow(18);

/// k of a network that has just been deployed, in 1/10,000: rewards are at most so much of an epoch's proceeds.
const REWARD_SHARE: u64 = 7_500;

/// Parts of a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) fee: u128,
    pub(super) owner: u128,
    pub(super) prover: u128,
}

/// What of a price is whose.
pub(super) fn split(price: u128, owner_bps: u16) -> Split {
    let formulas::Split { fee, owner, prover } = formulas::split(U256::from(price), owner_bps.into());
    Split { fee: fee.saturating_to(), owner: owner.saturating_to(), prover: prover.saturating_to() }
}

/// Half of an amount, rounded down, and the rest: of collateral that is lost, and of an epoch's fees.
pub(super) fn halves(amount: u128) -> (u128, u128) {
    let (half, rest) = formulas::halves(U256::from(amount));
    (half.saturating_to(), rest.saturating_to())
}

/// Tokens by account, collateral in the market, and the running epoch's fees: in total, by who proved and by whose listing it was.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    balances: BTreeMap<Address, u128>,
    collateral: BTreeMap<Address, u128>,
    pub(super) fees: u128,
    by_prover: BTreeMap<Address, u128>,
    by_owner: BTreeMap<Address, u128>,
}

impl Ledger {
    /// `account` receives `amount`.
    pub(super) fn receive(&mut self, account: Address, amount: u128) {
        *self.balances.entry(account).or_default() += amount;
    }

    /// `account` pays `amount`.
    pub(super) fn pay(&mut self, account: Address, amount: u128) {
        let balance = self.balances.entry(account).or_default();
        *balance = balance.saturating_sub(amount);
    }

    /// `prover` puts collateral in.
    pub(super) fn deposit(&mut self, prover: Address, amount: u128) {
        self.pay(prover, amount);
        *self.collateral.entry(prover).or_default() += amount;
    }

    /// `prover` loses collateral.
    pub(super) fn slash(&mut self, prover: Address, amount: u128) {
        let collateral = self.collateral.entry(prover).or_default();
        *collateral = collateral.saturating_sub(amount);
    }

    /// `prover` takes its collateral out: all that was not slashed.
    pub(super) fn take_collateral(&mut self, prover: Address) -> u128 {
        let amount = self.collateral.remove(&prover).unwrap_or_default();
        self.receive(prover, amount);
        amount
    }

    /// A job was settled.
    pub(super) fn settle(&mut self, parts: Split, prover: Address, owner: Address) {
        self.receive(prover, parts.prover);
        self.receive(owner, parts.owner);
        self.fees += parts.fee;
        *self.by_prover.entry(prover).or_default() += parts.fee;
        *self.by_owner.entry(owner).or_default() += parts.fee;
    }

    /// What `account` must have.
    pub(super) fn balance(&self, account: Address) -> u128 {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    /// Rewards of the epoch, of which fees in network tokens are the proceeds.
    pub(super) fn rewards(&self, epoch: u64) -> U256 {
        formulas::pool(U256::from(self.fees), REWARD_SHARE, formulas::emission(epoch, U256::ZERO))
    }

    /// Who may claim, and how much for proving and for listings.
    pub(super) fn claims(&self, epoch: u64) -> Vec<(Address, u128, u128)> {
        let fees = U256::from(self.fees);
        let part = |tenths: u64, of: &BTreeMap<Address, u128>, account: &Address| {
            let fee = U256::from(of.get(account).copied().unwrap_or_default());
            let pot = formulas::Pot { fees, proceeds: fees };
            formulas::share(self.rewards(epoch), fees, pot, fee, tenths).saturating_to()
        };
        let accounts: std::collections::BTreeSet<_> = self.by_prover.keys().chain(self.by_owner.keys()).collect();
        let both = |a: &Address| {
            (*a, part(formulas::PROVER_TENTHS, &self.by_prover, a), part(formulas::CREATOR_TENTHS, &self.by_owner, a))
        };
        accounts.into_iter().map(both).collect()
    }
}

/// An amount in whole tokens.
pub(super) fn tokens(amount: u128) -> String {
    let fraction = format!("{:018}", amount % TOKEN);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction} VRN", amount / TOKEN)
}
