//! Seconds and memory of a process.

use crate::python::Environment;
use crate::suite::Failed;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// What a process and its children took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Spent {
    /// Seconds on the clock.
    pub(super) wall: f64,
    /// User and system seconds, of all threads.
    pub(super) cpu: f64,
    /// Most memory held by one process, in bytes.
    pub(super) peak: f64,
}

/// A process that ended as it should.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) spent: Spent,
    pub(super) stdout: String,
}

impl Spent {
    /// Field by field.
    pub(super) fn median(all: &[Self]) -> Self {
        let median = |of: fn(&Self) -> f64| {
            let mut values: Vec<f64> = all.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
        };
        Self { wall: median(|s| s.wall), cpu: median(|s| s.cpu), peak: median(|s| s.peak) }
    }
}

impl Environment {
    /// Where the modules are.
    pub(super) fn modules(&self) -> Result<String, Failed> {
        let code = "import sysconfig; print(sysconfig.get_paths()['platlib'])";
        Ok(self.python(&["-c", code])?.stdout.trim().to_string())
    }

    /// Runs Python and measures it.
    pub(super) fn python(&self, args: &[&str]) -> Result<Run, Failed> {
        measure(Command::new(self.program("python")).args(args))
    }
}

/// Runs a command and measures it. The peak of children is one number for all children that ever ended, so a process of its own,
/// this program again, runs and measures the command.
pub(super) fn measure(command: &Command) -> Result<Run, Failed> {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let failed = |error: &dyn std::fmt::Display| Failed(format!("{name}: {error}"));
    let this = std::env::current_exe().map_err(|e| failed(&e))?;
    let report = std::env::temp_dir().join(format!("verin-measure-{}.json", std::process::id()));
    let mut outer = Command::new(this);
    outer.arg("measure").arg(&report).arg(command.get_program()).args(command.get_args());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(key, value),
            None => outer.env_remove(key),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    let done = outer.output().map_err(|e| failed(&e))?;
    let spent = std::fs::read_to_string(&report);
    let _ = std::fs::remove_file(&report);
    if !done.status.success() {
        return Err(failed(&last_line(&done.stderr)));
    }
    let spent = serde_json::from_str(&spent.map_err(|e| failed(&e))?).map_err(|e| failed(&e))?;
    Ok(Run { spent, stdout: String::from_utf8_lossy(&done.stdout).into_owned() })
}

/// `measure REPORT PROGRAM [ARG ..]`: the process that has one child.
pub(crate) fn child(args: &[&str]) -> ExitCode {
    let [report, program, args @ ..] = args else {
        eprintln!("usage: measure REPORT PROGRAM [ARG ..]");
        return ExitCode::FAILURE;
    };
    let started = Instant::now();
    let status = match Command::new(program).args(args).status() {
        Ok(status) => status,
        Err(error) => {
            eprintln!("cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let wall = started.elapsed().as_secs_f64();
    if !status.success() {
        // Signal 9 is what ends a process when memory runs out.
        eprintln!("ended with {status}");
        return ExitCode::FAILURE;
    }
    let written = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|e| e.to_string()).and_then(|usage| {
        let seconds = |t: TimeVal| t.tv_sec() as f64 + t.tv_usec() as f64 / 1e6;
        let cpu = seconds(usage.user_time()) + seconds(usage.system_time());
        let spent = Spent { wall, cpu, peak: usage.max_rss() as f64 * 1024.0 };
        let text = serde_json::to_string(&spent).map_err(|e| e.to_string())?;
        std::fs::write(report, text).map_err(|e| e.to_string())
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{report}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How the process ended, and the line before, which is where programs say why.
fn last_line(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let mut lines = text.lines().rev().map(str::trim).filter(|line| !line.is_empty());
    let end = lines.next().unwrap_or("failed").to_string();
    match lines.next() {
        Some(why) => format!("{end}: {}", why.chars().take(300).collect::<String>()),
        None => end,
    }
}
