//! The contract refuses, before or after something was spent; or the effect is there already.

use super::support::World;
use super::support::once::{Once, REFUSAL, deploy_in_turn};
use alloy::primitives::U256;
use verin_coordinator::CoordinatorError;
use verin_coordinator::database::Database;
use verin_coordinator::journal::{Checks, Intent, Journal, State};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_at_estimation_costs_nothing_and_has_a_name() {
    let world = World::start("refused").await;
    let once = Once::deploy(&world).await;
    let journal = world.journal_with(world.options(), once.checks()).await;
    journal.submit(once.intent("first", 7)).await.expect("it is written down");
    world.settle(&journal, &["first".into()]).await;
    assert!(once.is_marked(7).await);
    // One cannot be checked; of the other it is known that it is done.
    journal.submit(once.unchecked("second", 7)).await.expect("it is written down");
    journal.submit(once.intent("third", 7)).await.expect("it is written down");
    let entries = world.settle(&journal, &["second".into(), "third".into()]).await;
    assert_eq!((entries[0].state, entries[0].reason.as_deref()), (State::Failed, Some(REFUSAL)));
    assert_eq!((entries[1].state, entries[1].reason.as_deref()), (State::AlreadyDone, None));
    assert!(entries.iter().all(|entry| entry.transactions == 0 && entry.fee_paid.is_none()), "{entries:?}");
    assert_eq!(world.nonce().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_an_earlier_one_waits_for_it() {
    let world = World::start("in turn").await;
    let contract = deploy_in_turn(&world).await;
    world.automine(false).await;
    let journal = world.journal().await;
    let names = ["first", "second", "third", "never"].map(String::from);
    for (name, word) in names.iter().zip([0_u64, 1, 2, 9]) {
        let intent = Intent::call(name, contract, U256::from(word).to_be_bytes_vec());
        journal.submit(intent).await.expect("it is written down");
    }
    journal.step().await.expect("a step");
    assert_eq!(world.pool().await.len(), 1, "the others would be refused now");
    let ends = world.settle(&journal, &names).await.into_iter().map(|entry| entry.state).collect::<Vec<_>>();
    assert_eq!(ends, [State::Final, State::Final, State::Final, State::Failed]);
    assert_eq!(world.nonce().await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_in_a_block_is_a_success_when_the_effect_is_there() {
    let world = World::start("refused in a block").await;
    let once = Once::deploy(&world).await;
    world.automine(false).await;
    let journal = world.journal_with(world.options(), once.checks()).await;
    // All three pass the estimation, since none is mined yet.
    journal.submit(once.intent("first", 7)).await.expect("it is written down");
    journal.submit(once.unchecked("second", 7)).await.expect("it is written down");
    journal.submit(once.intent("third", 7)).await.expect("it is written down");
    journal.step().await.expect("a step");
    assert_eq!(world.pool().await.len(), 3);
    let entries = world.settle(&journal, &["first".into(), "second".into(), "third".into()]).await;
    let ends: Vec<_> = entries.iter().map(|entry| (entry.state, entry.reason.as_deref())).collect();
    assert_eq!(ends, [(State::Final, None), (State::Failed, Some(REFUSAL)), (State::AlreadyDone, None)]);
    assert!(entries.iter().all(|entry| entry.fee_paid.is_some_and(|paid| paid > 0)), "{entries:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_acted_on_once() {
    let world = World::start("twice").await;
    let once = Once::deploy(&world).await;
    let journal = world.journal_with(world.options(), once.checks()).await;
    for word in [1, 2, 3] {
        journal.submit(once.intent("the same", word)).await.expect("it is known");
        world.settle(&journal, &["the same".into()]).await;
    }
    assert!(once.is_marked(1).await && !once.is_marked(2).await && !once.is_marked(3).await);
    assert_eq!(world.nonce().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_that_is_not_registered_is_named() {
    let world = World::start("unknown check").await;
    let once = Once::deploy(&world).await;
    let journal = world.journal_with(world.options(), once.checks()).await;
    let other = Intent::call("other", once.address, Vec::new()).with_check("lock", [1]);
    let error = journal.submit(other).await.expect_err("there is no such check");
    assert!(matches!(error, CoordinatorError::UnknownCheck { ref kind } if kind == "lock"), "{error}");
    journal.submit(once.intent("waits", 1)).await.expect("it is written down");
    drop(journal);

    let database = Database::open(&world.dir.path().join("coordinator.sqlite")).expect("a file");
    let url = world.proxy.url();
    let opened = Journal::open(database, &url, world.signer(), Checks::new(), world.options()).await;
    let error = opened.expect_err("what waits could not be checked");
    assert!(matches!(error, CoordinatorError::UnknownCheck { ref kind } if kind == "once"), "{error}");
}
