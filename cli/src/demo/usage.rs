//! Time, CPU and memory of this process, and of those that it starts; the chain's own are not in it.

use std::time::{Duration, Instant};

/// Ticks a second in `/proc`: the kernel's interface, the same on every machine.
const TICKS: u64 = 100;

/// A moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    wall: Instant,
    cpu: Option<Duration>,
}

/// What passed since a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent {
    pub(super) wall: Duration,
    pub(super) cpu: Option<Duration>,
}

impl Moment {
    /// This moment.
    pub(super) fn now() -> Self {
        Self { wall: Instant::now(), cpu: cpu(std::process::id()) }
    }

    /// Since then.
    pub(super) fn spent(&self) -> Spent {
        let cpu = cpu(std::process::id()).zip(self.cpu).map(|(now, then)| now.saturating_sub(then));
        Spent { wall: self.wall.elapsed(), cpu }
    }
}

/// CPU time of all threads of a process so far, where the system tells.
pub(super) fn cpu(process: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the program's name and may hold anything but a closing parenthesis last.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks()? + ticks()?) * (1_000 / TICKS)))
}

/// Largest resident memory of a process so far, in bytes, where the system tells.
pub(super) fn peak_rss(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1_024)
}
