//! The block of a transaction is taken back.

use super::support::{World, assert_all, key, keys, submit, until};
use verin_coordinator::journal::{Journal, State};

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
