//! A node that lies: it leaves logs out or changes them, has headers that are not of their hash, shows a block of another chain, or
//! says of a transaction what is not so. None of it is believed, and nothing is done twice for it.

use crate::proxy::{Act, Proxy, When};
use crate::{Farm, STILL};
use alloy::primitives::B256;
use alloy::rpc::types::Block;
use serde_json::{Value, json};
use std::sync::Arc;
use verin_contracts::jobs::Status;

/// Changes an answer; given the last block that was read before.
type Lie = fn(&mut Value, u64);

/// What the node says instead of the truth when it is asked this, and what the coordinator says to that.
type Answered = (&'static str, Lie, Option<&'static str>);

/// Of a block with a request.
const OF_LOGS: [Answered; 3] = [
    ("eth_getBlockReceipts", a_log_is_left_out, Some("receipts of block")),
    ("eth_getBlockReceipts", a_log_is_changed, Some("receipts of block")),
    ("eth_getBlockReceipts", nothing, Some("expected receipts, got none")),
];
const OF_HEADERS: [Answered; 3] = [
    ("eth_getBlockByNumber", another_hash, Some("header of block")),
    ("eth_getBlockByNumber", no_contract_logged, Some("header of block")),
    ("eth_getBlockByNumber", another_parent, None),
];

/// Of a transaction of the operator, in a block.
const OF_RECEIPTS: [Lie; 2] = [it_reverted, nothing];

#[tokio::test(flavor = "multi_thread")]
async fn logs_that_are_left_out_or_changed_are_waited_for() {
    waits_for_the_truth(OF_LOGS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_prove_nothing_are_not_followed() {
    waits_for_the_truth(OF_HEADERS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_two_chains_are_not_followed() {
    let farm = Farm::new().await;
    let proxy = Proxy::start(&farm.world.chain.url()).await;
    let jobs = [farm.world.request(0, [1, 2, 3], true).await];
    // A block without a log, of which nothing else is asked.
    farm.world.contracts.network.pass(1).await.expect("a development chain");
    let head = farm.world.contracts.network.block().await.expect("a number");
    // Blocks that are read together: the last does not follow the one before it.
    let of_another = move |answer: &mut Value| another_parent(answer, head - 1);
    proxy.rule("eth_getBlockByNumber", When::After, Act::Tamper(Arc::new(of_another)));
    let coordinator = farm.start(&farm.coordinator_line(&proxy.url(), "--gather 0s"));
    farm.said(&format!("parent of block {head}")).await;
    assert_eq!(farm.read().await, None, "none of these blocks was applied");
    proxy.clear();
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    farm.nothing_in_vain().await;
    coordinator.stop();
}

async fn waits_for_the_truth(lies: [Answered; 3]) {
    let farm = Farm::new().await;
    let proxy = Proxy::start(&farm.world.chain.url()).await;
    let coordinator = farm.start(&farm.coordinator_line(&proxy.url(), "--gather 0s"));
    let mut jobs = vec![farm.world.request(0, [1, 2, 3], true).await];
    farm.until(&jobs, Status::Fulfilled).await;
    for (n, (method, lie, says)) in (1..).zip(lies) {
        farm.all_is_read().await;
        let (head, logged) = (farm.read().await.expect("a block"), farm.log().len());
        proxy.rule(method, When::After, Act::Tamper(Arc::new(move |answer| lie(answer, head))));
        jobs.push(farm.world.request(n, [1, 2, -(n as i64)], n % 2 == 0).await);
        match says {
            Some(says) => farm.said_after(logged, says).await,
            None => tokio::time::sleep(STILL).await,
        }
        assert_eq!(farm.read().await, Some(head), "no such block was applied");
        assert_eq!(farm.status(jobs[n as usize]).await, Some(Status::Open));
        proxy.clear();
        farm.until(&jobs, Status::Fulfilled).await;
    }
    farm.paid_once(&jobs).await;
    farm.nothing_in_vain().await;
    coordinator.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_says_of_a_transaction_is_checked_before_anything_is_done_again() {
    let farm = Farm::new().await;
    let proxy = Proxy::start(&farm.world.chain.url()).await;
    let coordinator = farm.start(&farm.coordinator_line(&proxy.url(), "--gather 0s"));
    let mut jobs = Vec::new();
    for (n, lie) in (0..).zip(OF_RECEIPTS) {
        proxy.rule("eth_getTransactionReceipt", When::After, Act::Tamper(Arc::new(move |answer| lie(answer, 0))));
        jobs.push(farm.world.request(n, [1, 2, -(n as i64)], n % 2 == 0).await);
        farm.until(&jobs, Status::Fulfilled).await;
        tokio::time::sleep(STILL).await;
        proxy.clear();
    }
    farm.paid_once(&jobs).await;
    farm.achieved().await;
    coordinator.stop();
    assert_eq!(farm.sent().await, 3, "a lock and two settlements");
}

fn a_log_is_left_out(answer: &mut Value, _: u64) {
    if let Some(logs) = answer["result"][0]["logs"].as_array_mut() {
        logs.pop();
    }
}

fn a_log_is_changed(answer: &mut Value, _: u64) {
    if let Some(log) = answer["result"][0]["logs"].as_array_mut().and_then(|logs| logs.first_mut()) {
        log["data"] = json!("0x");
    }
}

fn nothing(answer: &mut Value, _: u64) {
    answer["result"] = Value::Null;
}

fn it_reverted(answer: &mut Value, _: u64) {
    if answer["result"].is_object() {
        answer["result"]["status"] = json!("0x0");
    }
}

fn another_hash(answer: &mut Value, _: u64) {
    if answer["result"].is_object() {
        answer["result"]["hash"] = json!(B256::repeat_byte(7));
    }
}

fn no_contract_logged(answer: &mut Value, _: u64) {
    if answer["result"].is_object() {
        answer["result"]["logsBloom"] = json!(format!("0x{}", "0".repeat(512)));
    }
}

/// A header that is of its hash, and follows a block that nobody knows.
fn another_parent(answer: &mut Value, last: u64) {
    let Ok(mut block) = serde_json::from_value::<Block>(answer["result"].clone()) else { return };
    if block.header.inner.number > last {
        block.header.inner.parent_hash = B256::repeat_byte(7);
        block.header.hash = block.header.inner.hash_slow();
        answer["result"] = json!(block);
    }
}
