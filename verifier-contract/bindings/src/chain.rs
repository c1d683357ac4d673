//! A local chain.
//!
//! [`LocalChain`] is an `anvil` that lives as long as its handle: it is killed when the handle is dropped, after an
//! error or a panic as well. It listens on 127.0.0.1 only. The port is the caller's, or a free one that the
//! system chooses while anvil binds it, so there is no moment in which somebody else could take it.

use crate::error::ContractsError;
use crate::npm::Anvil;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Longest wait for anvil to listen.
const PATIENCE: Duration = Duration::from_secs(30);
/// What anvil says when it does.
const LISTENING: &str = "Listening on 127.0.0.1:";

/// A running anvil.
#[derive(Debug)]
pub struct LocalChain {
    child: Child,
    port: u16,
}

impl LocalChain {
    /// Starts `anvil` on `port`, or on a free port.
    ///
    /// # Errors
    /// The port is taken, or anvil does not start.
    pub fn start(anvil: &Anvil, port: Option<u16>) -> Result<Self, ContractsError> {
        Self::start_at(anvil, port, None)
    }

    /// The same, with a first block of this time, in seconds since 1970: from there the chain's clock runs on.
    ///
    /// # Errors
    /// As [`LocalChain::start`].
    pub fn start_at(anvil: &Anvil, port: Option<u16>, time: Option<u64>) -> Result<Self, ContractsError> {
        if let Some(port) = port.filter(|port| *port != 0)
            && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err()
        {
            return Err(ContractsError::PortTaken { port });
        }
        let failed = |why: String| ContractsError::NotStarted { program: anvil.program.clone(), why };
        let child = Command::new(&anvil.program)
            .args(["--host", "127.0.0.1", "--accounts", "1", "--port", &port.unwrap_or(0).to_string()])
            // Of states of old blocks it would leave gigabytes in the home folder: it is killed, and does not tidy up.
            .args(["--max-persisted-states", "0"])
            .args(time.map(|time| format!("--timestamp={time}")))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| failed(e.to_string()))?;
        let mut chain = Self { child, port: 0 };

        let (sender, said) = channel();
        let streams = (chain.child.stdout.take(), chain.child.stderr.take());
        if let (Some(stdout), Some(stderr)) = streams {
            follow(stdout, sender.clone());
            follow(stderr, sender);
        }
        let mut errors = Vec::new();
        let deadline = std::time::Instant::now() + PATIENCE;
        loop {
            match said.recv_timeout(deadline.saturating_duration_since(std::time::Instant::now())) {
                Ok(line) => match line.strip_prefix(LISTENING).and_then(|port| port.trim().parse().ok()) {
                    Some(port) => {
                        chain.port = port;
                        return Ok(chain);
                    }
                    None => errors.push(line),
                },
                Err(RecvTimeoutError::Timeout) => {
                    return Err(failed(format!("it did not listen within {} s", PATIENCE.as_secs())));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let last = errors.iter().rev().find(|line| !line.trim().is_empty());
                    // Somebody may have taken the port since it was looked at.
                    if let (Some(port), Some(true)) = (port, last.map(|line| line.contains("in use"))) {
                        return Err(ContractsError::PortTaken { port });
                    }
                    return Err(failed(last.map_or_else(|| "it ended without a word".into(), Clone::clone)));
                }
            }
        }
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its process.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for LocalChain {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill, and waiting reaps it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Passes lines on while somebody listens, and reads the rest, so that anvil never waits for a full pipe.
fn follow(stream: impl Read + Send + 'static, sender: Sender<String>) {
    std::thread::spawn(move || {
        let mut listening = Some(sender);
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { break };
            listening = listening.filter(|sender| sender.send(line).is_ok());
        }
    });
}
