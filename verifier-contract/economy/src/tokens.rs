//! Balances of tokens. Everybody has given every contract the allowance that it may need.

use crate::amounts::Amounts;
use crate::refusal::{Refusal, require};
use alloy_primitives::{Address, U256};
use std::collections::BTreeMap;

/// What a token does when it is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// It works.
    #[default]
    Sound,
    /// It moves nothing.
    Halted,
    /// Of its calls only `transferFrom` works: whoever reads a balance afterwards fails.
    Broken,
}

/// What can be asked of a token directly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// Sends `amount` of the caller's.
    Transfer {
        /// The token.
        token: Address,
        /// Who gets it.
        to: Address,
        /// How much.
        amount: U256,
    },
    /// Something happens to a token, from outside of the network.
    Turn {
        /// The token.
        token: Address,
        /// What it is from now on.
        health: Health,
    },
}

/// All tokens' balances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    balances: Amounts<(Address, Address)>,
    health: BTreeMap<Address, Health>,
}

impl Tokens {
    /// What `account` has of `token`.
    pub fn balance(&self, token: Address, account: Address) -> U256 {
        self.balances.get(&(token, account))
    }

    /// Makes `amount` of `token` for `account`.
    pub fn mint(&mut self, token: Address, account: Address, amount: U256) {
        self.balances.add((token, account), amount);
    }

    /// All there is of `token`.
    pub fn supply(&self, token: Address) -> U256 {
        let of_token = self.balances.iter().filter(|((of, _), _)| *of == token);
        of_token.fold(U256::ZERO, |sum, (_, amount)| sum + amount)
    }

    /// Moves `amount`.
    pub(crate) fn transfer(&mut self, token: Address, from: Address, to: Address, amount: U256) -> Result<(), Refusal> {
        require(self.health(token) == Health::Sound, Refusal::TokenFails)?;
        require(self.balances.take((token, from), amount), Refusal::ERC20InsufficientBalance)?;
        self.balances.add((token, to), amount);
        Ok(())
    }

    /// Destroys `amount`.
    pub(crate) fn burn(&mut self, token: Address, from: Address, amount: U256) -> Result<(), Refusal> {
        require(self.balances.take((token, from), amount), Refusal::ERC20InsufficientBalance)
    }

    /// Asks the token anything, its balances say.
    pub(crate) fn ask(&self, token: Address) -> Result<(), Refusal> {
        require(self.health(token) != Health::Broken, Refusal::TokenFails)
    }

    pub(crate) fn apply(&mut self, from: Address, call: &Call) -> Result<(), Refusal> {
        match *call {
            Call::Transfer { token, to, amount } => self.transfer(token, from, to, amount),
            Call::Turn { token, health } => {
                self.health.insert(token, health);
                Ok(())
            }
        }
    }

    /// What `token` does now.
    pub fn health(&self, token: Address) -> Health {
        self.health.get(&token).copied().unwrap_or_default()
    }
}
