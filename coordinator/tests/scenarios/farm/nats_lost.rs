//! The NATS server of a farm loses what it had stored: its disk is gone. What was in it is asked for again.

use crate::Farm;
use std::time::Duration;
use verin_contracts::jobs::Status;
use verin_queue::Queue;

#[tokio::test(flavor = "multi_thread")]
async fn work_that_was_in_it_is_asked_for_again() {
    let farm = Farm::new().await;
    let (mut server, queue) = farm.nats(Duration::from_secs(2)).await;
    let url = server.url();
    let options = format!("--queue {url} --no-prover --gather 0s");
    let coordinator = farm.coordinator(&options);
    let jobs = [farm.world.request(0, [1, 2, 3], false).await];
    farm.said("work queued").await;
    assert_eq!(queue.depth().await.expect("a depth").waiting, 1);
    server.stop();
    std::fs::remove_dir_all(farm.path("nats")).expect("what it stored");
    server.restart().expect("nats-server");
    coordinator.stop();

    let coordinator = farm.coordinator(&options);
    let worker = farm.worker(&url, "one");
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    assert!(!farm.log().contains("asked for anew"), "it is the same work, at once");
    worker.stop();
    farm.nothing_in_vain().await;
    coordinator.stop();
}
