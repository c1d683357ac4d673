//! Mutation: what the contracts' tests are worth. Deletes one check at a time, and shows that some test fails for each.
//!
//! ```text
//! mutate                  checks that are new, or that no test needed so far
//! mutate --only CONTRACT  those of one file, by its name
//! mutate --all            all
//! mutate --check          compares the record with the sources; runs nothing
//! mutate --sample N       the same, then some N of the kills on record, again
//! ```

mod campaign;
mod check;
mod forge;
mod record;
mod report;
mod sample;
mod source;
mod switch;
mod tree;

use crate::suite::Failed;
use campaign::Campaign;
use check::{Check, Key};
use forge::Forge;
use record::Record;
use source::Sources;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Where the switched sources of all checks and tests go.
const FOLDER: &str = "target/mutants/all";
/// Where the report goes.
const PAGE: &str = "docs/contracts/mutation.md";
const USAGE: &str = "usage: cargo xtask mutate [--only CONTRACT | --all | --check | --sample N]";

/// As above.
pub(crate) fn run(args: &[&str]) -> Result<(), Failed> {
    let sources = Sources::read()?;
    let checks = check::all(&sources);
    let mut record = Record::read()?;
    let wanted = |key: &Key| match *args {
        [] => record.killer(key).is_none(),
        ["--only", name] => Path::new(&key.file).file_stem().is_some_and(|stem| stem == name),
        _ => true,
    };
    let mutants: Vec<_> = numbered(&checks).filter(|(_, check)| wanted(&check.key)).collect();
    match *args {
        [] | ["--all"] | ["--only", _] => {
            let tried = run_all(&sources, &checks, &mutants, &mut record);
            let arguments = record::arguments()?;
            fs::write(PAGE, report::page(&checks, &record, &arguments)).map_err(|e| Failed(format!("{PAGE}: {e}")))?;
            tried.and_then(|()| record.is_complete(&checks, &arguments))
        }
        ["--check"] => is_fresh(&checks, &record),
        ["--sample", count] => {
            let count = count.parse().map_err(|_| Failed(USAGE.into()))?;
            is_fresh(&checks, &record)?;
            sample::run(&sources, &checks, &record, count)
        }
        _ => Err(Failed(USAGE.into())),
    }
}

/// Checks and their numbers in the switched sources.
fn numbered(checks: &[Check]) -> impl Iterator<Item = (usize, &Check)> {
    (1..).zip(checks)
}

/// That record and page are those of the sources, as far as can be told without running tests.
fn is_fresh(checks: &[Check], record: &Record) -> Result<(), Failed> {
    let arguments = record::arguments()?;
    record.is_complete(checks, &arguments)?;
    let page = fs::read_to_string(PAGE).map_err(|e| Failed(format!("{PAGE}: {e}")))?;
    if page == report::page(checks, record, &arguments) {
        return Ok(());
    }
    Err(Failed(format!("{PAGE} is not what `cargo xtask mutate` writes")))
}

/// Switches all checks, builds, and runs mutants on all cores. Results are written as they come.
fn run_all(
    sources: &Sources,
    checks: &[Check],
    mutants: &[(usize, &Check)],
    record: &mut Record,
) -> Result<(), Failed> {
    let suites = sources.suites();
    let project = build(FOLDER, sources, checks, &suites)?;
    let campaign = Campaign::begin(&Forge { project: &project, worker: 0 }, &suites)?;
    let (started, next, record) = (Instant::now(), AtomicUsize::new(0), Mutex::new(record));
    let work = |worker: usize| -> Result<(), Failed> {
        let forge = Forge { project: &project, worker };
        while let Some((number, check)) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
            let killer = campaign.killer(&forge, *number, check)?;
            println!(
                "{}:{} {}: {}",
                check.key.file,
                check.line,
                check.key.check,
                killer.as_deref().unwrap_or("SURVIVED")
            );
            let mut record = record.lock().map_err(|_| Failed("another worker failed".into()))?;
            record.insert(&check.key, killer);
            record.write(checks)?;
        }
        Ok(())
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
        running.into_iter().try_for_each(|one| one.join().unwrap_or_else(|_| Err(Failed("a worker panicked".into()))))
    })?;
    println!("{} mutants in {:.0} s", mutants.len(), started.elapsed().as_secs_f64());
    Ok(())
}

/// Writes switched sources to `folder`, and compiles what `suites` need of them. Gives the folder of the build.
fn build(
    folder: &str,
    sources: &Sources,
    checks: &[Check],
    suites: &BTreeMap<&str, BTreeSet<&str>>,
) -> Result<PathBuf, Failed> {
    let project = tree::write(folder, sources, checks, suites)?;
    let started = Instant::now();
    Forge { project: &project, worker: 0 }.build()?;
    println!("{} checks in one build, {:.0} s", checks.len(), started.elapsed().as_secs_f64());
    Ok(project)
}
