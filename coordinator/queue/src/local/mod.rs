//! The queue of one machine: an SQLite file, no server.
//!
//! Every call is one transaction, on the disk when the call returns: whoever is killed, the file is as it was before the call or as
//! it is after. Any number of processes may have the file open. Within a process, who waits is woken by who pushes or hands in
//! (clones of one [`LocalQueue`] share that); across processes it looks again a few times a second.
//!
//! Work is taken in the order of deadlines, and among equal ones in the order of pushing. A lease that lapsed is a row whose time is
//! over: nothing happens to it until somebody takes it, so a worker that is late, and that nobody replaced, may still hand in.
//! Times are the machine's clock: set forward, leases lapse early, and the attempt fences who had them.
//!
//! ```text
//! store    the file: tables, and one transaction at a time
//! steps    what each call does within its transaction
//! ```

mod steps;
mod store;

use crate::wait::{Found, wait_for};
use crate::{
    DeadLetter, Depth, HandedIn, Lease, Options, Outcome, Progress, Queue, QueueError, Work, WorkId, WorkerStatus,
};
use async_trait::async_trait;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::sync::Notify;

/// How long who waits sleeps before it looks whether another process brought something.
const POLL: Duration = Duration::from_millis(200);

/// A queue on an SQLite file. Clones are the same queue.
#[derive(Clone, Debug)]
pub struct LocalQueue {
    store: Arc<Store>,
    options: Options,
    to_take: Arc<Notify>,
    to_acknowledge: Arc<Notify>,
}

impl LocalQueue {
    /// Opens the queue in the file at `path`, or makes one.
    ///
    /// # Errors
    /// The file cannot be opened or written, is no database, or was made by another version.
    pub async fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, QueueError> {
        let store = Arc::new(Store::open(path.as_ref().to_path_buf()).await?);
        Ok(Self { store, options, to_take: Arc::default(), to_acknowledge: Arc::default() })
    }

    async fn look_for_work(self, worker: String) -> Result<Found<Lease>, QueueError> {
        match self.store.read("take", steps::nothing_to_take).await? {
            Some(lapses) => Ok(Found::NothingUntil(lapses)),
            None => self.store.write("take", move |write| steps::take(write, &worker, &self.options)).await,
        }
    }

    async fn look_for_outcome(self) -> Result<Found<HandedIn>, QueueError> {
        match self.store.read("next outcome", steps::nothing_handed_in).await? {
            Some(lapses) => Ok(Found::NothingUntil(lapses)),
            None => self.store.write("next outcome", move |write| steps::next_outcome(write, &self.options)).await,
        }
    }
}

#[async_trait]
impl Queue for LocalQueue {
    async fn push(&self, work: &Work) -> Result<(), QueueError> {
        let (work, options) = (work.clone(), self.options.clone());
        let added = self.store.write("push", move |write| steps::push(write, &work, &options)).await?;
        if added {
            self.to_take.notify_waiters();
        }
        Ok(())
    }

    async fn take(&self, worker: &str, wait: Duration) -> Result<Option<Lease>, QueueError> {
        wait_for(wait, &self.to_take, POLL, || self.clone().look_for_work(worker.to_string())).await
    }

    async fn heartbeat(&self, lease: &Lease, progress: &Progress) -> Result<(), QueueError> {
        let (work, attempt, lease_time) = (lease.work.id, lease.attempt, self.options.lease_time);
        let (worker, progress) = (lease.worker.clone(), progress.clone());
        let step = move |write: &store::Within<'_>| {
            steps::heartbeat(write, work, attempt, lease_time)?;
            steps::progress(write, &worker, work, progress)
        };
        self.store.write("heartbeat", step).await
    }

    async fn hand_in(&self, lease: &Lease, outcome: &Outcome) -> Result<(), QueueError> {
        let (work, attempt) = (lease.work.id, lease.attempt);
        let (outcome, options) = (outcome.clone(), self.options.clone());
        self.store.write("hand in", move |write| steps::hand_in(write, work, attempt, &outcome, &options)).await?;
        self.to_acknowledge.notify_waiters();
        // It may have failed, and be to do again.
        self.to_take.notify_waiters();
        Ok(())
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), QueueError> {
        let (work, attempt) = (lease.work.id, lease.attempt);
        self.store.write("give back", move |write| steps::give_back(write, work, attempt)).await?;
        self.to_take.notify_waiters();
        Ok(())
    }

    async fn next_outcome(&self, wait: Duration) -> Result<Option<HandedIn>, QueueError> {
        wait_for(wait, &self.to_acknowledge, POLL, || self.clone().look_for_outcome()).await
    }

    async fn acknowledge(&self, handed: &HandedIn) -> Result<(), QueueError> {
        let (work, attempt, remember) = (handed.work.id, handed.attempt, self.options.remember);
        self.store.write("acknowledge", move |write| steps::acknowledge(write, work, attempt, remember)).await
    }

    async fn reject(&self, handed: &HandedIn, why: &str) -> Result<(), QueueError> {
        let (work, attempt, why) = (handed.work.id, handed.attempt, why.to_string());
        let most = self.options.most_attempts;
        self.store.write("reject", move |write| steps::reject(write, work, attempt, &why, most)).await?;
        self.to_take.notify_waiters();
        Ok(())
    }

    async fn withdraw(&self, work: WorkId) -> Result<(), QueueError> {
        let remember = self.options.remember;
        self.store.write("withdraw", move |write| steps::withdraw(write, work, remember)).await
    }

    async fn dead_letters(&self) -> Result<Vec<DeadLetter>, QueueError> {
        let options = self.options.clone();
        self.store.write("dead letters", move |write| steps::dead_letters(write, &options)).await
    }

    async fn depth(&self) -> Result<Depth, QueueError> {
        let most_attempts = self.options.most_attempts;
        self.store.write("depth", move |write| steps::depth(write, most_attempts)).await
    }

    async fn announce(&self, status: &WorkerStatus) -> Result<(), QueueError> {
        let (status, keep) = (status.clone(), self.options.lease_time * 3);
        self.store.write("announce", move |write| steps::announce(write, &status, keep)).await
    }

    async fn workers(&self) -> Result<Vec<WorkerStatus>, QueueError> {
        let keep = self.options.lease_time * 3;
        self.store.read("workers", move |read| steps::workers(read, keep)).await
    }

    fn lease_time(&self) -> Duration {
        self.options.lease_time
    }

    fn most_attempts(&self) -> u32 {
        self.options.most_attempts
    }
}
