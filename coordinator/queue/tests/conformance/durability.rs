//! Restarts.

use crate::farm::{AT_ONCE, Farm, PATIENCE, failed, long, options, proof, proving, take, work};
use verin_queue::{Depth, Options};

pub async fn everything_is_there_after_a_restart<F: Farm>() {
    let mut farm = F::start();
    let before = farm.open(Options { most_attempts: 1, ..long() }).await;
    for n in 0..4 {
        before.push(&work(n)).await.unwrap();
    }
    let (leased, handed, dead) = (take(&before, "w").await, take(&before, "w").await, take(&before, "w").await);
    before.hand_in(&handed, &proof(1)).await.unwrap();
    before.hand_in(&dead, &failed("no")).await.unwrap();
    drop(before);
    farm.restart();
    let after = farm.open(Options { most_attempts: 1, ..long() }).await;
    assert_eq!(after.depth().await.unwrap(), Depth { waiting: 1, leased: 1, handed_in: 1, dead: 1 });
    after.heartbeat(&leased, &proving()).await.unwrap();
    after.hand_in(&leased, &proof(2)).await.unwrap();
    for expected in [(handed.work.id, proof(1)), (leased.work.id, proof(2))] {
        let handed = after.next_outcome(PATIENCE).await.unwrap().unwrap();
        assert_eq!((handed.work.id, handed.outcome.clone()), expected);
        after.acknowledge(&handed).await.unwrap();
    }
    assert_eq!(after.dead_letters().await.unwrap()[0].work.id, dead.work.id);
    assert_eq!(take(&after, "w").await.work.id, work(3).id);
}

pub async fn a_lease_outlives_a_restart<F: Farm>() {
    let mut farm = F::start();
    let before = farm.open(options(500)).await;
    before.push(&work(1)).await.unwrap();
    let lost = take(&before, "killed").await;
    drop(before);
    farm.restart();
    let after = farm.open(options(500)).await;
    let lease = take(&after, "w").await;
    assert!(lease.attempt > lost.attempt);
    crate::fenced!(after.hand_in(&lost, &proof(1)));
    after.hand_in(&lease, &proof(2)).await.unwrap();
}

pub async fn what_is_over_stays_over_after_a_restart<F: Farm>() {
    let mut farm = F::start();
    let before = farm.open(long()).await;
    before.push(&work(1)).await.unwrap();
    let lease = take(&before, "w").await;
    before.hand_in(&lease, &proof(1)).await.unwrap();
    let handed = before.next_outcome(PATIENCE).await.unwrap().unwrap();
    before.acknowledge(&handed).await.unwrap();
    drop(before);
    farm.restart();
    let after = farm.open(long()).await;
    after.push(&work(1)).await.unwrap();
    assert_eq!(after.take("w", AT_ONCE).await.unwrap(), None);
    assert_eq!(after.next_outcome(AT_ONCE).await.unwrap(), None);
}
