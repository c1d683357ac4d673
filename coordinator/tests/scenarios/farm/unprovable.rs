//! Workers say that work cannot be done, falsely, as often as they may: it is asked for anew under another name, and somebody honest
//! does it.

use crate::{Farm, PATIENCE};
use verin_contracts::jobs::Status;
use verin_queue::{LocalQueue, Options, Outcome, Queue};

#[tokio::test(flavor = "multi_thread")]
async fn work_that_workers_give_up_is_asked_for_anew_and_proved() {
    let farm = Farm::new().await;
    let coordinator = farm.coordinator("--no-prover --gather 0s");
    let options = Options { lease_time: PATIENCE, ..Options::default() };
    let queue = LocalQueue::open(farm.path("coordinator.queue.sqlite"), options);
    let queue = queue.await.expect("the coordinator's queue");
    let mut jobs = Vec::new();
    let whys = ["no such model", "it takes too long"].map(String::from);
    let lies = [Outcome::Impossible { why: whys[0].clone() }, Outcome::Failed { why: whys[1].clone() }];
    let mut asked_anew = Vec::new();
    for (n, lie) in lies.into_iter().enumerate() {
        jobs.push(farm.world.request(n as u64, [1, 2, 3], n == 1).await);
        let first = queue.take("liar", PATIENCE).await.expect("a queue").expect("work");
        assert_eq!((first.attempt, &first.work.jobs[..]), (1, &jobs[n..]));
        let mut lease = first.clone();
        for attempt in 2..=queue.most_attempts() {
            queue.hand_in(&lease, &lie).await.expect("a hand-in");
            lease = queue.take("liar", PATIENCE).await.expect("a queue").expect("work");
            assert_eq!((lease.work.id, lease.attempt), (first.work.id, attempt));
        }
        queue.hand_in(&lease, &lie).await.expect("a hand-in");
        let anew = queue.take("keeper", PATIENCE).await.expect("a queue").expect("work");
        assert_ne!(anew.work.id, first.work.id, "a dead letter is not sent again");
        assert_eq!((anew.attempt, &anew.work.jobs), (1, &first.work.jobs));
        asked_anew.push(anew);
    }
    farm.said("liar handed in that nobody can do it: no such model").await;
    for lease in &asked_anew {
        queue.give_back(lease).await.expect("an answer");
    }
    let honest = farm.worker("coordinator.queue.sqlite", "honest");
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    honest.stop();
    farm.nothing_in_vain().await;
    coordinator.stop();
}
