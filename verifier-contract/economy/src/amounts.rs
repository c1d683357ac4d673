//! Amounts by key. What is zero is not kept, so that equal books compare equal.

use alloy_primitives::U256;
use std::collections::BTreeMap;

/// An amount of wei for every key, zero unless it was given another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amounts<K>(BTreeMap<K, U256>);

impl<K> Default for Amounts<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord> Amounts<K> {
    /// The amount of `key`.
    pub fn get(&self, key: &K) -> U256 {
        self.0.get(key).copied().unwrap_or_default()
    }

    /// Makes it `amount`.
    pub fn set(&mut self, key: K, amount: U256) {
        if amount.is_zero() {
            self.0.remove(&key);
        } else {
            self.0.insert(key, amount);
        }
    }

    /// Adds to it.
    pub fn add(&mut self, key: K, amount: U256) {
        let sum = self.get(&key) + amount;
        self.set(key, sum);
    }

    /// Takes `amount` out, if there is that much.
    #[must_use]
    pub fn take(&mut self, key: K, amount: U256) -> bool {
        let Some(rest) = self.get(&key).checked_sub(amount) else { return false };
        self.set(key, rest);
        true
    }

    /// Takes out all there is.
    pub fn clear(&mut self, key: &K) -> U256 {
        self.0.remove(key).unwrap_or_default()
    }

    /// All that are not zero, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &U256)> {
        self.0.iter()
    }

    /// The sum of all.
    pub fn sum(&self) -> U256 {
        self.0.values().fold(U256::ZERO, |sum, amount| sum + amount)
    }
}
