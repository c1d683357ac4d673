//! Jobs, their steps, outputs and proofs.

use super::{Amount, shape};
use alloy::primitives::{Address, B256, Bytes, FixedBytes};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use verin_contracts::jobs::Status;

/// A job, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Its id.
    #[schema(value_type = shape::Hash)]
    pub id: B256,
    /// Where it is.
    #[schema(value_type = shape::Status)]
    pub status: Status,
    /// The listing.
    pub listing: u64,
    /// Who pays.
    #[schema(value_type = shape::Address)]
    pub requester: Address,
    /// Who took it last.
    #[schema(value_type = Option<shape::Address>)]
    pub prover: Option<Address>,
    /// What it is paid in.
    #[schema(value_type = shape::Address)]
    pub token: Address,
    /// The most it may cost.
    #[schema(value_type = shape::Amount)]
    pub max_price: Amount,
    /// What it costs, once that is fixed.
    #[schema(value_type = Option<shape::Amount>)]
    pub price: Option<Amount>,
    /// When it was requested.
    pub requested_at: u64,
    /// When it ended.
    pub ended_at: Option<u64>,
    /// Last second in which it can be taken.
    pub lock_by: u64,
    /// Last second of whoever is to act.
    pub until: Option<u64>,
    /// Last second in which anybody can fulfil it late.
    pub deadline: u64,
    /// Whether it can be fulfilled without a lock.
    pub direct: bool,
    /// Whether something is handed over before it can be proved.
    pub private: bool,
}

/// Jobs, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobPage {
    /// As many as were asked for, or all that are left.
    pub jobs: Vec<Job>,
    /// What `before` is for the next page, if there is one.
    pub next: Option<String>,
}

/// Something that happened to a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// What happened: `requested`, `locked`, `fulfilled` and so on.
    pub name: String,
    /// When.
    pub time: u64,
    /// The block.
    pub block: u64,
    /// The transaction.
    #[schema(value_type = shape::Hash)]
    pub transaction: B256,
    /// Who sent that.
    #[schema(value_type = Option<shape::Address>)]
    pub sender: Option<Address>,
    /// What the transaction used of gas, for all jobs in it.
    pub gas: Option<u64>,
    /// What a unit of gas cost, in wei.
    #[schema(value_type = Option<shape::Amount>)]
    pub gas_price: Option<Amount>,
    /// Who took the job, if somebody did.
    #[schema(value_type = Option<shape::Address>)]
    pub prover: Option<Address>,
    /// Whom the proof pays.
    #[schema(value_type = Option<shape::Address>)]
    pub payout: Option<Address>,
    /// Until when whoever is next may act.
    pub until: Option<u64>,
    /// What was moved, by name.
    #[schema(value_type = BTreeMap<String, shape::Amount>)]
    pub amounts: BTreeMap<String, String>,
    /// What came with it: a ciphertext, an output.
    #[schema(value_type = Option<shape::Bytes>)]
    pub data: Option<Bytes>,
}

/// Who was paid what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Payment {
    /// Who proved it.
    #[schema(value_type = shape::Address)]
    pub payout: Address,
    /// Whom the owner's part went to; none of a late job.
    #[schema(value_type = Option<shape::Address>)]
    pub receiver: Option<Address>,
    /// The prover's part; of a late job, the bounty.
    #[schema(value_type = shape::Amount)]
    pub prover_amount: Amount,
    /// The owner's part.
    #[schema(value_type = shape::Amount)]
    pub owner_amount: Amount,
    /// The network's fee.
    #[schema(value_type = shape::Amount)]
    pub fee: Amount,
    /// Whether it was late: then the requester has the price back.
    pub late: bool,
}

/// A job's whole story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Story {
    /// The job.
    pub job: Job,
    /// Hash of the model's record.
    #[schema(value_type = shape::Hash)]
    pub record: B256,
    /// Which verifier decides.
    #[schema(value_type = shape::Selector)]
    pub verifier: FixedBytes<4>,
    /// The listing's part of the price, in 1/10,000.
    pub owner_bps: u16,
    /// The price until the curve begins.
    #[schema(value_type = shape::Amount)]
    pub floor_price: Amount,
    /// What it costs now, while it is open.
    #[schema(value_type = Option<shape::Amount>)]
    pub price_now: Option<Amount>,
    /// What each side stakes on the handing over of a private input.
    #[schema(value_type = shape::Amount)]
    pub bond: Amount,
    /// What a prover locks.
    #[schema(value_type = shape::Amount)]
    pub collateral: Amount,
    /// When the price begins to rise.
    pub curve_start: u64,
    /// How long it rises, in seconds.
    pub curve_seconds: u64,
    /// How long a prover has, in seconds.
    pub prove_seconds: u64,
    /// Last second in which it can be taken, when its requester gave notice.
    pub cancel_at: Option<u64>,
    /// Who is called with the output.
    #[schema(value_type = Option<shape::Address>)]
    pub callback: Option<Address>,
    /// With how much gas.
    pub callback_gas: u64,
    /// Who is paid for proving.
    #[schema(value_type = Option<shape::Address>)]
    pub payout: Option<Address>,
    /// The public input: values, or a commitment.
    #[schema(value_type = shape::Bytes)]
    pub input: Bytes,
    /// Its values, when they are public and the record can be read.
    pub input_values: Option<Vec<i64>>,
    /// Why this coordinator did not take it, if it looked and did not.
    pub skipped: Option<String>,
    /// Everything that happened, in order.
    pub steps: Vec<Step>,
    /// Who was paid what for it.
    pub payments: Vec<Payment>,
}

/// An output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Output {
    /// The job.
    #[schema(value_type = shape::Hash)]
    pub job: B256,
    /// As the chain has it: values, or commitments.
    #[schema(value_type = shape::Bytes)]
    pub output: Bytes,
    /// Its values, when they are public and the record can be read.
    pub values: Option<Vec<i64>>,
    /// Whether it came late.
    pub late: bool,
    /// The transaction that it came in.
    #[schema(value_type = shape::Hash)]
    pub transaction: B256,
}

/// All that is needed to verify a job's proof without the chain, but for the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proof {
    /// The job that was asked for.
    #[schema(value_type = shape::Hash)]
    pub job: B256,
    /// Its place in the batch.
    pub slot: u64,
    /// Hash of the model's record.
    #[schema(value_type = shape::Hash)]
    pub record: B256,
    /// All jobs of the batch, in order.
    #[schema(value_type = Vec<shape::Hash>)]
    pub jobs: Vec<B256>,
    /// Inputs of all slots.
    #[schema(value_type = shape::Bytes)]
    pub input: Bytes,
    /// Outputs of all slots.
    #[schema(value_type = shape::Bytes)]
    pub output: Bytes,
    /// The proof.
    #[schema(value_type = shape::Bytes)]
    pub seal: Bytes,
    /// Who is paid for it.
    #[schema(value_type = shape::Address)]
    pub payout: Address,
    /// What the proof is bound to: `keccak256(abi.encode(chain id, market, payout, jobs))`.
    #[schema(value_type = shape::Hash)]
    pub context: B256,
    /// The transaction that it came in.
    #[schema(value_type = shape::Hash)]
    pub transaction: B256,
}
