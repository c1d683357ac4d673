//! Work for provers, on its way from a coordinator to workers and back.
//!
//! A coordinator [pushes](Queue::push) [`Work`]; a worker [takes](Queue::take) the most urgent on a [`Lease`], keeps the lease by
//! [heartbeats](Queue::heartbeat), and [hands in](Queue::hand_in) an [`Outcome`]; the coordinator gets it from
//! [`Queue::next_outcome`] until it [acknowledges](Queue::acknowledge) it. Work is delivered at least once: a lease that lapses goes
//! to another worker with a higher attempt, and the late worker is [fenced](QueueError::Fenced). That a job is settled at most once
//! is the market's to enforce, not the queue's.
//!
//! ```text
//! work     what is asked of a worker, and what comes of it
//! error    what can go wrong
//! options  lease time, attempts, and how much may wait
//! local    the queue of one process, on an SQLite file
//! nats     the queue of a farm, on NATS JetStream
//! server   a nats-server that lives as long as its handle
//! ```
//!
//! Both pass the same suite, `tests/conformance`.

pub mod error;
pub mod local;
pub mod nats;
pub mod options;
pub mod server;
mod wait;
pub mod work;

pub use error::QueueError;
pub use local::LocalQueue;
pub use nats::{NatsOptions, NatsQueue};
pub use options::Options;
pub use server::NatsServer;
pub use work::{
    DeadLetter, Depth, HandedIn, Input, Lease, Outcome, Progress, Proven, Stage, Work, WorkId, WorkerStatus,
};

use async_trait::async_trait;
use std::time::Duration;

/// A queue of work, shared by one coordinator and any number of workers.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Adds work. What is there already, or was and is not forgotten yet, is not added again.
    ///
    /// # Errors
    /// [`QueueError::Full`] when as much waits as may: push again later.
    async fn push(&self, work: &Work) -> Result<(), QueueError>;

    /// The most urgent work, by deadline; waits for some at most this long. `None` when there was none.
    ///
    /// # Errors
    /// The queue cannot be reached.
    async fn take(&self, worker: &str, wait: Duration) -> Result<Option<Lease>, QueueError>;

    /// Keeps a lease for another [lease time](Queue::lease_time), and says how far the worker is: [`Queue::workers`] has it, if the
    /// worker [announced](Queue::announce) itself.
    ///
    /// # Errors
    /// [`QueueError::Fenced`] when the work is another's by now, handed in, or withdrawn: stop working on it.
    async fn heartbeat(&self, lease: &Lease, progress: &Progress) -> Result<(), QueueError>;

    /// Hands in what came of the work, and ends the lease.
    ///
    /// # Errors
    /// [`QueueError::Fenced`] as with [`Queue::heartbeat`]: nothing was handed in.
    async fn hand_in(&self, lease: &Lease, outcome: &Outcome) -> Result<(), QueueError>;

    /// Gives work back undone, for another to take at once; it does not count as an attempt.
    ///
    /// # Errors
    /// [`QueueError::Fenced`] as with [`Queue::heartbeat`].
    async fn give_back(&self, lease: &Lease) -> Result<(), QueueError>;

    /// The next outcome; waits for one at most this long. One that is not acknowledged comes again.
    ///
    /// # Errors
    /// The queue cannot be reached.
    async fn next_outcome(&self, wait: Duration) -> Result<Option<HandedIn>, QueueError>;

    /// Ends the delivery of an outcome: the coordinator has made it durable.
    ///
    /// # Errors
    /// The queue cannot be reached.
    async fn acknowledge(&self, handed: &HandedIn) -> Result<(), QueueError>;

    /// Refuses an outcome: the work waits again as after a failed attempt, of which `why` is said, and is a dead letter after as many as
    /// are allowed.
    ///
    /// # Errors
    /// The queue cannot be reached.
    async fn reject(&self, handed: &HandedIn, why: &str) -> Result<(), QueueError>;

    /// Takes work back that needs no proof any more: nobody takes it from now on, and who has it is fenced.
    ///
    /// # Errors
    /// The queue cannot be reached.
    async fn withdraw(&self, work: WorkId) -> Result<(), QueueError>;

    /// Work that nobody could do in [as many attempts as are allowed](Queue::most_attempts).
    ///
    /// # Errors
    /// The queue cannot be reached.
    async fn dead_letters(&self) -> Result<Vec<DeadLetter>, QueueError>;

    /// How much is where.
    ///
    /// # Errors
    /// The queue cannot be reached.
    async fn depth(&self) -> Result<Depth, QueueError>;

    /// Says that a worker is there, what it does, and how fast it is.
    ///
    /// # Errors
    /// The queue cannot be reached.
    async fn announce(&self, status: &WorkerStatus) -> Result<(), QueueError>;

    /// Workers that announced themselves within the last three lease times.
    ///
    /// # Errors
    /// The queue cannot be reached.
    async fn workers(&self) -> Result<Vec<WorkerStatus>, QueueError>;

    /// How long a lease lasts without a heartbeat.
    fn lease_time(&self) -> Duration;

    /// How often work is tried before it is a dead letter.
    fn most_attempts(&self) -> u32;
}
