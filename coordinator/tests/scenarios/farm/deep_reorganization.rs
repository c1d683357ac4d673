//! A reorganization that goes further back than the blocks that the index keeps, over jobs that were held, proved and paid. What the
//! other chain has is settled there, once; what it has not is forgotten.

use crate::{Farm, until};
use alloy::providers::Provider;
use verin_contracts::U256;
use verin_contracts::jobs::Status;

/// More than the blocks without events that the index keeps.
const DEEP: u64 = 1_100;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_other_chain_has_is_settled_there_once() {
    let farm = Farm::new().await;
    let kept = [farm.world.request(0, [1, 2, 3], true).await, farm.world.request(1, [1, 2, -3], false).await];
    let snapshot = farm.world.snapshot().await;
    let coordinator = farm.coordinator("--no-prover --gather 0s");
    until("there is a queue", async || farm.path("coordinator.queue.sqlite").is_file().then_some(())).await;
    let worker = farm.worker("coordinator.queue.sqlite", "one");
    farm.until(&kept, Status::Fulfilled).await;
    worker.stop();
    let gone = farm.world.request(2, [-1, 2, 3], false).await;
    farm.until(&[gone], Status::Locked).await;
    mine(&farm, DEEP).await;
    farm.all_is_read().await;

    farm.world.revert(snapshot).await;
    assert_eq!(farm.sent().await, 0, "nothing of it is there any more");
    let new = farm.world.request(3, [-1, -2, 3], true).await;
    mine(&farm, 2 * DEEP).await;
    farm.said("the chain was reorganised").await;
    let worker = farm.worker("coordinator.queue.sqlite", "other");
    let jobs = [kept[0], kept[1], new];
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    assert_eq!(farm.status(gone).await, None, "nobody asked for it on this chain");
    // The index is what the chain says.
    farm.all_is_read().await;
    let known = "SELECT count(*), count(*) FILTER (WHERE status = 'fulfilled') FROM job";
    let known: (usize, usize) =
        farm.database().read(|c| c.query_row(known, [], |row| Ok((row.get(0)?, row.get(1)?)))).await.expect("jobs");
    assert_eq!(known, (3, 3));
    worker.stop();
    coordinator.stop();
}

async fn mine(farm: &Farm, blocks: u64) {
    let provider = &farm.world.contracts.network.provider;
    let _: Option<()> = provider.raw_request("anvil_mine".into(), (U256::from(blocks),)).await.expect("blocks");
}
