//! `verin coordinator` and `verin prover` as processes, on a real chain: what is requested is proved and paid, once, whatever is
//! killed on the way.

mod lying_worker;
mod one_machine;
mod over_nats;
mod private;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use verin_artifacts::Artifacts;
use verin_contracts::jobs::Status;
use verin_contracts::network::{account, signer};
use verin_contracts::{B256, U256};
use verin_prover::keys::ProverKey;
use verin_quantizer::VqFile;
use verin_testbed::{World, key};

/// Longest wait for anything, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(300);

/// A network with a model on it, its artifacts, and an operator with stake and collateral.
pub(crate) struct Farm {
    pub(crate) world: World,
    pub(crate) folder: TempDir,
}

impl Farm {
    pub(crate) async fn new() -> Self {
        Self::of(&key()).await
    }

    /// The same, with this key's model.
    pub(crate) async fn of(key: &ProverKey) -> Self {
        let folder = TempDir::new().expect("a folder");
        let world = World::with_prover(key, 16).await;
        let artifacts = Artifacts::open(&[folder.path().join("models").display().to_string()]).expect("a folder");
        let program = VqFile { graph: key.graph.clone(), report: Default::default() };
        artifacts.publish(&key.record, Some(&program)).await.expect("a model");
        Self { world, folder }
    }

    /// Starts `verin` with this line, and the operator's key.
    pub(crate) fn start(&self, line: &str) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_verin"));
        command.args(line.split_whitespace()).current_dir(self.folder.path());
        command.env("VERIN_KEY", signer("prover").to_bytes().to_string());
        // One coordinator for a key, on one machine: each test has a chain and so a machine of its own.
        command.env("XDG_RUNTIME_DIR", self.folder.path());
        command.env("RUST_LOG", "info,verin_worker=debug").stdout(Stdio::null());
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("log"));
        Process(command.stderr(log.expect("a log")).spawn().expect("a process"))
    }

    pub(crate) fn coordinator(&self, options: &str) -> Process {
        let url = self.world.chain.url();
        self.start(&format!(
            "coordinator --rpc {url} --artifacts models --insecure-srs --poll 1s --listen 127.0.0.1:0 {options}"
        ))
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
                    let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                    panic!("job {job} is {:?}, and not {status:?}:\n{log}", self.status(*job).await);
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }

    /// Every job was paid for once, to the operator: fees and credits of that many jobs, and no collateral held.
    pub(crate) async fn paid_once(&self, jobs: &[B256]) {
        let contracts = &self.world.contracts;
        let events = contracts.market.JobFulfilled_filter().from_block(0).query().await.expect("events");
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
    }
}

/// A process that is killed when the test is over.
pub(crate) struct Process(pub(crate) Child);

impl Process {
    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.0.kill().expect("a process");
        self.0.wait().expect("an end");
    }

    /// SIGTERM; waits for the end, which must be a good one.
    pub(crate) fn stop(mut self) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
        assert!(self.0.wait().expect("an end").success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
