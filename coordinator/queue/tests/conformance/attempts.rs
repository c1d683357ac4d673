//! Failures, and dead letters.

use crate::farm::{AT_ONCE, Farm, PATIENCE, failed, long, options, proof, take, work};
use verin_queue::{Depth, Options, Outcome};

pub async fn what_fails_is_tried_again_and_then_dead<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(Options { most_attempts: 2, ..long() }).await;
    queue.push(&work(1)).await.unwrap();
    let given = take(&queue, "drains").await;
    queue.give_back(&given).await.unwrap();
    for why in ["no memory", "still no memory"] {
        let lease = take(&queue, "w").await;
        queue.hand_in(&lease, &failed(why)).await.unwrap();
    }
    assert_eq!(queue.take("w", AT_ONCE).await.unwrap(), None);
    assert_eq!(queue.next_outcome(AT_ONCE).await.unwrap(), None, "a failure is another's to try, not an outcome");
    let letters = queue.dead_letters().await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].work.id, letters[0].attempts), (work(1).id, 2), "giving back does not count");
    assert_eq!(letters[0].why.as_deref(), Some("still no memory"));
}

pub async fn what_lapses_too_often_is_dead<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(Options { most_attempts: 2, ..options(300) }).await;
    queue.push(&work(1)).await.unwrap();
    let _killed = take(&queue, "killed").await;
    let last = take(&queue, "killed").await;
    assert_eq!(queue.take("w", queue.lease_time() * 4).await.unwrap(), None);
    let letters = queue.dead_letters().await.unwrap();
    assert_eq!((letters.len(), letters[0].attempts, letters[0].why.clone()), (1, 2, None));
    crate::fenced!(queue.hand_in(&last, &proof(1)));
    assert_eq!(queue.depth().await.unwrap(), Depth { dead: 1, ..Depth::default() });
}

pub async fn a_dead_letter_is_removed_by_withdrawing<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(Options { most_attempts: 1, ..long() }).await;
    queue.push(&work(1)).await.unwrap();
    let lease = take(&queue, "w").await;
    queue.hand_in(&lease, &failed("no")).await.unwrap();
    queue.push(&work(1)).await.unwrap();
    assert_eq!(queue.depth().await.unwrap(), Depth { dead: 1, ..Depth::default() }, "it is not added again");
    queue.withdraw(work(1).id).await.unwrap();
    assert_eq!(queue.dead_letters().await.unwrap(), []);
}

pub async fn what_is_refused_is_tried_again_and_then_dead<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(Options { most_attempts: 2, ..long() }).await;
    queue.push(&work(1)).await.unwrap();
    let lie = take(&queue, "liar").await;
    queue.hand_in(&lie, &proof(1)).await.unwrap();
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    queue.reject(&handed, "it does not hold").await.unwrap();
    queue.reject(&handed, "said twice, which changes nothing").await.unwrap();
    queue.push(&work(1)).await.unwrap();
    crate::fenced!(queue.hand_in(&lie, &proof(1)));

    let lease = take(&queue, "w").await;
    assert_eq!((lease.work.clone(), lease.attempt), (work(1), 2));
    assert_eq!(queue.take("w", AT_ONCE).await.unwrap(), None, "it is there once");
    queue.hand_in(&lease, &proof(2)).await.unwrap();
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    assert_eq!((&handed.worker[..], &handed.outcome), ("w", &proof(2)), "the lie is gone");
    queue.reject(&handed, "nor does this").await.unwrap();
    assert_eq!(queue.take("w", AT_ONCE).await.unwrap(), None);
    assert_eq!(queue.next_outcome(AT_ONCE).await.unwrap(), None);
    let letters = queue.dead_letters().await.unwrap();
    assert_eq!((letters.len(), letters[0].attempts, letters[0].why.as_deref()), (1, 2, Some("nor does this")));
}

pub async fn what_is_impossible_is_an_outcome<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(long()).await;
    queue.push(&work(1)).await.unwrap();
    let lease = take(&queue, "w").await;
    let impossible = Outcome::Impossible { why: "the input has 3 values, the model takes 784".into() };
    queue.hand_in(&lease, &impossible).await.unwrap();
    assert_eq!(queue.next_outcome(PATIENCE).await.unwrap().unwrap().outcome, impossible);
    assert_eq!(queue.take("w", AT_ONCE).await.unwrap(), None);
}
