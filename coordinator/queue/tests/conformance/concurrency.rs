//! Many at once.

use crate::farm::{AT_ONCE, Farm, PATIENCE, long, proof, take, work};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use verin_queue::Depth;

/// Takers of one piece of work, again and again: what goes wrong in one round of fifty is seen.
const ROUNDS: u64 = 50;

pub async fn five_hundred_works_are_acknowledged_once_each<F: Farm>() {
    const WORKS: u64 = 500;
    let farm = F::start();
    let coordinator = farm.open(long()).await;
    let (held, done) = (Arc::new(Mutex::new(HashSet::new())), Arc::new(AtomicUsize::new(0)));
    let mut workers = Vec::new();
    for n in 0..8_u64 {
        // Two to a process.
        let queue = if n % 2 == 0 { farm.open(long()).await } else { coordinator.clone() };
        let (held, done) = (held.clone(), done.clone());
        workers.push(tokio::spawn(async move {
            while done.load(Ordering::SeqCst) < WORKS as usize {
                let lease = queue.take(&format!("w{n}"), Duration::from_millis(200)).await.unwrap();
                let Some(lease) = lease else { continue };
                assert!(held.lock().unwrap().insert(lease.work.id), "two hold {}", lease.work.id);
                tokio::task::yield_now().await;
                // Some are given back once.
                let give_back = lease.attempt == 1 && lease.work.id[7] % 16 == 0;
                assert!(held.lock().unwrap().remove(&lease.work.id));
                match give_back {
                    true => queue.give_back(&lease).await.unwrap(),
                    false => queue.hand_in(&lease, &proof(lease.work.id[7])).await.unwrap(),
                }
            }
        }));
    }
    let pushes = tokio::spawn({
        let coordinator = coordinator.clone();
        async move {
            for n in 0..WORKS {
                coordinator.push(&work(n)).await.unwrap();
            }
        }
    });
    let mut acknowledged = HashMap::new();
    while acknowledged.len() < WORKS as usize {
        let handed = coordinator.next_outcome(PATIENCE).await.unwrap().expect("an outcome");
        assert_eq!(handed.outcome, proof(handed.work.id[7]));
        coordinator.acknowledge(&handed).await.unwrap();
        assert_eq!(acknowledged.insert(handed.work.id, ()), None, "{} came twice", handed.work.id);
        done.fetch_add(1, Ordering::SeqCst);
    }
    pushes.await.unwrap();
    for worker in workers {
        worker.await.unwrap();
    }
    assert_eq!(coordinator.next_outcome(AT_ONCE).await.unwrap(), None);
    assert_eq!(coordinator.depth().await.unwrap(), Depth::default());
}

pub async fn each_work_goes_to_one_of_many<F: Farm>() {
    let farm = F::start();
    let mut queues = Vec::new();
    for _ in 0..12 {
        queues.push(farm.open(long()).await);
    }
    for n in 0..ROUNDS {
        let mut waiting = Vec::new();
        for queue in queues.clone() {
            waiting.push(tokio::spawn(async move { queue.take("w", Duration::from_millis(100)).await.unwrap() }));
        }
        queues[0].push(&work(n)).await.unwrap();
        let mut leases = Vec::new();
        for one in waiting {
            leases.extend(one.await.unwrap());
        }
        assert_eq!(leases.len(), 1, "{leases:?}");
        assert_eq!(leases[0].work.id, work(n).id);
    }
}

pub async fn the_same_push_by_many_is_one<F: Farm>() {
    let farm = F::start();
    let mut pushes = Vec::new();
    for _ in 0..6 {
        let queue = farm.open(long()).await;
        pushes.push(tokio::spawn(async move { queue.push(&work(1)).await.unwrap() }));
    }
    for push in pushes {
        push.await.unwrap();
    }
    let queue = farm.open(long()).await;
    assert_eq!(queue.depth().await.unwrap(), Depth { waiting: 1, ..Depth::default() });
    take(&queue, "w").await;
    assert_eq!(queue.take("w", AT_ONCE).await.unwrap(), None);
}
