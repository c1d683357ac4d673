//! Why work is refused.

use std::path::PathBuf;
use thiserror::Error;
use verin_artifacts::ArtifactError;
use verin_circuits::error::VerifyError;
use verin_prover::error::ProverError;
use verin_prover::ptau::PtauError;
pub use verin_queue::work::B256;
use verin_queue::{Outcome, QueueError};

/// Errors of a worker, most of them about one piece of work. None says anything of a private input.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The queue.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// A name that not every queue can carry.
    #[error("worker name {got:?}: expected 1 to {most} letters, digits, dots, dashes or underscores")]
    Name {
        /// The name.
        got: String,
        /// As many are allowed.
        most: usize,
    },
    /// A folder with no key in it.
    #[error("{}: expected a folder with prover.key, or with such folders in it: {why}", folder.display())]
    Keys {
        /// The folder.
        folder: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// An SRS file that cannot be used.
    #[error("{}: {source}", path.display())]
    Srs {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: PtauError,
    },
    /// An input, or an opening, that the model does not take.
    #[error("job {job}: {why}")]
    Input {
        /// The job.
        job: B256,
        /// What is wrong.
        why: String,
    },
    /// Work that contradicts itself.
    #[error("work {work}: expected {expected}, got {got}")]
    Work {
        /// The work.
        work: B256,
        /// What was expected.
        expected: String,
        /// What was asked for.
        got: String,
    },
    /// A record that no seal for a market can be made under.
    #[error("record {record}: {why}")]
    Unprovable {
        /// The record.
        record: B256,
        /// Why not.
        why: &'static str,
    },
    /// An input that this worker cannot decrypt.
    #[error(
        "job {job}: its input was delivered encrypted, and {why}; give the worker the key that the operator registered with the market (--delivery-key)"
    )]
    Undeliverable {
        /// The job.
        job: B256,
        /// What is missing.
        why: &'static str,
    },
    /// Nowhere to get the model from.
    #[error(
        "record {record}: no folder of keys has its prover.key, and no place for published models was named; pass --artifacts or --keys"
    )]
    NoModel {
        /// The record.
        record: B256,
    },
    /// The model, as it is published.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// A key file that cannot be read.
    #[error("{}: {why}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Another record than the program's.
    #[error(
        "the program of record {expected} gives record {got} when it is set up: what was published is of another model"
    )]
    OtherRecord {
        /// What was asked for.
        expected: B256,
        /// What its program gives.
        got: B256,
    },
    /// Another SRS than this worker's.
    #[error(
        "record {record} rests on the SRS {expected}, this worker has {got}; start it with the .ptau file of that ceremony"
    )]
    OtherSrs {
        /// The record.
        record: B256,
        /// The SRS of the record.
        expected: B256,
        /// The worker's.
        got: B256,
    },
    /// More memory than there may be.
    #[error(
        "record {record}: a proof of {batch} takes about {needed} bytes of memory, this worker may use {most}; raise --memory"
    )]
    Memory {
        /// The record.
        record: B256,
        /// Slots.
        batch: usize,
        /// About what a proof takes, in bytes.
        needed: u64,
        /// What it may take, in bytes.
        most: u64,
    },
    /// A result larger than is handed in.
    #[error("record {record}: output and seal of {batch} are {got} bytes, at most {most} are handed in")]
    Large {
        /// The record.
        record: B256,
        /// Slots.
        batch: usize,
        /// Their size.
        got: u64,
        /// As many are handed in.
        most: u64,
    },
    /// The record, read or set up.
    #[error(transparent)]
    Record(#[from] VerifyError),
    /// Setting up or proving.
    #[error(transparent)]
    Prover(#[from] ProverError),
    /// A proof of its own that does not verify.
    #[error(
        "the proof that was made does not verify ({why}), so it is not handed in: the key is damaged, or this machine"
    )]
    SelfCheck {
        /// What the verifier says.
        why: VerifyError,
    },
    /// The prover panicked.
    #[error("the prover panicked, which is a bug in Verin: the worker's log has the place; please report it")]
    Panicked,
    /// The lease ended before the proof was handed in.
    #[error("work {work}: it is no longer this worker's; what was proved of it is dropped")]
    Stopped {
        /// The work.
        work: B256,
    },
}

impl WorkerError {
    /// What a coordinator is told: that nobody can do the work, or that another worker may.
    pub fn outcome(&self) -> Outcome {
        let why = self.to_string();
        match self {
            Self::Input { .. } | Self::Work { .. } | Self::Unprovable { .. } | Self::Large { .. } => {
                Outcome::Impossible { why }
            }
            _ => Outcome::Failed { why },
        }
    }
}
