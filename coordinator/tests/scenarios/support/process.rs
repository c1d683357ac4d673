//! A journal in a process of its own, which can be killed: this test binary, started again.

use super::{World, key, keys, submit};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use verin_contracts::network::signer;
use verin_coordinator::database::Database;
use verin_coordinator::journal::{Checks, Journal, Options, State};

/// Says to the binary that it is such a process, and holds what it is to do.
const VARIABLE: &str = "VERIN_SCENARIO_PROCESS";
/// The test that is such a process.
const ENTRY: &str = "support::process::a_process_brings_its_intents_about";

/// A running process. It is killed when it is dropped.
pub struct Process(Child);

impl Process {
    /// Starts one that makes these transfers and ends.
    pub fn start(world: &World, transfers: std::ops::Range<u64>) -> Self {
        let task = BTreeMap::from([
            ("url", world.proxy.url()),
            ("dir", world.dir.path().display().to_string()),
            ("name", world.name.clone()),
            ("from", transfers.start.to_string()),
            ("to", transfers.end.to_string()),
        ]);
        let child = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", ENTRY, "--nocapture"])
            .env(VARIABLE, serde_json::to_string(&task).expect("text"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        Self(child.expect("a process"))
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(mut self) {
        assert_eq!(self.0.try_wait().expect("a state"), None, "it ended before it was killed");
        self.0.kill().expect("it is killed");
        self.0.wait().expect("it is gone");
    }

    /// Waits until it has ended by itself, and asserts that it ended well.
    pub async fn finish(mut self, world: &World) {
        let status = super::until("the process ends", async || {
            world.mine(1).await;
            self.0.try_wait().expect("a state")
        });
        assert!(status.await.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Undisturbed, a process makes its transfers and leaves nothing locked. Started by [`Process`], this is that process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_brings_its_intents_about() {
    if let Ok(task) = std::env::var(VARIABLE) {
        return run(&serde_json::from_str(&task).expect("a task")).await;
    }
    let world = World::start("process").await;
    Process::start(&world, 0..3).finish(&world).await;
    world.assert_transferred(0..3).await;
    assert_eq!(world.nonce().await, 3);
    let entry = world.journal().await.status(&key(2)).await.expect("a file").expect("an entry");
    assert_eq!(entry.state, State::Final);
}

async fn run(task: &BTreeMap<String, String>) {
    let dir = PathBuf::from(&task["dir"]);
    let options = Options {
        confirmations: 2,
        poll: Duration::from_millis(20),
        resend_after: Duration::from_millis(20),
        timeout: super::PATIENCE,
        longest_pause: Duration::from_millis(200),
        locks: dir.clone(),
        ..Options::default()
    };
    let database = Database::open(&dir.join("coordinator.sqlite")).expect("a file");
    let journal = Journal::open(database, &task["url"], signer(&task["name"]), Checks::new(), options);
    let journal = journal.await.expect("a journal");
    let transfers = task["from"].parse().expect("a number")..task["to"].parse().expect("a number");
    submit(&journal, transfers.clone()).await;
    let stop = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn({
        let (journal, stop) = (journal.clone(), stop.clone());
        async move { journal.run(stop).await }
    });
    for key in keys(transfers) {
        assert_eq!(journal.wait(&key).await.expect("an end").state, State::Final);
    }
    stop.cancel();
    running.await.expect("no panic").expect("it ends well");
}
