//! Balances of tokens. Everybody has given every contract the allowance that it may need.

use crate::amounts::Amounts;
use crate::refusal::{Refusal, require};
use alloy_primitives::{Address, U256};
use std::collections::{BTreeMap, BTreeSet};

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

/// A movement of tokens, as their `Transfer` events tell it: what is burned goes to the zero address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moved {
    /// The token.
    pub token: Address,
    /// Whose they were.
    pub from: Address,
    /// Whose they are.
    pub to: Address,
    /// How many.
    pub amount: U256,
}

/// All tokens' balances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    balances: Amounts<(Address, Address)>,
    health: BTreeMap<Address, Health>,
    kept: Option<BTreeSet<Address>>,
    pub(crate) moved: Vec<Moved>,
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

    /// From now on only balances of `accounts` are kept: all others have whatever they pay with.
    pub fn keep_only(&mut self, accounts: impl IntoIterator<Item = Address>) {
        self.kept = Some(accounts.into_iter().collect());
    }

    fn is_kept(&self, account: Address) -> bool {
        self.kept.as_ref().is_none_or(|kept| kept.contains(&account))
    }

    /// All there is of `token`.
    pub fn supply(&self, token: Address) -> U256 {
        let of_token = self.balances.iter().filter(|((of, _), _)| *of == token);
        of_token.fold(U256::ZERO, |sum, (_, amount)| sum + amount)
    }

    /// Moves `amount`.
    pub(crate) fn transfer(&mut self, token: Address, from: Address, to: Address, amount: U256) -> Result<(), Refusal> {
        require(self.health(token) == Health::Sound, Refusal::TokenFails)?;
        if self.is_kept(from) {
            require(self.balances.take((token, from), amount), Refusal::ERC20InsufficientBalance)?;
        }
        if self.is_kept(to) {
            self.balances.add((token, to), amount);
        }
        self.moved.push(Moved { token, from, to, amount });
        Ok(())
    }

    /// Destroys `amount`.
    pub(crate) fn burn(&mut self, token: Address, from: Address, amount: U256) -> Result<(), Refusal> {
        require(self.balances.take((token, from), amount), Refusal::ERC20InsufficientBalance)?;
        self.moved.push(Moved { token, from, to: Address::ZERO, amount });
        Ok(())
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

    /// Makes `token` be so.
    pub fn turn(&mut self, token: Address, health: Health) {
        self.health.insert(token, health);
    }

    /// What `token` does now.
    pub fn health(&self, token: Address) -> Health {
        self.health.get(&token).copied().unwrap_or_default()
    }
}
