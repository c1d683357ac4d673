//! What a farm has on its server: streams, consumers, buckets. Whoever comes first makes them.

use super::band::BANDS;
use super::options::NatsOptions;
use crate::QueueError;
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::context::Context;
use async_nats::jetstream::kv::Store;
use async_nats::jetstream::stream::{self, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{self, Message};
use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use futures::StreamExt;
use std::fmt::Display;
use std::time::Duration;

/// Messages that may be with somebody at once, per consumer.
const MOST_OUT: i64 = 65_536;
/// After how long without an answer it is asked whether there will be one.
const SILENCE: Duration = Duration::from_millis(250);
/// For how long the server recognises a message that is published again.
const DUPLICATES: Duration = Duration::from_secs(120);

/// Name of the bucket of bodies.
const BODIES: &str = "bodies";

/// Handles of all of it.
#[derive(Debug)]
pub(super) struct Farm {
    pub(super) client: Client,
    pub(super) at: String,
    context: Context,
    prefix: String,
    pub(super) work: Stream,
    /// By urgency.
    pub(super) bands: Vec<PullConsumer>,
    pub(super) outcomes: PullConsumer,
    pub(super) entries: Store,
    pub(super) over: Store,
    pub(super) bodies: Store,
    pub(super) workers: Store,
    pub(super) lease_time: Duration,
    pub(super) patience: Duration,
}

impl Farm {
    pub(super) async fn open(options: &NatsOptions) -> Result<Self, QueueError> {
        let (client, at) = options.connect().await?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(options.patience);
        let maker = Maker { context: &context, at: &at, prefix: &options.prefix };
        let asked = options.queue.lease_time;
        let work = maker.stream("work", "work.*").await?;
        let mut bands = Vec::new();
        for (band, _) in BANDS {
            bands.push(maker.consumer(&work, band, &format!("work.{band}"), asked).await?);
        }
        let lease_time = bands.first().map_or(asked, |band| band.cached_info().config.ack_wait);
        if lease_time != asked {
            tracing::warn!(%at, asked_ms = asked.as_millis(), ms = lease_time.as_millis(), "the farm has another lease time");
        }
        let outcomes = maker.stream("outcomes", "outcome").await?;
        let outcomes = maker.consumer(&outcomes, "coordinator", "outcome", lease_time).await?;
        Ok(Self {
            bands,
            outcomes,
            entries: maker.bucket("entries", None).await?,
            over: maker.bucket("over", Some(options.queue.remember)).await?,
            bodies: maker.bucket(BODIES, None).await?,
            workers: maker.bucket("workers", Some(lease_time * 3)).await?,
            prefix: options.prefix.clone(),
            work,
            lease_time,
            patience: options.patience,
            context,
            client,
            at,
        })
    }

    pub(super) fn unreachable<E: Display>(&self, what: &'static str) -> impl Fn(E) -> QueueError {
        move |e| unreachable(what, &self.at, e)
    }

    /// Publishes, waits until it is stored, and tells its number in the stream. The same `name` again is the same message.
    pub(super) async fn publish(
        &self,
        what: &'static str,
        subject: &str,
        name: &str,
        payload: Bytes,
    ) -> Result<u64, QueueError> {
        let mut headers = HeaderMap::new();
        headers.insert(async_nats::header::NATS_MESSAGE_ID, name);
        let subject = format!("{}.{subject}", self.prefix);
        let sent = self.context.publish_with_headers(subject, headers, payload).await;
        let stored = sent.map_err(self.unreachable(what))?.await.map_err(self.unreachable(what))?;
        Ok(stored.sequence)
    }

    /// The next message of a consumer, if there is one.
    ///
    /// The server answers at once whether there is one; but when another gets the one that was there when it looked, it does not
    /// answer at all until there is one more. So who hears nothing asks again, for an answer by a given time.
    pub(super) async fn fetch(&self, what: &'static str, from: &PullConsumer) -> Result<Option<Message>, QueueError> {
        let fetch = async {
            let ask = from.fetch().max_messages(1);
            let mut at_once = ask.messages().await.map_err(self.unreachable(what))?;
            if let Ok(answer) = tokio::time::timeout(SILENCE, at_once.next()).await {
                return answer.transpose().map_err(self.unreachable(what));
            }
            let ask = from.fetch().max_messages(1).expires(SILENCE);
            let mut in_time = ask.messages().await.map_err(self.unreachable(what))?;
            let answer = tokio::select! {
                biased;
                answer = at_once.next() => answer,
                answer = in_time.next() => answer,
            };
            answer.transpose().map_err(self.unreachable(what))
        };
        tokio::time::timeout(self.patience, fetch).await.map_err(self.unreachable(what))?
    }

    /// Acknowledges a delivery in some way, and waits until the server has taken note.
    pub(super) async fn answer(&self, what: &'static str, delivery: &str, answer: Answer) -> Result<(), QueueError> {
        let payload = Bytes::from_static(answer.word());
        self.client.request(delivery.to_string(), payload).await.map(drop).map_err(self.unreachable(what))
    }

    /// Wakes up who waits for this. Who misses it looks soon anyway.
    pub(super) async fn hint(&self, of: &str) {
        let _ = self.client.publish(format!("{}.hint.{of}", self.prefix), Bytes::new()).await;
    }

    /// Subject of hints.
    pub(super) fn hints(&self) -> String {
        format!("{}.hint.*", self.prefix)
    }

    /// All that is in a bucket: key and value.
    pub(super) async fn scan(&self, what: &'static str, bucket: &Store) -> Result<Vec<(String, Bytes)>, QueueError> {
        let config = pull::Config {
            ack_policy: AckPolicy::None,
            inactive_threshold: self.patience * 2,
            memory_storage: true,
            ..pull::Config::default()
        };
        let consumer = bucket.stream.create_consumer(config).await.map_err(self.unreachable(what))?;
        let info = consumer.cached_info();
        let (name, mut left) = (info.name.clone(), info.num_pending);
        let mut found = Vec::new();
        let read = async {
            while left > 0 {
                let batch = consumer.fetch().max_messages(1000).messages().await;
                let mut batch = batch.map_err(self.unreachable(what))?;
                let before = left;
                while let Some(message) = batch.next().await {
                    let message = message.map_err(self.unreachable(what))?;
                    left = message.info().map_or(0, |info| info.pending);
                    let key = message.subject.strip_prefix(bucket.prefix.as_str()).unwrap_or_default().to_string();
                    // A deletion is an entry without a value.
                    if !message.payload.is_empty() {
                        found.push((key, message.payload.clone()));
                    }
                }
                // What was counted was removed in the meantime.
                if left == before {
                    break;
                }
            }
            Ok(())
        };
        let read = tokio::time::timeout(self.patience * 4, read).await.map_err(self.unreachable(what)).flatten();
        // It goes away by itself when this does not arrive.
        let _ = bucket.stream.delete_consumer(&name).await;
        read.map(|()| found)
    }

    /// Removes keys of a bucket, without a trace: one, or with `.>` at the end all that begin like this.
    pub(super) async fn remove(&self, what: &'static str, bucket: &Store, keys: &str) -> Result<(), QueueError> {
        let subject = format!("{}{keys}", bucket.prefix);
        bucket.stream.purge().filter(subject).await.map(drop).map_err(self.unreachable(what))
    }
}

/// What is said of a delivery.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// It is done with.
    Done,
    /// It is to be delivered again.
    Again,
    /// It is being worked on.
    Working,
}

impl Answer {
    fn word(self) -> &'static [u8] {
        match self {
            Self::Done => b"+ACK",
            Self::Again => b"-NAK",
            Self::Working => b"+WPI",
        }
    }
}

struct Maker<'a> {
    context: &'a Context,
    at: &'a str,
    prefix: &'a str,
}

impl Maker<'_> {
    async fn stream(&self, name: &str, subject: &str) -> Result<Stream, QueueError> {
        let config = stream::Config {
            name: format!("{}_{name}", self.prefix),
            subjects: vec![format!("{}.{subject}", self.prefix)],
            retention: RetentionPolicy::WorkQueue,
            storage: StorageType::File,
            duplicate_window: DUPLICATES,
            ..stream::Config::default()
        };
        let made = self.context.get_or_create_stream(config).await;
        made.map_err(|e| unreachable("make a stream", self.at, e))
    }

    async fn consumer(
        &self,
        stream: &Stream,
        name: &str,
        subject: &str,
        ack_wait: Duration,
    ) -> Result<PullConsumer, QueueError> {
        let config = pull::Config {
            durable_name: Some(name.into()),
            ack_policy: AckPolicy::Explicit,
            ack_wait,
            // What was delivered too often is for the entries to say: what is given back does not count.
            max_deliver: -1,
            filter_subject: format!("{}.{subject}", self.prefix),
            max_ack_pending: MOST_OUT,
            ..pull::Config::default()
        };
        let made = stream.get_or_create_consumer(name, config).await;
        made.map_err(|e| unreachable("make a consumer", self.at, e))
    }

    /// A bucket, made as the stream that it is: the client's own way asks what a server of version 2.9 does not answer.
    async fn bucket(&self, name: &str, keep: Option<Duration>) -> Result<Store, QueueError> {
        let bucket = format!("{}_{name}", self.prefix);
        let config = stream::Config {
            name: format!("KV_{bucket}"),
            subjects: vec![format!("$KV.{bucket}.>")],
            max_messages_per_subject: 1,
            max_age: keep.unwrap_or_default(),
            storage: StorageType::File,
            discard: DiscardPolicy::New,
            allow_rollup: true,
            deny_delete: true,
            // Read from whichever replica, which may be behind. A body is written before anything speaks of it, and never changed.
            allow_direct: name == BODIES,
            ..stream::Config::default()
        };
        let made = self.context.get_or_create_stream(config).await;
        made.map_err(|e| unreachable("make a bucket", self.at, e))?;
        let there = self.context.get_key_value(&bucket).await;
        there.map_err(|e| unreachable("open a bucket", self.at, e))
    }
}

fn unreachable(what: &'static str, at: &str, why: impl Display) -> QueueError {
    QueueError::Unreachable { what, at: at.into(), why: why.to_string() }
}
