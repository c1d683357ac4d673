//! A nonce is missing at the node, and transactions wait behind it.

use super::support::{World, assert_all, conditions, key, keys, submit, transfer};
use alloy::network::TransactionBuilder;
use alloy::primitives::U256;
use alloy::providers::Provider;
use alloy::rpc::types::TransactionRequest;
use verin_coordinator::journal::{Condition, State};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_node_forgot_is_sent_again() {
    let world = World::start("nonce gap").await;
    world.automine(false).await;
    let journal = world.journal().await;
    submit(&journal, 0..3).await;
    journal.step().await.expect("a step");
    let pool = world.pool().await;
    assert_eq!(pool.len(), 3);
    world.forget(pool[0]).await;
    assert!(!world.pool().await.contains(&pool[0]));

    let entries = world.settle(&journal, &keys(0..3)).await;
    assert_all(&entries, State::Final);
    assert_eq!(entries[0].hash, Some(pool[0]), "other bytes than those that were forgotten");
    world.assert_transferred(0..3).await;
    assert_eq!(world.nonce().await, 3);
}

/// A wallet with the same key takes nonce 0; the journal goes on behind it, and the wallet's transaction never comes.
async fn behind_a_wallet(world: &World) -> verin_coordinator::journal::Journal {
    world.automine(false).await;
    let journal = world.journal().await;
    let from = world.signer().address();
    let request = TransactionRequest::default().with_from(from).with_to(from).with_value(U256::from(5)).with_nonce(0);
    let wallet = world.network.provider.send_transaction(request).await.expect("it is sent");
    submit(&journal, 0..2).await;
    journal.step().await.expect("a step");
    assert_eq!(journal.status(&key(0)).await.expect("a file").expect("an entry").nonce, Some(1));
    world.forget(*wallet.tx_hash()).await;
    journal
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_uses_is_filled() {
    let world = World::start("nobody's nonce").await;
    let journal = behind_a_wallet(&world).await;
    let entries = world.settle(&journal, &keys(0..2)).await;
    assert_all(&entries, State::Final);
    world.assert_transferred(0..2).await;
    assert_eq!(world.nonce().await, 3);
    let fills = journal.recent(10).await.expect("a file").into_iter().filter(|entry| entry.key.starts_with("fill:"));
    assert_eq!(fills.map(|fill| fill.nonce).collect::<Vec<_>>(), [Some(0)]);
    assert!(!conditions(&journal).iter().any(|c| matches!(c, Condition::ForeignTransactions { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_intent_that_waits_fills_it_first() {
    let world = World::start("a use for it").await;
    let journal = behind_a_wallet(&world).await;
    journal.submit(transfer(2)).await.expect("it is written down");
    let entries = world.settle(&journal, &keys(0..3)).await;
    assert_all(&entries, State::Final);
    assert_eq!(entries[2].nonce, Some(0));
    world.assert_transferred(0..3).await;
    assert_eq!(world.nonce().await, 3);
}
