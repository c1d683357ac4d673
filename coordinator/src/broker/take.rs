//! Locks and reservations, and private inputs that are acknowledged.

use super::decide::{Decision, Reason, Situation, Way, decide};
use super::done::{ACKNOWLEDGED, HELD, payload};
use super::models::Opening;
use super::price::Speed;
use super::{Broker, OrderState};
use crate::error::CoordinatorError;
use crate::index::job::{Job, Status};
use crate::journal::{Intent, State};
use alloy::primitives::B256;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use verin_contracts::ContractsError;

/// Batches that are counted for the backlog.
const MOST_ORDERS: usize = 10_000;

impl Broker {
    /// Looks at every job that can be taken.
    pub(super) async fn take_jobs(&self, now: u64) -> Result<(), CoordinatorError> {
        let (index, notes) = (&self.means.index, &self.means.notes);
        let assigned = self.assignments.assigned().await?;
        let open = index.takeable(now).await?;
        let mut facts: BTreeMap<B256, Result<(bool, Option<Speed>), String>> = BTreeMap::new();
        let mut at = Situation {
            now,
            token: *self.contracts.token.address(),
            private: false,
            speed: None,
            backlog: self.backlog().await?,
            held: index.held(self.operator).await?.len(),
            failing: self.assignments.failing().await?,
            stopped: false,
        };
        let mut stops = BTreeMap::new();
        for job in open.iter().filter(|job| !assigned.contains(&job.id)) {
            if let Entry::Vacant(vacant) = facts.entry(job.record) {
                vacant.insert(match self.means.models.record(job.record).await {
                    Ok(record) => {
                        let private = record.flags.private_input || record.flags.private_output;
                        Ok((private, self.assignments.speed(job.record, 1).await?))
                    }
                    Err(why) => Err(why),
                });
            }
            let key = (job.verifier, job.record);
            if let Entry::Vacant(vacant) = stops.entry(key) {
                vacant.insert(index.is_stopped(job.verifier, job.record).await?);
            }
            at.stopped = stops.get(&key).copied().unwrap_or_default();
            let decision = match facts.get(&job.record) {
                Some(Ok((private, speed))) => {
                    (at.private, at.speed) = (*private, *speed);
                    decide(job, &at, &self.options)
                }
                Some(Err(why)) => Decision::Skip(Reason::NoModel(why.clone())),
                None => continue,
            };
            let decision = match decision {
                Decision::Take(way) => self.take(job, way, &mut at).await?,
                skip @ Decision::Skip(_) => skip,
            };
            match decision {
                Decision::Take(_) => notes.forget(&job.id),
                Decision::Skip(reason) => {
                    if notes.skipped(job.id, reason.to_string()) {
                        tracing::info!(job = %job.id, %reason, "job not taken");
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes a job, or says what keeps the market from it.
    async fn take(&self, job: &Job, way: Way, at: &mut Situation) -> Result<Decision, CoordinatorError> {
        let speed_seconds = self.options.pricing.seconds(at.speed);
        if way == Way::Direct {
            self.assignments.assign(job.id, false).await?;
            at.backlog += speed_seconds / self.batch_size(job.record).await.max(1) as u64;
            return Ok(Decision::Take(way));
        }
        let key = format!("take:{}", job.id);
        if let Some(entry) = self.means.journal.status(&key).await? {
            let refused = entry.reason.unwrap_or_else(|| entry.state.to_string());
            let failed = matches!(entry.state, State::Failed | State::Expired);
            return Ok(if failed { Decision::Skip(Reason::Refused(refused)) } else { Decision::Take(way) });
        }
        let (market, least) = (&self.contracts.market, self.options.pricing.least(at.speed));
        let what = "asking whether a job can be taken";
        let (asked, calldata) = match way {
            Way::Reserve => {
                let call = market.reserve(job.id, least, self.operator).from(self.operator);
                let calldata = call.calldata().clone();
                (self.contracts.network.view(what, call).await.map(drop), calldata)
            }
            _ => {
                let call = market.lock(job.id, least, self.operator).from(self.operator);
                let calldata = call.calldata().clone();
                (self.contracts.network.view(what, call).await.map(drop), calldata)
            }
        };
        match asked {
            Ok(()) => {}
            Err(ContractsError::Reverted { error, .. }) => return Ok(Decision::Skip(Reason::Refused(error))),
            Err(error) => return Err(error.into()),
        }
        let intent = Intent::call(key, *market.address(), calldata)
            .with_deadline(job.takeable_until())
            .with_check(HELD, payload(&[job.id]));
        self.means.journal.submit(intent).await?;
        tracing::info!(job = %job.id, ?way, "taking a job");
        at.held += 1;
        at.backlog += speed_seconds;
        Ok(Decision::Take(way))
    }

    /// Jobs that the chain shows as locked by this operator are to be proved, whoever remembers why.
    pub(super) async fn adopt_held(&self) -> Result<(), CoordinatorError> {
        let assigned = self.assignments.assigned().await?;
        for job in self.means.index.held(self.operator).await? {
            if job.status == Status::Locked && !assigned.contains(&job.id) {
                self.assignments.assign(job.id, true).await?;
            }
        }
        Ok(())
    }

    /// Private inputs that were delivered are looked at; what opens its commitment is acknowledged.
    pub(super) async fn acknowledge_delivered(&self, now: u64) -> Result<(), CoordinatorError> {
        let delivered = self.means.index.held(self.operator).await?;
        for job in delivered.iter().filter(|job| job.status == Status::Delivered) {
            let key = format!("acknowledge:{}", job.id);
            let limit = job.until.unwrap_or_default();
            if limit < now || self.means.journal.status(&key).await?.is_some() {
                continue;
            }
            let Some(ciphertext) = self.means.index.delivered(job.id).await? else { continue };
            match self.means.models.check_opening(job.record, job.id, &job.input, &ciphertext).await {
                Opening::Right => {
                    let calldata = self.contracts.market.acknowledge(job.id).calldata().clone();
                    let intent = Intent::call(key, *self.contracts.market.address(), calldata)
                        .with_deadline(limit)
                        .with_check(ACKNOWLEDGED, payload(&[job.id]));
                    self.means.journal.submit(intent).await?;
                }
                Opening::Wrong(why) => {
                    let why = format!("what was delivered does not open its commitment: {why}");
                    if self.means.notes.skipped(job.id, why.clone()) {
                        tracing::warn!(job = %job.id, why, "a private job is let go; both bonds are lost");
                    }
                }
                Opening::Unknown(why) => tracing::warn!(job = %job.id, why, "a delivery cannot be looked at now"),
            }
        }
        Ok(())
    }

    /// Seconds until everything is proved that was taken.
    async fn backlog(&self) -> Result<u64, CoordinatorError> {
        let mut seconds = 0;
        for state in [OrderState::Planned, OrderState::Queued] {
            for order in self.assignments.orders(state, MOST_ORDERS).await? {
                let speed = self.assignments.speed(order.record, order.jobs.len()).await?;
                seconds += self.options.pricing.seconds(speed);
            }
        }
        let waiting: BTreeSet<_> = self.assignments.pending().await?.into_iter().map(|pending| pending.job).collect();
        let batches = (waiting.len() as u64).div_ceil(8);
        seconds += batches * self.options.pricing.seconds(None).min(self.options.pricing.unknown_ms / 1_000 + 1);
        let workers = self.means.queue.workers().await?.len() as u64;
        Ok(seconds / workers.max(self.options.workers).max(1))
    }

    /// The largest batch of a record.
    async fn batch_size(&self, record: B256) -> usize {
        let record = self.means.models.record(record).await;
        record.ok().and_then(|record| record.key_sets.iter().map(|set| set.batch).max()).unwrap_or(1)
    }
}
