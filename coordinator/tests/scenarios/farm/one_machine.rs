//! One process on one machine.

use crate::Farm;
use verin_contracts::jobs::Status;

#[tokio::test(flavor = "multi_thread")]
async fn one_process_takes_proves_and_settles() {
    let farm = Farm::new().await;
    let coordinator = farm.coordinator("");
    let mut jobs = Vec::new();
    for n in 0..3 {
        jobs.push(farm.world.request(n, [n as i64, -1, 2], true).await);
    }
    jobs.push(farm.world.request(3, [4, 5, -6], false).await);
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    coordinator.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_killed_while_it_holds_a_job_goes_on_where_it_was() {
    let farm = Farm::new().await;
    let coordinator = farm.coordinator("--no-prover --always-lock");
    let jobs = [farm.world.request(0, [1, 2, 3], false).await, farm.world.request(1, [3, 2, 1], true).await];
    // One alone, of a model whose proofs it has not measured.
    farm.until(&jobs[..1], Status::Locked).await;
    coordinator.kill();
    let coordinator = farm.coordinator("--always-lock");
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    coordinator.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_without_its_file_reads_from_the_chain_what_it_holds() {
    let farm = Farm::new().await;
    let coordinator = farm.coordinator("--no-prover --always-lock");
    let jobs = [farm.world.request(0, [1, 2, 3], false).await];
    farm.until(&jobs, Status::Locked).await;
    coordinator.kill();
    for file in std::fs::read_dir(farm.folder.path()).expect("a folder") {
        let path = file.expect("a file").path();
        if path.display().to_string().contains("sqlite") {
            std::fs::remove_file(path).expect("a file");
        }
    }
    let coordinator = farm.coordinator("");
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    coordinator.stop();
}
