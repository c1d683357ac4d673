//! Why the coordinator does not take a job: for whoever looks at it.

use alloy::primitives::B256;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Jobs that notes are kept of.
const MOST: usize = 100_000;

/// The last note of each job that was looked at and not taken.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    notes: Arc<RwLock<HashMap<B256, String>>>,
}

impl Notes {
    /// Why `job` was not taken; whether that is news.
    pub fn skipped(&self, job: B256, why: String) -> bool {
        let mut notes = self.notes.write().unwrap_or_else(PoisonError::into_inner);
        if notes.len() >= MOST && !notes.contains_key(&job) {
            notes.clear();
        }
        notes.insert(job, why.clone()).is_none_or(|before| before != why)
    }

    /// The job was taken, or has ended.
    pub fn forget(&self, job: &B256) {
        self.notes.write().unwrap_or_else(PoisonError::into_inner).remove(job);
    }

    /// The last note of a job.
    pub fn of(&self, job: &B256) -> Option<String> {
        self.notes.read().unwrap_or_else(PoisonError::into_inner).get(job).cloned()
    }
}
