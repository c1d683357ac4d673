//! The programs that building and testing need.

use crate::suite::{Failed, Outcome, command};
use std::process::{Command, Stdio};

/// Program, Debian package.
const NEEDED: [(&str, &str); 4] = [("cc", "gcc"), ("node", "nodejs"), ("npm", "npm"), ("nats-server", "nats-server")];
/// Oldest Node.js that the contracts' tools run on.
const NODE: u32 = 20;

/// Installs what is missing where that is possible, and names it elsewhere.
pub(crate) fn install() -> Result<(), Failed> {
    let missing: Vec<_> = NEEDED.into_iter().filter(|(program, _)| version(program).is_none()).collect();
    if !missing.is_empty() {
        let packages: Vec<&str> = missing.iter().map(|(_, package)| *package).collect();
        let names: Vec<&str> = missing.iter().map(|(program, _)| *program).collect();
        apt(&names, &packages)?;
    }
    let node = version("node").unwrap_or_default();
    let major = node.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    println!("cc {}, node {node}, npm {}", version("cc").unwrap_or_default(), version("npm").unwrap_or_default());
    match major {
        Some(major) if major >= NODE => Ok(()),
        _ => Err(Failed(format!("node {node} is too old: version {NODE} or later is needed"))),
    }
}

/// Installs what virtual environments of Python need, likewise.
pub(crate) fn python() -> Result<(), Failed> {
    let mut command = Command::new("python3");
    let there = command.args(["-c", "import ensurepip, venv"]).stderr(Stdio::null()).status();
    match there.is_ok_and(|status| status.success()) {
        true => Ok(()),
        false => apt(&["python3 with its module venv"], &["python3", "python3-venv"]),
    }
}

/// Installs a browser, likewise.
pub(crate) fn chromium() -> Result<(), Failed> {
    match version("chromium") {
        Some(_) => Ok(()),
        None => apt(&["chromium"], &["chromium"]),
    }
}

/// Installs Debian's `packages` of `programs` that are missing, or says that they are.
fn apt(programs: &[&str], packages: &[&str]) -> Result<(), Failed> {
    if !debian() || !root() {
        let message = format!(
            "missing: {}; install them (Debian, Ubuntu: apt-get install {})",
            programs.join(", "),
            packages.join(" ")
        );
        return Err(Failed(message));
    }
    command("apt-get", &["update", "-q"])?;
    let install = ["install", "-y", "-q", "--no-install-recommends"];
    command("apt-get", &[&install[..], packages].concat())
}

/// Whether the sources are as rustfmt writes them.
pub(crate) fn format() -> Result<Outcome, Failed> {
    match version("rustfmt") {
        Some(_) => command("cargo", &["fmt", "--all", "--check"]).map(Into::into),
        None => Ok(Outcome::Skipped("rustfmt is not installed (rustup component add rustfmt)".into())),
    }
}

/// Lints, as errors.
pub(crate) fn lints() -> Result<Outcome, Failed> {
    match version("cargo-clippy") {
        Some(_) => {
            let args = ["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"];
            command("cargo", &args).map(Into::into)
        }
        None => Ok(Outcome::Skipped("clippy is not installed (rustup component add clippy)".into())),
    }
}

/// The first line a program prints for `--version`, if it is there: in the PATH, or where Debian has servers.
pub(crate) fn version(program: &str) -> Option<String> {
    let print = |program: &str| Command::new(program).arg("--version").stderr(Stdio::null()).output();
    let output = print(program).or_else(|_| print(&format!("/usr/sbin/{program}"))).ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_string())
}

fn debian() -> bool {
    let system = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    system.lines().any(|line| line.starts_with("ID") && (line.contains("debian") || line.contains("ubuntu")))
}

fn root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
