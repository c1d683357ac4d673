//! Blocks become expensive.

use super::support::once::Once;
use super::support::{World, assert_all, conditions, key, keys, submit, transfer, until};
use alloy::consensus::{Transaction, TxEnvelope};
use alloy::eips::eip2718::Decodable2718;
use alloy::network::TransactionBuilder;
use alloy::primitives::{Bytes, U256};
use alloy::providers::Provider;
use alloy::rpc::types::TransactionRequest;
use std::time::Duration;
use verin_contracts::network::account;
use verin_coordinator::journal::{Condition, Journal, Options, State};

const GWEI: u128 = 1_000_000_000;

/// Options that raise fees soon, up to `max_fee`.
fn capped(world: &World, max_fee: u128) -> Options {
    Options { max_fee, bump_after: Duration::from_millis(100), ..world.options() }
}

/// The offer of the last transaction that was sent for the first nonce: most for a unit of gas, and of it the tip.
fn offer(world: &World) -> (u128, u128) {
    let sent = world.proxy.seen("eth_sendRawTransaction").into_iter().rev().map(|seen| {
        let raw: Bytes = seen.params[0].as_str().expect("bytes").parse().expect("hexadecimal");
        TxEnvelope::decode_2718(&mut raw.as_ref()).expect("a transaction")
    });
    let last = sent.into_iter().find(|sent| sent.nonce() == 0).expect("one was sent");
    (last.max_fee_per_gas(), last.max_priority_fee_per_gas().expect("a tip"))
}

/// Steps, with expensive blocks between, until another transaction is sent in place of `before`.
async fn until_replaced(world: &World, journal: &Journal, before: (u128, u128), base_fee: u128) -> (u128, u128) {
    until("more is offered", async || {
        world.mine_at(base_fee).await;
        world.base_fee(base_fee).await;
        journal.step().await.expect("a step");
        let now = offer(world);
        (now != before).then_some(now)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_cap_nothing_is_sent() {
    let world = World::start("fee spike").await;
    let journal = world.journal_with(capped(&world, 50 * GWEI), Default::default()).await;
    world.base_fee(400 * GWEI).await;
    submit(&journal, [0]).await;
    journal.step().await.expect("a step");
    assert_eq!(conditions(&journal), [Condition::FeeSpike { base_fee: 400 * GWEI, cap: 50 * GWEI }]);
    assert_eq!(journal.status(&key(0)).await.expect("a file").expect("an entry").state, State::Planned);
    assert!(world.pool().await.is_empty());

    world.base_fee(GWEI).await;
    assert_all(&world.settle(&journal, &keys([0])).await, State::Final);
    assert_eq!(conditions(&journal), []);
    world.assert_transferred([0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_blocks_leave_out_is_raised_up_to_the_cap() {
    let world = World::start("raised").await;
    world.automine(false).await;
    let cap = 100 * GWEI;
    let journal = world.journal_with(capped(&world, cap), Default::default()).await;
    submit(&journal, 0..2).await;
    journal.step().await.expect("a step");
    let first = offer(&world);
    let second = until_replaced(&world, &journal, first, 30 * GWEI).await;
    assert!(second.0 * 8 >= first.0 * 9 && second.1 * 8 >= first.1 * 9, "{first:?} {second:?}");
    assert!(second.0 >= 30 * GWEI && second.0 <= cap, "{second:?}");

    // Now blocks cost nearly the cap, and then more than it.
    let third = until_replaced(&world, &journal, second, 95 * GWEI).await;
    assert_eq!(third.0, cap);
    until("the journal says that it waits", async || {
        world.mine_at(cap + 1).await;
        world.base_fee(cap + 1).await;
        journal.step().await.expect("a step");
        conditions(&journal).contains(&Condition::FeeSpike { base_fee: cap + 1, cap }).then_some(())
    })
    .await;

    let entries = world.settle(&journal, &keys(0..2)).await;
    assert_all(&entries, State::Final);
    assert!(entries[0].transactions >= 2, "{entries:?}");
    world.assert_transferred(0..2).await;
    assert_eq!(world.nonce().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_pointless_is_cancelled_and_the_queue_goes_on() {
    let world = World::start("pointless").await;
    world.automine(false).await;
    let journal = world.journal_with(capped(&world, 100 * GWEI), Default::default()).await;
    let deadline = world.network.now().await.expect("a clock") + 1_000;
    journal.submit(transfer(0).with_deadline(deadline)).await.expect("it is written down");
    submit(&journal, [1]).await;
    journal.step().await.expect("a step");
    assert_eq!(world.pool().await.len(), 2);
    // Two blocks without them; the second is after the deadline.
    world.mine_at(50 * GWEI).await;
    world.base_fee(50 * GWEI).await;
    let _: serde_json::Value = world.rpc("evm_increaseTime", (1_000,)).await;
    world.mine(1).await;
    world.base_fee(50 * GWEI).await;

    let entries = world.settle(&journal, &keys(0..2)).await;
    assert_eq!((entries[0].state, entries[1].state), (State::Expired, State::Final), "{entries:?}");
    world.assert_not_transferred(0).await;
    world.assert_transferred([1]).await;
    assert_eq!(world.nonce().await, 2);
    assert!(entries[0].fee_paid.is_some_and(|paid| paid > 0), "what the cancellation cost: {entries:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_has_done_is_cancelled_and_not_raised() {
    let world = World::start("done by another").await;
    let once = Once::deploy(&world).await;
    world.automine(false).await;
    let journal = world.journal_with(capped(&world, 100 * GWEI), once.checks()).await;
    let intent = once.intent("ours", 7);
    let calldata = intent.calldata.clone();
    journal.submit(intent).await.expect("it is written down");
    journal.step().await.expect("a step");
    // Another's call is in a block that is too expensive for ours.
    let theirs =
        TransactionRequest::default().with_from(account("deployer")).with_to(once.address).with_input(calldata);
    let theirs = theirs.with_max_fee_per_gas(500 * GWEI).with_max_priority_fee_per_gas(GWEI).with_gas_limit(100_000);
    let _ = world.network.provider.send_transaction(theirs).await.expect("it is sent");
    world.mine_at(50 * GWEI).await;
    world.base_fee(50 * GWEI).await;
    assert!(once.is_marked(7).await);

    let entries = world.settle(&journal, &["ours".into()]).await;
    assert_all(&entries, State::AlreadyDone);
    let sent = world.proxy.forwarded("eth_sendRawTransaction");
    let last: Bytes = sent.last().and_then(|sent| sent.params[0].as_str()).expect("one").parse().expect("bytes");
    let last = TxEnvelope::decode_2718(&mut last.as_ref()).expect("a transaction");
    assert_eq!((last.to(), last.value()), (Some(world.signer().address()), U256::ZERO), "a cancellation");
    assert_eq!(world.nonce().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_late_already_costs_nothing() {
    let world = World::start("late").await;
    let journal = world.journal().await;
    let now = world.network.now().await.expect("a clock");
    journal.submit(transfer(0).with_deadline(now)).await.expect("it is written down");
    let entries = world.settle(&journal, &keys([0])).await;
    assert_all(&entries, State::Expired);
    assert_eq!((entries[0].transactions, world.nonce().await), (0, 0));
}
