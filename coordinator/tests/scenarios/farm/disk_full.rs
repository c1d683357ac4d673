//! The coordinator's file cannot be written any more: nothing is sent that is not written down, it says which file it is and what to
//! do, and with room again it goes on.
//!
//! The disk is full when the file's log of changes may not grow: a limit of the process, which no rights are needed for.

use crate::{Farm, STILL, until};
use verin_contracts::jobs::Status;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_that_cannot_be_written_down() {
    let farm = Farm::new().await;
    let line = farm.coordinator_line(&farm.world.chain.url(), "--no-prover --gather 0s");
    let coordinator = farm.start_limited(&line);
    until("there is a queue", async || farm.path("coordinator.queue.sqlite").is_file().then_some(())).await;
    let worker = farm.worker("coordinator.queue.sqlite", "one");
    let mut jobs = vec![farm.world.request(0, [1, 2, 3], false).await];
    farm.until(&jobs, Status::Fulfilled).await;

    let length = std::fs::metadata(farm.path("coordinator.sqlite-wal")).expect("a log of changes").len();
    assert!(length > 2 * farm.log().len() as u64, "what it says can still be written");
    coordinator.limit_files(Some(length));
    jobs.push(farm.world.request(1, [-1, 2, 3], true).await);
    jobs.push(farm.world.request(2, [-1, -2, 3], false).await);
    farm.said("coordinator.sqlite: ").await;
    farm.said("make room").await;
    let sent = farm.sent().await;
    tokio::time::sleep(STILL).await;
    assert_eq!(farm.sent().await, sent, "nothing of this could be written down");
    assert_ne!(farm.status(jobs[2]).await, Some(Status::Fulfilled));

    coordinator.limit_files(None);
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    worker.stop();
    farm.nothing_in_vain().await;
    coordinator.stop();
}
