//! Logins, prefixes, and nats-server itself.

use crate::{PATIENCE, open, start, work};
use std::time::Duration;
use tempfile::TempDir;
use verin_queue::{NatsOptions, NatsQueue, NatsServer, Options, Queue, QueueError};

async fn refused(url: &str) -> String {
    match NatsQueue::connect(&NatsOptions::new(url)).await {
        Ok(_) => panic!("it lets us in"),
        Err(e) => format!("{e} {e:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_is_asked_for_and_never_repeated() {
    let dir = TempDir::new().unwrap();
    let config = dir.path().join("nats.conf");
    std::fs::write(&config, "authorization { users = [{ user: \"farm\", password: \"s@crets\" }] }").unwrap();
    let server = NatsServer::start_with(dir.path(), None, Some(&config)).unwrap();
    let address = format!("127.0.0.1:{}", server.port());
    refused(&format!("nats://{address}")).await;
    let error = refused(&format!("nats://farm:wr0ng@{address}")).await;
    assert!(error.contains(&address) && !error.contains("wr0ng"), "{error}");
    let options = NatsOptions::new(format!("nats://farm:s%40crets@{address}"));
    let queue = NatsQueue::connect(&options).await.unwrap();
    queue.push(&work(1)).await.unwrap();
    assert!(!format!("{queue:?} {options:?}").contains("crets"));
    drop(server);
    let options = NatsOptions { patience: Duration::from_millis(300), ..options };
    let error = NatsQueue::connect(&options).await.unwrap_err().to_string();
    assert!(error.contains(&address) && !error.contains("crets"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn farms_share_a_server() {
    let (server, _dir) = start();
    let one = open(&server.url(), 60_000).await;
    let options = NatsOptions { prefix: "other".into(), ..NatsOptions::new(server.url()) };
    let other = NatsQueue::connect(&options).await.unwrap();
    one.push(&work(1)).await.unwrap();
    other.push(&work(2)).await.unwrap();
    assert_eq!(other.take("w", PATIENCE).await.unwrap().unwrap().work, work(2));
    assert_eq!(other.take("w", Duration::ZERO).await.unwrap(), None);
    assert_eq!(one.take("w", PATIENCE).await.unwrap().unwrap().work, work(1));
    let options = NatsOptions { prefix: "no.dots".into(), ..NatsOptions::new(server.url()) };
    let error = NatsQueue::connect(&options).await.unwrap_err();
    assert!(matches!(error, QueueError::Unusable { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lease_time_is_the_farms() {
    let (server, _dir) = start();
    let _first = open(&server.url(), 700).await;
    let second = open(&server.url(), 60_000).await;
    assert_eq!(second.lease_time(), Duration::from_millis(700));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_is_forgotten_after_a_while() {
    let (server, _dir) = start();
    let queue = Options { remember: Duration::from_millis(500), ..Options::default() };
    let queue = NatsQueue::connect(&NatsOptions { queue, ..NatsOptions::new(server.url()) }).await.unwrap();
    queue.withdraw(work(1).id).await.unwrap();
    let end = tokio::time::Instant::now() + PATIENCE;
    while queue.take("w", Duration::ZERO).await.unwrap().is_none() {
        assert!(tokio::time::Instant::now() < end, "it is remembered for ever");
        tokio::time::sleep(Duration::from_millis(100)).await;
        queue.push(&work(1)).await.unwrap();
    }
}

#[test]
fn a_server_keeps_its_port_and_ends_with_its_handle() {
    let (mut server, dir) = start();
    let (port, process) = (server.port(), server.process_id());
    let taken = NatsServer::start(TempDir::new().unwrap().path(), Some(port));
    assert!(matches!(taken, Err(QueueError::NotStarted { .. })), "{taken:?}");
    server.restart().unwrap();
    assert_eq!(server.port(), port);
    assert_ne!(server.process_id(), process);
    drop(server);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    drop(dir);
}
