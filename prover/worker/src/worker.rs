//! The loop: take, attend, hand in, drain.

use crate::attend::{Attended, Attending};
use crate::error::WorkerError;
use crate::options::Options;
use crate::proving::{Made, Proving};
use crate::shelf::Shelf;
use crate::speed::{Average, Speeds};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio::task::JoinError;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use verin_circuits::artifact::RecordFile;
use verin_prover::prove::Prover;
use verin_queue::work::{B256, WorkId};
use verin_queue::{Lease, Outcome, Progress, Queue, QueueError, Stage, Work, WorkerStatus};

/// Longest name.
const NAME: usize = 64;
/// How long one call waits for work: also how long an idle worker takes to stop.
const WAIT: Duration = Duration::from_secs(1);
/// After a failure, so that another worker gets the work first; and while the queue is away, at first and at most.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// How often a result is handed in again while the queue is away.
const HAND_INS: u32 = 6;
/// How a piece of work ended here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A proof was handed in.
    Proven {
        /// Slots.
        batch: usize,
        /// Wall time of proving, in milliseconds.
        prove_ms: u64,
    },
    /// Handed in as impossible, for this reason.
    Impossible(String),
    /// Handed in as failed, for this reason.
    Failed(String),
    /// It was another's by then: nothing was handed in.
    Fenced,
    /// Given back undone, since the worker stops.
    GivenBack,
    /// The queue took nothing: the lease lapses, and another gets the work.
    NotTaken(String),
}

/// A piece of work that this worker had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Which.
    pub work: WorkId,
    /// How many times it had been handed out.
    pub attempt: u32,
    /// How it ended.
    pub ended: Ended,
}

/// Takes work from a queue and proves it, one piece at a time.
pub struct Worker {
    options: Arc<Options>,
    shelf: Arc<Shelf>,
    speeds: Mutex<Speeds>,
    status: Mutex<WorkerStatus>,
    at_once: CancellationToken,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Worker {
    /// A worker, which looks through its folders of keys here.
    ///
    /// # Errors
    /// A name that not every queue can carry, or a folder without a key.
    pub fn new(options: Options) -> Result<Self, WorkerError> {
        let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if options.name.is_empty() || options.name.len() > NAME || !options.name.chars().all(legal) {
            return Err(WorkerError::Name { got: options.name, most: NAME });
        }
        let status = WorkerStatus {
            name: options.name.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
            backend: options.backend.0.into(),
            threads: rayon::current_num_threads(),
            working_on: None,
            progress: None,
            proofs: 0,
            inferences: 0,
            failures: 0,
            cpu_ms: 0,
            seen: now(),
        };
        Ok(Self {
            shelf: Arc::new(Shelf::open(&options)?),
            speeds: Mutex::default(),
            status: Mutex::new(status),
            at_once: CancellationToken::new(),
            options: Arc::new(options),
        })
    }

    /// Works until `shutdown`: then it takes nothing more, finishes its proof if that is likely to be done within the time of
    /// grace, and else gives it back. A thread that still proves then is left to end by itself, and what it makes is dropped.
    ///
    /// A queue that does not answer is asked again and again.
    ///
    /// # Errors
    /// None at present.
    pub async fn run(&self, queue: Arc<dyn Queue>, shutdown: CancellationToken) -> Result<(), WorkerError> {
        let serve = async {
            while let Some(done) = self.next(&*queue, &shutdown).await {
                if matches!(done.ended, Ended::Failed(_) | Ended::NotTaken(_)) {
                    pause(PAUSE, &shutdown).await;
                }
            }
        };
        self.announcing(&*queue, serve).await;
        Ok(())
    }

    /// Works on one piece of work, whatever comes of it, and waits for one if there is none; `None` when it was stopped before.
    ///
    /// # Errors
    /// None at present.
    pub async fn run_once(
        &self,
        queue: Arc<dyn Queue>,
        shutdown: CancellationToken,
    ) -> Result<Option<Done>, WorkerError> {
        Ok(self.announcing(&*queue, self.next(&*queue, &shutdown)).await)
    }

    /// The record file of a model that is at hand: published, or in a folder of keys.
    ///
    /// # Errors
    /// It is not.
    pub async fn record(&self, record: B256) -> Result<RecordFile, WorkerError> {
        self.shelf.record(record).await
    }

    /// Demands that work can be done: that its model is at hand, and that every input is one of it; an opening is decrypted and checked
    /// against its commitment. Proves nothing.
    ///
    /// # Errors
    /// Whatever keeps it from being done, here or anywhere ([`WorkerError::outcome`]).
    pub async fn look(&self, work: Work) -> Result<(), WorkerError> {
        let (stage, unwanted) = (watch::Sender::new(Stage::Loading), CancellationToken::new());
        Proving { work, options: self.options.clone(), stage, unwanted }.look(self.shelf.clone()).await
    }

    /// Gives what it works on back at once and stops.
    pub fn stop_at_once(&self) {
        self.at_once.cancel();
    }

    /// What it says of itself.
    pub fn status(&self) -> WorkerStatus {
        WorkerStatus { seen: now(), ..lock(&self.status).clone() }
    }

    /// Records of the models in memory, the one used longest ago first; one that is being proved with is not among them.
    pub fn loaded(&self) -> Vec<B256> {
        self.shelf.loaded()
    }

    /// What proofs of a record and batch took here.
    pub fn speed(&self, record: B256, batch: usize) -> Option<Average> {
        lock(&self.speeds).of(record, batch)
    }

    /// Does something, and meanwhile says once a lease time that the worker is there.
    async fn announcing<T>(&self, queue: &dyn Queue, something: impl Future<Output = T>) -> T {
        let announce = async {
            loop {
                sleep(queue.lease_time()).await;
                self.announce(queue).await;
            }
        };
        self.announce(queue).await;
        tokio::select! {
            done = something => {
                self.announce(queue).await;
                done
            }
            never = announce => never,
        }
    }

    async fn announce(&self, queue: &dyn Queue) {
        if let Err(error) = queue.announce(&self.status()).await {
            tracing::warn!(%error, "not announced");
        }
    }

    /// Takes work and works on it; `None` when the worker is to stop.
    async fn next(&self, queue: &dyn Queue, shutdown: &CancellationToken) -> Option<Done> {
        let mut longer = PAUSE;
        loop {
            if shutdown.is_cancelled() || self.at_once.is_cancelled() {
                return None;
            }
            // Never dropped half-way: a lease could be on its way.
            match queue.take(&self.options.name, WAIT).await {
                Ok(None) => longer = PAUSE,
                Ok(Some(lease)) if shutdown.is_cancelled() || self.at_once.is_cancelled() => {
                    return Some(self.give_back(queue, &lease).await);
                }
                Ok(Some(lease)) => {
                    let Lease { work, attempt, .. } = &lease;
                    let (id, record, jobs) = (work.id, work.record, work.jobs.len());
                    let span = tracing::info_span!("work", %id, %record, attempt, jobs);
                    return Some(self.work_on(queue, &lease, shutdown).instrument(span).await);
                }
                Err(error) => {
                    tracing::warn!(%error, "no work taken");
                    pause(longer, shutdown).await;
                    longer = (longer * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn work_on(&self, queue: &dyn Queue, lease: &Lease, shutdown: &CancellationToken) -> Done {
        tracing::info!("work taken");
        {
            let mut status = lock(&self.status);
            status.working_on = Some(lease.work.id);
            status.progress = Some(Progress { stage: Stage::Loading, elapsed_ms: 0 });
        }
        self.announce(queue).await;
        let ended = match self.prove(queue, lease, shutdown).await {
            Attended::Done(made) => self.hand_in(queue, lease, made).await,
            Attended::Fenced => Ended::Fenced,
            Attended::LetGo => self.give_back(queue, lease).await.ended,
        };
        {
            let mut status = lock(&self.status);
            (status.working_on, status.progress) = (None, None);
        }
        tracing::info!(?ended, "work ended");
        Done { work: lease.work.id, attempt: lease.attempt, ended }
    }

    /// Finds the model and proves, on threads that are attended to.
    async fn prove(
        &self,
        queue: &dyn Queue,
        lease: &Lease,
        shutdown: &CancellationToken,
    ) -> Attended<Result<Made, WorkerError>> {
        let (stage, at) = watch::channel(Stage::Loading);
        let unwanted = CancellationToken::new();
        let proving =
            Proving { work: lease.work.clone(), options: self.options.clone(), stage, unwanted: unwanted.clone() };
        let shelf = self.shelf.clone();
        let span = tracing::Span::current();
        let task = tokio::spawn(async move { proving.run(shelf).await }.instrument(span));
        let Work { record, jobs, .. } = &lease.work;
        let known = Prover::batch_for(jobs.len()).ok().and_then(|batch| lock(&self.speeds).of(*record, batch));
        let expected = known.map(|average| Duration::from_secs_f64(average.wall_ms.max(0.0) / 1e3));
        let attending = Attending {
            queue,
            lease,
            stage: at,
            unwanted: &unwanted,
            shutdown,
            at_once: &self.at_once,
            grace: self.options.grace,
            expected,
        };
        attending.attend(task, |progress| lock(&self.status).progress = Some(progress)).await
    }

    async fn hand_in(
        &self,
        queue: &dyn Queue,
        lease: &Lease,
        made: Result<Result<Made, WorkerError>, JoinError>,
    ) -> Ended {
        let made = made.unwrap_or(Err(WorkerError::Panicked));
        let (outcome, made) = match made {
            Ok(made) => (Outcome::Proven(made.proven.clone()), Some(made)),
            Err(error) => {
                tracing::error!(%error, "no proof");
                (error.outcome(), None)
            }
        };
        let ended = match self.insist(queue, lease, &outcome).await {
            Ok(()) => match outcome {
                Outcome::Proven(proven) => Ended::Proven { batch: proven.batch, prove_ms: proven.prove_ms },
                Outcome::Impossible { why } => Ended::Impossible(why),
                Outcome::Failed { why } => Ended::Failed(why),
            },
            Err(QueueError::Fenced { .. }) => Ended::Fenced,
            Err(error) => Ended::NotTaken(error.to_string()),
        };
        self.count(lease, made.as_ref(), &ended);
        ended
    }

    /// Hands in, again and again while the queue is away.
    async fn insist(&self, queue: &dyn Queue, lease: &Lease, outcome: &Outcome) -> Result<(), QueueError> {
        let mut longer = PAUSE;
        for _ in 1..HAND_INS {
            match queue.hand_in(lease, outcome).await {
                Err(error @ QueueError::Unreachable { .. }) if !self.at_once.is_cancelled() => {
                    tracing::warn!(%error, "not handed in yet");
                    pause(longer, &self.at_once).await;
                    longer = (longer * 2).min(LONGEST_PAUSE);
                }
                taken => return taken,
            }
        }
        queue.hand_in(lease, outcome).await
    }

    async fn give_back(&self, queue: &dyn Queue, lease: &Lease) -> Done {
        let ended = match queue.give_back(lease).await {
            Ok(()) => Ended::GivenBack,
            Err(QueueError::Fenced { .. }) => Ended::Fenced,
            Err(error) => Ended::NotTaken(error.to_string()),
        };
        Done { work: lease.work.id, attempt: lease.attempt, ended }
    }

    fn count(&self, lease: &Lease, made: Option<&Made>, ended: &Ended) {
        let jobs = lease.work.jobs.len();
        if let Some(made) = made {
            lock(&self.speeds).note(lease.work.record, made.proven.batch, jobs, made.wall, made.cpu);
        }
        let mut status = lock(&self.status);
        match (ended, made) {
            (Ended::Proven { .. }, Some(made)) => {
                status.proofs += 1;
                status.inferences += jobs as u64;
                status.cpu_ms += made.proven.cpu_ms.unwrap_or(0);
            }
            _ => status.failures += 1,
        }
    }
}

/// Waits, unless something is cancelled.
async fn pause(time: Duration, unless: &CancellationToken) {
    tokio::select! {
        () = sleep(time) => {}
        () = unless.cancelled() => {}
    }
}

/// Nothing is left half-done under a lock, so one that a panic poisoned is as good.
pub(crate) fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
