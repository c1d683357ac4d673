//! Models, provers, epochs, activity, workers, the queue.

use super::{Amount, shape};
use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A model for sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Model {
    /// Number of its listing.
    pub listing: u64,
    /// Hash of its record.
    #[schema(value_type = shape::Hash)]
    pub record: B256,
    /// Who holds the listing.
    #[schema(value_type = shape::Address)]
    pub owner: Address,
    /// What its owner says of it. Anybody can list a model and say anything: show it as text.
    pub about: String,
    /// The least that a request may offer.
    #[schema(value_type = shape::Amount)]
    pub price: Amount,
    /// What it is paid in.
    #[schema(value_type = shape::Address)]
    pub token: Address,
    /// The owner's part of the price, in 1/10,000.
    pub owner_bps: u16,
    /// The revenue share that is paid instead of the holder.
    #[schema(value_type = Option<shape::Address>)]
    pub share: Option<Address>,
    /// Whether it takes no new requests.
    pub deprecated: bool,
    /// Jobs requested.
    pub jobs: u64,
    /// Jobs fulfilled on time.
    pub fulfilled: u64,
    /// What its owners were paid.
    #[schema(value_type = shape::Amount)]
    pub earned: Amount,
}

/// A model, and what it takes and gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelDetail {
    /// The model.
    pub model: Model,
    /// From its record; none when that is no record of this version.
    pub layout: Option<Layout>,
}

/// What a model takes and gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Layout {
    /// The input.
    pub input: Port,
    /// Smallest and largest legal input value, of a public input.
    pub input_range: (i64, i64),
    /// The output.
    pub output: Port,
    /// Whether its weights are private.
    pub private_weights: bool,
    /// How many inferences one proof can hold.
    pub batches: Vec<u64>,
}

/// An input or output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Port {
    /// Bytes of one inference.
    pub bytes: u64,
    /// Bytes of a value, big-endian two's complement; 0 when it is private, and the bytes are commitments.
    pub width: u64,
    /// Rows of the tensor.
    pub rows: u64,
    /// Columns of the tensor.
    pub cols: u64,
    /// Whether it is private.
    pub private: bool,
}

/// A prover, from what the chain has seen of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Prover {
    /// Who.
    #[schema(value_type = shape::Address)]
    pub address: Address,
    /// Jobs that it holds now.
    pub held: u64,
    /// Jobs that it was paid for on time.
    pub fulfilled: u64,
    /// Jobs of others that it proved late, for the bounty.
    pub rescued: u64,
    /// Jobs that it took and did not prove in time.
    pub failed: u64,
    /// Of all jobs that it ended, the part that it was paid for on time; none before the first.
    pub success_rate: Option<f64>,
    /// What it was paid, tokens added up.
    #[schema(value_type = shape::Amount)]
    pub earned: Amount,
    /// Stake bonded with it: its own, and delegated.
    #[schema(value_type = shape::Amount)]
    pub stake: Amount,
    /// Seconds from taking a job to its settlement, the middle of all.
    pub median_seconds: Option<u64>,
}

/// Rewards of a week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Epoch {
    /// Its number.
    pub number: u64,
    /// Jobs that were paid for.
    pub jobs: u64,
    /// Fees recorded, by token.
    #[schema(value_type = BTreeMap<String, shape::Amount>)]
    pub fees: BTreeMap<Address, Amount>,
    /// Its books; none while it is not closed.
    pub closed: Option<Books>,
    /// Who claimed.
    pub claims: Vec<Claim>,
}

/// The books of a closed epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Books {
    /// What its fees brought.
    #[schema(value_type = shape::Amount)]
    pub proceeds: Amount,
    /// What may be claimed for it.
    #[schema(value_type = shape::Amount)]
    pub rewards: Amount,
    /// What was destroyed.
    #[schema(value_type = shape::Amount)]
    pub burned: Amount,
    /// What is the treasury's.
    #[schema(value_type = shape::Amount)]
    pub to_treasury: Amount,
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Claim {
    /// Whose.
    #[schema(value_type = shape::Address)]
    pub account: Address,
    /// For proving.
    #[schema(value_type = shape::Amount)]
    pub as_prover: Amount,
    /// For listings.
    #[schema(value_type = shape::Amount)]
    pub as_creator: Amount,
    /// What the limit that the stake sets withheld.
    #[schema(value_type = shape::Amount)]
    pub withheld: Amount,
}

/// What happened lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Activity {
    /// The last hours, oldest first; hours in which nothing happened included.
    pub hours: Vec<Hour>,
    /// The last jobs that were settled on time, newest first.
    pub settlements: Vec<Settlement>,
}

/// An hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hour {
    /// When it began.
    pub time: u64,
    /// Jobs requested in it.
    pub requested: u64,
    /// Jobs fulfilled in it, late ones included.
    pub fulfilled: u64,
    /// Jobs that ended in it otherwise.
    pub ended: u64,
}

/// A job that was settled on time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Settlement {
    /// The job.
    #[schema(value_type = shape::Hash)]
    pub job: B256,
    /// The listing.
    pub listing: u64,
    /// When.
    pub time: u64,
    /// What it cost.
    #[schema(value_type = shape::Amount)]
    pub price: Amount,
    /// Seconds from request to settlement.
    pub seconds: u64,
    /// Gas of its request.
    pub request_gas: Option<u64>,
    /// Gas of its settlement: of the transaction, by the jobs that it settled.
    pub settlement_gas: Option<u64>,
}

/// A worker, by its own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Worker {
    /// Its name.
    pub name: String,
    /// Its version of Verin.
    pub version: String,
    /// What it proves on.
    pub backend: String,
    /// Threads that it proves with.
    pub threads: u64,
    /// What it works on: the context of a proof.
    #[schema(value_type = Option<shape::Hash>)]
    pub working_on: Option<B256>,
    /// How far it is with that: `loading`, `proving` or `verifying`.
    pub stage: Option<String>,
    /// Milliseconds since it began with that.
    pub elapsed_ms: Option<u64>,
    /// Proofs handed in since it started.
    pub proofs: u64,
    /// Inferences in those.
    pub inferences: u64,
    /// Outcomes that were no proofs.
    pub failures: u64,
    /// CPU milliseconds spent on proofs.
    pub cpu_ms: u64,
    /// When it said so.
    pub seen: u64,
}

/// The queue of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueState {
    /// How much is where; none of a coordinator that only looks.
    pub depth: Option<Depth>,
    /// Work that nobody could do.
    pub dead_letters: Vec<DeadLetter>,
}

/// How much is where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Depth {
    /// Waiting for a worker.
    pub waiting: u64,
    /// With a worker.
    pub leased: u64,
    /// Handed in, and not made durable yet.
    pub handed_in: u64,
    /// Tried too often.
    pub dead: u64,
}

/// Work that was tried as often as it may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetter {
    /// Its name: the context of the proof.
    #[schema(value_type = shape::Hash)]
    pub work: B256,
    /// Hash of the model's record.
    #[schema(value_type = shape::Hash)]
    pub record: B256,
    /// The jobs.
    #[schema(value_type = Vec<shape::Hash>)]
    pub jobs: Vec<B256>,
    /// How often it was tried.
    pub attempts: u32,
    /// What the last worker said.
    pub why: Option<String>,
}
