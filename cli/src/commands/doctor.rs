//! `verin doctor`

use crate::error::{CliError, Kind};
use crate::machine;
use crate::output::Output;
use serde::Serialize;
use std::path::Path;
use std::process::Command;
use verin_contracts::npm::Anvil;

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// One thing looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    found: String,
    needed_for: &'static str,
    remedy: &'static str,
}

#[derive(Serialize)]
struct Facts {
    ok: bool,
    checks: Vec<Check>,
}

/// Memory that setup and proofs of the larger supported models take, in bytes.
const MEMORY: u64 = 1_500_000_000;
/// Space that keys, proofs and the demo take, in bytes.
const DISK: u64 = 1_000_000_000;

/// Says what this machine has and lacks.
pub(crate) fn run(_args: Args, output: &Output) -> Result<(), CliError> {
    let npm = npm();
    let anvil = anvil(npm.ok);
    let checks = vec![cores(), memory(), disk(), node(), npm, anvil, nats(), srs()];
    let lacking: Vec<&str> = checks.iter().filter(|c| !c.ok).map(|c| c.name).collect();
    for check in &checks {
        let mark = if check.ok { "ok     " } else { "LACKING" };
        output.line(format_args!("{mark} {:<8} {} (for {})", check.name, check.found, check.needed_for));
        if !check.ok {
            output.line(format_args!("                 {}", check.remedy));
        }
    }
    let missing = lacking.join(", ");
    let ok = lacking.is_empty();
    output.result(&Facts { ok, checks });
    match ok {
        true => Ok(()),
        false => Err(CliError::reported(Kind::Lacking, format!("lacking: {missing}"))),
    }
}

fn cores() -> Check {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Check {
        name: "cores",
        ok: true,
        found: cores.to_string(),
        needed_for: "every command; proving is timed on 2",
        remedy: "",
    }
}

fn memory() -> Check {
    let free = machine::available_memory();
    Check {
        name: "memory",
        ok: free >= MEMORY,
        found: format!("{:.1} GB available", free as f64 / 1e9),
        needed_for: "setup and prove: 0.3 GB for a small model, 1.5 GB for 4 million weights",
        remedy: "close other programs, or use a machine with more memory",
    }
}

fn disk() -> Check {
    let free = machine::free_disk(Path::new("."));
    Check {
        name: "disk",
        ok: free.is_some_and(|bytes| bytes >= DISK),
        found: free.map_or("unknown".into(), |bytes| format!("{:.1} GB free here", bytes as f64 / 1e9)),
        needed_for: "keys and proofs",
        remedy: "free some space, or work in another folder",
    }
}

fn node() -> Check {
    let version = version("node");
    let major = version.as_deref().and_then(|v| v.trim_start_matches('v').split('.').next()?.parse::<u32>().ok());
    Check {
        name: "node",
        ok: major.is_some_and(|major| major >= 20),
        found: version.unwrap_or_else(|| "not found".into()),
        needed_for: "demo and the contracts' tests; 20 or later",
        remedy: "install Node.js 20 or later (on Debian and Ubuntu: apt-get install nodejs npm)",
    }
}

fn npm() -> Check {
    let version = version("npm");
    Check {
        name: "npm",
        ok: version.is_some(),
        found: version.unwrap_or_else(|| "not found".into()),
        needed_for: "demo, to install anvil",
        remedy: "install npm (on Debian and Ubuntu: apt-get install npm)",
    }
}

fn anvil(npm: bool) -> Check {
    let located = std::env::current_dir().ok().and_then(|here| Anvil::locate(&here).ok());
    let installed = located.as_ref().is_some_and(Anvil::is_installed);
    let found = match located {
        Some(anvil) if installed => anvil.program.display().to_string(),
        Some(_) if npm => "not installed yet: the demo installs it once, with npm".into(),
        Some(_) => "not installed".into(),
        None => "none for this system, and none on the PATH".into(),
    };
    Check {
        name: "anvil",
        ok: installed || npm,
        found,
        needed_for: "demo, the local chain",
        remedy: "install npm, and the demo installs anvil; or put anvil on the PATH",
    }
}

/// Few need it, so nothing is lacking without it.
fn nats() -> Check {
    let version = version("nats-server").or_else(|| version("/usr/sbin/nats-server"));
    Check {
        name: "nats",
        ok: true,
        found: version.unwrap_or_else(|| "not found (on Debian and Ubuntu: apt-get install nats-server)".into()),
        needed_for: "demo --network, and a farm of your own; 2.9 or later",
        remedy: "",
    }
}

fn srs() -> Check {
    Check {
        name: "SRS",
        ok: true,
        found: "not compiled in: give --srs FILE.ptau of power 20 or more, or --insecure-srs for development".into(),
        needed_for: "setup and verify",
        remedy: "",
    }
}

/// The first line a program prints for `--version`.
fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().next().map(str::to_string)
}
