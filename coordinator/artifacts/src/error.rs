//! What can go wrong with artifacts.

use alloy_primitives::B256;
use thiserror::Error;

/// Errors of artifacts.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// There is no place to look at.
    #[error("no place for artifacts was named: pass a folder, or s3://BUCKET/PREFIX")]
    NoPlace,
    /// The text names no place.
    #[error("{got}: expected a folder, or s3://BUCKET/PREFIX: {why}")]
    BadPlace {
        /// What was given.
        got: String,
        /// What is wrong with it.
        why: String,
    },
    /// It is not there.
    #[error("{at}: not there")]
    Missing {
        /// Where it was looked for.
        at: String,
    },
    /// The place does not answer, or refuses.
    #[error("{at}: {why}")]
    Io {
        /// What was read or written.
        at: String,
        /// What the place said.
        why: String,
    },
    /// Other bytes than those that were asked for.
    #[error("{at}: expected {expected}, got {got}; delete it, and publish the model again or add a mirror")]
    Corrupt {
        /// What was read.
        at: String,
        /// What it must be.
        expected: String,
        /// What it is.
        got: String,
    },
    /// The model's weights are private: there is no program to prove or to derive the record with.
    #[error("the weights of record {record} are private: only their owner has its program")]
    PrivateWeights {
        /// The record.
        record: B256,
    },
}
