//! What can go wrong with a coordinator.

use crate::journal::State;
use std::path::PathBuf;
use thiserror::Error;
use verin_artifacts::ArtifactError;
use verin_contracts::ContractsError;
use verin_queue::QueueError;

/// Errors of a coordinator.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CoordinatorError {
    /// The database cannot be read or written.
    #[error("{}: {why}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        why: String,
    },
    /// A part of the coordinator ended by a bug.
    #[error(
        "a part of the coordinator ended early ({why}), which is a bug in Verin: start it again, it goes on where it was, and please report it"
    )]
    Ended {
        /// What is known of it.
        why: String,
    },
    /// Something that is needed is not there for the moment.
    #[error("{what} has to wait: {why}")]
    NotNow {
        /// What waits.
        what: &'static str,
        /// For what.
        why: String,
    },
    /// A block that does not follow the last one.
    #[error(
        "block {number} does not follow the last block that was applied; the chain was reorganised in between, or another process writes this database"
    )]
    NotNext {
        /// Its number.
        number: u64,
    },
    /// Another journal of this machine has the key or the file.
    #[error(
        "{}: another process holds this lock: one coordinator sends for one key; stop the other, or give this one a key and a file of its own", path.display()
    )]
    AlreadyRunning {
        /// The lock.
        path: PathBuf,
    },
    /// A lock cannot be taken or refused.
    #[error("{}: the lock of the journal cannot be made ({why}): name a folder that can be written", path.display())]
    Lock {
        /// The lock.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The file is the journal of another account or chain.
    #[error("{}: the journal is that of {expected}, and {got} was to use it: give each key and chain a file of its own", path.display())]
    AnothersJournal {
        /// The file.
        path: PathBuf,
        /// Account and chain of the file.
        expected: String,
        /// Account and chain that it was opened for.
        got: String,
    },
    /// No check of this kind was registered.
    #[error("no check of the kind {kind} is registered: the journal cannot see whether such an intent is done already")]
    UnknownCheck {
        /// The kind.
        kind: String,
    },
    /// There is no such intent.
    #[error("the journal has no intent {key}")]
    UnknownIntent {
        /// Its key.
        key: String,
    },
    /// A state that may not follow, or a second writer.
    #[error("the intent {key} was to go from {from} to {to}, and is {got}: does something else write to the file?")]
    Transition {
        /// Its key.
        key: String,
        /// The state that it was read in.
        from: State,
        /// The state that it was to have.
        to: State,
        /// The state that it has.
        got: String,
    },
    /// A transaction cannot be signed.
    #[error("a transaction cannot be signed: {why}")]
    Signing {
        /// What the signer says.
        why: String,
    },
    /// The chain or a contract.
    #[error(transparent)]
    Contracts(#[from] ContractsError),
    /// The queue.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// Artifacts.
    #[error(transparent)]
    Artifacts(#[from] ArtifactError),
}
