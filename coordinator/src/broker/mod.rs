//! Which jobs are taken, and what becomes of those that are: priced, proved, settled.
//!
//! Rules that others paid to learn: prove in the order of deadlines; take nothing new while what is locked fails; take only what fits
//! before its deadline behind what waits already; only models that are at hand; stop proving what is settled; and say why a job was
//! not taken.
//!
//! What is decided here is kept in two tables of its own. If they are lost, jobs that the chain shows as held by this operator are
//! proved all the same.
//!
//! ```text
//! decide    whether to take a job: a function of what is known
//! price     what a job costs here, from measured speed
//! take         jobs that are taken: locked, reserved, or just proved
//! acknowledge  private inputs that were delivered
//! batch        jobs that are proved together
//! assign       the tables of jobs and batches under way
//! hand_out     batches on their way to workers
//! settle       proofs that come in, verified and sent; and batches that have come to an end
//! done      how the journal sees that something is achieved
//! models    what the broker asks about models
//! ```

mod acknowledge;
mod assign;
mod batch;
mod decide;
mod done;
mod hand_out;
mod models;
mod price;
mod settle;
mod take;

pub use assign::{Assignments, Batch, BatchState};
pub use batch::batches;
pub use decide::{Decision, Reason, Situation, Way, decide};
pub use done::{REQUESTED, checks};
pub use models::{Models, Opening};
pub use price::{Pricing, Speed};

use crate::error::CoordinatorError;
use crate::index::Index;
use crate::journal::Journal;
use crate::notes::Notes;
use alloy::primitives::{Address, B256};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::CancellationToken;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_contracts::deploy::Contracts;
use verin_queue::Queue;

/// How often everything is looked at when nothing happens.
const TICK: Duration = Duration::from_secs(1);

/// How a broker does business.
#[derive(Clone, Debug)]
pub struct Options {
    /// What work costs.
    pub pricing: Pricing,
    /// Whether jobs that need no lock are proved without one.
    pub direct: bool,
    /// Whether private jobs are reserved: a delivery key is registered.
    pub private: bool,
    /// Most jobs that are held at a time.
    pub most_held: usize,
    /// Most jobs without a lock that are under way at a time: capacity is for those with one.
    pub most_direct: usize,
    /// How long a job may wait for others to be proved with.
    pub gather: Duration,
    /// Seconds that are left to spare before a limit of the chain.
    pub margin: u64,
    /// Workers that are reckoned with while none has said that it is there.
    pub workers: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pricing: Pricing::default(),
            direct: true,
            private: false,
            most_held: 256,
            most_direct: 2_048,
            gather: Duration::from_secs(2),
            margin: 30,
            workers: 1,
        }
    }
}

/// What a broker works with.
#[derive(Clone)]
pub struct Means {
    /// What the chain says.
    pub index: Index,
    /// What is sent to it.
    pub journal: Journal,
    /// Where proofs are made.
    pub queue: Arc<dyn Queue>,
    /// Models at hand.
    pub models: Arc<dyn Models>,
    /// What seals are verified by.
    pub srs: Arc<VerifierSrs>,
    /// Why jobs were not taken.
    pub notes: Notes,
}

/// The broker of one operator.
pub struct Broker {
    means: Means,
    contracts: Arc<Contracts>,
    assignments: Assignments,
    options: Options,
    operator: Address,
    clock: Mutex<Clock>,
    /// When everything that is in the queue was pushed again.
    pushed: Mutex<Option<Instant>>,
    /// Jobs whose delivery does not open their commitment.
    wrong: Mutex<BTreeSet<B256>>,
}

impl std::fmt::Debug for Broker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Broker")
            .field("operator", &self.operator)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// The chain's clock between its blocks: it runs on as this machine's does, whatever that shows.
#[derive(Debug)]
struct Clock {
    block: (u64, B256),
    time: u64,
    since: Instant,
}

impl Broker {
    /// A broker with these means; it is paid to the account that the journal sends from.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn open(means: Means, options: Options) -> Result<Self, CoordinatorError> {
        let assignments = Assignments::open(means.index.database.clone()).await?;
        let (contracts, operator) = (means.index.contracts().clone(), means.journal.address());
        let clock = Mutex::new(Clock { block: (0, B256::ZERO), time: 0, since: Instant::now() });
        let (pushed, wrong) = (Mutex::default(), Mutex::default());
        Ok(Self { means, contracts, assignments, options, operator, clock, pushed, wrong })
    }

    /// Jobs and batches under way.
    pub fn assignments(&self) -> &Assignments {
        &self.assignments
    }

    /// Does business until `shutdown`.
    pub async fn run(
        &self,
        mut changes: broadcast::Receiver<crate::chain::follower::Change>,
        shutdown: CancellationToken,
    ) {
        let settle = async {
            loop {
                match self.settle_next(TICK).await {
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(%error, "an outcome cannot be settled now; it will come again");
                        tokio::time::sleep(TICK).await;
                    }
                }
            }
        };
        let trade = async {
            loop {
                if let Err(error) = self.step().await {
                    tracing::warn!(%error, "cannot look for work now; trying again");
                }
                tokio::select! {
                    // Whoever tells of changes may have ended, and then tells nothing at once.
                    Ok(_) | Err(RecvError::Lagged(_)) = changes.recv() => {}
                    () = tokio::time::sleep(TICK) => {}
                }
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = settle => {}
            () = trade => {}
        }
    }

    /// Looks at everything once: first what is held and must be proved, last what could be taken.
    ///
    /// # Errors
    /// The file, the node or the queue does not answer; whatever does not need it is done all the same. The first error.
    pub async fn step(&self) -> Result<(), CoordinatorError> {
        let Some(now) = self.now().await? else { return Ok(()) };
        let done = [
            self.adopt_held().await,
            self.plan_batches(now).await,
            self.hand_out().await,
            self.see_to_settlements().await,
            self.see_to_work(now).await,
            self.acknowledge_delivered(now).await,
        ];
        done.into_iter().collect::<Result<(), _>>()?;
        self.take_jobs(now).await
    }

    /// The chain's time now; none while no block is known.
    async fn now(&self) -> Result<Option<u64>, CoordinatorError> {
        let Some(tip) = self.means.index.tip().await? else { return Ok(None) };
        let mut clock = self.clock.lock().await;
        if clock.block != (tip.number, tip.hash) {
            *clock = Clock { block: (tip.number, tip.hash), time: tip.time, since: Instant::now() };
        }
        Ok(Some(clock.time + clock.since.elapsed().as_secs()))
    }
}
