//! What was expected and what was found. A difference does not end the story: all of them are listed at its end.

use crate::output::Output;
use serde::Serialize;
use std::fmt::Display;
use verin_contracts::ContractsError;

/// One comparison.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Check {
    pub(super) what: String,
    pub(super) expected: String,
    pub(super) got: String,
    pub(super) ok: bool,
}

/// All comparisons so far.
#[derive(Debug, Default)]
pub(super) struct Checks {
    pub(super) all: Vec<Check>,
}

impl Checks {
    /// Two things that must be equal.
    pub(super) fn same<T: PartialEq + Display>(&mut self, what: impl Into<String>, expected: T, got: T) {
        let ok = expected == got;
        self.push(what.into(), expected.to_string(), got.to_string(), ok);
    }

    /// A condition, with what it demands and what there is.
    pub(super) fn holds(&mut self, what: impl Into<String>, expected: impl Display, got: impl Display, ok: bool) {
        self.push(what.into(), expected.to_string(), got.to_string(), ok);
    }

    /// A call that the contract must refuse with this error.
    pub(super) fn refused<T>(&mut self, what: &str, error: &str, result: Result<T, ContractsError>) {
        let got = match &result {
            Ok(_) => "accepted",
            Err(e) => e.revert().unwrap_or("no answer"),
        };
        self.same(what, error, got);
    }

    fn push(&mut self, what: String, expected: String, got: String, ok: bool) {
        self.all.push(Check { what, expected, got, ok });
    }

    /// Those that failed.
    pub(super) fn failed(&self) -> impl Iterator<Item = &Check> {
        self.all.iter().filter(|check| !check.ok)
    }

    /// Says how it went.
    pub(super) fn tell(&self, output: &Output) {
        let failed: Vec<_> = self.failed().collect();
        output.line(format_args!("{} of {} checks hold", self.all.len() - failed.len(), self.all.len()));
        for Check { what, expected, got, .. } in failed {
            output.warn(format_args!("{what}: expected {expected}, got {got}"));
        }
    }
}
