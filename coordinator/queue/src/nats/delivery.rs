//! What is made of a message that is delivered: a lease, an outcome, or nothing.
//!
//! A message says only which work it is about; the entry decides. What is no message of ours, or about work that is over, is dropped:
//! it never comes again, and never keeps others waiting.

use super::entry::{self, By, Entry, Note, State};
use super::farm::{Answer, Farm};
use crate::{HandedIn, Lease, QueueError, Work, WorkId};
use async_nats::jetstream::Message;

impl Farm {
    /// Leases the work of a message, if it is to be done.
    pub(super) async fn lease(&self, message: &Message, worker: &str) -> Result<Option<Lease>, QueueError> {
        let what = "take";
        let Some((work, sequence, delivery)) = self.read_work(message) else {
            return self.drop_foreign(what, message).await.map(|()| None);
        };
        let leased = self.change(what, work, |now| next_lease(now, sequence, worker, &delivery)).await;
        let now = match leased {
            Ok(Some(Entry { state: State::Leased { .. }, attempt, .. })) => {
                match self.asked(what, work).await {
                    Ok(body) => {
                        return Ok(Some(Lease { work: body, attempt, worker: worker.into(), token: delivery }));
                    }
                    // Withdrawn just now, or something else removed it: it cannot be done, nor be shown to anybody.
                    Err(e @ QueueError::Damaged { .. }) => {
                        tracing::warn!(%work, error = %e, "work without a body is dropped");
                        self.end(what, work).await?;
                    }
                    Err(e) => return Err(e),
                }
                None
            }
            Ok(now) => now,
            Err(e @ QueueError::Damaged { .. }) => {
                tracing::warn!(%work, error = %e, "a message is dropped");
                None
            }
            Err(e) => return Err(e),
        };
        if now.is_some() {
            tracing::warn!(%work, "was tried as often as it may be");
        }
        // A dead letter, a duplicate, work that is over or handed in: nobody has to do it.
        self.answer(what, &delivery, Answer::Done).await?;
        Ok(None)
    }

    fn read_work(&self, message: &Message) -> Option<(WorkId, u64, String)> {
        let Note { work, handed_in: None } = serde_json::from_slice(&message.payload).ok()? else { return None };
        Some((work, message.info().ok()?.stream_sequence, message.reply.as_ref()?.to_string()))
    }

    /// The outcome that a message is about, if it counts.
    pub(super) async fn outcome(&self, message: &Message) -> Result<Option<HandedIn>, QueueError> {
        let what = "next outcome";
        let note = serde_json::from_slice::<Note>(&message.payload).ok();
        let (Some(Note { work, handed_in: Some(By { attempt, worker }) }), Some(reply)) = (note, &message.reply) else {
            return self.drop_foreign(what, message).await.map(|()| None);
        };
        // A worker that died between publishing and changing the entry: it handed in, unless another has the work by now.
        let counts = self.change(what, work, |now| handed_in(now, attempt)).await;
        let counts = match counts {
            Err(QueueError::Damaged { .. }) => None,
            counts => counts?,
        };
        if counts.is_some() {
            let read = async {
                let asked = self.asked(what, work).await?;
                Ok((asked, self.body(what, &outcome_key(work, attempt)).await?))
            };
            match read.await {
                Ok((asked, outcome)) => {
                    return Ok(Some(HandedIn { work: asked, attempt, worker, outcome, token: reply.to_string() }));
                }
                Err(e @ QueueError::Damaged { .. }) => {
                    tracing::warn!(%work, attempt, error = %e, "an outcome is lost");
                    // Whose work it is pushes it again, and that goes on from here.
                    self.change(what, work, |now| refused(now, attempt, &e.to_string())).await?;
                }
                Err(e) => return Err(e),
            }
        } else {
            tracing::debug!(%work, attempt, "the outcome of a lease that was over is dropped");
            self.remove(what, &self.bodies, &outcome_key(work, attempt)).await?;
            self.remove(what, &self.bodies, &format!("{}.>", outcome_key(work, attempt))).await?;
        }
        self.answer(what, reply, Answer::Done).await?;
        Ok(None)
    }

    /// The work of this name: what is stored under it may be anything.
    async fn asked(&self, what: &'static str, work: WorkId) -> Result<Work, QueueError> {
        let key = work_key(work);
        let asked: Work = self.body(what, &key).await?;
        if asked.id == work {
            return Ok(asked);
        }
        Err(self.damaged(&key, &format!("work {work}"), format!("work {}", asked.id)))
    }

    async fn drop_foreign(&self, what: &'static str, message: &Message) -> Result<(), QueueError> {
        let bytes = message.payload.len();
        tracing::warn!(at = %self.at, subject = %message.subject, bytes, "a message that is not ours is dropped");
        match &message.reply {
            Some(delivery) => self.answer(what, delivery, Answer::Done).await,
            None => Ok(()),
        }
    }
}

/// The entry when `delivery` of message number `sequence` is leased; dead, when it was the last attempt that lapsed.
fn next_lease(now: &Entry, sequence: u64, worker: &str, delivery: &str) -> Option<Entry> {
    if now.message.is_some_and(|message| message != sequence) {
        return None;
    }
    let leased = State::Leased { worker: worker.into(), delivery: delivery.into() };
    match now.state {
        State::Leased { .. } if now.is_used_up() => Some(Entry { state: State::Dead, ..now.clone() }),
        State::Pushing | State::Waiting | State::Leased { .. } => {
            Some(Entry { state: leased, attempt: now.attempt + 1, message: Some(sequence), ..now.clone() })
        }
        State::HandedIn | State::Dead | State::Over => None,
    }
}

/// The entry when this attempt has handed in; itself, when it had before.
pub(super) fn handed_in(now: &Entry, attempt: u32) -> Option<Entry> {
    let had = now.state == State::HandedIn && now.attempt == attempt;
    (had || now.is_leased_as(attempt)).then(|| Entry { state: State::HandedIn, ..now.clone() })
}

/// The entry when the outcome of this attempt is refused: to be pushed again, or dead.
pub(super) fn refused(now: &Entry, attempt: u32, why: &str) -> Option<Entry> {
    let is_it = now.state == State::HandedIn && now.attempt == attempt;
    let state = if now.is_used_up() { State::Dead } else { State::Pushing };
    is_it.then(|| Entry { state, message: None, why: Some(why.into()), ..now.clone() })
}

/// Where the work itself is.
pub(super) fn work_key(work: WorkId) -> String {
    format!("{}.work", entry::key(work))
}

/// Where the outcome of an attempt is.
pub(super) fn outcome_key(work: WorkId, attempt: u32) -> String {
    format!("{}.outcome.{attempt}", entry::key(work))
}
