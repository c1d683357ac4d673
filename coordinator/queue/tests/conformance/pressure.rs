//! As much waits as may.

use crate::farm::{Farm, PATIENCE, failed, long, proof, take, work};
use verin_queue::{Depth, Options, QueueError};

pub async fn a_full_queue_refuses_until_something_is_taken<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(Options { most_waiting: 3, ..long() }).await;
    for n in 0..3 {
        queue.push(&work(n)).await.unwrap();
    }
    let refused = queue.push(&work(3)).await;
    assert!(matches!(refused, Err(QueueError::Full { most: 3 })), "{refused:?}");
    queue.push(&work(0)).await.expect("it waits already");
    let lease = take(&queue, "w").await;
    queue.push(&work(3)).await.unwrap();
    let refused = queue.push(&work(4)).await;
    assert!(matches!(refused, Err(QueueError::Full { .. })), "{refused:?}");
    queue.hand_in(&lease, &proof(1)).await.unwrap();
    queue.withdraw(work(3).id).await.unwrap();
    queue.push(&work(4)).await.unwrap();
}

pub async fn depth_counts_what_is_where<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(Options { most_attempts: 1, ..long() }).await;
    for n in 0..6 {
        queue.push(&work(n)).await.unwrap();
    }
    let (one, two, _three) = (take(&queue, "w").await, take(&queue, "w").await, take(&queue, "w").await);
    queue.hand_in(&one, &proof(1)).await.unwrap();
    queue.hand_in(&two, &failed("no")).await.unwrap();
    assert_eq!(queue.depth().await.unwrap(), Depth { waiting: 3, leased: 1, handed_in: 1, dead: 1 });
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    assert_eq!(queue.depth().await.unwrap().handed_in, 1, "not acknowledged");
    queue.acknowledge(&handed).await.unwrap();
    assert_eq!(queue.depth().await.unwrap(), Depth { waiting: 3, leased: 1, handed_in: 0, dead: 1 });
}
