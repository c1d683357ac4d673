//! What is not ours.

use crate::farm::{AT_ONCE, Farm, PATIENCE, due, long, proof, take, work};

pub async fn what_is_not_ours_stops_nobody<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(long()).await;
    queue.push(&due(1, 30)).await.unwrap();
    farm.disturb(due(1, 30).id).await;
    queue.push(&work(2)).await.unwrap();
    // Work 1 is more urgent, and cannot be read any more.
    let lease = take(&queue, "w").await;
    assert_eq!(lease.work.id, work(2).id);
    queue.hand_in(&lease, &proof(1)).await.unwrap();
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    queue.acknowledge(&handed).await.unwrap();
    assert_eq!(queue.take("w", AT_ONCE).await.unwrap(), None);
    assert_eq!(queue.next_outcome(AT_ONCE).await.unwrap(), None);
    assert_eq!(queue.dead_letters().await.unwrap(), []);
    queue.depth().await.unwrap();
}
