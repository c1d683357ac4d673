//! What a model's key and its proofs take of memory, estimated from its record and structure alone, before anything is loaded.
//!
//! A key holds powers of tau and the program; what is prepared for a batch holds halo2's proving key. While a proof is made, either
//! the core prover's tables or halo2's polynomials are largest; the two are not held at once. The constants were fitted to the
//! largest resident memory of whole processes, and a test measures some again (`cli/tests/prover.rs`).

use crate::error::WorkerError;
use verin_circuits::artifact::RecordFile;
use verin_circuits::schedule::{Role, Schedule};

/// Bytes of a point, and of a scalar.
const POINT: u64 = 64;
const SCALAR: u64 = 32;
/// Columns of a proving key as values or coefficients: seven fixed and six of the permutation twice, three of rows.
const KEY_COLUMNS: u64 = 29;
/// Bytes of halo2's work for each row of the circuit, measured; making a key takes as much.
const SEAL_ROW: u64 = 12 << 10;
/// Bytes of the core prover's work for each leaf of the lookup argument: fractions of all layers, and what is bound of them.
const LEAF: u64 = 320;
/// Vectors of a row's length that the opening works on.
const OPENING_ROWS: u64 = 8;
/// Largest cell of a column, in bytes.
const CELL: u64 = 8;

/// What one batch size takes, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchFootprint {
    /// Slots.
    pub batch: usize,
    /// Kept for the next proof.
    pub kept: u64,
    /// While a proof is made, besides.
    pub working: u64,
}

/// What a model takes, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// The key.
    pub key: u64,
    /// While the key is made from a published program, besides.
    pub setup: u64,
    /// One for each batch size of the record.
    pub batches: Vec<BatchFootprint>,
}

impl Footprint {
    /// That of a model.
    ///
    /// # Errors
    /// The parts of the file do not belong together.
    pub fn of(file: &RecordFile) -> Result<Self, WorkerError> {
        let record = &file.record;
        let row = 1u64 << record.row_log;
        let rows = |k: usize| 1u64 << k;
        let longest = record.key_sets.iter().map(|set| rows(set.k)).max().unwrap_or(0);
        let one = file.schedule(1)?;
        let constants = cells(&one, |role| matches!(role, Role::Constant(_) | Role::TableValues(_)));
        let key = POINT * (longest.max(row + 1) + record.model_rows.len() as u64) + CELL * constants;
        let batches = record.key_sets.iter().map(|set| {
            let schedule = file.schedule(set.batch)?;
            let leaves: u64 = schedule.blocks.iter().map(|block| 1u64 << block.log).sum();
            let core = LEAF * leaves + CELL * cells(&schedule, |_| true) + OPENING_ROWS * SCALAR * row;
            let kept = rows(set.k) * (POINT + KEY_COLUMNS * SCALAR);
            Ok(BatchFootprint { batch: set.batch, kept, working: core.max(SEAL_ROW * rows(set.k)) })
        });
        let batches = batches.collect::<Result<Vec<_>, WorkerError>>()?;
        Ok(Self { key, setup: SEAL_ROW * longest, batches })
    }

    /// Of one batch size.
    pub fn batch(&self, batch: usize) -> Option<BatchFootprint> {
        self.batches.iter().find(|known| known.batch == batch).copied()
    }

    /// Kept, once these batch sizes are prepared.
    pub fn kept(&self, prepared: &[usize]) -> u64 {
        let batches = self.batches.iter().filter(|known| prepared.contains(&known.batch));
        self.key + batches.map(|known| known.kept).sum::<u64>()
    }

    /// The most that is held while a proof of `batch` is made, with these sizes prepared, or while the key is made before.
    pub fn peak(&self, prepared: &[usize], batch: usize) -> u64 {
        let prepared: Vec<usize> = prepared.iter().copied().chain([batch]).collect();
        let working = self.batch(batch).map_or(0, |known| known.working);
        self.kept(&prepared).saturating_add(working).max(self.key.saturating_add(self.setup))
    }
}

fn cells(schedule: &Schedule, which: impl Fn(Role) -> bool) -> u64 {
    schedule.tensors.iter().filter(|tensor| which(tensor.role)).map(|tensor| 1u64 << tensor.log).sum()
}
