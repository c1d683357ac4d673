//! What a worker is made of.

use crate::srs::SrsSource;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use verin_artifacts::Artifacts;
use verin_contracts::handover::DeliveryKey;
use verin_prover::backend::{Backend, Cpu};

/// Memory by default: 4 GiB.
pub const MEMORY: u64 = 4 << 30;
/// Time to finish a proof in, by default.
pub const GRACE: Duration = Duration::from_secs(60);

/// What a worker is made of.
#[derive(Clone)]
pub struct Options {
    /// Its name, unique in the farm.
    pub name: String,
    /// Published models.
    pub artifacts: Option<Arc<Artifacts>>,
    /// Folders with keys of models whose weights are private, or with such folders in them.
    pub keys: Vec<PathBuf>,
    /// What private inputs are decrypted with: the first that does. None: private inputs are refused.
    pub delivery_keys: Vec<DeliveryKey>,
    /// The one SRS.
    pub srs: SrsSource,
    /// What it computes with, and what that is called.
    pub backend: (&'static str, &'static dyn Backend),
    /// Most memory for keys and a proof, in bytes, as [`crate::memory`] estimates it.
    pub memory: u64,
    /// How long a proof may go on once the worker is to stop.
    pub grace: Duration,
}

impl Options {
    /// A worker of this name on the CPU, with no models yet and default bounds.
    pub fn new(name: impl Into<String>, srs: SrsSource) -> Self {
        Self {
            name: name.into(),
            artifacts: None,
            keys: Vec::new(),
            delivery_keys: Vec::new(),
            srs,
            backend: ("cpu", &Cpu),
            memory: MEMORY,
            grace: GRACE,
        }
    }
}

/// Nothing secret.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, keys, memory, grace, backend, .. } = self;
        let mut shown = f.debug_struct("Options");
        shown.field("name", name).field("keys", keys).field("memory", memory).field("grace", grace);
        shown.field("backend", &backend.0).finish_non_exhaustive()
    }
}
