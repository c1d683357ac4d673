//! A network with a model on it and an operator, and what must hold when all is over.

use crate::{PATIENCE, Process, until};
use alloy::providers::Provider;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use verin_artifacts::Artifacts;
use verin_contracts::jobs::Status;
use verin_contracts::network::{account, signer};
use verin_contracts::{B256, U256};
use verin_coordinator::database::Database;
use verin_coordinator::journal::State;
use verin_prover::keys::ProverKey;
use verin_quantizer::VqFile;
use verin_queue::{NatsOptions, NatsQueue, NatsServer, Options};
use verin_testbed::{TOKEN, World, key};

/// Stake and collateral of the operator: as many jobs can be held.
const LOCKS: u64 = 16;

/// A network with a model on it, its artifacts, and an operator with stake and collateral.
pub(crate) struct Farm {
    pub(crate) world: World,
    pub(crate) folder: TempDir,
    /// Transactions that the operator had sent before.
    before: u64,
}

impl Farm {
    pub(crate) async fn new() -> Self {
        Self::of(&key()).await
    }

    /// The same, with this key's model.
    pub(crate) async fn of(key: &ProverKey) -> Self {
        Self::on(World::with_prover(key, LOCKS).await, key).await
    }

    /// The same, on a chain whose clock begins at this time, in seconds since 1970.
    pub(crate) async fn at(time: u64) -> Self {
        let key = key();
        let world = World::new_at(&key.record.record.encode(), Some(time)).await;
        world.stake("prover", LOCKS).await;
        Self::on(world, &key).await
    }

    async fn on(world: World, key: &ProverKey) -> Self {
        let folder = TempDir::new().expect("a folder");
        let artifacts = Artifacts::open(&[folder.path().join("models").display().to_string()]).expect("a folder");
        let program = VqFile { graph: key.graph.clone(), report: Default::default() };
        artifacts.publish(&key.record, Some(&program)).await.expect("a model");
        let before = nonce(&world).await;
        Self { world, folder, before }
    }

    /// A file of the network's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts `verin` with this line, and the operator's key.
    pub(crate) fn start(&self, line: &str) -> Process {
        self.run(Command::new(env!("CARGO_BIN_EXE_verin")).args(line.split_whitespace()))
    }

    /// The same; where it may not write, it is told so, and not ended by a signal.
    pub(crate) fn start_limited(&self, line: &str) -> Process {
        let script = format!("trap '' XFSZ; exec {} {line}", env!("CARGO_BIN_EXE_verin"));
        self.run(Command::new("sh").args(["-c", &script]))
    }

    fn run(&self, command: &mut Command) -> Process {
        command.current_dir(self.folder.path());
        command.env("VERIN_KEY", signer("prover").to_bytes().to_string());
        // One coordinator for a key, on one machine: each test has a chain and so a machine of its own.
        command.env("XDG_RUNTIME_DIR", self.folder.path());
        command.env("RUST_LOG", "info,verin_worker=debug").stdout(Stdio::null());
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.path("log"));
        Process(command.stderr(log.expect("a log")).spawn().expect("a process"))
    }

    /// The line that starts a coordinator, which reaches the chain at `url`.
    pub(crate) fn coordinator_line(&self, url: &str, options: &str) -> String {
        format!("coordinator --rpc {url} --artifacts models --insecure-srs --poll 1s --listen 127.0.0.1:0 {options}")
    }

    pub(crate) fn coordinator(&self, options: &str) -> Process {
        self.start(&self.coordinator_line(&self.world.chain.url(), options))
    }

    /// A worker of this name with one thread.
    pub(crate) fn worker(&self, queue: &str, name: &str) -> Process {
        self.start(&format!("prover --queue {queue} --artifacts models --insecure-srs --name {name} --threads 1"))
    }

    /// A NATS server, and the queue on it, whose leases last so long.
    pub(crate) async fn nats(&self, lease_time: Duration) -> (NatsServer, NatsQueue) {
        let server = NatsServer::start(&self.path("nats"), None).expect("nats-server");
        // The lease time of a farm is that of whoever comes first.
        let queue = Options { lease_time, ..Options::default() };
        let queue = NatsQueue::connect(&NatsOptions { queue, ..NatsOptions::new(server.url()) }).await;
        (server, queue.expect("a queue"))
    }

    /// Everything that was logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Waits until this was logged, and not before the log was `from` bytes long.
    pub(crate) async fn said_after(&self, from: usize, text: &str) {
        let said = async || self.log().get(from..).is_some_and(|log| log.contains(text)).then_some(());
        until(&format!("it says {text}"), said).await;
    }

    /// Waits until this was logged.
    pub(crate) async fn said(&self, text: &str) {
        self.said_after(0, text).await;
    }

    pub(crate) async fn status(&self, job: B256) -> Option<Status> {
        Status::of(self.world.contracts.market.job(job).call().await.expect("a job").status)
    }

    /// Waits until every job is at this.
    pub(crate) async fn until(&self, jobs: &[B256], status: Status) {
        let end = Instant::now() + PATIENCE;
        for job in jobs {
            while self.status(*job).await != Some(status) {
                if Instant::now() > end {
                    panic!("job {job} is {:?}, and not {status:?}:\n{}", self.status(*job).await, self.log());
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }

    /// How many transactions the operator's account has sent.
    pub(crate) async fn sent(&self) -> u64 {
        nonce(&self.world).await - self.before
    }

    /// The coordinator's file.
    pub(crate) fn database(&self) -> Database {
        Database::open(&self.path("coordinator.sqlite")).expect("a file")
    }

    /// The last block that the coordinator has read.
    pub(crate) async fn read(&self) -> Option<u64> {
        let last = "SELECT max(number) FROM block";
        self.database().read(move |c| c.query_row(last, [], |row| row.get(0))).await.expect("the index")
    }

    /// Waits until the coordinator has read all of the chain.
    pub(crate) async fn all_is_read(&self) {
        let head = self.world.contracts.network.block().await.expect("a head");
        until("all is read", async || (self.read().await == Some(head)).then_some(())).await;
    }

    /// Waits until everything that the coordinator wanted of the chain has ended; all of it must have come about. By how many
    /// transactions.
    pub(crate) async fn achieved(&self) -> u64 {
        let database = self.database();
        let ended = async || {
            let all = "SELECT key, state, nonce IS NOT NULL FROM journal_intents ORDER BY id";
            let rows = database.read(move |c| {
                let mut all = c.prepare(all)?;
                all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
            });
            let rows: Vec<(String, String, bool)> = rows.await.expect("the journal");
            let state = |name: &str| State::named(name).expect("a state");
            assert!(rows.iter().all(|(_, name, _)| state(name).is_success() || !state(name).is_end()), "{rows:?}");
            let sent = rows.iter().filter(|(_, _, sent)| *sent).count() as u64;
            rows.iter().all(|(_, name, _)| state(name).is_end()).then_some(sent)
        };
        until("everything has ended", ended).await
    }

    /// The same, and the operator sent nothing else.
    pub(crate) async fn nothing_in_vain(&self) {
        assert_eq!(self.achieved().await, self.sent().await);
    }

    /// Every job was paid for once, to the operator: fees and credits of that many jobs, and no collateral held or slashed.
    pub(crate) async fn paid_once(&self, jobs: &[B256]) {
        let contracts = &self.world.contracts;
        // A node shows what a block did a moment before it shows the block.
        let events = until("the payments are shown", async || {
            let events = contracts.market.JobFulfilled_filter().from_block(0).query().await.expect("events");
            (events.len() >= jobs.len()).then_some(events)
        });
        let events = events.await;
        let mut paid: Vec<B256> = events.iter().map(|(event, _)| event.jobId).collect();
        let mut expected = jobs.to_vec();
        paid.sort_unstable();
        expected.sort_unstable();
        assert_eq!(paid, expected, "each once");
        assert!(events.iter().all(|(event, _)| event.payout == account("prover")));
        let earned = events.iter().map(|(event, _)| event.proverAmount).sum::<U256>();
        let credit = contracts.market.creditOf(account("prover"), *contracts.token.address()).call().await;
        assert_eq!(credit.expect("a credit"), earned);
        let open = contracts.staking.openLocks(account("prover")).call().await.expect("a count");
        assert_eq!(open, U256::ZERO, "nothing is held any more");
        let collateral = contracts.free_collateral(account("prover")).await.expect("an amount");
        assert_eq!(collateral, U256::from(TOKEN) * U256::from(LOCKS), "nothing was slashed");
    }
}

async fn nonce(world: &World) -> u64 {
    world.contracts.network.provider.get_transaction_count(account("prover")).await.expect("a nonce")
}
