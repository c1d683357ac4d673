//! Work that needs no proof any more.

use crate::farm::{AT_ONCE, Farm, long, proof, proving, take, work};
use crate::fenced;
use verin_queue::Depth;

pub async fn what_waits_is_not_taken_any_more<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(long()).await;
    queue.push(&work(1)).await.unwrap();
    queue.push(&work(2)).await.unwrap();
    queue.withdraw(work(1).id).await.unwrap();
    queue.withdraw(work(1).id).await.unwrap();
    assert_eq!(take(&queue, "w").await.work.id, work(2).id);
    assert_eq!(queue.take("w", AT_ONCE).await.unwrap(), None);
    assert_eq!(queue.depth().await.unwrap(), Depth { leased: 1, ..Depth::default() });
}

pub async fn who_has_it_is_fenced<F: Farm>() {
    let farm = F::start();
    let (queue, worker) = (farm.open(long()).await, farm.open(long()).await);
    queue.push(&work(1)).await.unwrap();
    let lease = take(&worker, "w").await;
    queue.withdraw(work(1).id).await.unwrap();
    fenced!(worker.heartbeat(&lease, &proving()));
    fenced!(worker.hand_in(&lease, &proof(1)));
    fenced!(worker.give_back(&lease));
    assert_eq!(queue.next_outcome(AT_ONCE).await.unwrap(), None);
    assert_eq!(worker.take("w", AT_ONCE).await.unwrap(), None);
    assert_eq!(queue.depth().await.unwrap(), Depth::default());
}

pub async fn an_outcome_that_nobody_wants_is_not_delivered<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(long()).await;
    queue.push(&work(1)).await.unwrap();
    let lease = take(&queue, "w").await;
    queue.hand_in(&lease, &proof(1)).await.unwrap();
    queue.withdraw(work(1).id).await.unwrap();
    assert_eq!(queue.next_outcome(AT_ONCE).await.unwrap(), None);
    assert_eq!(queue.depth().await.unwrap(), Depth::default());
}

pub async fn what_is_withdrawn_is_not_pushed_again<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(long()).await;
    queue.withdraw(work(1).id).await.unwrap();
    queue.push(&work(1)).await.unwrap();
    assert_eq!(queue.take("w", AT_ONCE).await.unwrap(), None);
    assert_eq!(queue.depth().await.unwrap(), Depth::default());
}
