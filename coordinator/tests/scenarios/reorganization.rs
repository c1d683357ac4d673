//! The block of a transaction is taken back.

use super::support::proxy::{Act, When};
use super::support::{World, assert_all, conditions, key, keys, submit, until};
use alloy::network::TransactionBuilder;
use alloy::primitives::{B256, Bytes, U256};
use alloy::providers::Provider;
use alloy::rpc::types::TransactionRequest;
use serde_json::json;
use std::sync::Arc;
use verin_coordinator::journal::{Condition, Journal, State};

async fn state(journal: &Journal, i: u64) -> State {
    journal.status(&key(i)).await.expect("a file").expect("an entry").state
}

/// Steps until all of the transfers are in this state.
async fn until_all(journal: &Journal, transfers: std::ops::Range<u64>, wanted: State) {
    until("all are so far", async || {
        journal.step().await.expect("a step");
        for i in transfers.clone() {
            if state(journal, i).await != wanted {
                return None;
            }
        }
        Some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_mined_goes_back_and_is_sent_again() {
    let world = World::start("reorganization").await;
    world.automine(false).await;
    let journal = world.journal().await;
    submit(&journal, 0..3).await;
    journal.step().await.expect("a step");
    world.mine(1).await;
    until_all(&journal, 0..3, State::Mined).await;
    world.reorganize(1).await;
    world.assert_not_transferred(0).await;
    until_all(&journal, 0..3, State::Sent).await;

    let entries = world.settle(&journal, &keys(0..3)).await;
    assert_all(&entries, State::Final);
    assert!(entries.iter().all(|entry| entry.transactions == 1), "{entries:?}");
    world.assert_transferred(0..3).await;
    assert_eq!(world.nonce().await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deeper_than_what_is_waited_for_the_same_bytes_bring_it_back() {
    let world = World::start("deep reorganization").await;
    let journal = world.journal().await;
    submit(&journal, 0..2).await;
    let entries = world.settle(&journal, &keys(0..2)).await;
    assert_all(&entries, State::Final);
    let first = entries.iter().filter_map(|entry| entry.block).min().expect("a block");
    let head = world.network.block().await.expect("a number");
    world.automine(false).await;
    world.reorganize(head - first + 1).await;
    world.assert_not_transferred(0).await;
    until_all(&journal, 0..2, State::Sent).await;

    let again = world.settle(&journal, &keys(0..2)).await;
    assert_all(&again, State::Final);
    assert_eq!(again[0].hash, entries[0].hash);
    world.assert_transferred(0..2).await;
    assert_eq!(world.nonce().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_of_a_block_that_is_not_in_the_chain_ends_nothing() {
    let world = World::start("left block").await;
    let journal = world.journal().await;
    let elsewhere = |answer: &mut serde_json::Value| {
        if answer["result"].is_object() {
            answer["result"]["blockHash"] = json!(B256::repeat_byte(7));
        }
    };
    world.proxy.rule("eth_getTransactionReceipt", When::After, Act::Tamper(Arc::new(elsewhere)));
    submit(&journal, 0..1).await;
    until_all(&journal, 0..1, State::Mined).await;
    for _ in 0..2 * world.options().confirmations {
        world.mine(1).await;
        journal.step().await.expect("a step");
        assert_eq!(state(&journal, 0).await, State::Mined);
    }
    world.proxy.clear();
    assert_all(&world.settle(&journal, &keys(0..1)).await, State::Final);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_anothers_transaction_has_replaced_may_come_back_and_is_not_done_twice() {
    let world = World::start("replaced and back").await;
    world.automine(false).await;
    let journal = world.journal().await;
    submit(&journal, 0..1).await;
    journal.step().await.expect("a step");
    let sent = world.proxy.forwarded("eth_sendRawTransaction");
    let ours: Bytes = sent[0].params[0].as_str().expect("bytes").parse().expect("hexadecimal");

    // A wallet with the same key pays more for the same nonce.
    let (from, gwei) = (world.signer().address(), 1_000_000_000_u128);
    let request = TransactionRequest::default().with_from(from).with_to(from).with_value(U256::from(5)).with_nonce(0);
    let request = request.with_max_fee_per_gas(500 * gwei).with_max_priority_fee_per_gas(100 * gwei);
    let _ = world.network.provider.send_transaction(request).await.expect("it is sent");
    world.mine(1).await;
    for _ in 0..3 {
        journal.step().await.expect("a step");
    }
    assert_eq!(state(&journal, 0).await, State::Sent, "so early, a reorganization may still bring it");
    // It does: somebody still has its bytes.
    world.reorganize(1).await;
    let _ = world.network.provider.send_raw_transaction(&ours).await.expect("it is sent");
    world.mine(1).await;

    assert_all(&world.settle(&journal, &keys(0..1)).await, State::Final);
    world.assert_transferred(0..1).await;
    assert_eq!(world.nonce().await, 1);
    assert!(!conditions(&journal).iter().any(|c| matches!(c, Condition::ForeignTransactions { .. })));
}
