//! Who is there.

use crate::farm::{Farm, PATIENCE, long, options, proving, take, work};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use verin_queue::WorkerStatus;

fn status(name: &str) -> WorkerStatus {
    WorkerStatus {
        name: name.into(),
        version: "0.1.0".into(),
        backend: "cpu".into(),
        threads: 8,
        working_on: None,
        progress: None,
        proofs: 3,
        inferences: 24,
        failures: 1,
        cpu_ms: 12_000,
        seen: 1_760_000_000,
    }
}

pub async fn workers_are_known_while_they_announce_themselves<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(options(1000)).await;
    assert_eq!(queue.workers().await.unwrap(), []);
    let names = ["farm.example/1 *>", "zwei", "прувер"];
    for name in names {
        queue.announce(&status(name)).await.unwrap();
    }
    let more = WorkerStatus { proofs: 4, ..status("zwei") };
    queue.announce(&more).await.unwrap();
    assert_eq!(queue.workers().await.unwrap(), [status(names[0]), more, status(names[2])]);
    let end = Instant::now() + PATIENCE;
    while !queue.workers().await.unwrap().is_empty() {
        assert!(Instant::now() < end, "who is silent is forgotten");
        sleep(Duration::from_millis(100)).await;
    }
}

pub async fn a_heartbeat_says_how_far_a_worker_is<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(long()).await;
    queue.push(&work(1)).await.unwrap();
    let lease = take(&queue, "w").await;
    queue.heartbeat(&lease, &proving()).await.unwrap();
    assert_eq!(queue.workers().await.unwrap(), [], "it did not announce itself");
    queue.announce(&status("w")).await.unwrap();
    queue.heartbeat(&lease, &proving()).await.unwrap();
    let expected = WorkerStatus { working_on: Some(work(1).id), progress: Some(proving()), ..status("w") };
    assert_eq!(queue.workers().await.unwrap(), [expected]);
}
