//! A process died in the middle of a call: what it had done until then is put onto the server by hand.

use crate::{PATIENCE, open, proof, start, take, work};
use async_nats::jetstream::{self, Context};
use std::time::Duration;
use verin_queue::{Depth, NatsServer, Queue, Work};

async fn by_hand(server: &NatsServer) -> Context {
    jetstream::new(async_nats::connect(server.url()).await.unwrap())
}

async fn put(jetstream: &Context, bucket: &str, key: &str, value: String) {
    let bucket = jetstream.get_key_value(format!("test_{bucket}")).await.unwrap();
    bucket.put(key, value.into()).await.unwrap();
}

async fn publish(jetstream: &Context, subject: &str, payload: String) {
    jetstream.publish(format!("test.{subject}"), payload.into()).await.unwrap().await.unwrap();
}

fn key(work: &Work) -> String {
    work.id.to_string().trim_start_matches("0x").to_string()
}

/// An entry that was made, and nothing else.
fn pushing() -> String {
    let entry = r#"{"state":{"is":"pushing"},"attempt":0,"given_back":0,"most_attempts":3,"message":null,"deadline":9,"why":null}"#;
    entry.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_making_the_entry_a_push_goes_on() {
    let (server, _dir) = start();
    let queue = open(&server.url(), 60_000).await;
    put(&by_hand(&server).await, "entries", &key(&work(1)), pushing()).await;
    assert_eq!(queue.take("w", Duration::ZERO).await.unwrap(), None);
    queue.push(&work(1)).await.unwrap();
    assert_eq!(take(&queue, "w").await.work, work(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_publishing_work_a_push_goes_on_and_a_second_message_is_dropped() {
    let (server, _dir) = start();
    let queue = open(&server.url(), 400).await;
    queue.push(&work(1)).await.unwrap();
    // The message that a push so late published that the server does not know it from another.
    let jetstream = by_hand(&server).await;
    publish(&jetstream, "work.whenever", format!("{{\"work\":\"{}\"}}", work(1).id)).await;
    let first = take(&queue, "w").await;
    let second = take(&queue, "v").await;
    assert_eq!((first.attempt, second.attempt), (1, 2), "the duplicate was no attempt");
    queue.hand_in(&second, &proof(2)).await.unwrap();
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    queue.acknowledge(&handed).await.unwrap();
    publish(&jetstream, "work.now", format!("{{\"work\":\"{}\"}}", work(1).id)).await;
    assert_eq!(queue.take("w", Duration::from_secs(1)).await.unwrap(), None, "it is over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_publishing_an_outcome_it_is_delivered() {
    let (server, _dir) = start();
    let queue = open(&server.url(), 60_000).await;
    queue.push(&work(1)).await.unwrap();
    let lease = take(&queue, "w").await;
    publish_outcome(&server, &work(1), lease.attempt).await;
    let handed = queue.next_outcome(PATIENCE).await.unwrap().unwrap();
    assert_eq!((handed.attempt, handed.outcome.clone()), (lease.attempt, proof(1)));
    queue.acknowledge(&handed).await.unwrap();
    assert_eq!(queue.depth().await.unwrap(), Depth::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_publishing_an_outcome_too_late_it_is_dropped() {
    let (server, _dir) = start();
    let queue = open(&server.url(), 400).await;
    queue.push(&work(1)).await.unwrap();
    let late = take(&queue, "late").await;
    let lease = take(&queue, "w").await;
    publish_outcome(&server, &work(1), late.attempt).await;
    assert_eq!(queue.next_outcome(Duration::ZERO).await.unwrap(), None);
    queue.hand_in(&lease, &proof(2)).await.unwrap();
    assert_eq!(queue.next_outcome(PATIENCE).await.unwrap().unwrap().outcome, proof(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_acknowledging_the_message_work_is_not_done_again() {
    let (server, _dir) = start();
    let queue = open(&server.url(), 400).await;
    queue.push(&work(1)).await.unwrap();
    let lease = take(&queue, "w").await;
    publish_outcome(&server, &work(1), lease.attempt).await;
    // The coordinator changes the entry; the message of the work is acknowledged by nobody.
    assert!(queue.next_outcome(PATIENCE).await.unwrap().is_some());
    assert_eq!(queue.take("v", queue.lease_time() * 4).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_marking_work_as_over_the_rest_is_removed() {
    let (server, _dir) = start();
    let queue = open(&server.url(), 60_000).await;
    queue.push(&work(1)).await.unwrap();
    let over = pushing().replace("pushing", "over");
    put(&by_hand(&server).await, "entries", &key(&work(1)), over).await;
    assert_eq!(queue.depth().await.unwrap(), Depth::default());
    assert_eq!(queue.take("w", Duration::ZERO).await.unwrap(), None);
    queue.push(&work(1)).await.unwrap();
    assert_eq!(queue.take("w", Duration::ZERO).await.unwrap(), None);
    let bodies = by_hand(&server).await.get_key_value("test_bodies").await.unwrap();
    assert_eq!(bodies.get(format!("{}.work", key(&work(1)))).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_the_server_lost_is_put_back_by_pushing_again() {
    let (server, _dir) = start();
    let queue = open(&server.url(), 60_000).await;
    queue.push(&work(1)).await.unwrap();
    by_hand(&server).await.get_stream("test_work").await.unwrap().purge().await.unwrap();
    assert_eq!(queue.take("w", Duration::ZERO).await.unwrap(), None);
    queue.push(&work(1)).await.unwrap();
    assert_eq!(take(&queue, "w").await.work, work(1));
    assert_eq!(queue.take("w", Duration::ZERO).await.unwrap(), None);
}

/// What a worker had done that died before changing the entry.
async fn publish_outcome(server: &NatsServer, work: &Work, attempt: u32) {
    let jetstream = by_hand(server).await;
    let body = format!("={}", serde_json::to_string(&proof(1)).unwrap());
    put(&jetstream, "bodies", &format!("{}.outcome.{attempt}", key(work)), body).await;
    let note = format!(r#"{{"work":"{}","handed_in":{{"attempt":{attempt},"worker":"w"}}}}"#, work.id);
    publish(&jetstream, "outcome", note).await;
}
