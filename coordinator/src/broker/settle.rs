//! Batches on their way to workers, and proofs that come in: verified, and sent.

use super::assign::milliseconds;
use super::batch::batches;
use super::done::{SETTLED, payload};
use super::{Broker, Order, OrderState};
use crate::error::CoordinatorError;
use crate::index::job::Job;
use crate::journal::{Intent, State};
use alloy::primitives::B256;
use std::collections::BTreeMap;
use std::time::Duration;
use verin_circuits::plonk::seal::verify_seal;
use verin_circuits::record::Record;
use verin_circuits::statement::Statement;
use verin_contracts::slots;
use verin_queue::{HandedIn, Input, Outcome, Proven, QueueError, Work};

/// Batches that are looked at together.
const MOST: usize = 10_000;

impl Broker {
    /// Makes batches of the jobs that were taken, and hands them to the queue, most urgent first.
    pub(super) async fn queue_batches(&self, now: u64) -> Result<(), CoordinatorError> {
        for order in self.assignments.orders(OrderState::Planned, MOST).await? {
            if !self.hand_out(&order).await? {
                return Ok(());
            }
        }
        let pending = self.assignments.pending().await?;
        let gather = self.options.gather.as_millis() as u64;
        let waited = pending.first().map_or(0, |first| milliseconds().saturating_sub(first.since));
        let (mut together, mut alone, mut locked, mut records) =
            (Vec::new(), Vec::new(), BTreeMap::new(), BTreeMap::new());
        let (mut urgent, mut gone) = (waited >= gather, Vec::new());
        for pending in &pending {
            let job = self.means.index.job(pending.job).await?;
            // A job that a reorganisation took away may come back, and is taken up again then.
            let Some(job) = job.filter(|job| !job.status.is_over()) else {
                gone.push(pending.job);
                continue;
            };
            let Ok(record) = self.means.models.record(job.record).await else { continue };
            urgent |= limit(&job) < now + 2 * self.options.margin;
            records.insert(job.record, record);
            locked.insert(job.id, pending.locked);
            if pending.alone { alone.push(job) } else { together.push(job) }
        }
        self.assignments.let_go(gone).await?;
        let largest = |record: B256| records.get(&record).map(sizes).unwrap_or_default();
        urgent |= together.len() >= records.keys().flat_map(|record| largest(*record)).max().unwrap_or(1);
        if !urgent {
            return Ok(());
        }
        let mut speeds = BTreeMap::new();
        for record in records.keys() {
            for size in largest(*record) {
                speeds.insert((*record, size), self.assignments.speed(*record, size).await?);
            }
        }
        // Work is what a proof takes with all its slots; unless it was measured, as much for any size.
        let cost = |record: B256, n: usize| {
            let size = largest(record).into_iter().filter(|size| *size >= n).min().unwrap_or(n);
            speeds.get(&(record, size)).copied().flatten().map_or(1.0, |speed| speed.wall_ms.max(1.0))
        };
        let together = batches(together, largest, cost);
        for batch in together.into_iter().chain(alone.into_iter().map(|job| vec![job])) {
            let Some((first, record)) = batch.first().and_then(|job| Some((job.record, records.get(&job.record)?)))
            else {
                continue;
            };
            let jobs: Vec<B256> = batch.iter().map(|job| job.id).collect();
            let id = self.contracts.context(&slots::jobs(record, &jobs)?, self.operator);
            let locked = jobs.iter().any(|job| locked.get(job).copied().unwrap_or_default());
            let order = Order { id, record: first, jobs, locked, state: OrderState::Planned, worker: None, why: None };
            self.assignments.plan(order.clone()).await?;
            if !self.hand_out(&order).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Puts a batch into the queue; whether there was room.
    async fn hand_out(&self, order: &Order) -> Result<bool, CoordinatorError> {
        let (mut inputs, mut deadline) = (Vec::new(), u64::MAX);
        for id in &order.jobs {
            let Some(job) = self.means.index.job(*id).await? else {
                self.assignments.mark(order.id, OrderState::Withdrawn, None, None).await?;
                self.assignments.take_apart(order.id, false).await?;
                return Ok(true);
            };
            deadline = deadline.min(limit(&job));
            let input = job.input.to_vec();
            inputs.push(match self.means.index.delivered(*id).await? {
                Some(delivered) => Input::Private { commitment: input, delivered: delivered.to_vec() },
                None => Input::Public(input),
            });
        }
        let work = Work { id: order.id, record: order.record, jobs: order.jobs.clone(), inputs, deadline };
        match self.means.queue.push(&work).await {
            Ok(()) => {}
            Err(QueueError::Full { most }) => {
                tracing::warn!(most, "the queue is full; work waits here");
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
        self.assignments.mark(order.id, OrderState::Queued, None, None).await?;
        tracing::info!(work = %order.id, jobs = order.jobs.len(), "work queued");
        Ok(true)
    }

    /// Settles what a worker hands in next; whether there was something within `wait`.
    ///
    /// # Errors
    /// The file, the node or the queue does not answer: the outcome comes again.
    pub async fn settle_next(&self, wait: Duration) -> Result<bool, CoordinatorError> {
        let Some(handed) = self.means.queue.next_outcome(wait).await? else { return Ok(false) };
        let (id, worker) = (handed.work.id, Some(handed.worker.clone()));
        match &handed.outcome {
            Outcome::Proven(proven) => match self.verify(&handed.work, proven).await? {
                Ok((record, input)) => {
                    let (batch, jobs) = (proven.batch, handed.work.jobs.len());
                    let cpu_ms = proven.cpu_ms.unwrap_or(proven.prove_ms);
                    self.assignments.measured(handed.work.record, batch, jobs, proven.prove_ms, cpu_ms).await?;
                    self.submit(&handed, proven, &record, input).await?;
                    self.assignments.mark(id, OrderState::Proven, worker, None).await?;
                    self.means.queue.acknowledge(&handed).await?;
                }
                Err(why) => {
                    tracing::error!(work = %id, worker = handed.worker, why, "a worker handed in a proof that does not hold");
                    // Pushed again if this dies in between.
                    self.assignments.mark(id, OrderState::Planned, worker, Some(why.clone())).await?;
                    self.means.queue.reject(&handed, &format!("{}: {why}", handed.worker)).await?;
                }
            },
            Outcome::Impossible { why } | Outcome::Failed { why } => {
                tracing::error!(work = %id, worker = handed.worker, why, "work cannot be done");
                self.give_up(id, handed.work.jobs.len(), worker, why).await?;
                self.means.queue.acknowledge(&handed).await?;
            }
        }
        Ok(true)
    }

    /// A batch cannot be proved: each of its jobs may be, alone.
    async fn give_up(&self, id: B256, jobs: usize, worker: Option<String>, why: &str) -> Result<(), CoordinatorError> {
        self.assignments.mark(id, OrderState::Failed, worker, Some(why.into())).await?;
        if jobs > 1 {
            self.assignments.take_apart(id, true).await?;
        }
        Ok(())
    }

    /// Whether a proof is of what was asked; gives the record and the inputs of all slots.
    async fn verify(
        &self,
        work: &Work,
        proven: &Proven,
    ) -> Result<Result<(Record, Vec<u8>), String>, CoordinatorError> {
        let record = match self.means.models.record(work.record).await {
            Ok(record) => record,
            Err(why) => return Ok(Err(format!("its model is no longer at hand: {why}"))),
        };
        let inputs: Vec<&[u8]> = work
            .inputs
            .iter()
            .map(|input| match input {
                Input::Public(bytes) | Input::Private { commitment: bytes, .. } => bytes.as_slice(),
            })
            .collect();
        let slots = slots::fill(&record, &self.means.srs, &work.jobs, &inputs)?;
        let context = self.contracts.context(&slots.jobs, self.operator);
        let statement = Statement { context: context.0, input: slots.input.clone(), output: proven.output.clone() };
        let (srs, seal, verified) = (self.means.srs.clone(), proven.seal.clone(), record.clone());
        let verified = tokio::task::spawn_blocking(move || {
            verify_seal(&verified, &srs, &statement, &seal).map(drop).map_err(|e| e.to_string())
        });
        let verified = verified.await.unwrap_or_else(|e| Err(format!("verifying it ended early: {e}")));
        Ok(verified.map(|()| (record, slots.input)))
    }

    async fn submit(
        &self,
        handed: &HandedIn,
        proven: &Proven,
        record: &Record,
        input: Vec<u8>,
    ) -> Result<(), CoordinatorError> {
        let (work, market) = (&handed.work, &self.contracts.market);
        let jobs = slots::jobs(record, &work.jobs)?;
        let (output, seal) = (proven.output.clone().into(), proven.seal.clone().into());
        let calldata = market.fulfil(jobs, input.into(), output, seal, self.operator).calldata().clone();
        let mut deadline = 0;
        for id in &work.jobs {
            deadline = deadline.max(self.means.index.job(*id).await?.map_or(0, |job| job.deadline.max(job.lock_by)));
        }
        let intent = Intent::call(format!("fulfil:{}", work.id), *market.address(), calldata)
            .with_deadline(deadline)
            .with_check(SETTLED, payload(&work.jobs));
        self.means.journal.submit(intent).await
    }

    /// Sees to batches that have come to an end, one way or another.
    pub(super) async fn drop_ended(&self) -> Result<(), CoordinatorError> {
        for order in self.assignments.orders(OrderState::Proven, MOST).await? {
            let Some(entry) = self.means.journal.status(&format!("fulfil:{}", order.id)).await? else { continue };
            match entry.state {
                State::Final | State::AlreadyDone => {
                    self.assignments.let_go(order.jobs.clone()).await?;
                    self.assignments.mark(order.id, OrderState::Settled, None, None).await?;
                }
                State::Failed | State::Expired => {
                    let why = entry.reason.unwrap_or_else(|| entry.state.to_string());
                    tracing::error!(work = %order.id, why, "a settlement failed");
                    self.give_up(order.id, order.jobs.len(), None, &why).await?;
                }
                _ => {}
            }
        }
        for dead in self.means.queue.dead_letters().await? {
            let order = self.assignments.order(dead.work.id).await?;
            if order.is_some_and(|order| matches!(order.state, OrderState::Queued | OrderState::Planned)) {
                let why = dead.why.unwrap_or_else(|| "workers took it and were not heard of again".into());
                tracing::error!(work = %dead.work.id, attempts = dead.attempts, why, "nobody could do this work");
                self.give_up(dead.work.id, dead.work.jobs.len(), None, &why).await?;
            }
        }
        for order in self.assignments.orders(OrderState::Queued, MOST).await? {
            let mut ended = true;
            for id in &order.jobs {
                ended &= self.means.index.job(*id).await?.is_none_or(|job| job.status.is_over());
            }
            if ended {
                tracing::info!(work = %order.id, "its jobs have ended; the work is withdrawn");
                self.means.queue.withdraw(order.id).await?;
                self.assignments.let_go(order.jobs.clone()).await?;
                self.assignments.mark(order.id, OrderState::Withdrawn, None, None).await?;
            }
        }
        Ok(())
    }
}

/// Last second in which a job can be fulfilled on time.
fn limit(job: &Job) -> u64 {
    job.until.unwrap_or(job.lock_by)
}

fn sizes(record: &Record) -> Vec<usize> {
    record.key_sets.iter().map(|set| set.batch).collect()
}
