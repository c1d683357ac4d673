//! Keys of recent models, within a bound of memory.
//!
//! A model that is proved with is checked out, and put back afterwards: one that a proof panicked with is not, and so is loaded anew.
//! What was used longest ago is dropped first. The model that was used last stays, whatever it takes.

use crate::error::B256;
use crate::memory::Footprint;
use verin_circuits::artifact::RecordFile;
use verin_prover::prove::Prover;

/// A model, loaded.
pub struct Model {
    /// What it is proved with.
    pub prover: Prover<'static>,
    /// What it takes.
    pub footprint: Footprint,
    /// Batch sizes that are prepared.
    pub prepared: Vec<usize>,
}

impl Model {
    /// Its record, and what lies beside it.
    pub fn file(&self) -> &RecordFile {
        &self.prover.key().record
    }

    /// Estimate of what it takes while it is kept, in bytes.
    pub fn bytes(&self) -> u64 {
        self.footprint.kept(&self.prepared)
    }
}

/// Not the key: it may be secret.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("footprint", &self.footprint).field("prepared", &self.prepared).finish()
    }
}

/// Models that are not checked out, the one used longest ago first.
#[derive(Debug)]
pub struct Cache {
    most: u64,
    models: Vec<(B256, Model)>,
}

impl Cache {
    /// An empty one, for this many bytes.
    pub fn new(most: u64) -> Self {
        Self { most, models: Vec::new() }
    }

    /// The bound, in bytes.
    pub fn most(&self) -> u64 {
        self.most
    }

    /// Takes a model out.
    pub fn check_out(&mut self, record: B256) -> Option<Model> {
        let at = self.models.iter().position(|(known, _)| *known == record)?;
        Some(self.models.remove(at).1)
    }

    /// Puts a model back, as the one used last.
    pub fn put_back(&mut self, record: B256, model: Model) {
        self.models.retain(|(known, _)| *known != record);
        let bytes = model.bytes();
        self.make_room(bytes);
        self.models.push((record, model));
    }

    /// Drops models until these bytes fit beside the rest.
    pub fn make_room(&mut self, bytes: u64) {
        while !self.models.is_empty() && self.bytes().saturating_add(bytes) > self.most {
            let (record, model) = self.models.remove(0);
            tracing::info!(%record, bytes = model.bytes(), "model dropped from memory");
        }
    }

    /// Estimate of what all of them take, in bytes.
    pub fn bytes(&self) -> u64 {
        self.models.iter().map(|(_, model)| model.bytes()).sum()
    }

    /// Records of the models, the one used longest ago first.
    pub fn records(&self) -> Vec<B256> {
        self.models.iter().map(|(record, _)| *record).collect()
    }
}
