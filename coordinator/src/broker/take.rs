//! Jobs that are taken: locked, reserved, or just proved.

use super::decide::{Decision, Reason, Situation, Way, decide};
use super::done::{HELD, payload};
use super::hand_out::sizes;
use super::price::Speed;
use super::{BatchState, Broker};
use crate::error::CoordinatorError;
use crate::index::job::{Job, Status};
use crate::journal::{Intent, State};
use alloy::primitives::B256;
use metrics::counter;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use verin_contracts::ContractsError;

/// How long a lock that failed is a memory that keeps others from being taken.
const FAILING: Duration = Duration::from_secs(15 * 60);
/// How long a worker is reckoned with after its last proof.
const PROVEN: Duration = Duration::from_secs(60 * 60);
/// How long transactions to take jobs are looked for: a job lives no longer.
const TAKING: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How often taking a job is tried, and how long after the time before.
pub(super) const TRIES: u32 = 3;
pub(super) const PAUSE: Duration = Duration::from_secs(10);

/// What is known of a model.
#[derive(Clone, Copy)]
struct Facts {
    private: bool,
    provable: bool,
    speed: Option<Speed>,
}

/// Where the tries to send something are.
pub(super) enum Try {
    /// This is the name of the next.
    Next(String),
    /// One is under way, or was a success.
    Standing,
    /// The next is not due yet.
    Later,
    /// All of them failed; why the last did.
    Failed(String),
}

impl Broker {
    /// Looks at every job that can be taken.
    pub(super) async fn take_jobs(&self, now: u64) -> Result<(), CoordinatorError> {
        let (index, notes) = (&self.means.index, &self.means.notes);
        let assigned = self.assignments.assigned().await?;
        let mut at = self.situation(now).await?;
        let taking = self.taking().await?;
        let mut holding = BTreeSet::new();
        for job in index.held(self.operator).await? {
            if !assigned.contains(&job.id) {
                at.backlog = at.backlog.saturating_add(self.seconds(job.record).await?);
            }
            holding.insert(job.record);
            at.held += 1;
        }
        let (mut facts, mut stops) = (BTreeMap::new(), BTreeMap::new());
        let open = index.takeable(now).await?;
        // On their way to be held.
        for job in open.iter().filter(|job| taking.contains(&job.id)) {
            at.backlog = at.backlog.saturating_add(self.seconds(job.record).await?);
            holding.insert(job.record);
            at.held += 1;
        }
        for job in open.iter().filter(|job| !assigned.contains(&job.id) && !taking.contains(&job.id)) {
            if let Entry::Vacant(vacant) = facts.entry(job.record) {
                vacant.insert(self.facts(job.record).await?);
            }
            let key = (job.verifier, job.record);
            if let Entry::Vacant(vacant) = stops.entry(key) {
                vacant.insert(index.is_stopped(job.verifier, job.record).await?);
            }
            at.stopped = stops.get(&key).copied().unwrap_or_default();
            at.holds_model = holding.contains(&job.record);
            let decision = match facts.get(&job.record) {
                Some(Ok(known)) => {
                    let Facts { private, provable, speed } = *known;
                    (at.private, at.provable, at.speed) = (private, provable, speed);
                    decide(job, &at, &self.options)
                }
                Some(Err(why)) => Decision::Skip(Reason::NoModel(String::clone(why))),
                None => continue,
            };
            let decision = match decision {
                Decision::Take(way) => self.take(job, way, now).await?,
                skip @ Decision::Skip(_) => skip,
            };
            match decision {
                Decision::Take(way) => {
                    notes.forget(&job.id);
                    counter!("verin_jobs_taken_total", "way" => way.name()).increment(1);
                    let seconds = self.options.pricing.seconds(at.speed);
                    at.backlog = at.backlog.saturating_add(if way == Way::Direct { seconds / 8 } else { seconds });
                    match way {
                        Way::Direct => at.direct += 1,
                        Way::Lock | Way::Reserve => {
                            at.held += 1;
                            holding.insert(job.record);
                        }
                    }
                }
                Decision::Skip(reason) => {
                    if notes.skipped(job.id, reason.kind(), reason.to_string()) {
                        tracing::info!(job = %job.id, %reason, "job not taken");
                    }
                }
            }
        }
        Ok(())
    }

    /// What decisions depend on besides the job, its model, and what is held.
    async fn situation(&self, now: u64) -> Result<Situation, CoordinatorError> {
        Ok(Situation {
            now,
            token: *self.contracts.token.address(),
            private: false,
            provable: false,
            speed: None,
            backlog: self.backlog().await?,
            held: 0,
            direct: self.assignments.direct().await?,
            holds_model: false,
            failing: self.assignments.failing(FAILING).await?,
            stopped: false,
        })
    }

    async fn facts(&self, record: B256) -> Result<Result<Facts, String>, CoordinatorError> {
        let known = match self.means.models.record(record).await {
            Ok(known) => known,
            Err(why) => return Ok(Err(why)),
        };
        let flags = known.flags;
        let private = flags.private_input || flags.private_output;
        let provable = !flags.fast && !flags.private_output;
        Ok(Ok(Facts { private, provable, speed: self.assignments.speed(record, 1).await? }))
    }

    /// How long a proof of a record takes.
    async fn seconds(&self, record: B256) -> Result<u64, CoordinatorError> {
        Ok(self.options.pricing.seconds(self.assignments.speed(record, 1).await?))
    }

    /// Jobs that transactions are under way for, or were a success, to take them.
    async fn taking(&self) -> Result<BTreeSet<B256>, CoordinatorError> {
        let names = self.means.journal.standing("take:", TAKING).await?;
        Ok(names.iter().filter_map(|name| name.split(':').nth(1)?.parse().ok()).collect())
    }

    /// Takes a job, or says what keeps the market from it.
    async fn take(&self, job: &Job, way: Way, now: u64) -> Result<Decision, CoordinatorError> {
        if way == Way::Direct {
            self.assignments.assign(job.id, false).await?;
            return Ok(Decision::Take(way));
        }
        let key = match self.attempt(&format!("take:{}", job.id)).await? {
            Try::Next(key) => key,
            Try::Standing => return Ok(Decision::Take(way)),
            Try::Later => return Ok(Decision::Skip(Reason::Refused("an error just now; it is tried again".into()))),
            Try::Failed(why) => return Ok(Decision::Skip(Reason::Refused(why))),
        };
        // The price does not fall from here on.
        let (market, least) = (&self.contracts.market, job.price_at(now));
        let what = "asking whether a job can be taken";
        let (asked, calldata) = match way {
            Way::Reserve => {
                let call = market.reserve(job.id, least, self.operator).from(self.operator);
                let calldata = call.calldata().clone();
                (self.contracts.network.view(what, call).await.map(drop), calldata)
            }
            Way::Lock | Way::Direct => {
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
        Ok(Decision::Take(way))
    }

    /// The next try of something, whose tries are called `name:1`, `name:2` and so on: the journal acts on a name once.
    pub(super) async fn attempt(&self, name: &str) -> Result<Try, CoordinatorError> {
        let mut why = String::new();
        for n in 1..=TRIES {
            let key = format!("{name}:{n}");
            let Some(entry) = self.means.journal.status(&key).await? else { return Ok(Try::Next(key)) };
            if !matches!(entry.state, State::Failed | State::Expired) {
                return Ok(Try::Standing);
            }
            let since = super::assign::milliseconds().saturating_sub(entry.changed);
            if since < PAUSE.as_millis() as u64 {
                return Ok(Try::Later);
            }
            why = entry.reason.unwrap_or_else(|| entry.state.to_string());
        }
        Ok(Try::Failed(why))
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

    /// Seconds until everything is proved that was taken up.
    pub(super) async fn backlog(&self) -> Result<u64, CoordinatorError> {
        let mut seconds: u64 = 0;
        for state in [BatchState::Planned, BatchState::Queued] {
            for batch in self.assignments.batches(state).await? {
                let speed = self.assignments.speed(batch.record, batch.jobs.len()).await?;
                seconds = seconds.saturating_add(self.options.pricing.seconds(speed));
            }
        }
        let mut waiting: BTreeMap<B256, usize> = BTreeMap::new();
        for pending in self.assignments.pending().await? {
            if let Some(job) = self.means.index.job(pending.job).await? {
                *waiting.entry(job.record).or_default() += 1;
            }
        }
        for (record, jobs) in waiting {
            let known = self.means.models.record(record).await;
            let largest = known.ok().and_then(|record| sizes(&record).into_iter().max()).unwrap_or(1);
            let speed = self.assignments.speed(record, largest).await?;
            let batches = jobs.div_ceil(largest.max(1)) as u64;
            seconds = seconds.saturating_add(self.options.pricing.seconds(speed).saturating_mul(batches));
        }
        // Of workers who say that they are there, those count who have shown it.
        let there = self.means.queue.workers().await?.len() as u64;
        let workers = there.min(self.assignments.proven_workers(PROVEN).await?).max(self.options.workers);
        Ok(seconds / workers.max(1))
    }
}
