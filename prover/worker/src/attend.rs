//! One lease: heartbeats while a thread proves, and when to let go of it.

use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;
use verin_queue::{Lease, Progress, Queue, QueueError, Stage};

/// Heartbeats in a lease time.
const BEATS: u32 = 3;
/// Shortest time between heartbeats.
const SHORTEST: Duration = Duration::from_millis(10);

/// How attending ended.
pub(crate) enum Attended<T> {
    /// The thread is done; the lease may still be good.
    Done(Result<T, JoinError>),
    /// The thread is done, and the lease is another's.
    Fenced,
    /// The worker stops: the thread goes on until its next step, and what it makes is dropped.
    LetGo,
}

/// What attending needs to know.
pub(crate) struct Attending<'a> {
    pub(crate) queue: &'a dyn Queue,
    pub(crate) lease: &'a Lease,
    /// Step of the thread.
    pub(crate) stage: watch::Receiver<Stage>,
    /// Told to the thread when its work is no longer wanted.
    pub(crate) unwanted: &'a CancellationToken,
    /// The worker is to stop when it is done.
    pub(crate) shutdown: &'a CancellationToken,
    /// The worker is to stop now.
    pub(crate) at_once: &'a CancellationToken,
    /// How long it may take to be done.
    pub(crate) grace: Duration,
    /// How long such a proof takes, where that is known.
    pub(crate) expected: Option<Duration>,
}

impl Attending<'_> {
    /// Keeps the lease until the thread is done, or the worker must stop.
    pub(crate) async fn attend<T>(self, mut thread: JoinHandle<T>, tell: impl Fn(Progress)) -> Attended<T> {
        let started = Instant::now();
        let mut beats = interval((self.queue.lease_time() / BEATS).max(SHORTEST));
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut fenced, mut draining) = (false, None);
        loop {
            tokio::select! {
                biased;
                done = &mut thread => {
                    return if fenced { Attended::Fenced } else { Attended::Done(done) };
                }
                () = self.at_once.cancelled() => return self.let_go(fenced),
                () = self.shutdown.cancelled(), if draining.is_none() => {
                    let now = Instant::now();
                    let left = self.expected.map(|whole| whole.saturating_sub(now - started));
                    if fenced || left.is_some_and(|left| left > self.grace) {
                        return self.let_go(fenced);
                    }
                    tracing::info!(grace_s = self.grace.as_secs(), "finishing the proof before stopping");
                    draining = Some(now + self.grace);
                }
                () = until(draining), if draining.is_some() => return self.let_go(fenced),
                _ = beats.tick(), if !fenced => {
                    let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                    let progress = Progress { stage: *self.stage.borrow(), elapsed_ms };
                    tell(progress.clone());
                    let beat = tokio::select! {
                        beat = self.queue.heartbeat(self.lease, &progress) => beat,
                        () = self.at_once.cancelled() => return self.let_go(fenced),
                    };
                    match beat {
                        Ok(()) => {}
                        Err(QueueError::Fenced { .. }) => {
                            tracing::warn!("fenced: what is being proved will not be handed in");
                            self.unwanted.cancel();
                            fenced = true;
                        }
                        Err(error) => tracing::warn!(%error, "heartbeat failed"),
                    }
                }
            }
        }
    }

    fn let_go<T>(&self, fenced: bool) -> Attended<T> {
        self.unwanted.cancel();
        if fenced { Attended::Fenced } else { Attended::LetGo }
    }
}

async fn until(end: Option<Instant>) {
    match end {
        Some(end) => sleep_until(end.into()).await,
        None => std::future::pending().await,
    }
}
