//! Two coordinators with one key, by mistake.

use super::support::once::Once;
use super::support::{World, conditions, keys, submit, until};
use std::collections::BTreeSet;
use std::path::Path;
use verin_coordinator::CoordinatorError;
use verin_coordinator::database::Database;
use verin_coordinator::journal::{Checks, Condition, Entry, Journal, Options, State};

async fn open(world: &World, dir: &Path, locks: &Path, checks: Checks) -> Result<Journal, CoordinatorError> {
    let database = Database::open(&dir.join("coordinator.sqlite")).expect("a file");
    let options = Options { locks: locks.into(), ..world.options() };
    Journal::open(database, &world.proxy.url(), world.signer(), checks, options).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_one_machine_the_second_does_not_start() {
    let world = World::start("one machine").await;
    let dirs = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    let [one, two] = [dirs[0].path(), dirs[1].path()];
    let first = open(&world, one, world.dir.path(), Checks::new()).await.expect("the first");
    // The same key with another file, and the same file.
    for dir in [two, one] {
        let error = open(&world, dir, world.dir.path(), Checks::new()).await.expect_err("the second");
        assert!(matches!(error, CoordinatorError::AlreadyRunning { .. }), "{error}");
    }
    drop(first);
    open(&world, one, world.dir.path(), Checks::new()).await.expect("the first is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_of_another_key_is_refused() {
    let world = World::start("its own key").await;
    drop(world.journal().await);
    let database = Database::open(&world.dir.path().join("coordinator.sqlite")).expect("a file");
    let other = verin_contracts::network::signer("another key");
    let opened = Journal::open(database, &world.proxy.url(), other, Checks::new(), world.options()).await;
    let error = opened.expect_err("another's journal");
    assert!(matches!(error, CoordinatorError::AnothersJournal { .. }), "{error}");
}

async fn entries(journal: &Journal, keys: &[String]) -> Vec<Entry> {
    let mut found = Vec::new();
    for key in keys {
        found.push(journal.status(key).await.expect("a file").expect("an entry"));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_two_machines_both_go_on_and_nothing_is_done_twice() {
    for automine in [true, false] {
        let world = World::start("two machines").await;
        let once = Once::deploy(&world).await;
        let dirs = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
        let [one, two] = [dirs[0].path(), dirs[1].path()];
        let one = open(&world, one, one, once.checks()).await.expect("the first");
        let two = open(&world, two, two, once.checks()).await.expect("the second");
        world.automine(automine).await;

        // Each has work of its own, and both want the same three things.
        submit(&one, 0..6).await;
        submit(&two, 6..12).await;
        let shared: Vec<String> = (0..3).map(|word| format!("once:{word}")).collect();
        for journal in [&one, &two] {
            for (key, word) in shared.iter().zip(0..) {
                journal.submit(once.intent(key, word)).await.expect("it is written down");
            }
        }
        let (mut of_one, mut of_two) = (keys(0..6), keys(6..12));
        of_one.extend(shared.clone());
        of_two.extend(shared);
        let (ends_of_one, ends_of_two) = until("both are through", async || {
            // At once, so that they choose the same nonces.
            let _ = tokio::join!(one.step(), two.step());
            world.mine(1).await;
            let found = (entries(&one, &of_one).await, entries(&two, &of_two).await);
            found.0.iter().chain(&found.1).all(|entry| entry.state.is_end()).then_some(found)
        })
        .await;

        for entry in ends_of_one.iter().chain(&ends_of_two) {
            assert!(entry.state.is_success(), "{entry:?}");
        }
        world.assert_transferred(0..12).await;
        for word in 0..3 {
            assert!(once.is_marked(word).await);
            // The contract takes each once: one transaction did it, and whoever did not send that is told that it was done already.
            let key = format!("once:{word}");
            let ends = || ends_of_one.iter().chain(&ends_of_two).filter(|entry| entry.key == key);
            let by: BTreeSet<_> = ends().filter(|e| e.state == State::Final).map(|e| e.hash).collect();
            assert_eq!(by.len(), 1, "{:?}", ends().collect::<Vec<_>>());
            assert!(ends().all(|e| matches!(e.state, State::Final | State::AlreadyDone)));
        }
        let foreign = |c: &Condition| matches!(c, Condition::ForeignTransactions { .. });
        for journal in [&one, &two] {
            let shown = conditions(journal);
            assert!(shown.iter().any(foreign), "{shown:?}");
        }
    }
}
