//! The coordinator is killed after a transaction is written down and before any node has it.

use super::support::process::Process;
use super::support::proxy::{Act, When};
use super::support::{World, key};

const SEND: &str = "eth_sendRawTransaction";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_bytes_are_sent_by_the_next_process() {
    let world = World::start("killed before sending").await;
    world.proxy.rule(SEND, When::Before, Act::Hold);
    let process = Process::start(&world, 0..3);
    world.proxy.until_held().await;
    process.kill();
    assert!(world.pool().await.is_empty());
    assert_eq!(world.nonce().await, 0);
    let held = world.proxy.seen(SEND);
    assert_eq!(held.len(), 1, "{held:?}");
    assert!(!held[0].forwarded);

    world.proxy.clear();
    Process::start(&world, 0..3).finish(&world).await;
    let sent: Vec<_> = world.proxy.seen(SEND).into_iter().map(|seen| seen.params).collect();
    assert_eq!(sent[1], held[0].params, "other bytes than those that were written down");
    world.assert_transferred(0..3).await;
    assert_eq!(world.nonce().await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_middle_of_a_batch_each_is_sent_once() {
    let world = World::start("killed inside a batch").await;
    // The first two pass.
    world.proxy.next(SEND, 2, When::Before, Act::Delay(std::time::Duration::ZERO));
    world.proxy.rule(SEND, When::Before, Act::Hold);
    let process = Process::start(&world, 0..5);
    world.proxy.until_held().await;
    process.kill();
    assert_eq!(world.nonce().await, 2);

    world.proxy.clear();
    Process::start(&world, 0..5).finish(&world).await;
    world.assert_transferred(0..5).await;
    assert_eq!(world.nonce().await, 5);
    let journal = world.journal().await;
    for i in 0..5 {
        assert_eq!(journal.status(&key(i)).await.expect("a file").expect("an entry").transactions, 1);
    }
}
