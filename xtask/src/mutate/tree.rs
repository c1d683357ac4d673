//! The copy of the contracts' folder that has switched sources.

use super::check::{Check, Kind};
use super::source::{CONTRACTS, Sources};
use super::switch::{LIBRARY, LIBRARY_PATH, switched};
use crate::suite::Failed;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The compiler, but for the same input it only runs once: before it runs tests, forge asks for the ABI of everything.
const SOLC: &str = r#"#!/bin/sh
set -e
answers="$(dirname "$0")/answers"
mkdir -p "$answers"
input=$(mktemp "$answers/input.XXXXXX")
trap 'rm -f "$input" "$input.output"' EXIT
case "$*" in *--standard-json*) cat > "$input" ;; esac
answer="$answers/$( (echo "$@"; cat "$input") | sha256sum | cut -d ' ' -f 1)"
if ! [ -f "$answer" ]; then
    "$VERIN_SOLC" "$@" < "$input" > "$input.output"
    mv "$input.output" "$answer"
fi
cat "$answer"
"#;

/// What tests read besides, from the repository's root.
const READ: [&str; 4] = [
    "docs/contracts/attacks.md",
    "docs/economy.md",
    "verifier-contract/test/fixtures",
    "verifier-contract/script/parameters",
];

/// Writes `suites` and what they import to `folder`, switched. Gives the folder to run forge in.
pub(super) fn write(
    folder: &str,
    sources: &Sources,
    checks: &[Check],
    suites: &BTreeMap<&str, BTreeSet<&str>>,
) -> Result<PathBuf, Failed> {
    let repository = Path::new(folder);
    let contracts = repository.join(CONTRACTS);
    for sub in ["src", "test", "examples", "mutant", "@openzeppelin", "solady"] {
        remove(&contracts.join(sub))?;
    }
    for name in READ {
        copy(Path::new(name), &repository.join(name))?;
    }
    let modifiers: BTreeSet<&str> = checks.iter().filter_map(|check| modifier(sources, check)).collect();
    for name in suites.values().flatten().copied().collect::<BTreeSet<_>>() {
        let Some(unit) = sources.get(name) else { continue };
        let of_file: Vec<_> = (1..).zip(checks).filter(|(_, check)| check.key.file == name).collect();
        put(&contracts.join(name), &switched(name, unit, &of_file, &modifiers))?;
    }
    put(&contracts.join(LIBRARY_PATH), LIBRARY)?;
    put(&contracts.join("foundry.toml"), &configuration()?)?;
    let solc = contracts.join("solc");
    put(&solc, SOLC)?;
    fs::set_permissions(&solc, fs::Permissions::from_mode(0o755))
        .map_err(|e| Failed(format!("{}: {e}", solc.display())))?;
    Ok(contracts)
}

fn modifier<'a>(sources: &'a Sources, check: &Check) -> Option<&'a str> {
    match check.kind {
        Kind::Modifier { name, .. } => sources.get(&check.key.file).map(|unit| &unit.text[name.0..name.1]),
        _ => None,
    }
}

/// The contracts' own configuration, but for a build that is soon done, of code that is larger and takes more gas.
fn configuration() -> Result<String, Failed> {
    let path = format!("{CONTRACTS}/foundry.toml");
    let failed = |error: &dyn std::fmt::Display| Failed(format!("{path}: {error}"));
    let text = fs::read_to_string(&path).map_err(|e| failed(&e))?;
    let mut all: toml::Table = toml::from_str(&text).map_err(|e| failed(&e))?;
    let profile = all
        .get_mut("profile")
        .and_then(|profile| profile.get_mut("default")?.as_table_mut())
        .ok_or_else(|| failed(&"no default profile"))?;
    profile.remove("additional_compiler_profiles");
    profile.remove("compilation_restrictions");
    let changes = r#"
        solc = "./solc"
        libs = []
        optimizer_runs = 1
        optimizer_details = { yul = true, yulDetails = { stackAllocation = true, optimizerSteps = "u" } }
        remappings = ["@openzeppelin/=@openzeppelin/", "solady/=solady/", "mutant/=mutant/"]
        code_size_limit = 1_000_000
        gas_limit = 17_179_869_184
    "#;
    profile.extend(toml::from_str::<toml::Table>(changes).map_err(|e| failed(&e))?);
    all.insert("lint".into(), toml::Table::from_iter([("lint_on_build".to_string(), false.into())]).into());
    toml::to_string(&all).map_err(|e| failed(&e))
}

fn remove(path: &Path) -> Result<(), Failed> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failed(format!("{}: {error}", path.display())))
        }
        _ => Ok(()),
    }
}

fn put(path: &Path, text: &str) -> Result<(), Failed> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|e| Failed(format!("{}: {e}", path.display())))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failed> {
    let failed = |error: std::io::Error| Failed(format!("{}: {error}", from.display()));
    if from.is_dir() {
        for entry in fs::read_dir(from).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            copy(&from.join(&name), &to.join(&name))?;
        }
        return Ok(());
    }
    fs::create_dir_all(to.parent().unwrap_or(to)).map_err(failed)?;
    fs::copy(from, to).map(|_| ()).map_err(failed)
}
