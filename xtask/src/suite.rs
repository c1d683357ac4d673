//! Runs suites one after another, says how long each took and may take, and ends with a summary.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// What went wrong, for a person.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failed(pub(crate) String);

impl Failed {
    /// The same, for another that fails by it.
    pub(crate) fn again(&self) -> Self {
        Self(self.0.clone())
    }
}

/// How a suite ended.
pub(crate) enum Outcome {
    /// As it should.
    Passed,
    /// Not run, and why.
    Skipped(String),
}

impl From<()> for Outcome {
    fn from((): ()) -> Self {
        Self::Passed
    }
}

struct Report {
    name: &'static str,
    budget: u64,
    seconds: f64,
    outcome: Result<Outcome, Failed>,
}

/// The suites that were run.
pub(crate) struct Suites {
    started: Instant,
    reports: Vec<Report>,
}

impl Suites {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), reports: Vec::new() }
    }

    /// Runs a suite; whether it fails shows at the end, so that one run shows all that is wrong.
    pub(crate) fn run<T: Into<Outcome>>(
        &mut self,
        name: &'static str,
        budget: u64,
        suite: impl FnOnce() -> Result<T, Failed>,
    ) {
        println!("\n=== {name} (budget {budget} s)");
        let started = Instant::now();
        let outcome = suite().map(Into::into);
        let seconds = started.elapsed().as_secs_f64();
        match &outcome {
            Ok(Outcome::Passed) => println!("=== {name}: passed in {seconds:.0} s"),
            Ok(Outcome::Skipped(why)) => println!("=== {name}: SKIPPED: {why}"),
            Err(error) => println!("=== {name}: FAILED after {seconds:.0} s: {error}"),
        }
        self.reports.push(Report { name, budget, seconds, outcome });
    }

    /// Runs a suite without which the rest makes no sense.
    pub(crate) fn needed(
        &mut self,
        name: &'static str,
        budget: u64,
        suite: impl FnOnce() -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        self.run(name, budget, suite);
        match self.reports.last() {
            Some(Report { outcome: Err(error), .. }) => Err(Failed(format!("{name}: {error}"))),
            _ => Ok(()),
        }
    }

    /// Prints the summary.
    pub(crate) fn finish(self, what: &str) -> Result<(), Failed> {
        println!("\n{:<20} {:>8} {:>8}", "suite", "seconds", "budget");
        for Report { name, budget, seconds, outcome } in &self.reports {
            let verdict = match outcome {
                Ok(Outcome::Skipped(_)) => "skipped",
                Err(_) => "FAILED",
                Ok(Outcome::Passed) if *seconds > *budget as f64 => "passed, OVER BUDGET",
                Ok(Outcome::Passed) => "passed",
            };
            println!("{name:<20} {seconds:>8.0} {budget:>8} {verdict}");
        }
        let failed: Vec<&str> = self.reports.iter().filter(|r| r.outcome.is_err()).map(|r| r.name).collect();
        let total = self.started.elapsed().as_secs();
        if failed.is_empty() {
            println!("xtask {what}: {} suites passed in {total} s", self.reports.len());
            return Ok(());
        }
        Err(Failed(format!("{} of {} suites after {total} s: {}", failed.len(), self.reports.len(), failed.join(", "))))
    }
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Runs a program in the repository, its output shown.
pub(crate) fn command(program: &str, args: &[&str]) -> Result<(), Failed> {
    run(Command::new(program).args(args), &format!("{program} {}", args.join(" ")))
}

/// Runs an npm command or script in the contracts' folder.
pub(crate) fn npm(script: &str) -> Result<(), Failed> {
    let args: &[&str] = if script == "ci" { &["ci", "--no-fund", "--no-audit"] } else { &["run", "--silent", script] };
    run(Command::new("npm").args(args).current_dir("verifier-contract"), &format!("npm {script}"))
}

/// Runs a program in a folder of the repository, with these variables besides, its output shown.
pub(crate) fn run_in(folder: &Path, program: &str, args: &[&str], variables: &[(&str, &Path)]) -> Result<(), Failed> {
    let name = format!("{program} {}, in {}", args.join(" "), folder.display());
    run(Command::new(program).args(args).current_dir(folder).envs(variables.iter().copied()), &name)
}

fn run(command: &mut Command, name: &str) -> Result<(), Failed> {
    println!("$ {name}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failed(format!("`{name}` ended with {status}"))),
        Err(error) => Err(Failed(format!("`{name}` cannot be started: {error}"))),
    }
}
