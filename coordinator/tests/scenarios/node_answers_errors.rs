//! The node answers errors, or nothing; sometimes after it has taken the transaction.

use super::support::proxy::{Act, When};
use super::support::{World, assert_all, conditions, key, keys, submit};
use std::time::Duration;
use verin_coordinator::journal::{Condition, Options, State};

const SEND: &str = "eth_sendRawTransaction";

/// Ways in which an answer is not the node's.
fn acts() -> [Act; 6] {
    [
        Act::Drop,
        Act::Error(-32603, "Internal error"),
        Act::Error(-32000, "request timed out"),
        Act::Error(-32000, "something that no node has said before"),
        Act::Status(502),
        Act::Status(429),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_after_the_node_took_it_is_no_reason_for_a_second() {
    for automine in [true, false] {
        let world = World::start("lying answers").await;
        world.automine(automine).await;
        let journal = world.journal().await;
        let mut all = 0..0;
        for act in acts() {
            all.end += 2;
            world.proxy.next(SEND, 3, When::After, act);
            submit(&journal, all.clone()).await;
            assert_all(&world.settle(&journal, &keys(all.clone())).await, State::Final);
            world.proxy.clear();
        }
        world.assert_transferred(all.clone()).await;
        assert_eq!(world.nonce().await, all.end);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_node_has_already_is_sent() {
    let world = World::start("already known").await;
    world.automine(false).await;
    let journal = world.journal().await;
    world.proxy.next(SEND, 1, When::After, Act::Drop);
    submit(&journal, 0..1).await;
    journal.step().await.expect_err("no answer");
    journal.step().await.expect("a step");
    assert_eq!(journal.status(&key(0)).await.expect("a file").expect("an entry").state, State::Sent);
    assert_eq!(conditions(&journal), []);
    assert_all(&world.settle(&journal, &keys(0..1)).await, State::Final);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_before_the_node_saw_it_is_a_reason_to_send_the_same_again() {
    let world = World::start("deaf node").await;
    let journal = world.journal().await;
    let mut all = 0..0;
    for act in acts() {
        all.end += 2;
        world.proxy.next(SEND, 3, When::Before, act);
        submit(&journal, all.clone()).await;
        let entries = world.settle(&journal, &keys(all.clone())).await;
        assert_all(&entries, State::Final);
        assert!(entries.iter().all(|entry| entry.transactions == 1), "{entries:?}");
        world.proxy.clear();
    }
    world.assert_transferred(all.clone()).await;
    assert_eq!(world.nonce().await, all.end);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_never_comes_is_no_answer() {
    let world = World::start("silent node").await;
    let options = Options { timeout: Duration::from_millis(700), ..world.options() };
    let journal = world.journal_with(options, Default::default()).await;
    submit(&journal, 0..2).await;
    world.proxy.rule(SEND, When::After, Act::Hold);
    journal.step().await.expect_err("no answer");
    assert!(matches!(&conditions(&journal)[..], [Condition::NodeTrouble { .. }]), "{:?}", conditions(&journal));
    world.proxy.clear();
    assert_all(&world.settle(&journal, &keys(0..2)).await, State::Final);
    world.assert_transferred(0..2).await;
    assert_eq!(world.nonce().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_request_may_fail_at_any_time() {
    let world = World::start("flaky node").await;
    let journal = world.journal().await;
    submit(&journal, 0..8).await;
    let methods = [
        "eth_getBlockByNumber",
        "eth_getTransactionCount",
        "eth_estimateGas",
        "eth_feeHistory",
        SEND,
        "eth_getTransactionReceipt",
    ];
    for (i, method) in methods.into_iter().enumerate() {
        let when = if i % 2 == 0 { When::After } else { When::Before };
        world.proxy.next(method, 3, when, Act::Status(503));
        world.proxy.next(method, 3, When::After, Act::Drop);
    }
    assert_all(&world.settle(&journal, &keys(0..8)).await, State::Final);
    for method in methods {
        assert!(world.proxy.seen(method).len() > 3, "{method} was not asked for");
    }
    world.assert_transferred(0..8).await;
    assert_eq!(world.nonce().await, 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_node_takes_is_given_up_and_the_queue_goes_on() {
    let world = World::start("refusing node").await;
    let journal = world.journal().await;
    let refusal = || Act::Error(-32000, "exceeds block gas limit");
    submit(&journal, 0..2).await;
    world.proxy.rule(SEND, When::Before, refusal());
    journal.step().await.expect("a step");
    assert!(matches!(&conditions(&journal)[..], [Condition::Refused { .. }, Condition::Refused { .. }]));
    // The first for good.
    let sent = world.proxy.seen(SEND);
    world.proxy.clear();
    world.proxy.rule_for(SEND, &sent[0].params, When::Before, refusal());
    let entries = world.settle(&journal, &keys(0..2)).await;
    assert_eq!((entries[0].state, entries[1].state), (State::Failed, State::Final), "{entries:?}");
    assert_eq!(entries[0].reason.as_deref(), Some("exceeds block gas limit"));
    world.assert_not_transferred(0).await;
    world.assert_transferred([1]).await;
    assert_eq!(world.nonce().await, 2);
}
