//! Benchmarks and their report.

use crate::suite::{Failed, command};

/// Where the report goes unless told otherwise.
const RESULTS: &str = "target/bench";

/// Builds everything, then runs `verin-bench`, which runs whole commands and writes the report.
pub(crate) fn run(args: &[&str]) -> Result<(), Failed> {
    let out = args.first().copied().unwrap_or(RESULTS);
    command("cargo", &["build", "--release", "--package", "verin-cli", "--package", "verin-benches"])?;
    command("cargo", &["build", "--release", "--package", "verin-contracts", "--example", "gas"])?;
    command(
        "cargo",
        &[
            &["run", "--release", "--quiet", "--package", "verin-benches", "--bin", "verin-bench", "--", out],
            args.get(1..).unwrap_or_default(),
        ]
        .concat(),
    )
}
