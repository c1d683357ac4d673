//! Runs of tests on one mutant.

use super::source::CONTRACTS;
use crate::suite::{Failed, root};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A run that takes longer has met a loop without end: all tests together take less.
const SECONDS: &str = "120";
/// Fewer than the contracts' own tests take: each mutant is run against all of them.
const LIMITS: [(&str, &str); 4] = [
    ("FOUNDRY_FUZZ_RUNS", "32"),
    ("FOUNDRY_FUZZ_SEED", "0x1"),
    ("FOUNDRY_INVARIANT_RUNS", "4"),
    ("FOUNDRY_INVARIANT_DEPTH", "50"),
];

/// Built contracts and tests, and where one worker keeps what it writes.
pub(super) struct Forge<'a> {
    /// The folder of the built project.
    pub(super) project: &'a Path,
    /// Apart from those of other workers.
    pub(super) worker: usize,
}

/// How tests ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// These failed, as `test/unit/File.t.sol:Suite.test`.
    Ended(BTreeSet<String>),
    /// Not in time.
    TimedOut,
}

impl Forge<'_> {
    /// Compiles what `suites` need.
    pub(super) fn build(&self) -> Result<(), Failed> {
        let status = self.command("3600", &["build"]).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(Failed(format!("forge build ended with {status}"))),
            Err(error) => Err(Failed(format!("forge build: {error}"))),
        }
    }

    /// Runs the tests of `suites` without the check of number `mutant`; 0 is none's.
    pub(super) fn test(&self, suites: &[&str], mutant: usize) -> Result<Outcome, Failed> {
        if suites.is_empty() {
            return Ok(Outcome::Ended(BTreeSet::new()));
        }
        let failures = self.scratch("failures");
        let _ = fs::remove_dir_all(&failures);
        let report = self.scratch("report.json");
        fs::create_dir_all(self.scratch("")).map_err(|e| Failed(e.to_string()))?;
        let file = fs::File::create(&report).map_err(|e| Failed(format!("{}: {e}", report.display())))?;
        let paths = format!("{{{}}}", suites.join(","));
        let mut command = self.command(SECONDS, &["test", "--json", "--threads", "1", "--match-path", &paths]);
        command.env("VERIN_MUTANT", mutant.to_string()).stdout(file).stderr(Stdio::null());
        command.env("FOUNDRY_FUZZ_FAILURE_PERSIST_DIR", failures.join("fuzz"));
        command.env("FOUNDRY_INVARIANT_FAILURE_PERSIST_DIR", failures.join("invariant"));
        let status = command.status().map_err(|e| Failed(format!("forge test: {e}")))?;
        if status.code() == Some(124) {
            return Ok(Outcome::TimedOut);
        }
        let text = fs::read_to_string(&report).map_err(|e| Failed(format!("{}: {e}", report.display())))?;
        let text = text.find('{').map_or("", |start| &text[start..]);
        let report: Value = serde_json::from_str(text).map_err(|e| Failed(format!("forge test: {e}: {text:.200}")))?;
        let failed = failed(&report);
        // Forge fails if a test does, and for reasons of its own.
        if status.success() == failed.is_empty() {
            return Ok(Outcome::Ended(failed));
        }
        Err(Failed(format!("forge test ended with {status}, and {} tests failed", failed.len())))
    }

    fn command(&self, seconds: &str, args: &[&str]) -> Command {
        let tools = root().join(CONTRACTS).join("tools");
        let mut command = Command::new("timeout");
        command.arg(seconds).arg(tools.join("forge")).args(args).current_dir(self.project);
        command.env("VERIN_SOLC", tools.join("solc")).envs(LIMITS);
        command
    }

    fn scratch(&self, name: &str) -> PathBuf {
        root().join(self.project).join(format!("worker-{}", self.worker)).join(name)
    }
}

/// Names of the tests that failed.
fn failed(report: &Value) -> BTreeSet<String> {
    let mut failed = BTreeSet::new();
    for (suite, outcome) in report.as_object().into_iter().flatten() {
        for (test, outcome) in outcome["test_results"].as_object().into_iter().flatten() {
            if outcome["status"] == "Failure" {
                failed.insert(format!("{suite}.{}", test.split('(').next().unwrap_or_default()));
            }
        }
    }
    failed
}

#[cfg(test)]
mod tests {
    use super::failed;
    use serde_json::json;

    #[test]
    fn failures_are_named() {
        let report = json!({
            "test/unit/A.t.sol:ATest": { "test_results": {
                "test_Works()": { "status": "Success" },
                "test_Fails(uint256)": { "status": "Failure" },
            } },
            "test/unit/B.t.sol:BTest": { "test_results": { "setUp()": { "status": "Failure" } } },
        });
        let failed: Vec<_> = failed(&report).into_iter().collect();
        assert_eq!(failed, ["test/unit/A.t.sol:ATest.test_Fails", "test/unit/B.t.sol:BTest.setUp"]);
    }
}
