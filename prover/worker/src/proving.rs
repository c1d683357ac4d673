//! The steps of a proof, on a thread of their own: key, inputs, proof, verification.
//!
//! None of them can be interrupted. Between them it is asked whether the work is still wanted.

use crate::cache::Model;
use crate::error::{B256, WorkerError};
use crate::options::Options;
use crate::shelf::{Shelf, Source};
use crate::{cpu, inputs};
use rand::rngs::OsRng;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use verin_circuits::plonk::seal::{seal_cost, verify_seal};
use verin_circuits::record::Record;
use verin_circuits::statement::Statement;
use verin_prover::prove::Prover;
use verin_queue::{Proven, Stage, Work};

/// Most bytes of output and seal that are handed in.
const MOST_RESULT: u64 = 1 << 26;

/// One piece of work, on its way to a proof.
pub(crate) struct Proving {
    pub(crate) work: Work,
    pub(crate) options: Arc<Options>,
    /// Says which step it is at.
    pub(crate) stage: watch::Sender<Stage>,
    /// Cancelled when the work is nobody's concern any more.
    pub(crate) unwanted: CancellationToken,
}

/// A proof, and what it took.
pub(crate) struct Made {
    pub(crate) proven: Proven,
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
}

/// Demands that a seal for a market can be made under a record, and is not too large: checked before its model is loaded.
pub(crate) fn check(record: &Record, batch: usize) -> Result<(), WorkerError> {
    let hash = B256::from(record.hash());
    if record.flags.fast {
        return Err(WorkerError::Unprovable { record: hash, why: "it is of profile fast, which has no seals" });
    }
    if record.flags.private_output {
        let why = "its output is private, and a requester who is not the prover could not open it";
        return Err(WorkerError::Unprovable { record: hash, why });
    }
    let seal = record.key_set(batch).map_or(0, |set| seal_cost(record, set).seal_words * 32);
    let got = (seal as u64).saturating_add((record.output.bytes as u64).saturating_mul(batch as u64));
    if got > MOST_RESULT {
        return Err(WorkerError::Large { record: hash, batch, got, most: MOST_RESULT });
    }
    Ok(())
}

impl Proving {
    /// Finds the model and proves, on a thread of its own.
    pub(crate) async fn run(self, shelf: Arc<Shelf>) -> Result<Made, WorkerError> {
        inputs::check(&self.work)?;
        let (source, batch) = shelf.take(&self.work).await?;
        let span = tracing::Span::current();
        let thread = spawn_blocking(move || {
            let _entered = span.enter();
            let mut model = self.load(source, batch, shelf.most())?;
            let made = self.prove(&mut model, batch);
            shelf.put_back(self.work.record, model);
            made
        });
        // A model that a panic passed through was dropped on its way.
        thread.await.map_err(|_| WorkerError::Panicked)?
    }

    /// Finds the model and looks at the inputs, on a thread of its own, and proves nothing.
    pub(crate) async fn look(self, shelf: Arc<Shelf>) -> Result<(), WorkerError> {
        inputs::check(&self.work)?;
        let (source, batch) = shelf.take(&self.work).await?;
        let thread = spawn_blocking(move || {
            let mut model = self.load(source, batch, shelf.most())?;
            let Options { srs, delivery_keys, .. } = &*self.options;
            let looked = inputs::read(&self.work, &mut model, srs, delivery_keys).map(drop);
            shelf.put_back(self.work.record, model);
            looked
        });
        thread.await.map_err(|_| WorkerError::Panicked)?
    }

    /// Loads the model, unless it is.
    fn load(&self, source: Source, batch: usize, most: u64) -> Result<Model, WorkerError> {
        let record = self.work.record;
        let _span = tracing::info_span!("load", %record, batch).entered();
        let mut model = match source {
            Source::Loaded(model) => *model,
            Source::Found(found, footprint) => {
                self.step(Stage::Loading)?;
                let (_, backend) = self.options.backend;
                let key = found.load(record, backend, &self.options.srs)?;
                Model { prover: Prover::new(key, backend), footprint, prepared: Vec::new() }
            }
        };
        if !model.prepared.contains(&batch) {
            // Sizes that are not needed now make room for the one that is.
            if model.footprint.peak(&model.prepared, batch) > most {
                model.prover.release();
                model.prepared.clear();
            }
            model.prover.prepare(batch, true)?;
            model.prepared.push(batch);
        }
        Ok(model)
    }

    /// Proves, and verifies what it proved.
    fn prove(&self, model: &mut Model, batch: usize) -> Result<Made, WorkerError> {
        let (work, Options { srs, delivery_keys, .. }) = (&self.work, &*self.options);
        let inputs = inputs::read(work, model, srs, delivery_keys)?;
        self.step(Stage::Proving)?;
        let (started, before) = (Instant::now(), cpu::so_far());
        let proven = tracing::info_span!("prove", batch).in_scope(|| {
            let (values, blinders) = (&inputs.values, inputs.blinders.as_deref());
            model.prover.prove_committed(values, blinders, work.context.0, true, &mut OsRng)
        })?;
        let (wall, cpu) = (started.elapsed(), cpu::so_far().saturating_sub(before));

        self.step(Stage::Verifying)?;
        let _span = tracing::info_span!("verify").entered();
        let output = proven.proof.statement.output;
        // What was asked for, not what the prover says that it proved.
        let statement = Statement { context: work.context.0, input: inputs.statement, output };
        let seal = proven.proof.body;
        verify_seal(&model.file().record, srs.verifier(), &statement, &seal)
            .map_err(|why| WorkerError::SelfCheck { why })?;
        let (prove_ms, cpu_ms) = (millis(wall), Some(millis(cpu)));
        let proven = Proven { output: statement.output, seal, batch, prove_ms, cpu_ms };
        Ok(Made { proven, wall, cpu })
    }

    /// Begins a step, if it is still of use.
    fn step(&self, stage: Stage) -> Result<(), WorkerError> {
        if self.unwanted.is_cancelled() {
            return Err(WorkerError::Stopped { work: self.work.id });
        }
        self.stage.send_replace(stage);
        Ok(())
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
