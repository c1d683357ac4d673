//! Push, take, hand in, acknowledge; once, whatever is repeated.

use crate::farm::{AT_ONCE, Farm, PATIENCE, long, options, proof, take, work};
use verin_queue::{Depth, Input, Outcome, Proven};

pub async fn work_comes_back_as_it_was_asked<F: Farm>() {
    let farm = F::start();
    let (coordinator, worker) = (farm.open(long()).await, farm.open(long()).await);
    coordinator.push(&work(1)).await.unwrap();
    let lease = take(&worker, "w").await;
    assert_eq!((&lease.work, lease.attempt, lease.worker.as_str()), (&work_like(&lease.work, 1), 1, "w"));
    assert_eq!(worker.take("w", AT_ONCE).await.unwrap(), None, "it is leased");
    worker.hand_in(&lease, &proof(9)).await.unwrap();
    let handed = coordinator.next_outcome(PATIENCE).await.unwrap().unwrap();
    assert_eq!((&handed.work, handed.attempt, handed.worker.as_str()), (&lease.work, 1, "w"));
    assert_eq!(handed.outcome, proof(9));
    coordinator.acknowledge(&handed).await.unwrap();
    coordinator.acknowledge(&handed).await.unwrap();
    assert_eq!(coordinator.next_outcome(AT_ONCE).await.unwrap(), None);
    assert_eq!(coordinator.depth().await.unwrap(), Depth::default());
}

/// Work number `n`, with the deadline of this one, which is relative to when it was made.
fn work_like(this: &verin_queue::Work, n: u64) -> verin_queue::Work {
    verin_queue::Work { deadline: this.deadline, ..work(n) }
}

pub async fn what_waits_is_taken_as_soon_as_it_is_pushed<F: Farm>() {
    let farm = F::start();
    let (coordinator, worker) = (farm.open(long()).await, farm.open(long()).await);
    let waits = tokio::spawn(async move { take(&worker, "w").await });
    coordinator.push(&work(1)).await.unwrap();
    assert_eq!(waits.await.unwrap().work.id, work(1).id);
}

pub async fn an_outcome_comes_again_until_it_is_acknowledged<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(options(400)).await;
    queue.push(&work(1)).await.unwrap();
    let lease = take(&queue, "w").await;
    queue.hand_in(&lease, &proof(1)).await.unwrap();
    let first = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    let again = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    assert_eq!((first.work, &first.outcome), (again.work.clone(), &again.outcome));
    queue.acknowledge(&again).await.unwrap();
    assert_eq!(queue.next_outcome(queue.lease_time() * 3).await.unwrap(), None);
}

pub async fn an_outcome_waits_for_its_coordinator<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(options(300)).await;
    queue.push(&work(1)).await.unwrap();
    let lease = take(&queue, "w").await;
    queue.hand_in(&lease, &proof(1)).await.unwrap();
    assert_eq!(queue.take("v", queue.lease_time() * 3).await.unwrap(), None, "what is handed in is not done again");
    assert!(queue.next_outcome(PATIENCE).await.unwrap().is_some());
}

pub async fn pushing_again_adds_nothing<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(long()).await;
    for _ in 0..3 {
        queue.push(&work(1)).await.unwrap();
    }
    assert_eq!(queue.depth().await.unwrap(), Depth { waiting: 1, ..Depth::default() });
    let lease = take(&queue, "w").await;
    queue.push(&work(1)).await.unwrap();
    assert_eq!(queue.take("w", AT_ONCE).await.unwrap(), None, "it is leased");
    queue.hand_in(&lease, &proof(1)).await.unwrap();
    queue.push(&work(1)).await.unwrap();
    assert_eq!(queue.take("w", AT_ONCE).await.unwrap(), None, "it is handed in");
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    queue.acknowledge(&handed).await.unwrap();
    queue.push(&work(1)).await.unwrap();
    assert_eq!(queue.take("w", AT_ONCE).await.unwrap(), None, "it is over");
    assert_eq!(queue.depth().await.unwrap(), Depth::default());
}

pub async fn handing_in_again_is_the_same_hand_in<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(long()).await;
    queue.push(&work(1)).await.unwrap();
    let lease = take(&queue, "w").await;
    queue.hand_in(&lease, &proof(1)).await.unwrap();
    queue.hand_in(&lease, &proof(1)).await.unwrap();
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    assert_eq!(queue.next_outcome(AT_ONCE).await.unwrap(), None);
    queue.acknowledge(&handed).await.unwrap();
}

pub async fn inputs_and_outcomes_of_megabytes_pass<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(long()).await;
    let bytes: Vec<u8> = (0..8_u32 << 20).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut large = work(1);
    large.inputs.push(Input::Public(bytes.clone()));
    queue.push(&large).await.unwrap();
    let lease = take(&queue, "w").await;
    assert!(lease.work == large, "the input is another");
    let outcome = Outcome::Proven(Proven { output: bytes, seal: vec![1; 1900], batch: 2, prove_ms: 1, cpu_ms: None });
    queue.hand_in(&lease, &outcome).await.unwrap();
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    assert!(handed.work == large && handed.outcome == outcome, "the outcome is another");
    queue.acknowledge(&handed).await.unwrap();
    assert_eq!(queue.depth().await.unwrap(), Depth::default());
}
