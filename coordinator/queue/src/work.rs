//! What is asked of a worker, and what comes of it.

pub use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

/// Names work. Nothing else was ever called so: what is asked for again, after it failed or was taken back, has another name, so that a
/// queue that remembers the first one says nothing of the second.
pub type WorkId = B256;

/// One proof to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Its name.
    pub id: WorkId,
    /// What the proof is bound to: the hash of chain, market, payout and jobs, one a slot.
    pub context: B256,
    /// Hash of the model's record.
    pub record: B256,
    /// In the order of their slots. There may be fewer than the batch has: the slots that are left come last and are empty, in `id` too
    /// (`verin_contracts::slots`).
    pub jobs: Vec<B256>,
    /// What each job's inference is of.
    pub inputs: Vec<Input>,
    /// By when the proof is needed, in seconds since 1970: what is most urgent is taken first.
    pub deadline: u64,
}

/// The input of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// As the market has it.
    Public(#[serde(with = "alloy_primitives::serde_hex")] Vec<u8>),
    /// A commitment, and the opening of it as it was delivered on the chain: encrypted to the operator's delivery key, for the job.
    /// Nothing else of a private input goes through a queue.
    Private {
        /// As the market has it.
        #[serde(with = "alloy_primitives::serde_hex")]
        commitment: Vec<u8>,
        /// Encapsulated key and ciphertext (`verin_contracts::handover`).
        #[serde(with = "alloy_primitives::serde_hex")]
        delivered: Vec<u8>,
    },
}

/// Work in the hands of a worker, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What is to be done.
    pub work: Work,
    /// How many times it was handed out, this time included. A later one fences this one.
    pub attempt: u32,
    /// Who has it.
    pub worker: String,
    /// What the implementation knows this delivery by.
    pub(crate) token: String,
}

/// Where a worker is with its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Loading the model's key.
    Loading,
    /// Making the proof.
    Proving,
    /// Verifying its own proof.
    Verifying,
}

/// How far a worker is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What it does.
    pub stage: Stage,
    /// Since the lease began, in milliseconds.
    pub elapsed_ms: u64,
}

/// What came of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// A proof.
    Proven(Proven),
    /// It cannot be done, by anybody: an input that the model does not take, an opening that does not open its commitment.
    Impossible {
        /// Why, for a person.
        why: String,
    },
    /// This worker could not do it; another may.
    Failed {
        /// Why, for a person.
        why: String,
    },
}

/// A proof, and what it took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proven {
    /// Output bytes of all slots.
    #[serde(with = "alloy_primitives::serde_hex")]
    pub output: Vec<u8>,
    /// The seal.
    #[serde(with = "alloy_primitives::serde_hex")]
    pub seal: Vec<u8>,
    /// Size of the batch.
    pub batch: usize,
    /// Wall time of proving, in milliseconds.
    pub prove_ms: u64,
    /// CPU time of proving over all threads, in milliseconds, where the system tells.
    pub cpu_ms: Option<u64>,
}

/// An outcome as the coordinator gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedIn {
    /// What was asked.
    pub work: Work,
    /// The attempt that it came of.
    pub attempt: u32,
    /// Whose it is.
    pub worker: String,
    /// What came of it.
    pub outcome: Outcome,
    /// What the implementation knows this delivery by.
    pub(crate) token: String,
}

/// Work that was tried as often as it may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// What was asked.
    pub work: Work,
    /// How often it was tried.
    pub attempts: u32,
    /// What the last worker said, if it said anything.
    pub why: Option<String>,
}

/// How much is where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Depth {
    /// Waiting for a worker.
    pub waiting: u64,
    /// With a worker.
    pub leased: u64,
    /// Handed in, and not acknowledged.
    pub handed_in: u64,
    /// Tried too often.
    pub dead: u64,
}

/// A worker, by its own account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerStatus {
    /// Its name, unique in the farm.
    pub name: String,
    /// Its version of Verin.
    pub version: String,
    /// What it proves on.
    pub backend: String,
    /// Threads that it proves with.
    pub threads: usize,
    /// What it works on.
    pub working_on: Option<WorkId>,
    /// How far it is with that.
    pub progress: Option<Progress>,
    /// Proofs handed in since it started.
    pub proofs: u64,
    /// Inferences in those.
    pub inferences: u64,
    /// Outcomes that were no proofs, since it started.
    pub failures: u64,
    /// CPU milliseconds spent on proofs since it started.
    pub cpu_ms: u64,
    /// When it said so, in seconds since 1970.
    pub seen: u64,
}
