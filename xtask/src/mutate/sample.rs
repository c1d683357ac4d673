//! A few mutants, so that a record that has gone stale is noticed before long.

use super::campaign::{Campaign, suite};
use super::check::Check;
use super::forge::Forge;
use super::record::Record;
use super::source::Sources;
use super::{build, numbered};
use crate::suite::Failed;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Where the switched sources go, apart from those of a full run.
const FOLDER: &str = "target/mutants/sample";
/// So many suites at most: each has to be compiled.
const SUITES: usize = 3;

/// Runs `count` mutants against the tests on record for them. The sources say which: any change to them draws others.
pub(super) fn run(sources: &Sources, checks: &[Check], record: &Record, count: usize) -> Result<(), Failed> {
    let drawn = draw(sources, checks, record, count);
    let wanted: BTreeSet<&str> = drawn.iter().filter_map(|(_, _, killer)| suite(killer)).collect();
    let mut suites = sources.suites();
    suites.retain(|name, _| wanted.contains(name));
    let project = build(FOLDER, sources, checks, &suites)?;
    let forge = Forge { project: &project, worker: 0 };
    let campaign = Campaign::begin(&forge, &suites)?;
    let mut alive = Vec::new();
    for (number, check, killer) in drawn {
        let killed = campaign.kills(&forge, number, killer)?;
        println!("{}: {killer} {}", check.key, if killed { "fails" } else { "DOES NOT FAIL" });
        if !killed {
            alive.push(format!("{killer} does not kill it any more: {}", check.key));
        }
    }
    if alive.is_empty() { Ok(()) } else { Err(Failed(alive.join("\n"))) }
}

/// Mutants, each with its killer: all by one suite, then by the next, from a place that a hash of the sources says.
fn draw<'a>(
    sources: &Sources,
    checks: &'a [Check],
    record: &'a Record,
    count: usize,
) -> Vec<(usize, &'a Check, &'a str)> {
    let killers = numbered(checks).filter_map(|(number, check)| Some((number, check, record.killer(&check.key)?)));
    let mut killed: Vec<_> = killers.filter(|(_, _, killer)| suite(killer).is_some()).collect();
    if killed.is_empty() {
        return killed;
    }
    let mut hash = DefaultHasher::new();
    for (name, unit) in sources.iter() {
        (name, &unit.text).hash(&mut hash);
    }
    let start = usize::try_from(hash.finish() % killed.len() as u64).unwrap_or_default();
    killed.rotate_left(start);
    let mut drawn: Vec<(usize, &Check, &str)> = Vec::new();
    for _ in 0..SUITES {
        let taken: BTreeSet<Option<&str>> = drawn.iter().map(|(_, _, killer)| suite(killer)).collect();
        let Some(next) = killed.iter().map(|(_, _, killer)| suite(killer)).find(|name| !taken.contains(name)) else {
            break;
        };
        let of_suite = killed.iter().copied().filter(|(_, _, killer)| suite(killer) == next);
        drawn.extend(of_suite.take(count - drawn.len()));
    }
    drawn
}
