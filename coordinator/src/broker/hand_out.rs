//! Batches on their way to workers.

use super::assign::milliseconds;
use super::batch::batches;
use super::{Batch, BatchState, Broker};
use crate::error::CoordinatorError;
use crate::index::job::Job;
use alloy::primitives::B256;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use verin_circuits::record::Record;
use verin_contracts::slots;
use verin_queue::{Input, QueueError, Work};

/// How often what is in the queue is pushed again, which adds nothing unless the queue has lost it.
const AGAIN: Duration = Duration::from_secs(60);

impl Broker {
    /// Makes batches of the jobs that were taken.
    pub(super) async fn plan_batches(&self, now: u64) -> Result<(), CoordinatorError> {
        let pending = self.assignments.pending().await?;
        let gather = self.options.gather.as_millis() as u64;
        let waited = pending.iter().map(|pending| milliseconds().saturating_sub(pending.since)).max().unwrap_or(0);
        let (mut together, mut alone, mut locked, mut records) =
            (Vec::new(), Vec::new(), BTreeMap::new(), BTreeMap::new());
        let (mut due, mut gone) = (waited >= gather, Vec::new());
        for pending in &pending {
            // A job that a reorganisation took away may come back, and is taken up again then.
            let job = self.means.index.job(pending.job).await?;
            let Some(job) = job.filter(|job| !job.status.is_over()) else {
                gone.push(pending.job);
                continue;
            };
            let Ok(record) = self.means.models.record(job.record).await else { continue };
            due |= limit(&job) < now.saturating_add(2 * self.options.margin);
            records.insert(job.record, record);
            locked.insert(job.id, pending.locked);
            if pending.failures > 0 { alone.push(job) } else { together.push(job) }
        }
        self.assignments.let_go(gone).await?;
        let sizes_of = |record: B256| records.get(&record).map(sizes).unwrap_or_default();
        let mut speeds = BTreeMap::new();
        for record in records.keys() {
            for size in sizes_of(*record) {
                speeds.insert((*record, size), self.assignments.speed(*record, size).await?);
            }
        }
        // Work is what a proof takes with all its slots; unless it was measured, as much for any size.
        let cost = |record: B256, n: usize| {
            let size = sizes_of(record).into_iter().filter(|size| *size >= n).min().unwrap_or(n);
            speeds.get(&(record, size)).copied().flatten().map_or(1.0, |speed| speed.wall_ms.max(1.0))
        };
        let together = batches(together, due, sizes_of, cost);
        for jobs in together.into_iter().chain(alone.into_iter().map(|job| vec![job])) {
            let Some(record) = jobs.first().and_then(|job| records.get(&job.record)) else { continue };
            let ids: Vec<B256> = jobs.iter().map(|job| job.id).collect();
            let context = self.contracts.context(&slots::jobs(record, &ids)?, self.operator);
            let is_locked = ids.iter().any(|job| locked.get(job).copied().unwrap_or_default());
            let deadline = jobs.iter().map(limit).min().unwrap_or_default();
            let batch = Batch::new(context, record.hash().into(), ids, is_locked, deadline);
            self.assignments.plan(batch).await?;
        }
        Ok(())
    }

    /// Puts batches into the queue, those with a lock first, most urgent first.
    pub(super) async fn hand_out(&self) -> Result<(), CoordinatorError> {
        for batch in self.assignments.batches(BatchState::Planned).await? {
            if !self.push(&batch).await? {
                return Ok(());
            }
        }
        let mut pushed = self.pushed.lock().await;
        if pushed.is_some_and(|pushed| pushed.elapsed() < AGAIN) {
            return Ok(());
        }
        *pushed = Some(Instant::now());
        drop(pushed);
        for batch in self.assignments.batches(BatchState::Queued).await? {
            if !self.push(&batch).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Puts a batch into the queue; whether there was room.
    async fn push(&self, batch: &Batch) -> Result<bool, CoordinatorError> {
        let Some((work, _)) = self.work_of(batch).await? else {
            if batch.state == BatchState::Planned {
                let why = "the index does not have its jobs any more";
                self.assignments.take_apart(batch, BatchState::Withdrawn, why.into()).await?;
            }
            return Ok(true);
        };
        match self.means.queue.push(&work).await {
            Ok(()) => {}
            Err(QueueError::Full { most }) => {
                tracing::warn!(most, "the queue is full; work waits here");
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
        if self.assignments.mark(batch.id, BatchState::Planned, BatchState::Queued, None, None).await? {
            tracing::info!(work = %batch.id, jobs = batch.jobs.len(), "work queued");
        }
        Ok(true)
    }

    /// What is asked for a batch, and its jobs; none while the index does not have them all.
    pub(super) async fn work_of(&self, batch: &Batch) -> Result<Option<(Work, Vec<Job>)>, CoordinatorError> {
        let (mut inputs, mut jobs) = (Vec::new(), Vec::new());
        for id in &batch.jobs {
            let Some(job) = self.means.index.job(*id).await? else { return Ok(None) };
            let input = job.input.to_vec();
            inputs.push(match self.means.index.delivered(*id).await? {
                Some(delivered) => Input::Private { commitment: input, delivered: delivered.to_vec() },
                None => Input::Public(input),
            });
            jobs.push(job);
        }
        let (id, context, record, deadline) = (batch.id, batch.context, batch.record, batch.deadline);
        Ok(Some((Work { id, context, record, jobs: batch.jobs.clone(), inputs, deadline }, jobs)))
    }

    /// The record of a batch.
    pub(super) async fn record_of(&self, batch: &Batch) -> Result<Record, CoordinatorError> {
        let record = self.means.models.record(batch.record).await;
        record.map_err(|why| CoordinatorError::NotNow { what: "settling a batch", why })
    }
}

/// Last second in which a job can be fulfilled on time.
fn limit(job: &Job) -> u64 {
    job.until.unwrap_or(job.lock_by)
}

/// Sizes of a record's batches.
pub(super) fn sizes(record: &Record) -> Vec<usize> {
    record.key_sets.iter().map(|set| set.batch).collect()
}
