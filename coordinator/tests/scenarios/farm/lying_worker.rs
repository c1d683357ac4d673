//! A worker that lies: what it hands in never reaches the chain, and somebody else proves the job.

use crate::{Farm, PATIENCE};
use verin_contracts::jobs::Status;
use verin_contracts::network::account;
use verin_queue::{LocalQueue, Options, Outcome, Proven, Queue};
use verin_testbed::{key, prove};

const INPUTS: [[i64; 3]; 3] = [[1, 2, 3], [-4, 5, 6], [7, -8, 0]];

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_proof_a_huge_one_and_one_for_another_job_are_refused() {
    let farm = Farm::new().await;
    let coordinator = farm.coordinator("--no-prover --gather 0s");
    let queue = LocalQueue::open(farm.folder.path().join("coordinator.queue.sqlite"), Options::default());
    let queue = queue.await.expect("the coordinator's queue");
    let (mut jobs, mut kept) = (Vec::new(), Vec::new());
    for (n, values) in INPUTS.into_iter().enumerate() {
        jobs.push(farm.world.request(n as u64, values, n != 1).await);
        // Each a piece of work of its own.
        let lease = queue.take("liar", PATIENCE).await.expect("a queue").expect("work");
        assert_eq!(lease.work.jobs, jobs[n..]);
        // A real proof of the right inference, for a job that nobody asked for.
        let other = prove(&farm.world.contracts, &key(), &[values], &[[7; 32].into()], account("prover"));
        let (output, seal) = (other.output.to_vec(), other.seal.to_vec());
        let (output, seal) = match n {
            0 => (output, vec![0; seal.len()]),
            1 => (vec![1; 1 << 20], vec![0xff; 8 << 20]),
            _ => (output, seal),
        };
        let lie = Proven { output, seal, batch: 1, prove_ms: 1, cpu_ms: None };
        queue.hand_in(&lease, &Outcome::Proven(lie)).await.expect("a hand-in");
        // Refused: it is to be had again.
        let again = queue.take("keeper", PATIENCE).await.expect("a queue").expect("work");
        assert_eq!((again.work.id, again.attempt), (lease.work.id, 2));
        kept.push(again);
    }
    for job in &jobs {
        assert!(matches!(farm.status(*job).await, Some(Status::Open | Status::Locked)), "no lie reached the chain");
    }
    for lease in &kept {
        queue.give_back(lease).await.expect("an answer");
    }
    let worker = farm.start("prover --queue coordinator.queue.sqlite --artifacts models --insecure-srs --name honest");
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    worker.stop();
    coordinator.stop();
}
