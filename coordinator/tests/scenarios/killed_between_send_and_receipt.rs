//! The coordinator is killed after a node has taken its transaction and before it has the node's answer.

use super::support::World;
use super::support::process::Process;
use super::support::proxy::{Act, When};

const SEND: &str = "eth_sendRawTransaction";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_mined_is_found_and_not_sent_again() {
    let world = World::start("killed after sending").await;
    world.proxy.rule(SEND, When::After, Act::Hold);
    let process = Process::start(&world, 0..1);
    world.proxy.until_held().await;
    process.kill();
    world.assert_transferred([0]).await;

    world.proxy.clear();
    Process::start(&world, 0..1).finish(&world).await;
    assert_eq!(world.proxy.seen(SEND).len(), 1, "it was sent again");
    world.assert_transferred([0]).await;
    assert_eq!(world.nonce().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_at_the_node_is_known_there() {
    let world = World::start("killed while it waits").await;
    world.automine(false).await;
    world.proxy.rule(SEND, When::After, Act::Hold);
    let process = Process::start(&world, 0..2);
    world.proxy.until_held().await;
    process.kill();
    assert_eq!(world.pool().await.len(), 1);

    world.proxy.clear();
    Process::start(&world, 0..2).finish(&world).await;
    world.assert_transferred(0..2).await;
    assert_eq!(world.nonce().await, 2);
}
