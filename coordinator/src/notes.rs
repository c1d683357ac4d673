//! Why the coordinator does not take a job: for whoever looks at it.

use alloy::primitives::B256;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Jobs that notes are kept of.
const MOST: usize = 100_000;

/// The last note of each job that was looked at and not taken.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    notes: Arc<RwLock<HashMap<B256, Note>>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Note {
    kind: &'static str,
    why: String,
}

impl Notes {
    /// Why `job` was not taken, in a sentence, and of what kind that is; whether it is news.
    pub fn skipped(&self, job: B256, kind: &'static str, why: String) -> bool {
        let mut notes = self.notes.write().unwrap_or_else(PoisonError::into_inner);
        if notes.len() >= MOST && !notes.contains_key(&job) {
            notes.clear();
        }
        let note = Note { kind, why };
        notes.insert(job, note.clone()).is_none_or(|before| before != note)
    }

    /// The job was taken, or has ended.
    pub fn forget(&self, job: &B256) {
        self.notes.write().unwrap_or_else(PoisonError::into_inner).remove(job);
    }

    /// The last note of a job.
    pub fn of(&self, job: &B256) -> Option<String> {
        self.notes.read().unwrap_or_else(PoisonError::into_inner).get(job).map(|note| note.why.clone())
    }

    /// Of what kind it is.
    pub fn kind(&self, job: &B256) -> Option<&'static str> {
        self.notes.read().unwrap_or_else(PoisonError::into_inner).get(job).map(|note| note.kind)
    }
}
