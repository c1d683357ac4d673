//! What is committed of a run: each check with the test that its mutant fails, and why the survivors are no loss.

use super::check::{Check, Key};
use crate::suite::Failed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;

/// Written by runs.
const RESULTS: &str = "verifier-contract/mutation/results.json";
/// Written by hand.
const SURVIVORS: &str = "verifier-contract/mutation/survivors.toml";

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    key: Key,
    /// The test that fails without the check; none does if this is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    killed_by: Option<String>,
}

#[derive(Deserialize)]
struct Arguments {
    #[serde(default)]
    survivor: Vec<Argument>,
}

#[derive(Deserialize)]
struct Argument {
    #[serde(flatten)]
    key: Key,
    /// Why the contract is as safe without the check.
    why: String,
}

/// Killers of mutants, by their checks.
#[derive(Default)]
pub(super) struct Record(BTreeMap<Key, Option<String>>);

impl Record {
    /// What is committed; nothing, before the first run.
    pub(super) fn read() -> Result<Self, Failed> {
        let text = match fs::read_to_string(RESULTS) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            text => text.map_err(|e| Failed(format!("{RESULTS}: {e}")))?,
        };
        let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|e| Failed(format!("{RESULTS}: {e}")))?;
        Ok(Self(entries.into_iter().map(|entry| (entry.key, entry.killed_by)).collect()))
    }

    /// Writes what is known of `checks`, in their order, and drops what the sources do not have any more.
    pub(super) fn write(&mut self, checks: &[Check]) -> Result<(), Failed> {
        let known = checks.iter().filter_map(|check| Some((&check.key, self.0.get(&check.key)?)));
        let entries: Vec<_> =
            known.map(|(key, killer)| Entry { key: key.clone(), killed_by: killer.clone() }).collect();
        let text = serde_json::to_string_pretty(&entries).map_err(|e| Failed(e.to_string()))?;
        self.0 = entries.into_iter().map(|entry| (entry.key, entry.killed_by)).collect();
        fs::write(RESULTS, text + "\n").map_err(|e| Failed(format!("{RESULTS}: {e}")))
    }

    pub(super) fn insert(&mut self, key: &Key, killer: Option<String>) {
        self.0.insert(key.clone(), killer);
    }

    /// The test that fails without the check, if one is known.
    pub(super) fn killer(&self, key: &Key) -> Option<&str> {
        self.0.get(key)?.as_deref()
    }

    /// That every check of the sources is on record, nothing else is, and each survivor, and nothing else, has an argument.
    pub(super) fn is_complete(&self, checks: &[Check], arguments: &BTreeMap<Key, String>) -> Result<(), Failed> {
        let mut wrong = Vec::new();
        for check in checks {
            match (self.0.get(&check.key), arguments.contains_key(&check.key)) {
                (None, _) => wrong.push(format!("not run: {}", check.key)),
                (Some(None), false) => {
                    wrong.push(format!("survived, and nothing in {SURVIVORS} says why: {}", check.key))
                }
                (Some(Some(test)), true) => wrong.push(format!("needs no argument, {test} kills it: {}", check.key)),
                _ => {}
            }
        }
        let is_check = |key: &Key| checks.iter().any(|check| check.key == *key);
        wrong.extend(self.0.keys().filter(|key| !is_check(key)).map(|key| format!("on record, but no check: {key}")));
        wrong.extend(arguments.keys().filter(|key| !is_check(key)).map(|key| format!("argued, but no check: {key}")));
        if wrong.is_empty() { Ok(()) } else { Err(Failed(wrong.join("\n"))) }
    }
}

/// Why each survivor is no loss.
pub(super) fn arguments() -> Result<BTreeMap<Key, String>, Failed> {
    let failed = |error: &dyn std::fmt::Display| Failed(format!("{SURVIVORS}: {error}"));
    let text = fs::read_to_string(SURVIVORS).map_err(|e| failed(&e))?;
    let arguments: Arguments = toml::from_str(&text).map_err(|e| failed(&e))?;
    let mut all = BTreeMap::new();
    for Argument { key, why } in arguments.survivor {
        if why.trim().is_empty() {
            return Err(failed(&format!("no reason: {key}")));
        }
        if let Some(why) = all.insert(key, why) {
            return Err(failed(&format!("argued twice: {why}")));
        }
    }
    Ok(all)
}
