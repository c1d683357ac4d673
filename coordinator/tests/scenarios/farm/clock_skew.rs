//! The machine's clock is hours off the chain's. Every limit is one of the chain's clock: what is in time there is proved, what is too
//! late there is left alone.

use crate::{Farm, STILL};
use std::time::{SystemTime, UNIX_EPOCH};
use verin_contracts::jobs::Status;
use verin_contracts::network::account;
use verin_contracts::{B256, U256};
use verin_testbed::{ask, input};

const HOURS: u64 = 5 * 3_600;

#[tokio::test(flavor = "multi_thread")]
async fn on_a_chain_that_is_hours_ahead_jobs_are_proved_in_time_or_left_alone() {
    let farm = Farm::new().await;
    let late = [request(&farm, 0, true).await, request(&farm, 1, false).await];
    // By the machine's clock there is nearly an hour for them.
    farm.world.contracts.network.pass(HOURS).await.expect("a development chain");
    proves_what_is_in_time(&farm, &late).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_chain_that_is_hours_behind_jobs_are_proved_in_time_or_left_alone() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs();
    let farm = Farm::at(now - HOURS).await;
    // By the machine's clock it is too late for everything.
    let late = [request(&farm, 0, true).await, request(&farm, 1, false).await];
    farm.world.contracts.network.pass(3_600 + 60).await.expect("a development chain");
    proves_what_is_in_time(&farm, &late).await;
}

async fn proves_what_is_in_time(farm: &Farm, late: &[B256]) {
    let jobs = [request(farm, 2, true).await, request(farm, 3, false).await, request(farm, 4, false).await];
    let coordinator = farm.coordinator("--gather 0s");
    farm.until(&jobs, Status::Fulfilled).await;
    tokio::time::sleep(STILL).await;
    for job in late {
        assert_eq!(farm.status(*job).await, Some(Status::Open), "there is no time for it on the chain");
    }
    farm.paid_once(&jobs).await;
    farm.nothing_in_vain().await;
    coordinator.stop();
}

/// Requests a job whose limits are an hour or more after the chain's last block.
async fn request(farm: &Farm, nonce: u64, direct: bool) -> B256 {
    let contracts = &farm.world.contracts;
    let (input, ask) = (input([1, 2, nonce as i64]), ask(farm.world.listing, nonce));
    let mut terms = contracts.terms(&ask, &input).await.expect("terms");
    let now = contracts.network.now().await.expect("a time");
    (terms.curveStart, terms.lockBy, terms.deadline) = (now, now + 3_600, now + 3 * 3_600);
    terms.direct = direct;
    contracts.order(account("requester"), U256::from(nonce), terms, &input).await.expect("a request").id
}
