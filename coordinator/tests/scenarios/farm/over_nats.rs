//! A farm: workers are processes of their own, and a real NATS server carries the work.

use crate::Farm;
use verin_contracts::jobs::Status;
use verin_queue::NatsServer;

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_in_the_middle_loses_nothing() {
    let farm = Farm::new().await;
    let server = NatsServer::start(&farm.folder.path().join("nats"), None).expect("nats-server");
    let queue = server.url();
    let worker = |name: &str| {
        farm.start(&format!("prover --queue {queue} --artifacts models --insecure-srs --name {name} --threads 1"))
    };
    let coordinator = farm.coordinator(&format!("--queue {queue} --no-prover --gather 0s"));
    let (doomed, other) = (worker("doomed"), worker("other"));
    let mut jobs = Vec::new();
    for n in 0..8 {
        jobs.push(farm.world.request(n, [1, 2, n as i64 - 8], n % 2 == 0).await);
    }
    farm.until(&jobs[..1], Status::Fulfilled).await;
    doomed.kill();
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    other.stop();
    coordinator.stop();
}
