//! Licences and advisories of the dependencies, by the lists of `deny.toml`.
//!
//! Licences and sources are checked here, from what cargo knows, so that nothing needs to be installed. Advisories need a
//! database: `cargo deny` or `cargo audit` check them where one is installed.

use crate::suite::{Failed, Outcome, command};
use crate::tools::version;
use serde::Deserialize;
use std::collections::HashSet;
use std::process::Command;

/// Where dependencies may come from, besides this repository.
const SOURCE: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

/// Every dependency that is built for some target has an allowed licence and comes from crates.io.
pub(crate) fn check() -> Result<(), Failed> {
    let metadata = cargo(&["metadata", "--format-version", "1", "--locked"])?;
    let metadata: Metadata = serde_json::from_str(&metadata).map_err(|e| Failed(format!("cargo metadata: {e}")))?;
    // The lock file, and so the metadata, also has packages that no feature asks for.
    let built = ["tree", "--locked", "--workspace", "--target", "all", "--prefix", "none", "--format", "{p}"];
    let built = cargo(&built)?;
    let built: HashSet<(&str, &str)> = built.lines().filter_map(name_and_version).collect();
    let deny = std::fs::read_to_string("deny.toml").map_err(|e| Failed(format!("deny.toml: {e}")))?;
    let allowed = allowed(&deny);
    let mut wrong = Vec::new();
    let packages = metadata.packages.iter().filter(|p| built.contains(&(p.name.as_str(), p.version.as_str())));
    for Package { name, version, license, source } in packages {
        if source.as_deref().is_some_and(|source| source != SOURCE) {
            wrong.push(format!("{name} {version} comes from {}", source.as_deref().unwrap_or_default()));
        }
        match license {
            Some(license) if satisfied(license, &allowed) => {}
            Some(license) => wrong.push(format!("{name} {version}: licence {license} is not allowed by deny.toml")),
            None => wrong.push(format!("{name} {version} states no licence")),
        }
    }
    if wrong.is_empty() {
        println!("{} packages, all under {}", built.len(), allowed.join(", "));
        return Ok(());
    }
    Err(Failed(wrong.join("\n")))
}

/// What cargo prints.
fn cargo(args: &[&str]) -> Result<String, Failed> {
    let failed = |error: &dyn std::fmt::Display| Failed(format!("cargo {}: {error}", args.join(" ")));
    let output = Command::new("cargo").args(args).output().map_err(|e| failed(&e))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(failed(&String::from_utf8_lossy(&output.stderr))),
    }
}

/// `name v1.2.3 ...`
fn name_and_version(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    Some((words.next()?, words.next()?.strip_prefix('v')?))
}

/// Known advisories, where a tool that knows them is installed.
pub(crate) fn advisories() -> Result<Outcome, Failed> {
    if version("cargo-deny").is_some() {
        return command("cargo", &["deny", "check", "advisories"]).map(Into::into);
    }
    if version("cargo-audit").is_some() {
        return command("cargo", &["audit"]).map(Into::into);
    }
    Ok(Outcome::Skipped("neither cargo-deny nor cargo-audit is installed (cargo install cargo-audit)".into()))
}

/// The strings of `allow = [..]`.
fn allowed(deny: &str) -> Vec<&str> {
    let list = deny.split_once("allow = [").and_then(|(_, rest)| rest.split_once(']')).map_or("", |(list, _)| list);
    let lines = list.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).collect()
}

/// Whether an SPDX expression can be satisfied by allowed licences. `/` is an old way to write `OR`.
fn satisfied(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(&mut rest, allowed) && rest.is_empty()
}

fn any(words: &mut &[&str], allowed: &[&str]) -> bool {
    let mut holds = all(words, allowed);
    while let Some(("OR", rest)) = words.split_first().map(|(word, rest)| (*word, rest)) {
        *words = rest;
        holds |= all(words, allowed);
    }
    holds
}

fn all(words: &mut &[&str], allowed: &[&str]) -> bool {
    let mut holds = one(words, allowed);
    while let Some(("AND", rest)) = words.split_first().map(|(word, rest)| (*word, rest)) {
        *words = rest;
        holds &= one(words, allowed);
    }
    holds
}

fn one(words: &mut &[&str], allowed: &[&str]) -> bool {
    let Some((word, rest)) = words.split_first() else { return false };
    *words = rest;
    if *word == "(" {
        let holds = any(words, allowed);
        let Some((")", rest)) = words.split_first().map(|(word, rest)| (*word, rest)) else { return false };
        *words = rest;
        return holds;
    }
    // An exception only adds permissions.
    if let ["WITH", _, rest @ ..] = words {
        *words = rest;
    }
    allowed.contains(word)
}

#[cfg(test)]
mod tests {
    use super::{allowed, satisfied};

    #[test]
    fn expressions() {
        let list = allowed("[licenses]\nallow = [\n  \"MIT\", # \"not this\"\n  \"Apache-2.0\",\n]\n");
        assert_eq!(list, ["MIT", "Apache-2.0"]);
        for yes in
            ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "(MIT OR X) AND Apache-2.0", "Apache-2.0 WITH LLVM-exception OR X"]
        {
            assert!(satisfied(yes, &list), "{yes}");
        }
        for no in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT", "MIT MIT", "GPL-3.0 OR (MIT AND X)"] {
            assert!(!satisfied(no, &list), "{no}");
        }
    }
}
