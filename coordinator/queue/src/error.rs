//! What can go wrong with a queue.

use crate::work::WorkId;
use thiserror::Error;

/// Errors of a queue.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum QueueError {
    /// As much waits as may.
    #[error("the queue is full: {most} pieces of work wait; push again when workers have taken some")]
    Full {
        /// As many may wait.
        most: u64,
    },
    /// The lease is over.
    #[error(
        "work {work}, attempt {attempt}: it is another worker's by now, or needs no proof any more; stop working on it"
    )]
    Fenced {
        /// The work.
        work: WorkId,
        /// The attempt whose lease is over.
        attempt: u32,
    },
    /// The queue, or what is behind it, does not answer.
    #[error("{what}: the queue at {at} says: {why}")]
    Unreachable {
        /// What was asked.
        what: &'static str,
        /// File or address.
        at: String,
        /// What it said.
        why: String,
    },
    /// A queue cannot be set up like this.
    #[error("{what}: expected {expected}, got {got:?}")]
    Unusable {
        /// Which setting.
        what: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        got: String,
    },
    /// A server cannot be started.
    #[error("nats-server: {why}")]
    NotStarted {
        /// Why.
        why: String,
    },
    /// What is stored is nothing that this version wrote.
    #[error("{at}: expected {expected}, got {got}")]
    Damaged {
        /// File or address.
        at: String,
        /// What was expected.
        expected: String,
        /// What is there.
        got: String,
    },
}
