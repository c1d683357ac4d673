//! The node shows the past: it is one of many behind one address, and the others are ahead of it.

use super::support::proxy::{Act, When};
use super::support::{PATIENCE, World, assert_all, conditions, key, keys, submit, transfer};
use serde_json::{Value, json};
use std::sync::Arc;
use verin_coordinator::journal::{Condition, Options, State};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_decided_on_what_is_over() {
    let world = World::start("node behind").await;
    let options = Options { most_behind: PATIENCE, ..world.options() };
    let journal = world.journal_with(options, Default::default()).await;
    let head = json!(["latest", false]);
    let before: Value = world.rpc("eth_getBlockByNumber", head.clone()).await;
    submit(&journal, 0..2).await;
    assert_all(&world.settle(&journal, &keys(0..2)).await, State::Final);

    let highest = world.network.block().await.expect("a number");
    let past = Act::Tamper(Arc::new(move |answer| answer["result"] = before.clone()));
    world.proxy.rule_for("eth_getBlockByNumber", &head, When::After, past);
    world.proxy.rule(
        "eth_getTransactionCount",
        When::After,
        Act::Tamper(Arc::new(|answer| answer["result"] = json!("0x0"))),
    );
    journal.submit(transfer(2)).await.expect("it is written down");
    for _ in 0..3 {
        journal.step().await.expect("a step");
    }
    assert!(
        conditions(&journal)
            .iter()
            .any(|c| matches!(c, Condition::NodeBehind { highest: seen, .. } if *seen == highest))
    );
    for (i, state) in [(0, State::Final), (1, State::Final), (2, State::Planned)] {
        assert_eq!(journal.status(&key(i)).await.expect("a file").expect("an entry").state, state);
    }

    world.proxy.clear();
    assert_all(&world.settle(&journal, &keys(0..3)).await, State::Final);
    world.assert_transferred(0..3).await;
    assert_eq!(world.nonce().await, 3);
}
