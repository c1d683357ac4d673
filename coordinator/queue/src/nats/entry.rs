//! Where each piece of work is: one entry of a bucket, changed by compare-and-set alone.
//!
//! The entry is the truth, and messages are how it gets around. Whoever changes an entry says which revision it read; of two that
//! read the same, one wins. An attempt is a number in the entry, so that is what fences.

use crate::WorkId;
use serde::{Deserialize, Serialize};

/// One piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) state: State,
    /// How many times it was handed out.
    pub(super) attempt: u32,
    /// How many of those do not count.
    pub(super) given_back: u32,
    /// How many may count: the coordinator's word, when it was pushed.
    pub(super) most_attempts: u32,
    /// Its message in the stream of work: any other of the same work is a duplicate.
    pub(super) message: Option<u64>,
    /// Its deadline, in seconds since 1970.
    pub(super) deadline: u64,
    /// What the last worker that failed said.
    pub(super) why: Option<String>,
}

/// Where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub(super) enum State {
    /// On its way into the stream.
    Pushing,
    /// In the stream.
    Waiting,
    /// With a worker; `delivery` is where the message is acknowledged.
    Leased { worker: String, delivery: String },
    /// Its outcome is in the stream of outcomes.
    HandedIn,
    /// Tried too often.
    Dead,
    /// Acknowledged or withdrawn, and about to be removed.
    Over,
}

impl Entry {
    pub(super) fn new(deadline: u64, most_attempts: u32) -> Self {
        Self { state: State::Pushing, attempt: 0, given_back: 0, most_attempts, message: None, deadline, why: None }
    }

    /// Attempts that count.
    pub(super) fn tried(&self) -> u32 {
        self.attempt.saturating_sub(self.given_back)
    }

    /// Whether it may not be tried again.
    pub(super) fn is_used_up(&self) -> bool {
        self.tried() >= self.most_attempts
    }

    /// Whether this attempt has it.
    pub(super) fn is_leased_as(&self, attempt: u32) -> bool {
        matches!(self.state, State::Leased { .. }) && self.attempt == attempt
    }
}

/// What a message of either stream holds. A message of work has no attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Note {
    pub(super) work: WorkId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) handed_in: Option<By>,
}

/// Whose outcome it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct By {
    pub(super) attempt: u32,
    pub(super) worker: String,
}

/// The key of work in the buckets.
pub(super) fn key(work: WorkId) -> String {
    alloy_primitives::hex::encode(work)
}

/// The work of a key.
pub(super) fn work_of(key: &str) -> Option<WorkId> {
    let bytes = alloy_primitives::hex::decode(key).ok()?;
    WorkId::try_from(bytes.as_slice()).ok()
}
