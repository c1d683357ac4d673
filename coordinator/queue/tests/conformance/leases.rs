//! Lapsing, heartbeats, fences, giving back.

use crate::farm::{AT_ONCE, Farm, PATIENCE, failed, long, options, proof, proving, take, work};
use crate::fenced;
use std::time::Duration;
use tokio::time::{Instant, sleep};

pub async fn a_lease_that_lapses_goes_to_another<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(options(300)).await;
    queue.push(&work(1)).await.unwrap();
    let first = take(&queue, "killed").await;
    let second = take(&queue, "w").await;
    assert_eq!((first.work, second.worker.as_str()), (second.work.clone(), "w"));
    assert!(second.attempt > first.attempt, "{} > {}", second.attempt, first.attempt);
    queue.hand_in(&second, &proof(2)).await.unwrap();
    assert_eq!(queue.next_outcome(PATIENCE).await.unwrap().unwrap().worker, "w");
}

pub async fn heartbeats_keep_a_lease<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(options(1500)).await;
    queue.push(&work(1)).await.unwrap();
    let lease = take(&queue, "w").await;
    let other = farm.open(options(1500)).await;
    let waits = tokio::spawn(async move { other.take("v", Duration::from_secs(4)).await.unwrap() });
    let end = Instant::now() + Duration::from_secs(4);
    while Instant::now() < end {
        queue.heartbeat(&lease, &proving()).await.unwrap();
        sleep(Duration::from_millis(150)).await;
    }
    assert_eq!(waits.await.unwrap(), None);
    queue.hand_in(&lease, &proof(1)).await.unwrap();
}

pub async fn a_late_worker_is_fenced<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(options(300)).await;
    queue.push(&work(1)).await.unwrap();
    let late = take(&queue, "late").await;
    let lease = take(&queue, "w").await;
    fenced!(queue.heartbeat(&late, &proving()));
    fenced!(queue.hand_in(&late, &proof(1)));
    fenced!(queue.hand_in(&late, &failed("slow")));
    fenced!(queue.give_back(&late));
    queue.hand_in(&lease, &proof(2)).await.unwrap();
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    assert_eq!((handed.worker.as_str(), handed.outcome.clone()), ("w", proof(2)));
    queue.acknowledge(&handed).await.unwrap();
    fenced!(queue.hand_in(&late, &proof(1)));
    assert_eq!(queue.next_outcome(AT_ONCE).await.unwrap(), None);
}

pub async fn of_two_that_hand_in_one_wins<F: Farm>() {
    let farm = F::start();
    for round in 0..5 {
        let (one, other) = (farm.open(options(300)).await, farm.open(options(300)).await);
        one.push(&work(round)).await.unwrap();
        let first = take(&one, "first").await;
        // The second comes when the lease lapses, and both hand in what they have at the same time.
        let take_and_hand_in = async {
            let second = take(&other, "second").await;
            (other.hand_in(&second, &proof(2)).await, "second")
        };
        let hand_in = async {
            sleep(one.lease_time() + Duration::from_millis(round * 5)).await;
            (one.hand_in(&first, &proof(1)).await, "first")
        };
        let wait = one.lease_time() * 4;
        let (late, early) = tokio::join!(hand_in, tokio::time::timeout(wait, take_and_hand_in));
        let mut won = vec![];
        for (answer, who) in [Some(late), early.ok()].into_iter().flatten() {
            won.extend(answer.is_ok().then_some(who));
        }
        let handed = one.next_outcome(PATIENCE).await.unwrap().unwrap();
        assert_eq!(won, [handed.worker.as_str()]);
        one.acknowledge(&handed).await.unwrap();
        assert_eq!(one.next_outcome(AT_ONCE).await.unwrap(), None);
    }
}

pub async fn who_is_late_and_not_replaced_may_hand_in<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(options(300)).await;
    queue.push(&work(1)).await.unwrap();
    let late = take(&queue, "late").await;
    sleep(queue.lease_time() * 3).await;
    queue.hand_in(&late, &proof(1)).await.unwrap();
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    assert_eq!(handed.worker, "late");
    assert_eq!(queue.take("w", queue.lease_time() * 2).await.unwrap(), None);
}

pub async fn giving_back_is_at_once_and_does_not_count<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(long()).await;
    queue.push(&work(1)).await.unwrap();
    let mut before = 0;
    for _ in 0..3 * queue.most_attempts() {
        let lease = take(&queue, "drains").await;
        assert!(lease.attempt > before, "a later attempt fences an earlier one");
        before = lease.attempt;
        queue.give_back(&lease).await.unwrap();
        fenced!(queue.hand_in(&lease, &proof(1)));
    }
    assert_eq!(queue.dead_letters().await.unwrap(), []);
    let lease = take(&queue, "w").await;
    queue.hand_in(&lease, &proof(1)).await.unwrap();
}

pub async fn a_lease_that_is_over_cannot_be_used<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(long()).await;
    queue.push(&work(1)).await.unwrap();
    let lease = take(&queue, "w").await;
    queue.hand_in(&lease, &proof(1)).await.unwrap();
    fenced!(queue.heartbeat(&lease, &proving()));
    fenced!(queue.give_back(&lease));
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    queue.acknowledge(&handed).await.unwrap();
    fenced!(queue.heartbeat(&lease, &proving()));
    fenced!(queue.hand_in(&lease, &proof(1)));
}
