//! A lease is kept while a proof is made, and nothing is handed in after it ended.

mod support;

use ark_bn254::Fr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use support::backend::{Gate, Hooked};
use support::{Farm, PUBLIC};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use verin_prover::backend::Backend;
use verin_queue::{Outcome, Queue, Stage};
use verin_worker::{Done, Ended, Options, Worker};

/// A worker that is held up in its first proof, and the run that it is in.
struct Held {
    gate: &'static Gate,
    worker: Arc<Worker>,
    shutdown: CancellationToken,
    run: JoinHandle<Option<Done>>,
}

impl Held {
    async fn new(farm: &Farm, grace: Duration) -> Self {
        farm.queue.push(&PUBLIC.one(1)).await.unwrap();
        let (gate, backend) = Gate::new();
        let options = Options { backend: ("held up", backend), grace, ..farm.options("held") };
        let worker = Arc::new(Worker::new(options).unwrap());
        let shutdown = CancellationToken::new();
        let (this, queue, stop) = (worker.clone(), farm.queue(), shutdown.clone());
        let run = tokio::spawn(async move { this.run_once(queue, stop).await.unwrap() });
        gate.reached().await;
        Self { gate, worker, shutdown, run }
    }

    async fn ended(self) -> Ended {
        self.run.await.unwrap().unwrap().ended
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn heartbeats_keep_a_lease_that_is_shorter_than_the_proof() {
    let farm = Farm::with_leases(&[&PUBLIC], Duration::from_secs(2)).await;
    let held = Held::new(&farm, Duration::ZERO).await;
    // Two and a half lease times.
    assert_eq!(farm.queue.take("other", Duration::from_secs(5)).await.unwrap(), None);
    let status = held.worker.status();
    assert_eq!(status.working_on, Some(PUBLIC.one(1).id));
    assert_eq!(status.progress.unwrap().stage, Stage::Proving);
    let workers = farm.queue.workers().await.unwrap();
    assert_eq!(workers.len(), 1);
    assert_eq!(workers[0].working_on, Some(PUBLIC.one(1).id));
    held.gate.open();
    assert!(matches!(held.ended().await, Ended::Proven { batch: 1, .. }));
    let handed = farm.handed_in().await.unwrap();
    let Outcome::Proven(proven) = handed.outcome else { panic!("no proof") };
    assert_eq!(handed.attempt, 1);
    PUBLIC.check(&handed.work, &proven, &[PUBLIC.input(1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fenced_worker_hands_nothing_in() {
    let farm = Farm::with_leases(&[&PUBLIC], Duration::from_millis(300)).await;
    let held = Held::new(&farm, Duration::ZERO).await;
    farm.queue.withdraw(PUBLIC.one(1).id).await.unwrap();
    held.gate.open();
    let status = held.worker.clone();
    assert_eq!(held.ended().await, Ended::Fenced);
    assert_eq!(farm.handed_in().await, None);
    assert_eq!(status.status().proofs, 0);
    // Its model is kept, and it goes on.
    assert_eq!(status.loaded(), [PUBLIC.hash()]);
    let work = PUBLIC.one(2);
    PUBLIC.check(&work, &farm.proven(&status, &work).await, &[PUBLIC.input(2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_drains_finishes_its_proof_and_takes_no_other() {
    let farm = Farm::new(&[&PUBLIC]).await;
    let held = Held::new(&farm, Duration::from_secs(600)).await;
    farm.queue.push(&PUBLIC.one(2)).await.unwrap();
    held.shutdown.cancel();
    held.gate.open();
    let (worker, shutdown) = (held.worker.clone(), held.shutdown.clone());
    assert!(matches!(held.ended().await, Ended::Proven { .. }));
    assert!(matches!(farm.handed_in().await.unwrap().outcome, Outcome::Proven(_)));
    worker.run(farm.queue(), shutdown).await.unwrap();
    assert_eq!(farm.queue.depth().await.unwrap().waiting, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_drains_gives_back_what_takes_too_long() {
    let farm = Farm::new(&[&PUBLIC]).await;
    let held = Held::new(&farm, Duration::ZERO).await;
    held.shutdown.cancel();
    let (gate, worker) = (held.gate, held.worker.clone());
    assert_eq!(held.ended().await, Ended::GivenBack);
    // It is another's at once, and no attempt was lost.
    let lease = farm.queue.take("other", Duration::ZERO).await.unwrap().unwrap();
    assert_eq!(lease.work, PUBLIC.one(1));
    farm.queue.give_back(&lease).await.unwrap();
    gate.open();
    // What the thread still makes goes nowhere.
    while worker.loaded().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(farm.handed_in().await, None);
    assert_eq!(worker.status().proofs, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_stops_at_once_gives_back_whatever_time_it_has() {
    let farm = Farm::new(&[&PUBLIC]).await;
    let held = Held::new(&farm, Duration::from_secs(600)).await;
    held.shutdown.cancel();
    held.worker.stop_at_once();
    let gate = held.gate;
    assert_eq!(held.ended().await, Ended::GivenBack);
    assert_eq!(farm.queue.depth().await.unwrap().waiting, 1);
    gate.open();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_survives_a_panic_of_the_prover() {
    let farm = Farm::new(&[&PUBLIC]).await;
    let armed: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(true)));
    let panics: &'static dyn Backend = Box::leak(Box::new(Hooked(|_: &mut [Fr]| {
        assert!(!armed.swap(false, Ordering::SeqCst), "as this test wants it");
    })));
    let worker = Arc::new(Worker::new(Options { backend: ("panics", panics), ..farm.options("one") }).unwrap());
    let work = PUBLIC.one(1);
    let Ended::Failed(why) = farm.done(&worker, &work).await else { panic!("no failure") };
    assert!(why.contains("panicked") && !why.contains("as this test wants it"), "{why}");
    assert!(worker.loaded().is_empty(), "a model that a panic passed through is not used again");

    // It is tried again, by the same worker, which is left running.
    let shutdown = CancellationToken::new();
    let (this, queue, stop) = (worker.clone(), farm.queue(), shutdown.clone());
    let run = tokio::spawn(async move { this.run(queue, stop).await });
    let handed = farm.queue.next_outcome(Duration::from_secs(600)).await.unwrap().unwrap();
    let Outcome::Proven(proven) = handed.outcome else { panic!("{:?}", handed.outcome) };
    assert_eq!((handed.work.id, handed.attempt), (work.id, 2));
    PUBLIC.check(&work, &proven, &[PUBLIC.input(1)]);
    shutdown.cancel();
    run.await.unwrap().unwrap();
    assert_eq!((worker.status().proofs, worker.status().failures), (1, 1));
}
