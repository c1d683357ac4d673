//! The server is killed, and comes back.

use crate::{PATIENCE, insist, open, proof, proving, start, take, work};
use std::time::Duration;
use verin_queue::{Queue, QueueError};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_a_lease_goes_on_with_it() {
    let (mut server, _dir) = start();
    let (coordinator, worker) = (open(&server.url(), 60_000).await, open(&server.url(), 60_000).await);
    coordinator.push(&work(1)).await.unwrap();
    let lease = take(&worker, "w").await;
    server.restart().unwrap();
    insist(async || worker.heartbeat(&lease, &proving()).await).await.unwrap();
    assert_eq!(insist(async || coordinator.take("v", Duration::ZERO).await).await.unwrap(), None);
    server.restart().unwrap();
    insist(async || worker.hand_in(&lease, &proof(1)).await).await.unwrap();
    server.restart().unwrap();
    let handed = insist(async || coordinator.next_outcome(PATIENCE).await).await.unwrap().unwrap();
    assert_eq!(handed.outcome, proof(1));
    server.restart().unwrap();
    insist(async || coordinator.acknowledge(&handed).await).await.unwrap();
    assert_eq!(coordinator.next_outcome(Duration::ZERO).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_without_its_server_says_so_and_recovers() {
    let (mut server, _dir) = start();
    let queue = open(&server.url(), 60_000).await;
    server.stop();
    let refused = queue.push(&work(1)).await;
    assert!(matches!(refused, Err(QueueError::Unreachable { .. })), "{refused:?}");
    let push = async {
        server.restart().unwrap();
        insist(async || queue.push(&work(1)).await).await.unwrap();
    };
    let (lease, ()) = tokio::join!(insist(async || queue.take("w", PATIENCE).await), push);
    assert_eq!(lease.unwrap().unwrap().work, work(1));
    assert_eq!(queue.take("w", Duration::ZERO).await.unwrap(), None, "it is there once");
}
