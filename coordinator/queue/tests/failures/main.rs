//! What goes wrong between a farm and its server: restarts, partitions, lost answers, deaths in the middle of a call.
//!
//! ```text
//! proxy        a connection that can be cut, silenced, or made deaf
//! restarts     the server is killed, and comes back
//! partitions   the connection is silent, or answers get lost
//! deaths       a process died in the middle of a call
//! server       logins, prefixes, and nats-server itself
//! ```

mod deaths;
mod partitions;
mod proxy;
mod restarts;
mod server;

use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use verin_queue::work::B256;
use verin_queue::{
    Input, Lease, NatsOptions, NatsQueue, NatsServer, Options, Outcome, Progress, Proven, Queue, QueueError, Stage,
    Work,
};

/// Long enough for anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn start() -> (NatsServer, TempDir) {
    let dir = TempDir::new().unwrap();
    (NatsServer::start(dir.path(), None).unwrap(), dir)
}

async fn open(url: &str, lease_ms: u64) -> Arc<NatsQueue> {
    let queue = Options { lease_time: Duration::from_millis(lease_ms), ..Options::default() };
    let patience = Duration::from_secs(2);
    let options = NatsOptions { queue, patience, prefix: "test".into(), ..NatsOptions::new(url) };
    Arc::new(NatsQueue::connect(&options).await.unwrap())
}

fn work(n: u8) -> Work {
    let inputs = vec![Input::Public(vec![n; 10])];
    Work {
        id: B256::repeat_byte(n),
        context: B256::ZERO,
        record: B256::ZERO,
        jobs: vec![B256::ZERO],
        inputs,
        deadline: u64::MAX,
    }
}

fn proof(by: u8) -> Outcome {
    Outcome::Proven(Proven { output: vec![by], seal: vec![by; 10], batch: 1, prove_ms: 1, cpu_ms: None })
}

fn proving() -> Progress {
    Progress { stage: Stage::Proving, elapsed_ms: 1 }
}

async fn take(queue: &NatsQueue, worker: &str) -> Lease {
    queue.take(worker, PATIENCE).await.unwrap().expect("work")
}

/// Asks until the server answers, as a worker and a coordinator do.
async fn insist<T>(call: impl AsyncFn() -> Result<T, QueueError>) -> Result<T, QueueError> {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        match call().await {
            Err(QueueError::Unreachable { .. }) if tokio::time::Instant::now() < end => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            answer => return answer,
        }
    }
}
