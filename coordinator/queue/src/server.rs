//! A nats-server for one machine.
//!
//! [`NatsServer`] is a `nats-server` with JetStream that lives as long as its handle: it is killed when the handle is dropped, after
//! an error or a panic as well. It listens on 127.0.0.1 only. What it stores outlives it: [`NatsServer::restart`], or another
//! server in the same folder, goes on where it ended. A farm runs a nats-server of its own (`docs/queue.md`).

use crate::QueueError;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// Longest wait for the server to listen.
const PATIENCE: Duration = Duration::from_secs(30);
/// What it says to which port it listens.
const LISTENING: &str = "Listening for client connections on 127.0.0.1:";
/// What it says when it takes connections.
const READY: &str = "Server is ready";
/// Where it is: Debian keeps it where only root's PATH looks.
const PROGRAMS: [&str; 2] = ["nats-server", "/usr/sbin/nats-server"];

/// A running nats-server.
#[derive(Debug)]
pub struct NatsServer {
    child: Child,
    port: u16,
    store_dir: PathBuf,
    config: Option<PathBuf>,
}

impl NatsServer {
    /// Starts `nats-server -js` on `port`, or on a free port; it stores below `store_dir`.
    ///
    /// # Errors
    /// It is not installed, the port is taken, or it does not start.
    pub fn start(store_dir: &Path, port: Option<u16>) -> Result<Self, QueueError> {
        Self::start_with(store_dir, port, None)
    }

    /// Starts it with a configuration file of nats-server's, for users and passwords say.
    ///
    /// # Errors
    /// As [`NatsServer::start`].
    pub fn start_with(store_dir: &Path, port: Option<u16>, config: Option<&Path>) -> Result<Self, QueueError> {
        let config = config.map(Path::to_path_buf);
        let (child, port) = launch(store_dir, port, config.as_deref())?;
        Ok(Self { child, port, store_dir: store_dir.into(), config })
    }

    /// Kills it, as a crash would.
    pub fn stop(&mut self) {
        end(&mut self.child);
    }

    /// Kills it if it runs, and starts it again, on the same port and with what it has stored.
    ///
    /// # Errors
    /// As [`NatsServer::start`].
    pub fn restart(&mut self) -> Result<(), QueueError> {
        self.stop();
        let (child, _) = launch(&self.store_dir, Some(self.port), self.config.as_deref())?;
        self.child = child;
        Ok(())
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Its process.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts the server, and returns when it takes connections.
fn launch(store_dir: &Path, port: Option<u16>, config: Option<&Path>) -> Result<(Child, u16), QueueError> {
    let failed = |why: String| QueueError::NotStarted { why };
    // -1 is a free port, which the system chooses while the server binds it.
    let port = port.filter(|port| *port != 0).map_or_else(|| "-1".into(), |port| port.to_string());
    let mut arguments: Vec<OsString> =
        ["-js", "--addr", "127.0.0.1", "--port", &port, "--store_dir"].map(OsString::from).into();
    arguments.push(store_dir.into());
    if let Some(config) = config {
        arguments.extend(["--config".into(), config.into()]);
    }
    let mut child = spawn(&arguments)?;
    let (sender, said) = channel();
    if let Some(stderr) = child.stderr.take() {
        follow(stderr, sender);
    }
    let mut listens = None;
    let mut last = String::from("it ended without a word");
    let deadline = Instant::now() + PATIENCE;
    let why = loop {
        match said.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                if let Some((_, port)) = line.split_once(LISTENING) {
                    listens = port.trim().parse().ok();
                }
                if let (true, Some(port)) = (line.contains(READY), listens) {
                    return Ok((child, port));
                }
                last = line;
            }
            Err(RecvTimeoutError::Timeout) => {
                break format!("it was not ready within {} s: {last}", PATIENCE.as_secs());
            }
            Err(RecvTimeoutError::Disconnected) => break last,
        }
    };
    end(&mut child);
    Err(failed(why))
}

fn spawn(arguments: &[OsString]) -> Result<Child, QueueError> {
    for program in PROGRAMS {
        let mut command = Command::new(program);
        let command = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        match command.spawn() {
            Ok(child) => return Ok(child),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(QueueError::NotStarted { why: e.to_string() }),
        }
    }
    let why = "it is not installed: install it (Debian, Ubuntu: apt-get install nats-server)".into();
    Err(QueueError::NotStarted { why })
}

fn end(child: &mut Child) {
    // It may have ended by itself; then there is nothing to kill, and waiting reaps it.
    let _ = child.kill();
    let _ = child.wait();
}

/// Passes lines on while somebody listens, and reads the rest, so that the server never waits for a full pipe.
fn follow(stream: impl Read + Send + 'static, sender: Sender<String>) {
    std::thread::spawn(move || {
        let mut listening = Some(sender);
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { break };
            listening = listening.filter(|sender| sender.send(line).is_ok());
        }
    });
}
