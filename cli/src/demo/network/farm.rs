//! The processes: a NATS server, a coordinator, workers.

use super::place::{OPERATOR, Place};
use crate::demo::checks::Checks;
use crate::demo::usage::{cpu, peak_rss};
use crate::error::{CliError, Kind, io};
use crate::output::Output;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use verin_contracts::network::signer;
use verin_queue::{NatsOptions, NatsQueue, NatsServer, Queue, WorkerStatus};

/// What a process may take to begin, and to end.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long work of a worker that is gone stays with it. An operator's farm waits longer.
const LEASE: Duration = Duration::from_secs(10);
/// Lines of a log that are shown with an error.
const TAIL: usize = 12;

/// One process.
#[derive(Debug)]
struct Member {
    name: String,
    child: Child,
    log: PathBuf,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Farm {
    server: NatsServer,
    coordinator: Member,
    workers: Vec<Member>,
    rpc: String,
    folder: PathBuf,
    api: String,
    /// CPU time of workers that were killed.
    lost: Duration,
}

/// What the processes took.
#[derive(Clone, Debug, Default)]
pub(super) struct Cost {
    /// Workers, by their own account.
    pub(super) workers: Vec<WorkerStatus>,
    /// CPU time of all workers.
    pub(super) workers_cpu: Duration,
    /// CPU time of the coordinator.
    pub(super) coordinator_cpu: Option<Duration>,
    /// Most memory of the coordinator, in bytes.
    pub(super) coordinator_rss: Option<u64>,
}

impl Farm {
    /// Starts all but the workers, and waits until the coordinator serves.
    pub(super) async fn start(place: &Place, output: &Output) -> Result<Self, CliError> {
        let progress = output.spinner("starting the farm");
        let (rpc, folder) = (place.contracts.network.url.clone(), place.folder().to_path_buf());
        let server = NatsServer::start(&folder.join("nats"), None)?;
        // The first to connect says how long a lease is.
        drop(connect(&server).await?);
        let line = format!(
            "coordinator --rpc {rpc} --artifacts models --insecure-srs --no-prover --queue {} --listen 127.0.0.1:0 --poll 1s",
            server.url()
        );
        let mut coordinator = Member::start("coordinator", &folder, &line, true)?;
        let api = coordinator.address().await?;
        let farm = Self { server, coordinator, workers: Vec::new(), rpc, folder, api, lost: Duration::ZERO };
        drop(progress);
        output.fact("queue", farm.server.url());
        output.fact("coordinator", format_args!("{}: the explorer, while it runs", farm.api));
        Ok(farm)
    }

    /// One more worker.
    pub(super) fn hire(&mut self, name: &str) -> Result<(), CliError> {
        let line =
            format!("prover --queue {} --artifacts models --insecure-srs --name {name} --threads 1", self.server.url());
        self.workers.push(Member::start(name, &self.folder, &line, false)?);
        Ok(())
    }

    /// SIGKILL to a worker.
    pub(super) async fn kill(&mut self, name: &str) -> Result<(), CliError> {
        let Some(at) = self.workers.iter().position(|worker| worker.name == name) else { return Ok(()) };
        let mut worker = self.workers.remove(at);
        self.lost += worker.cpu().unwrap_or_default();
        worker.child.kill().await.map_err(|e| io(name, &e))
    }

    /// A connection to the queue.
    pub(super) async fn queue(&self) -> Result<NatsQueue, CliError> {
        connect(&self.server).await
    }

    /// Where the coordinator serves.
    pub(super) fn api(&self) -> &str {
        &self.api
    }

    /// SIGTERM to all, workers first; each must end well.
    pub(super) async fn stop(&mut self, checks: &mut Checks) -> Result<Cost, CliError> {
        let workers = self.queue().await?.workers().await?;
        let cost = Cost {
            workers,
            workers_cpu: self.workers.iter().filter_map(Member::cpu).sum::<Duration>() + self.lost,
            coordinator_cpu: self.coordinator.cpu(),
            coordinator_rss: self.coordinator.child.id().and_then(peak_rss),
        };
        for member in self.workers.iter_mut().chain([&mut self.coordinator]) {
            let ended = member.stop().await?;
            checks.same(format!("{}: ends at SIGTERM", member.name), "exit status: 0", &ended);
        }
        Ok(cost)
    }

    /// An error, with what the processes said last.
    pub(super) fn explain(&self, error: CliError) -> CliError {
        let mut said = String::new();
        for member in self.workers.iter().chain([&self.coordinator]) {
            said += &format!("\n{}, last lines of its log:\n{}", member.name, tail(&member.log));
        }
        CliError::new(error.kind, format!("{error}{said}\non the chain of {}", self.rpc))
    }
}

impl Member {
    /// Starts `verin` with this line, in the folder.
    fn start(name: &str, folder: &Path, line: &str, speaks: bool) -> Result<Self, CliError> {
        let log = folder.join(format!("{name}.log"));
        let program = std::env::current_exe().map_err(|e| io("this program", &e))?;
        let mut command = Command::new(&program);
        command.args(line.split_whitespace()).current_dir(folder).kill_on_drop(true).stdin(Stdio::null());
        for variable in ["VERIN_RPC", "VERIN_DEPLOYER", "VERIN_QUEUE", "VERIN_PASSWORD"] {
            command.env_remove(variable);
        }
        command.env("VERIN_KEY", signer(OPERATOR).to_bytes().to_string());
        // One coordinator for a key on one machine: another demo has the same key, on another chain.
        command.env("XDG_RUNTIME_DIR", folder);
        command.stdout(if speaks { Stdio::piped() } else { Stdio::null() });
        command.stderr(File::create(&log).map_err(|e| io(log.display(), &e))?);
        let child = command.spawn().map_err(|e| io(program.display(), &e))?;
        Ok(Self { name: name.into(), child, log })
    }

    /// Where a coordinator serves, once it does.
    async fn address(&mut self) -> Result<String, CliError> {
        let Some(stdout) = self.child.stdout.take() else { return Ok(String::new()) };
        let mut lines = BufReader::new(stdout).lines();
        let found = timeout(PATIENCE, async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some((_, url)) = line.split_once("is ready: ") {
                    return Some(url.to_owned());
                }
            }
            None
        });
        found.await.ok().flatten().ok_or_else(|| {
            let message = format!("the coordinator did not start; its log ends with\n{}", tail(&self.log));
            CliError::new(Kind::Coordinator, message)
        })
    }

    fn cpu(&self) -> Option<Duration> {
        cpu(self.child.id()?)
    }

    /// SIGTERM; how it ended.
    async fn stop(&mut self) -> Result<String, CliError> {
        if let Some(pid) = self.child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?)) {
            kill_process(pid, Signal::TERM).map_err(|e| io(&self.name, &e.into()))?;
        }
        match timeout(PATIENCE, self.child.wait()).await {
            Ok(ended) => Ok(ended.map_err(|e| io(&self.name, &e))?.to_string()),
            Err(_) => Ok(format!("still there after {} s", PATIENCE.as_secs())),
        }
    }
}

async fn connect(server: &NatsServer) -> Result<NatsQueue, CliError> {
    let queue = verin_queue::Options { lease_time: LEASE, ..verin_queue::Options::default() };
    Ok(NatsQueue::connect(&NatsOptions { queue, ..NatsOptions::new(server.url()) }).await?)
}

/// The end of a log.
fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().skip(lines.len().saturating_sub(TAIL)).map(|line| format!("    {line}\n")).collect()
}
