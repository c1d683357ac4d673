//! `cargo xtask`: what CI runs is what a person runs.
//!
//! ```text
//! test    everything: tools, licences, format, lints, tests of crates and contracts, the demos
//! check   the quick part of it: licences, format, lints
//! bench   benchmarks and their report; with --peers, Verin beside other provers
//! models  networks that are too large for the repository, for tests
//! mutate  deletes each check of the contracts, to see that a test fails (mutate/mod.rs)
//! abi     ABI and bytecode of the contracts, written again
//! ```

mod api;
mod bench;
mod explorer;
mod licences;
mod models;
mod mutate;
mod peers;
mod python;
mod suite;
mod tools;

use std::process::ExitCode;
use suite::{Failed, Suites, command, npm};

const USAGE: &str = "usage: cargo xtask test | check | bench [OUT] | bench --peers OUT [RUNS] [MODEL ..] [--large] | models | mutate .. | abi";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    if let ["measure", rest @ ..] = words.as_slice() {
        return peers::child(rest);
    }
    if let Err(error) = std::env::set_current_dir(suite::root()) {
        eprintln!("xtask: {error}");
        return ExitCode::FAILURE;
    }
    let done = match words.as_slice() {
        ["test"] => test(),
        ["check"] => check(),
        ["bench", "--peers", rest @ ..] => peers::run(rest),
        ["bench", rest @ ..] => bench::run(rest),
        ["models"] => models::make(),
        ["mutate", rest @ ..] => mutate::run(rest),
        ["abi"] => npm("ci").and_then(|()| npm("abi")),
        _ => Err(Failed(USAGE.into())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Budgets are seconds on two cores, from a clean clone; together they stay under an hour.
fn test() -> Result<(), Failed> {
    let mut suites = Suites::new();
    suites.needed("tools", 120, tools::install)?;
    quick(&mut suites);
    suites.needed("npm packages", 60, || npm("ci"))?;
    suites.run("models", 60, models::make);
    suites.run("cargo test", 1500, || command("cargo", &["test", "--release", "--workspace"]));
    suites.run("contracts, format", 30, || npm("fmt:check"));
    suites.run("contracts, tests and gas", 600, || npm("gas:check"));
    suites.run("contracts, mutation", 150, || mutate::run(&["--sample", "12"]));
    suites.run("contracts, ABI", 90, || npm("abi:check"));
    suites.run("explorer", 120, explorer::test);
    suites.run("API, hostile input", 120, api::test);
    suites.run("demo", 120, || command("cargo", &["run", "--release", "--quiet", "--", "demo"]));
    suites.run("demo of a network", 120, || {
        command("cargo", &["run", "--release", "--quiet", "--", "demo", "--network"])
    });
    suites.finish("test")
}

fn check() -> Result<(), Failed> {
    let mut suites = Suites::new();
    quick(&mut suites);
    suites.finish("check")
}

fn quick(suites: &mut Suites) {
    suites.run("licences", 20, licences::check);
    suites.run("advisories", 60, licences::advisories);
    suites.run("format", 20, tools::format);
    suites.run("lints", 420, tools::lints);
}
