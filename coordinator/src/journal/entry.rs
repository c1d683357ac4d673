//! The journal as it is shown.

use super::state::State;
use alloy::primitives::{Address, B256};
use serde::Serialize;

/// An intent and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its name.
    pub key: String,
    /// Who is called.
    pub to: Address,
    /// How far.
    pub state: State,
    /// The nonce of its transactions.
    pub nonce: Option<u64>,
    /// The transaction that was mined, else the last that was signed.
    pub hash: Option<B256>,
    /// Number of the block that it is in.
    pub block: Option<u64>,
    /// Gas that it used.
    pub gas_used: Option<u64>,
    /// What that cost, in wei.
    pub fee_paid: Option<u128>,
    /// Why it failed: the name of the contract's error, or the node's words.
    pub reason: Option<String>,
    /// Transactions that were signed for it.
    pub transactions: u64,
    /// When it was written down, in milliseconds of this machine's clock.
    pub created: u64,
    /// When its state changed last, likewise.
    pub changed: u64,
}

/// A state that was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The intent.
    pub key: String,
    /// Its state now.
    pub state: State,
    /// Why, for a failure.
    pub reason: Option<String>,
}
