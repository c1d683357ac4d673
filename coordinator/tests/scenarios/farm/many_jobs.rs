//! More jobs at once than a batch has slots, or a worker has threads: all of them are proved, in batches, and paid once.

use crate::Farm;
use std::collections::BTreeSet;
use std::time::Duration;
use verin_contracts::jobs::Status;

const JOBS: u64 = 200;
/// Proved one by one it would be as many transactions.
const MOST_SETTLEMENTS: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_jobs_are_proved_in_batches_and_paid_once() {
    let farm = Farm::new().await;
    let (server, _queue) = farm.nats(Duration::from_secs(20)).await;
    let queue = server.url();
    let mut jobs = Vec::new();
    for n in 0..JOBS {
        jobs.push(farm.world.request(n, [n as i64 % 8, n as i64 / 8 % 8, -(n as i64 / 64)], true).await);
    }
    let coordinator = farm.coordinator(&format!("--queue {queue} --no-prover"));
    let workers: Vec<_> = (1..=4).map(|n| farm.worker(&queue, &format!("w{n}"))).collect();
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    let settlements = farm.world.contracts.market.JobFulfilled_filter().from_block(0).query().await.expect("events");
    let settlements: BTreeSet<_> = settlements.iter().map(|(_, log)| log.transaction_hash).collect();
    assert!(settlements.len() <= MOST_SETTLEMENTS, "{}", settlements.len());
    workers.into_iter().for_each(|worker| worker.stop());
    farm.nothing_in_vain().await;
    coordinator.stop();
}
