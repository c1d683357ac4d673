//! The account has too little to pay with.

use super::support::{World, assert_all, conditions, keys, submit};
use alloy::primitives::U256;
use serde_json::Value;
use verin_coordinator::journal::{Condition, State};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_waits_for_money_and_says_so() {
    let world = World::start("poor").await;
    let journal = world.journal().await;
    let _: Value = world.rpc("anvil_setBalance", (world.signer().address(), U256::from(2_000_000))).await;
    submit(&journal, 0..3).await;
    for _ in 0..3 {
        journal.step().await.expect("a step");
        let shown = conditions(&journal);
        assert!(shown.iter().any(|c| matches!(c, Condition::InsufficientFunds { .. })), "{shown:?}");
    }
    assert_eq!(world.nonce().await, 0);

    let _: Value = world.rpc("anvil_setBalance", (world.signer().address(), U256::from(10u128.pow(18)))).await;
    assert_all(&world.settle(&journal, &keys(0..3)).await, State::Final);
    assert_eq!(conditions(&journal), []);
    world.assert_transferred(0..3).await;
}
