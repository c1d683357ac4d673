//! The coordinator is stopped in an orderly way, in the middle of much work.

use super::support::proxy::{Act, When};
use super::support::{World, assert_all, keys, submit, until};
use tokio_util::sync::CancellationToken;
use verin_coordinator::journal::{Options, State};

const SEND: &str = "eth_sendRawTransaction";
const TRANSFERS: u64 = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_after_the_stop_and_the_rest_later() {
    let world = World::start("shutdown").await;
    world.automine(false).await;
    let journal = world.journal().await;
    submit(&journal, 0..TRANSFERS).await;
    // Three pass; the fourth is on its way when the stop comes.
    world.proxy.next(SEND, 3, When::Before, Act::Delay(std::time::Duration::ZERO));
    world.proxy.rule(SEND, When::Before, Act::Hold);
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (journal, stop) = (journal.clone(), stop.clone());
        async move { journal.run(stop).await }
    });
    world.proxy.until_held().await;
    stop.cancel();
    world.proxy.clear();
    running.await.expect("no panic").expect("it ends well");
    assert_eq!(world.proxy.seen(SEND).len(), 4);
    assert_eq!(world.pool().await.len(), 4);
    drop(journal);

    let journal = world.journal().await;
    assert_all(&world.settle(&journal, &keys(0..TRANSFERS)).await, State::Final);
    world.assert_transferred(0..TRANSFERS).await;
    assert_eq!(world.nonce().await, TRANSFERS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_than_asked_for_are_in_flight() {
    let world = World::start("in flight").await;
    world.automine(false).await;
    let options = Options { most_in_flight: 5, ..world.options() };
    let journal = world.journal_with(options, Default::default()).await;
    submit(&journal, 0..TRANSFERS).await;
    let mut changes = journal.changes();
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (journal, stop) = (journal.clone(), stop.clone());
        async move { journal.run(stop).await }
    });
    until("five wait at the node", async || (world.pool().await.len() == 5).then_some(())).await;
    until("all are final", async || {
        assert!(world.pool().await.len() <= 5);
        world.mine(1).await;
        let recent = journal.recent(100).await.expect("a file");
        recent.iter().all(|entry| entry.state == State::Final).then_some(())
    })
    .await;
    stop.cancel();
    running.await.expect("no panic").expect("it ends well");
    world.assert_transferred(0..TRANSFERS).await;

    // Whoever listens has heard of each end.
    let mut ends = 0;
    while let Ok(change) = changes.try_recv() {
        ends += u64::from(change.state == State::Final);
    }
    assert_eq!(ends, TRANSFERS);
}
