//! Who must have how much, computed here from the rules and never read from the chain.

use std::collections::BTreeMap;
use verin_contracts::Address;

/// Base units of a token.
pub(super) const TOKEN: u128 = 10u128.pow(18);

/// Parts of a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) fee: u128,
    pub(super) owner: u128,
    pub(super) prover: u128,
}

/// fee = ceil(1 %), owner = floor(share), prover = the rest.
pub(super) fn split(price: u128, owner_bps: u16) -> Split {
    let (fee, owner) = (price.div_ceil(100), price * u128::from(owner_bps) / 10_000);
    Split { fee, owner, prover: price - fee - owner }
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

    /// Rewards of the epoch: three quarters of its fees.
    pub(super) fn rewards(&self) -> u128 {
        self.fees * 3 / 4
    }

    /// Who may claim, and how much for proving and for listings: 0.8 and 0.2 of the rewards, in proportion to fees.
    pub(super) fn claims(&self) -> Vec<(Address, u128, u128)> {
        let whole = self.fees.max(1) * 10;
        let part = |tenths: u128, of: &BTreeMap<Address, u128>, account: &Address| {
            mul_div(self.rewards() * tenths, of.get(account).copied().unwrap_or_default(), whole)
        };
        let accounts: std::collections::BTreeSet<_> = self.by_prover.keys().chain(self.by_owner.keys()).collect();
        accounts.into_iter().map(|a| (*a, part(8, &self.by_prover, a), part(2, &self.by_owner, a))).collect()
    }
}

/// `a * b / c`, rounded down.
fn mul_div(a: u128, b: u128, c: u128) -> u128 {
    use verin_contracts::U256;
    (U256::from(a) * U256::from(b) / U256::from(c)).saturating_to()
}

/// An amount in whole tokens.
pub(super) fn tokens(amount: u128) -> String {
    let fraction = format!("{:018}", amount % TOKEN);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction} VRN", amount / TOKEN)
}
