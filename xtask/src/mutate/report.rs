//! The page of the documentation that says what the tests are worth.

use super::check::{Check, Key};
use super::record::Record;
use std::collections::BTreeMap;
use std::fmt::Write;

const INTRODUCTION: &str = "\
# Mutation of the contracts

<!-- Written by `cargo xtask mutate`. -->

Each check of the contracts is deleted, one at a time, and the tests are run: some test must fail. A check is a `require`, an `if`
that does nothing but leave (`revert`, `return`, `continue`, `break`), a `revert`, or a modifier of a function. Not deleted are
bounds that code elsewhere enforces (`SafeCast`, checked arithmetic) and checks written in assembly, of which the `require` of
their result is: the tests of seals tamper with every part of a proof instead.

`verifier-contract/mutation/results.json` names, for each check, a test that fails without it. Deployment tests do not run here,
so that a check counts only if a test of the contract itself needs it; nor do the few tests that bound gas or code size.
";

pub(super) fn page(checks: &[Check], record: &Record, arguments: &BTreeMap<Key, String>) -> String {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for check in checks {
        let (all, killed) = counts.entry(&check.key.file).or_default();
        *all += 1;
        *killed += usize::from(record.killer(&check.key).is_some());
    }
    let mut page = format!(
        "{INTRODUCTION}\n| file | checks | deletion fails a test | argued below |\n| --- | ---: | ---: | ---: |\n"
    );
    let mut row = |name: &str, all: usize, killed: usize| {
        let _ = writeln!(page, "| {name} | {all} | {killed} | {} |", all - killed);
    };
    for (file, (all, killed)) in &counts {
        row(&format!("`{file}`"), *all, *killed);
    }
    let sum = |part: fn(&(usize, usize)) -> usize| counts.values().map(part).sum();
    row("**all**", sum(|count| count.0), sum(|count| count.1));
    page.push_str("\n## Checks that no test needs\n");
    for check in checks.iter().filter(|check| record.killer(&check.key).is_none()) {
        let why = arguments.get(&check.key).map_or("", |why| why.trim());
        let _ = write!(
            page,
            "\n`{}`, `{}`:\n\n```solidity\n{}\n```\n\n{why}\n",
            check.key.file, check.key.scope, check.key.check
        );
    }
    page
}
