//! The queue of a farm, on NATS JetStream (nats-server 2.9 or later, with `-js`).
//!
//! ```text
//! PREFIX_work        stream    a message per piece of work, on PREFIX.work.BAND; one consumer per band of urgency
//! PREFIX_outcomes    stream    a message per outcome, on PREFIX.outcome; the consumer `coordinator`
//! PREFIX_entries     bucket    where each piece of work is, and with which attempt
//! PREFIX_bodies      bucket    the work and the outcomes themselves, cut up when larger than a message may be
//! PREFIX_over        bucket    names of work that is over, for a while
//! PREFIX_workers     bucket    what workers announced, for three lease times
//! PREFIX.hint.*      subjects  wake up who waits; nothing depends on them
//! ```
//!
//! Messages carry names; the [entry](entry) of the work decides, and is changed by compare-and-set alone. A lease is a delivery that
//! is not acknowledged; a heartbeat is an in-progress acknowledgement; when it lapses the server delivers the message again, and
//! whoever gets it raises the attempt, which fences the worker before.
//!
//! # Whatever dies in the middle
//!
//! *Push* makes the entry (pushing), stores the body, publishes the message under a name by which the server recognises it for two
//! minutes, and writes the message's number into the entry. Pushing again goes on where the last one ended. If a second message of
//! the work gets into the stream, its number is not the entry's, and it is dropped.
//!
//! *Hand in* stores the outcome, publishes a message about it, changes the entry from leased to handed in, and acknowledges the work's
//! message. Dead before publishing: the lease lapses, and the work is done again. Dead after it: the coordinator gets the message,
//! and changes the entry itself, if it is the same attempt's still. If another has leased the work in between, the outcome is dropped,
//! and that worker's counts: work was done twice, and one outcome is delivered. Dead before acknowledging: the work is delivered
//! again, found to be handed in, and dropped.
//!
//! *Acknowledge* and *withdraw* mark the name as over first, then the entry; then they remove the rest, and whoever comes across what
//! is left goes on with it.
//!
//! ```text
//! options    where the server is, and who we are to it
//! farm       streams, consumers, buckets, and single requests to them
//! band       bands of urgency
//! entry      where a piece of work is
//! change     compare-and-set
//! bodies     work and outcomes of any size
//! delivery   what is made of a message
//! hints      waking up who waits
//! ```

mod band;
mod bodies;
mod change;
mod delivery;
mod entry;
mod farm;
mod hints;
mod options;

pub use options::NatsOptions;

use crate::wait::{Found, wait_for};
use crate::{
    DeadLetter, Depth, HandedIn, Lease, Options, Outcome, Progress, Queue, QueueError, Work, WorkId, WorkerStatus,
};
use alloy_primitives::{hex, keccak256};
use async_nats::jetstream::stream::RawMessageErrorKind;
use async_trait::async_trait;
use delivery::{handed_in, outcome_key, refused, work_key};
use entry::{By, Entry, Note, State};
use farm::{Answer, Farm};
use hints::Hints;
use std::sync::Arc;
use std::time::Duration;

/// Longest and shortest pause between looks for what nobody hinted at: leases that lapsed.
const POLL: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// A queue on a NATS server. Clones are the same queue, and the same connection.
#[derive(Clone, Debug)]
pub struct NatsQueue {
    farm: Arc<Farm>,
    hints: Arc<Hints>,
    options: Options,
}

impl NatsQueue {
    /// Connects to the server, and makes what the farm has there, unless it is there. When the connection is cut or the server
    /// restarts later on, calls fail with [`QueueError::Unreachable`] until it is back; there is nothing else to do.
    ///
    /// # Errors
    /// The server is not there, has no JetStream, or does not let us in; the options cannot be used.
    pub async fn connect(options: &NatsOptions) -> Result<Self, QueueError> {
        let farm = Farm::open(options).await?;
        let hints = Arc::new(Hints::listen(&farm).await?);
        let options = Options { lease_time: farm.lease_time, ..options.queue.clone() };
        Ok(Self { farm: Arc::new(farm), hints, options })
    }

    fn poll(&self) -> Duration {
        (self.options.lease_time / 4).clamp(POLL.0, POLL.1)
    }

    async fn look_for_work(&self, worker: &str) -> Result<Found<Lease>, QueueError> {
        for band in &self.farm.bands {
            while let Some(message) = self.farm.fetch("take", band).await? {
                if let Some(lease) = self.farm.lease(&message, worker).await? {
                    return Ok(Found::This(lease));
                }
            }
        }
        Ok(Found::NothingUntil(None))
    }

    async fn look_for_outcome(&self) -> Result<Found<HandedIn>, QueueError> {
        while let Some(message) = self.farm.fetch("next outcome", &self.farm.outcomes).await? {
            if let Some(handed) = self.farm.outcome(&message).await? {
                return Ok(Found::This(handed));
            }
        }
        Ok(Found::NothingUntil(None))
    }

    /// Puts the message of work whose entry is there into the stream.
    async fn publish(&self, work: &Work, name: &str) -> Result<(), QueueError> {
        let what = "push";
        self.farm.put_body(what, &work_key(work.id), work).await?;
        let note = self.farm.encode(&Note { work: work.id, handed_in: None })?;
        let subject = format!("work.{}", band::of(work.deadline));
        let message = self.farm.publish(what, &subject, name, note).await?;
        // A worker may have it already, and may even be done.
        let waits = |now: &Entry| {
            let untouched = matches!(now.state, State::Pushing | State::Waiting);
            untouched.then(|| Entry { state: State::Waiting, message: Some(message), ..now.clone() })
        };
        self.farm.change(what, work.id, waits).await?;
        self.farm.hint("work").await;
        Ok(())
    }

    /// Goes on with work that is there already: a push that died in the middle, or a message that the server lost.
    async fn publish_again(&self, work: &Work, entry: &Entry) -> Result<(), QueueError> {
        let key = entry::key(work.id);
        match (&entry.state, entry.message) {
            (State::Pushing, _) => self.publish(work, &pushed_as(work.id, entry.attempt)).await,
            (State::Waiting, Some(message)) => match self.farm.work.get_raw_message(message).await {
                Err(e) if e.kind() == RawMessageErrorKind::NoMessageFound => {
                    tracing::warn!(work = %work.id, "its message is gone, and published again");
                    self.publish(work, &format!("{key}.{message}")).await
                }
                _ => Ok(()),
            },
            (State::Over, _) => self.farm.end("push", work.id).await,
            _ => Ok(()),
        }
    }

    async fn is_over(&self, work: WorkId) -> Result<bool, QueueError> {
        let over = self.farm.over.get(entry::key(work)).await;
        over.map(|over| over.is_some()).map_err(self.farm.unreachable("push"))
    }

    async fn is_full(&self) -> Result<bool, QueueError> {
        // Cheap, and an upper bound: who is with a worker is in the stream, too.
        let info = self.farm.work.get_info().await.map_err(self.farm.unreachable("push"))?;
        let most = self.options.most_waiting;
        Ok(info.state.messages >= most && self.depth().await?.waiting >= most)
    }

    /// Ends a lease without an outcome: `to` says what comes after, and the message is delivered again or not.
    async fn let_go(
        &self,
        what: &'static str,
        lease: &Lease,
        to: impl Fn(&Entry) -> Entry + Send + Sync,
    ) -> Result<(), QueueError> {
        let (work, attempt) = (lease.work.id, lease.attempt);
        let mine = |now: &Entry| now.is_leased_as(attempt).then(|| to(now));
        let after = self.farm.change(what, work, mine).await?.ok_or(QueueError::Fenced { work, attempt })?;
        let answer = if after.state == State::Dead { Answer::Done } else { Answer::Again };
        if let Err(e) = self.farm.answer(what, &lease.token, answer).await {
            tracing::warn!(%work, attempt, error = %e, "it is delivered again when its lease lapses");
        }
        self.farm.hint("work").await;
        Ok(())
    }
}

#[async_trait]
impl Queue for NatsQueue {
    async fn push(&self, work: &Work) -> Result<(), QueueError> {
        let what = "push";
        if let Some((entry, _)) = self.farm.entry(what, work.id).await? {
            return self.publish_again(work, &entry).await;
        }
        if self.is_over(work.id).await? {
            return Ok(());
        }
        if self.is_full().await? {
            return Err(QueueError::Full { most: self.options.most_waiting });
        }
        let entry = Entry::new(work.deadline, self.options.most_attempts);
        if !self.farm.make_entry(what, work.id, &entry).await? {
            // Somebody else pushes the same.
            return Ok(());
        }
        // It may have been pushed by another, and have ended, since we looked.
        if self.is_over(work.id).await? {
            return self.farm.end(what, work.id).await;
        }
        self.publish(work, &entry::key(work.id)).await
    }

    async fn take(&self, worker: &str, wait: Duration) -> Result<Option<Lease>, QueueError> {
        wait_for(wait, &self.hints.work, self.poll(), || self.look_for_work(worker)).await
    }

    async fn heartbeat(&self, lease: &Lease, progress: &Progress) -> Result<(), QueueError> {
        let what = "heartbeat";
        let (work, attempt) = (lease.work.id, lease.attempt);
        let entry = self.farm.entry(what, work).await?;
        if !entry.is_some_and(|(entry, _)| entry.is_leased_as(attempt)) {
            return Err(QueueError::Fenced { work, attempt });
        }
        self.farm.answer(what, &lease.token, Answer::Working).await?;
        // Best effort: the worker says so itself from time to time.
        if let Ok(Some(said)) = self.farm.workers.entry(worker_key(&lease.worker)).await
            && let Ok(mut status) = serde_json::from_slice::<WorkerStatus>(&said.value)
        {
            (status.working_on, status.progress) = (Some(work), Some(progress.clone()));
            let status = self.farm.encode(&status)?;
            let _ = self.farm.workers.update(worker_key(&lease.worker), status, said.revision).await;
        }
        Ok(())
    }

    async fn hand_in(&self, lease: &Lease, outcome: &Outcome) -> Result<(), QueueError> {
        let what = "hand in";
        let (work, attempt, farm) = (lease.work.id, lease.attempt, &self.farm);
        if let Outcome::Failed { why } = outcome {
            return self
                .let_go(what, lease, |now| {
                    let state = if now.is_used_up() { State::Dead } else { State::Waiting };
                    Entry { state, why: Some(why.clone()), ..now.clone() }
                })
                .await;
        }
        let fenced = QueueError::Fenced { work, attempt };
        match farm.entry(what, work).await? {
            Some((now, _)) if now.is_leased_as(attempt) => {}
            // Asked again, because the answer got lost.
            Some((now, _)) if now.state == State::HandedIn && now.attempt == attempt => return Ok(()),
            _ => return Err(fenced),
        }
        let key = outcome_key(work, attempt);
        farm.put_body(what, &key, outcome).await?;
        let by = By { attempt, worker: lease.worker.clone() };
        let note = farm.encode(&Note { work, handed_in: Some(by) })?;
        farm.publish(what, "outcome", &key, note).await?;
        // The outcome's body is removed when its message is found not to count.
        farm.change(what, work, |now| handed_in(now, attempt)).await?.ok_or(fenced)?;
        if let Err(e) = farm.answer(what, &lease.token, Answer::Done).await {
            tracing::debug!(%work, attempt, error = %e, "its message comes again, and is dropped then");
        }
        farm.hint("outcome").await;
        Ok(())
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), QueueError> {
        let given_back = |now: &Entry| Entry { state: State::Waiting, given_back: now.given_back + 1, ..now.clone() };
        self.let_go("give back", lease, given_back).await
    }

    async fn next_outcome(&self, wait: Duration) -> Result<Option<HandedIn>, QueueError> {
        wait_for(wait, &self.hints.outcome, self.poll(), || self.look_for_outcome()).await
    }

    async fn acknowledge(&self, handed: &HandedIn) -> Result<(), QueueError> {
        let what = "acknowledge";
        self.farm.end(what, handed.work.id).await?;
        self.farm.answer(what, &handed.token, Answer::Done).await
    }

    async fn reject(&self, handed: &HandedIn, why: &str) -> Result<(), QueueError> {
        let what = "reject";
        let (work, attempt) = (&handed.work, handed.attempt);
        // Whoever dies after this pushes the work again, and that goes on here.
        let after = self.farm.change(what, work.id, |now| refused(now, attempt, why)).await?;
        if after.is_some_and(|after| after.state == State::Pushing) {
            self.publish(work, &pushed_as(work.id, attempt)).await?;
        }
        let outcome = outcome_key(work.id, attempt);
        self.farm.remove(what, &self.farm.bodies, &outcome).await?;
        self.farm.remove(what, &self.farm.bodies, &format!("{outcome}.>")).await?;
        self.farm.answer(what, &handed.token, Answer::Done).await
    }

    async fn withdraw(&self, work: WorkId) -> Result<(), QueueError> {
        self.farm.end("withdraw", work).await
    }

    async fn dead_letters(&self) -> Result<Vec<DeadLetter>, QueueError> {
        let what = "dead letters";
        let mut letters = Vec::new();
        for (work, entry) in self.farm.all(what).await? {
            if entry.state != State::Dead {
                continue;
            }
            match self.farm.body(what, &work_key(work)).await {
                Ok(body) => letters.push(DeadLetter { work: body, attempts: entry.tried(), why: entry.why }),
                Err(e @ QueueError::Damaged { .. }) => {
                    tracing::warn!(%work, error = %e, "a dead letter without a body is dropped");
                    self.farm.end(what, work).await?;
                }
                Err(e) => return Err(e),
            }
        }
        Ok(letters)
    }

    async fn depth(&self) -> Result<Depth, QueueError> {
        let mut depth = Depth::default();
        for (_, entry) in self.farm.all("depth").await? {
            let count = match entry.state {
                State::Pushing | State::Waiting => &mut depth.waiting,
                State::Leased { .. } => &mut depth.leased,
                State::HandedIn => &mut depth.handed_in,
                State::Dead => &mut depth.dead,
                State::Over => continue,
            };
            *count += 1;
        }
        Ok(depth)
    }

    async fn announce(&self, status: &WorkerStatus) -> Result<(), QueueError> {
        let said = self.farm.workers.put(worker_key(&status.name), self.farm.encode(status)?).await;
        said.map(drop).map_err(self.farm.unreachable("announce"))
    }

    async fn workers(&self) -> Result<Vec<WorkerStatus>, QueueError> {
        let said = self.farm.scan("workers", &self.farm.workers).await?;
        let mut workers: Vec<WorkerStatus> =
            said.iter().filter_map(|(_, status)| serde_json::from_slice(status).ok()).collect();
        workers.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(workers)
    }

    fn lease_time(&self) -> Duration {
        self.options.lease_time
    }

    fn most_attempts(&self) -> u32 {
        self.options.most_attempts
    }
}

/// What the message of work is called, by which the server knows a second one of the same: another after each attempt that was refused.
fn pushed_as(work: WorkId, attempt: u32) -> String {
    let key = entry::key(work);
    if attempt == 0 { key } else { format!("{key}.after.{attempt}") }
}

/// The key of a worker: its name may be anything.
fn worker_key(name: &str) -> String {
    hex::encode(keccak256(name))
}
