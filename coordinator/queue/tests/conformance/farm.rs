//! A queue's files or server, of each kind.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use verin_queue::work::B256;
use verin_queue::{
    Input, Lease, LocalQueue, NatsOptions, NatsQueue, NatsServer, Options, Outcome, Progress, Proven, Queue, Stage,
    Work, WorkId,
};

/// Long enough for anything on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// For what is there, or never will be.
pub const AT_ONCE: Duration = Duration::ZERO;

/// Where a queue is.
pub trait Farm: Send + Sync + Sized {
    /// A place with nothing in it.
    fn start() -> Self;
    /// The queue as one more process opens it.
    fn open(&self, options: Options) -> impl Future<Output = Arc<dyn Queue>> + Send;
    /// Kills what keeps the queue, and starts it again.
    fn restart(&mut self);
    /// Puts in what is not ours, and damages what is ours of this work, which waits.
    fn disturb(&self, work: WorkId) -> impl Future<Output = ()> + Send;
}

/// A file.
pub struct Local {
    dir: TempDir,
}

impl Local {
    fn path(&self) -> std::path::PathBuf {
        self.dir.path().join("queue.sqlite")
    }
}

impl Farm for Local {
    fn start() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    async fn open(&self, options: Options) -> Arc<dyn Queue> {
        Arc::new(LocalQueue::open(self.path(), options).await.unwrap())
    }

    // Every call is on the disk when it returns, and what is open holds nothing else; tests/killed.rs kills for real.
    fn restart(&mut self) {}

    async fn disturb(&self, work: WorkId) {
        let file = rusqlite::Connection::open(self.path()).unwrap();
        file.busy_timeout(PATIENCE).unwrap();
        let add = "INSERT INTO work (id, deadline, body, state) VALUES (x'00', 0, x'7b7d', 'waiting')";
        file.execute(add, []).unwrap();
        file.execute("UPDATE work SET body = x'ff00' WHERE id = ?1", [work.as_slice()]).unwrap();
    }
}

/// A server.
pub struct Nats {
    pub server: NatsServer,
    dir: TempDir,
}

impl Nats {
    pub fn options(&self, queue: Options) -> NatsOptions {
        NatsOptions { queue, prefix: "test".into(), ..NatsOptions::new(self.server.url()) }
    }

    pub fn store(&self) -> &Path {
        self.dir.path()
    }
}

impl Farm for Nats {
    fn start() -> Self {
        let dir = TempDir::new().unwrap();
        Self { server: NatsServer::start(dir.path(), None).unwrap(), dir }
    }

    async fn open(&self, options: Options) -> Arc<dyn Queue> {
        assert!(self.store().is_dir());
        Arc::new(NatsQueue::connect(&self.options(options)).await.unwrap())
    }

    fn restart(&mut self) {
        self.server.restart().unwrap();
    }

    async fn disturb(&self, work: WorkId) {
        let client = async_nats::connect(self.server.url()).await.unwrap();
        let jetstream = async_nats::jetstream::new(client);
        let other = format!("{{\"work\":\"{}\"}}", B256::repeat_byte(0xee));
        for subject in ["test.work.now", "test.work.whenever", "test.outcome"] {
            for payload in ["", "nonsense", "{\"work\":1}", &other] {
                jetstream.publish(subject, payload.to_string().into()).await.unwrap().await.unwrap();
            }
        }
        let key = work.to_string().trim_start_matches("0x").to_string();
        let bodies = jetstream.get_key_value("test_bodies").await.unwrap();
        bodies.put(format!("{key}.work"), "#nonsense".into()).await.unwrap();
        let entries = jetstream.get_key_value("test_entries").await.unwrap();
        entries.put("nobody", "nonsense".into()).await.unwrap();
    }
}

/// A lease time, and attempts, and room for plenty.
pub fn options(lease_ms: u64) -> Options {
    Options { lease_time: Duration::from_millis(lease_ms), ..Options::default() }
}

/// Leases that last for the whole test.
pub fn long() -> Options {
    options(60_000)
}

/// Work number `n`, due in an hour.
pub fn work(n: u64) -> Work {
    due(n, 3600)
}

/// Work number `n`, due in so many seconds.
pub fn due(n: u64, seconds: u64) -> Work {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut id = [7; 32];
    id[..8].copy_from_slice(&n.to_be_bytes());
    Work {
        id: id.into(),
        context: B256::repeat_byte(9),
        record: B256::repeat_byte(1),
        jobs: vec![B256::repeat_byte(2), B256::repeat_byte(3)],
        inputs: vec![
            Input::Public(vec![0, 255, 17]),
            Input::Private { commitment: vec![4; 64], delivered: vec![5; 100] },
        ],
        deadline: now + seconds,
    }
}

/// A proof, by whom.
pub fn proof(by: u8) -> Outcome {
    Outcome::Proven(Proven { output: vec![by], seal: vec![by; 1900], batch: 2, prove_ms: 812, cpu_ms: Some(1600) })
}

pub fn failed(why: &str) -> Outcome {
    Outcome::Failed { why: why.into() }
}

pub fn proving() -> Progress {
    Progress { stage: Stage::Proving, elapsed_ms: 40 }
}

/// Takes what must be there.
pub async fn take(queue: &Arc<dyn Queue>, worker: &str) -> Lease {
    queue.take(worker, PATIENCE).await.unwrap().expect("work")
}

/// Asserts that a call is refused because the lease is over.
#[macro_export]
macro_rules! fenced {
    ($call:expr) => {
        let answer = $call.await;
        assert!(matches!(answer, Err(verin_queue::QueueError::Fenced { .. })), "{answer:?}");
    };
}
