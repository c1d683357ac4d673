//! The NATS server of a farm is killed while it works, and comes back with what it had stored.

use crate::{Farm, STILL};
use std::time::Duration;
use verin_contracts::jobs::Status;

#[tokio::test(flavor = "multi_thread")]
async fn a_farm_goes_on_where_it_was_when_its_server_is_back() {
    let farm = Farm::new().await;
    let (mut server, _queue) = farm.nats(Duration::from_secs(2)).await;
    let queue = server.url();
    let coordinator = farm.coordinator(&format!("--queue {queue} --no-prover --gather 0s"));
    let workers = ["one", "other"].map(|name| farm.worker(&queue, name));
    let mut jobs = Vec::new();
    for n in 0..6 {
        jobs.push(farm.world.request(n, [1, n as i64, -3], n % 2 == 0).await);
    }
    farm.until(&jobs[..1], Status::Fulfilled).await;
    server.stop();
    let late = jobs.len();
    for n in 6..9 {
        jobs.push(farm.world.request(n, [1, n as i64 - 8, -3], n % 2 == 0).await);
    }
    tokio::time::sleep(STILL).await;
    for job in &jobs[late..] {
        assert_ne!(farm.status(*job).await, Some(Status::Fulfilled), "nobody could be asked for it");
    }
    server.restart().expect("nats-server");
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    // All of them are the processes of the beginning.
    workers.into_iter().for_each(|worker| worker.stop());
    farm.nothing_in_vain().await;
    coordinator.stop();
}
