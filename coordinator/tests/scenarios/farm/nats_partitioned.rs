//! A worker is cut off from its farm in the middle of its work: somebody else does it, and the worker is told so when it is back.

use crate::wire::Proxy;
use crate::{Farm, until};
use std::time::Duration;
use verin_contracts::jobs::Status;
use verin_queue::Queue;

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_cut_off_is_fenced_and_works_again() {
    let farm = Farm::new().await;
    let (server, queue) = farm.nats(Duration::from_secs(2)).await;
    let wire = Proxy::start(server.port()).await;
    let coordinator = farm.coordinator(&format!("--queue {} --no-prover --gather 0s", server.url()));
    let late = farm.worker(&wire.url(), "late");
    let mut jobs = vec![farm.world.request(0, [1, 2, 3], false).await];
    until("it has work", async || (queue.depth().await.expect("a queue").leased == 1).then_some(())).await;
    wire.silence();
    let prompt = farm.worker(&server.url(), "prompt");
    farm.until(&jobs, Status::Fulfilled).await;
    wire.resume();
    farm.said("ended=Fenced").await;
    prompt.stop();
    jobs.push(farm.world.request(1, [3, 2, 1], false).await);
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    late.stop();
    farm.nothing_in_vain().await;
    coordinator.stop();
}
