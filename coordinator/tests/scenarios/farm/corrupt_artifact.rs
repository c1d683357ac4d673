//! A published model whose bytes were changed: it is refused by its hash. Nothing is locked that cannot be proved, and who has the right
//! bytes from another place proves.

use crate::{Farm, STILL};
use std::path::Path;
use verin_contracts::jobs::Status;

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_model_is_skipped_with_a_reason_until_there_is_a_mirror() {
    let farm = Farm::new().await;
    copy(&farm.path("models"), &farm.path("mirror"));
    damage_programs(&farm.path("models"));
    let coordinator = farm.coordinator("--gather 0s");
    let jobs = [farm.world.request(0, [1, 2, 3], false).await, farm.world.request(1, [3, 2, 1], true).await];
    farm.said("its model is not at hand: ").await;
    farm.said("expected bytes of hash 0x").await;
    tokio::time::sleep(STILL).await;
    for job in &jobs {
        assert_eq!(farm.status(*job).await, Some(Status::Open));
    }
    coordinator.stop();
    let coordinator = farm.coordinator("--gather 0s --artifacts mirror");
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    farm.nothing_in_vain().await;
    coordinator.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_with_a_damaged_model_hands_in_no_proof_and_another_does_the_work() {
    let farm = Farm::new().await;
    copy(&farm.path("models"), &farm.path("damaged"));
    damage_programs(&farm.path("damaged"));
    let coordinator = farm.coordinator("--no-prover --gather 0s");
    let job = farm.world.request(0, [1, 2, 3], false).await;
    farm.until(&[job], Status::Locked).await;
    let queue = "--queue coordinator.queue.sqlite --insecure-srs --threads 1";
    let damaged = farm.start(&format!("prover {queue} --artifacts damaged --name damaged"));
    farm.said("ended=Failed(").await;
    let whole = farm.start(&format!("prover {queue} --artifacts models --name whole"));
    farm.until(&[job], Status::Fulfilled).await;
    farm.paid_once(&[job]).await;
    damaged.stop();
    whole.stop();
    farm.nothing_in_vain().await;
    coordinator.stop();
}

/// Changes one byte of every blob that is a program, and leaves record files as they are.
fn damage_programs(place: &Path) {
    let mut damaged = 0;
    for manifest in std::fs::read_dir(place.join("models")).expect("a folder") {
        let bytes = std::fs::read(manifest.expect("a file").path()).expect("a manifest");
        let manifest: verin_artifacts::Manifest = serde_json::from_slice(&bytes).expect("a manifest");
        let path = place.join(format!("blobs/{}", manifest.program.expect("a program")));
        let mut bytes = std::fs::read(&path).expect("a program");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).expect("a file");
        damaged += 1;
    }
    assert_eq!(damaged, 1);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let (path, to) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).expect("an entry");
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).expect("a file");
        }
    }
}
