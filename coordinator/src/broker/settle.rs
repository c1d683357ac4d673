//! Proofs that come in: verified, and sent; and batches that have come to an end, one way or another.
//!
//! Of what a worker hands in only the proof is taken, and that only when it verifies: which jobs it is about is in the table here.

use super::assign::milliseconds;
use super::done::{SETTLED, payload};
use super::{Batch, BatchState, Broker};
use crate::error::CoordinatorError;
use crate::index::job::{Job, Status};
use crate::journal::{Intent, State};
use metrics::counter;
use std::time::Duration;
use verin_circuits::plonk::seal::verify_seal;
use verin_circuits::record::Record;
use verin_circuits::statement::Statement;
use verin_contracts::slots::{self, Slots};
use verin_queue::{HandedIn, Input, Outcome, Proven, Work};

/// How long the index may take to show what a transaction of ours did.
const SEEN_WITHIN: Duration = Duration::from_secs(60);
/// Work that is held longer than this, and than a few times what it takes, is asked for anew.
const LONGEST_HELD: Duration = Duration::from_secs(120);

/// Threads that a worker may have at most, for what it says of its CPU time to be believed.
const MOST_THREADS: u64 = 1_024;

impl Broker {
    /// Settles what a worker hands in next; whether there was something within `wait`.
    ///
    /// # Errors
    /// The file, the node, the queue or a model is not there now: the outcome comes again.
    pub async fn settle_next(&self, wait: Duration) -> Result<bool, CoordinatorError> {
        let Some(handed) = self.means.queue.next_outcome(wait).await? else { return Ok(false) };
        let (id, worker) = (handed.work.id, handed.worker.clone());
        let batch = self.assignments.batch(id).await?;
        let wanted = |batch: &Batch| matches!(batch.state, BatchState::Planned | BatchState::Queued);
        let Some(batch) = batch.filter(wanted) else {
            tracing::warn!(work = %id, worker, "an outcome of work that nobody waits for is dropped");
            self.means.queue.acknowledge(&handed).await?;
            return Ok(true);
        };
        match &handed.outcome {
            Outcome::Proven(proven) => {
                // The work as it was asked for: what the queue has of it may be anything.
                let (work, _) = self.work_of(&batch).await?.ok_or(CoordinatorError::NotNow {
                    what: "settling a batch",
                    why: "the index does not have its jobs: the chain is being reorganised".into(),
                })?;
                let record = self.record_of(&batch).await?;
                let slots = slots::fill(&record, &self.means.srs, &work.jobs, &inputs(&work))?;
                match self.verify(&batch, &record, &slots, proven).await {
                    Ok(()) => {
                        self.measure(&batch, slots.jobs.len(), proven).await?;
                        self.submit(&batch, slots, proven).await?;
                        // Whichever of the two it is by now.
                        for from in [BatchState::Planned, BatchState::Queued] {
                            self.assignments.mark(id, from, BatchState::Proven, Some(worker.clone()), None).await?;
                        }
                        self.means.queue.acknowledge(&handed).await?;
                    }
                    Err(why) => self.refuse(&handed, &format!("a proof that does not hold: {why}")).await?,
                }
            }
            // Inputs were looked at before the job was taken: on the chain, or when they were delivered.
            Outcome::Impossible { why } => self.refuse(&handed, &format!("that nobody can do it: {why}")).await?,
            // No queue delivers these.
            Outcome::Failed { why } => self.refuse(&handed, why).await?,
        }
        Ok(true)
    }

    /// Another attempt, by somebody else if there is somebody.
    async fn refuse(&self, handed: &HandedIn, what: &str) -> Result<(), CoordinatorError> {
        counter!("verin_outcomes_refused_total").increment(1);
        tracing::error!(work = %handed.work.id, worker = handed.worker, what, "a worker handed in what is not accepted");
        Ok(self.means.queue.reject(handed, &format!("{} handed in {what}", handed.worker)).await?)
    }

    /// Whether a proof is of this batch.
    async fn verify(&self, batch: &Batch, record: &Record, slots: &Slots, proven: &Proven) -> Result<(), String> {
        let statement =
            Statement { context: batch.context.0, input: slots.input.clone(), output: proven.output.clone() };
        let (record, srs, seal) = (record.clone(), self.means.srs.clone(), proven.seal.clone());
        let verified = tokio::task::spawn_blocking(move || {
            verify_seal(&record, &srs, &statement, &seal).map(drop).map_err(|e| e.to_string())
        });
        verified.await.unwrap_or_else(|e| Err(format!("verifying it ended early: {e}")))
    }

    /// Counts what a proof took in: a worker's word, as far as it can be true.
    async fn measure(&self, batch: &Batch, slots: usize, proven: &Proven) -> Result<(), CoordinatorError> {
        let since = milliseconds().saturating_sub(batch.planned).max(1);
        let wall_ms = proven.prove_ms.clamp(1, since);
        let cpu_ms = proven.cpu_ms.unwrap_or(wall_ms).clamp(1, since.saturating_mul(MOST_THREADS));
        self.assignments.measured(batch.record, slots, batch.jobs.len(), wall_ms, cpu_ms).await
    }

    async fn submit(&self, batch: &Batch, slots: Slots, proven: &Proven) -> Result<(), CoordinatorError> {
        let market = &self.contracts.market;
        let (output, seal) = (proven.output.clone().into(), proven.seal.clone().into());
        let calldata = market.fulfil(slots.jobs, slots.input.into(), output, seal, self.operator).calldata().clone();
        let mut last = 0;
        for id in &batch.jobs {
            last = last.max(self.means.index.job(*id).await?.map_or(batch.deadline, |job| last_paid(&job)));
        }
        let intent = Intent::call(settlement(batch), *market.address(), calldata)
            .with_deadline(last)
            .with_check(SETTLED, payload(&batch.jobs))
            .urgent();
        self.means.journal.submit(intent).await
    }

    /// Sees to settlements that have come to an end.
    pub(super) async fn see_to_settlements(&self) -> Result<(), CoordinatorError> {
        for batch in self.assignments.batches(BatchState::Proven).await? {
            let Some(entry) = self.means.journal.status(&settlement(&batch)).await? else { continue };
            let ended = self.ended(&batch).await?;
            match entry.state {
                State::Final | State::AlreadyDone if ended == Some(true) => {
                    self.assignments.mark(batch.id, BatchState::Proven, BatchState::Settled, None, None).await?;
                    self.assignments.let_go(batch.jobs).await?;
                }
                // It settled some, or the chain has forgotten it.
                State::Final | State::AlreadyDone
                    if milliseconds().saturating_sub(entry.changed) > SEEN_WITHIN.as_millis() as u64 =>
                {
                    let why = "its settlement is on the chain, and not all of its jobs have ended";
                    tracing::warn!(work = %batch.id, why, "jobs are proved again");
                    self.assignments.take_apart(&batch, BatchState::Settled, why.into()).await?;
                }
                State::Failed | State::Expired => {
                    let why = entry.reason.unwrap_or_else(|| entry.state.to_string());
                    tracing::error!(work = %batch.id, why, "a settlement failed");
                    self.assignments.take_apart(&batch, BatchState::Failed, why).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Sees to work that nobody could do, that is held for too long, or that needs no proof any more.
    pub(super) async fn see_to_work(&self, now: u64) -> Result<(), CoordinatorError> {
        for dead in self.means.queue.dead_letters().await? {
            let why = dead.why.unwrap_or_else(|| "workers took it and were not heard of again".into());
            tracing::error!(work = %dead.work.id, attempts = dead.attempts, why, "nobody could do this work");
            let batch = self.assignments.batch(dead.work.id).await?;
            if let Some(batch) = batch.filter(|batch| batch.state == BatchState::Queued) {
                self.assignments.take_apart(&batch, BatchState::Failed, why).await?;
            }
            self.means.queue.withdraw(dead.work.id).await?;
        }
        let waiting = self.means.queue.depth().await?.waiting > 0;
        for batch in self.assignments.batches(BatchState::Queued).await? {
            let ended = match self.ended(&batch).await? {
                Some(ended) => ended,
                // Their request went with a reorganisation, and may come back.
                None => now > batch.deadline,
            };
            let held = milliseconds().saturating_sub(batch.changed);
            let speed = self.assignments.speed(batch.record, batch.jobs.len()).await?;
            let seconds = self.options.pricing.seconds(speed);
            let long = seconds.saturating_mul(8_000).max(LONGEST_HELD.as_millis() as u64);
            // While nothing waits, somebody has it and keeps it; and there is a time after which nobody may.
            let overdue = !waiting
                || batch.deadline < now.saturating_add(seconds.saturating_mul(4)).saturating_add(self.options.margin);
            if ended {
                tracing::info!(work = %batch.id, "its jobs need no proof any more; the work is withdrawn");
                self.means.queue.withdraw(batch.id).await?;
                self.assignments.mark(batch.id, BatchState::Queued, BatchState::Withdrawn, None, None).await?;
                self.assignments.let_go(batch.jobs).await?;
            } else if batch.locked && held > long && overdue {
                let why = format!("it was held for {} s and not handed in", held / 1_000);
                tracing::error!(work = %batch.id, why, "the work is taken back and asked for anew");
                self.means.queue.withdraw(batch.id).await?;
                self.assignments.take_apart(&batch, BatchState::Failed, why).await?;
            }
        }
        Ok(())
    }

    /// Whether every job of a batch has ended; `None` when the index does not have one of them.
    async fn ended(&self, batch: &Batch) -> Result<Option<bool>, CoordinatorError> {
        let mut ended = true;
        for id in &batch.jobs {
            let Some(job) = self.means.index.job(*id).await? else { return Ok(None) };
            ended &= job.status.is_over();
        }
        Ok(Some(ended))
    }
}

/// What the journal calls the settlement of a batch.
fn settlement(batch: &Batch) -> String {
    format!("fulfil:{}", batch.id)
}

/// Last second in which a proof of a job pays anything.
fn last_paid(job: &Job) -> u64 {
    if job.status == Status::Open { job.takeable_until() } else { job.deadline.max(job.until.unwrap_or_default()) }
}

/// Inputs as the market has them.
fn inputs(work: &Work) -> Vec<&[u8]> {
    work.inputs
        .iter()
        .map(|input| match input {
            Input::Public(bytes) | Input::Private { commitment: bytes, .. } => bytes.as_slice(),
        })
        .collect()
}
