//! The node is down for a while, and later shows a chain that is older than it was.

use crate::proxy::{Act, Proxy, When};
use crate::{Farm, STILL};
use alloy::providers::Provider;
use serde_json::{Value, json};
use std::sync::Arc;
use verin_contracts::jobs::Status;
use verin_contracts::network::account;

/// Blocks that the node is behind.
const BEHIND: u64 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_down_and_then_behind_is_waited_for() {
    let farm = Farm::new().await;
    let proxy = Proxy::start(&farm.world.chain.url()).await;
    let coordinator = farm.start(&farm.coordinator_line(&proxy.url(), "--gather 0s"));
    let mut jobs = vec![farm.world.request(0, [1, 2, 3], false).await];
    farm.until(&jobs, Status::Fulfilled).await;

    proxy.all(When::Before, Act::Drop);
    farm.said("cannot follow the chain; trying again").await;
    let sent = farm.sent().await;
    jobs.push(farm.world.request(1, [-1, 2, 3], true).await);
    tokio::time::sleep(STILL).await;
    assert_eq!(farm.sent().await, sent, "there is nobody to send to");
    proxy.clear();
    farm.until(&jobs, Status::Fulfilled).await;

    farm.all_is_read().await;
    fall_behind(&proxy, &farm).await;
    farm.said("the node shows an older head than before; waiting for it").await;
    jobs.push(farm.world.request(2, [-1, -2, 3], true).await);
    jobs.push(farm.world.request(3, [-1, -2, -3], false).await);
    let sent = farm.sent().await;
    tokio::time::sleep(STILL).await;
    assert_eq!(farm.sent().await, sent, "nothing is decided on an old chain");
    proxy.clear();
    farm.until(&jobs, Status::Fulfilled).await;
    farm.paid_once(&jobs).await;
    farm.nothing_in_vain().await;
    coordinator.stop();
    assert!(!farm.log().contains("the chain was reorganised"), "an old head is no other chain");
}

/// From now on the node shows the chain as it was some blocks ago.
async fn fall_behind(proxy: &Proxy, farm: &Farm) {
    let provider = &farm.world.contracts.network.provider;
    let head = provider.get_block_number().await.expect("a head") - BEHIND;
    let number = format!("{head:#x}");
    let ask = async |method: &'static str, params: Value| -> Value {
        provider.raw_request(method.into(), params).await.expect("an answer")
    };
    let block = ask("eth_getBlockByNumber", json!([number, false])).await;
    let nonce = ask("eth_getTransactionCount", json!([account("prover"), number])).await;
    let always = |result: Value| Act::Tamper(Arc::new(move |answer| answer["result"] = result.clone()));
    // What came later is not there yet.
    let earlier = |key: &'static str| {
        Act::Tamper(Arc::new(move |answer: &mut Value| {
            let number = answer["result"][key].as_str().and_then(|text| u64::from_str_radix(&text[2..], 16).ok());
            if number.is_some_and(|number| number > head) {
                answer["result"] = Value::Null;
            }
        }))
    };
    proxy.rule_for("eth_getBlockByNumber", &json!(["latest", false]), When::After, always(block));
    proxy.rule("eth_getBlockByNumber", When::After, earlier("number"));
    proxy.rule("eth_getTransactionReceipt", When::After, earlier("blockNumber"));
    proxy.rule("eth_getTransactionCount", When::After, always(nonce));
    proxy.rule("eth_blockNumber", When::After, always(json!(number)));
}
