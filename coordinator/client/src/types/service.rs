//! The coordinator itself, its events, its errors.

use super::{Status, shape};
use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// What a coordinator is and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceStatus {
    /// Its version of Verin.
    pub version: String,
    /// The chain.
    pub chain_id: u64,
    /// Where the contracts are, by name.
    #[schema(value_type = BTreeMap<String, shape::Address>)]
    pub contracts: BTreeMap<String, Address>,
    /// The network's token.
    #[schema(value_type = shape::Address)]
    pub token: Address,
    /// The account that it proves for; none of a coordinator that only looks.
    #[schema(value_type = Option<shape::Address>)]
    pub operator: Option<Address>,
    /// Whether it sends signed orders of others.
    pub relays: bool,
    /// The last block that it has read.
    pub tip: Option<Tip>,
    /// How it follows the chain.
    pub health: Health,
    /// How many jobs are in each state.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub jobs: BTreeMap<Status, u64>,
}

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tip {
    /// Number.
    pub number: u64,
    /// Hash.
    #[schema(value_type = shape::Hash)]
    pub hash: B256,
    /// When.
    pub time: u64,
}

/// How a coordinator follows the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// In a word.
    pub state: HealthState,
    /// The chain's last block, as the node shows it.
    pub head: Option<u64>,
    /// The last block that was read, where that is another.
    pub at: Option<u64>,
    /// What went wrong.
    pub why: Option<String>,
}

/// How a coordinator follows the chain, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// Blocks are missing that are there to be read.
    CatchingUp,
    /// At the head.
    Following,
    /// The node shows an older head than was seen.
    Lagging,
    /// The node does not answer, or contradicts itself.
    Failing,
}

/// Something changed: what it is about is to be fetched anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// The last block now.
    pub tip: Option<u64>,
    /// Jobs that took a step, or whose steps were taken back.
    #[schema(value_type = Vec<shape::Hash>)]
    pub jobs: BTreeSet<B256>,
    /// Whether blocks were taken back.
    pub reorganised: bool,
    /// Whether changes were missed since the last one: then anything may have changed.
    pub missed: bool,
}

/// An error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    /// What is wrong.
    pub error: Problem,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({ "code": "unknown_job", "message": "there is no job 0x00...", "got": "0x00..." }))]
pub struct Problem {
    /// For programs: `unknown_job`, `bad_body` and so on.
    pub code: String,
    /// For people.
    pub message: String,
    /// What was expected, where that is one thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What came instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub got: Option<String>,
}
