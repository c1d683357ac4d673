//! The connection is silent, or answers get lost.

use crate::proxy::Proxy;
use crate::{PATIENCE, insist, open, proof, proving, start, take, work};
use std::time::Duration;
use verin_queue::{Depth, Queue, QueueError};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_cut_off_is_replaced_and_fenced() {
    let (server, _dir) = start();
    let proxy = Proxy::start(server.port()).await;
    let (queue, cut_off) = (open(&server.url(), 500).await, open(&proxy.url(), 500).await);
    queue.push(&work(1)).await.unwrap();
    let late = take(&cut_off, "cut off").await;
    proxy.silence();
    let lease = take(&queue, "w").await;
    assert!(lease.attempt > late.attempt);
    let silent = cut_off.heartbeat(&late, &proving()).await;
    assert!(matches!(silent, Err(QueueError::Unreachable { .. })), "{silent:?}");
    proxy.resume();
    let fenced = insist(async || cut_off.hand_in(&late, &proof(1)).await).await;
    assert!(matches!(fenced, Err(QueueError::Fenced { .. })), "{fenced:?}");
    queue.hand_in(&lease, &proof(2)).await.unwrap();
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    assert_eq!(handed.outcome, proof(2));
    queue.acknowledge(&handed).await.unwrap();
    assert_eq!(queue.next_outcome(Duration::from_secs(1)).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_whose_answer_got_lost_is_one_push() {
    let (server, _dir) = start();
    let proxy = Proxy::start(server.port()).await;
    let (queue, deaf) = (open(&server.url(), 60_000).await, open(&proxy.url(), 60_000).await);
    proxy.lose_the_answer_to("test.work.");
    let lost = deaf.push(&work(1)).await;
    assert!(matches!(lost, Err(QueueError::Unreachable { .. })) && proxy.is_deaf(), "{lost:?}");
    proxy.cut();
    insist(async || deaf.push(&work(1)).await).await.unwrap();
    assert_eq!(queue.depth().await.unwrap(), Depth { waiting: 1, ..Depth::default() });
    take(&queue, "w").await;
    assert_eq!(queue.take("w", Duration::from_secs(1)).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hand_in_whose_answer_got_lost_is_one_outcome() {
    let (server, _dir) = start();
    let proxy = Proxy::start(server.port()).await;
    let (queue, deaf) = (open(&server.url(), 60_000).await, open(&proxy.url(), 60_000).await);
    queue.push(&work(1)).await.unwrap();
    let lease = take(&deaf, "w").await;
    proxy.lose_the_answer_to("test.outcome");
    let lost = deaf.hand_in(&lease, &proof(1)).await;
    assert!(matches!(lost, Err(QueueError::Unreachable { .. })) && proxy.is_deaf(), "{lost:?}");
    // The coordinator has it all the same.
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    assert_eq!(handed.outcome, proof(1));
    proxy.cut();
    insist(async || deaf.hand_in(&lease, &proof(1)).await).await.unwrap();
    queue.acknowledge(&handed).await.unwrap();
    assert_eq!(queue.next_outcome(Duration::from_secs(1)).await.unwrap(), None);
    assert_eq!(queue.depth().await.unwrap(), Depth::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_whose_answer_got_lost_is_found() {
    let (server, _dir) = start();
    let proxy = Proxy::start(server.port()).await;
    let (queue, deaf) = (open(&server.url(), 60_000).await, open(&proxy.url(), 60_000).await);
    queue.push(&work(1)).await.unwrap();
    proxy.lose_the_answer_to("PUB $KV.test_entries.");
    let takes = tokio::spawn(async move { deaf.take("w", Duration::ZERO).await });
    while queue.depth().await.unwrap().leased == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(proxy.is_deaf() && !takes.is_finished(), "the server has it, and the worker does not know");
    proxy.cut();
    let lease = takes.await.unwrap().unwrap().expect("the lease that was written");
    assert_eq!(lease.attempt, 1);
    queue.hand_in(&lease, &proof(1)).await.unwrap();
}
