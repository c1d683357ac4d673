//! What an audit found: counts of what was checked, and a list of exact differences.

use alloy::primitives::{Address, B256};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::{self, Display};

/// Names of the sections, in the order of the report.
pub const SECTIONS: [&str; 10] =
    ["deployment", "records", "seals", "payments", "auctions", "staking", "rewards", "treasury", "tokens", "state"];

/// Where on the chain something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The block.
    pub block: u64,
    /// The transaction.
    pub transaction: B256,
    /// The place among the logs of the block.
    pub log: u64,
}

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "block {}, transaction {}, log {}", self.block, self.transaction, self.log)
    }
}

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What was looked at.
    pub what: String,
    /// Where; none for what is no event.
    pub at: Option<Place>,
    /// What it must be.
    pub expected: String,
    /// What it is.
    pub got: String,
}

/// One kind of checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// How many of what were checked.
    pub checked: Vec<Count>,
    /// What a reader should know besides.
    pub notes: Vec<String>,
    /// What is not as it must be.
    pub differences: Vec<Difference>,
}

/// How many of something were checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Of what.
    pub what: &'static str,
    /// How many.
    pub number: u64,
}

impl Section {
    fn empty(name: &'static str) -> Self {
        Self { name, checked: Vec::new(), notes: Vec::new(), differences: Vec::new() }
    }

    /// One more of `what` was checked.
    pub fn count(&mut self, what: &'static str) {
        self.add(what, 1);
    }

    /// So many more.
    pub fn add(&mut self, what: &'static str, more: u64) {
        match self.checked.iter_mut().find(|count| count.what == what) {
            Some(count) => count.number += more,
            None => self.checked.push(Count { what, number: more }),
        }
    }

    /// Something that a reader should know.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Something is not as it must be.
    pub fn differ(&mut self, what: impl Into<String>, at: Option<Place>, expected: impl Display, got: impl Display) {
        let (expected, got) = (expected.to_string(), got.to_string());
        self.differences.push(Difference { what: what.into(), at, expected, got });
    }

    /// Demands that two are the same.
    pub fn same<T: PartialEq + Display>(&mut self, what: impl Into<String>, at: Option<Place>, expected: T, got: T) {
        if expected != got {
            self.differ(what, at, expected, got);
        }
    }
}

/// The verdict, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether there is no difference at all.
    pub passed: bool,
    /// How many there are.
    pub differences: usize,
    /// The chain.
    pub chain_id: u64,
    /// Its audited block: everything is as of then.
    pub block: u64,
    /// That block's hash.
    pub block_hash: B256,
    /// Its time, in seconds.
    pub block_time: u64,
    /// Whose deployment it is.
    pub deployer: Address,
    /// Digest of the SRS that seals rest on.
    pub srs_digest: B256,
    /// Whether it is the one whose secret is published: seals show nothing then.
    pub insecure_srs: bool,
    /// What was checked, kind by kind.
    pub sections: Vec<Section>,
}

/// The sections of a report in the making.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sections(BTreeMap<&'static str, Section>);

impl Sections {
    /// The section of this name, one of [`SECTIONS`].
    pub fn of(&mut self, name: &'static str) -> &mut Section {
        self.0.entry(name).or_insert_with(|| Section::empty(name))
    }

    /// All of them, in order.
    pub fn into_inner(mut self) -> Vec<Section> {
        SECTIONS.into_iter().map(|name| self.0.remove(name).unwrap_or_else(|| Section::empty(name))).collect()
    }
}

/// For a person: a line for each section, a paragraph for each difference, and the verdict.
impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Audit of the network of deployer {} on chain {}", self.deployer, self.chain_id)?;
        writeln!(f, "as of block {} ({}, time {})\n", self.block, self.block_hash, self.block_time)?;
        if self.insecure_srs {
            writeln!(
                f,
                "INSECURE SRS: its secret is published, anyone can forge seals; this network is for development.\n"
            )?;
        }
        for section in &self.sections {
            let verdict = if section.differences.is_empty() { "ok" } else { "DIFFERS" };
            let counts: Vec<_> = section.checked.iter().map(|c| format!("{} {}", c.number, c.what)).collect();
            let counts = if counts.is_empty() { "nothing to check".into() } else { counts.join(", ") };
            writeln!(f, "  {verdict:<8} {:<11} {counts}", section.name)?;
            for note in &section.notes {
                writeln!(f, "  {:<8} {:<11} note: {note}", "", "")?;
            }
        }
        for section in &self.sections {
            for difference in &section.differences {
                writeln!(f, "\n{}: {}", section.name, difference.what)?;
                if let Some(at) = difference.at {
                    writeln!(f, "  at        {at}")?;
                }
                writeln!(f, "  expected  {}\n  got       {}", difference.expected, difference.got)?;
            }
        }
        match self.differences {
            0 => write!(f, "\nPASS"),
            1 => write!(f, "\nFAIL: 1 difference"),
            n => write!(f, "\nFAIL: {n} differences"),
        }
    }
}
