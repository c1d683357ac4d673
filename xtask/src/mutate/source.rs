//! Solidity files, as the compiler parses them.

use crate::suite::Failed;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Where the contracts are.
pub(super) const CONTRACTS: &str = "verifier-contract";
/// Names of imports that are packages.
const PACKAGES: [&str; 2] = ["@openzeppelin/contracts/", "solady/"];

/// A file and its syntax tree.
pub(super) struct Unit {
    pub(super) text: String,
    pub(super) ast: Value,
    /// Names of the files that it imports itself.
    pub(super) imports: Vec<String>,
}

/// Files by their names: paths in the contracts' folder, or of a package.
pub(super) struct Sources(BTreeMap<String, Unit>);

impl Sources {
    /// Every source of the contracts, every test, and what they import. Deployment scripts are not followed.
    pub(super) fn read() -> Result<Self, Failed> {
        let mut wanted = BTreeSet::new();
        for folder in ["src", "test"] {
            walk(&Path::new(CONTRACTS).join(folder), &mut wanted)?;
        }
        let mut units = BTreeMap::new();
        while !wanted.is_empty() {
            units.extend(parse(&wanted)?);
            let imports = units.values().flat_map(|unit: &Unit| &unit.imports);
            wanted = imports.filter(|name| !units.contains_key(*name) && !is_script(name)).cloned().collect();
        }
        Ok(Self(units))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Unit)> {
        self.0.iter().map(|(name, unit)| (name.as_str(), unit))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Unit> {
        self.0.get(name)
    }

    /// Suites of tests, with all that each imports. Those of the deployment scripts are left out.
    pub(super) fn suites(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let tests = self.0.keys().filter(|name| name.starts_with("test/") && name.ends_with(".t.sol"));
        let suites = tests.map(|name| (name.as_str(), self.closure(name)));
        suites.filter(|(_, imports)| !imports.iter().any(|name| is_script(name))).collect()
    }

    fn closure<'a>(&'a self, root: &'a str) -> BTreeSet<&'a str> {
        let (mut reached, mut next) = (BTreeSet::from([root]), vec![root]);
        while let Some(name) = next.pop() {
            for import in self.0.get(name).map_or(&[][..], |unit| &unit.imports) {
                if reached.insert(import) {
                    next.push(import);
                }
            }
        }
        reached
    }
}

fn is_script(name: &str) -> bool {
    name.starts_with("script/")
}

/// Whether a file is the contracts' own and has code.
pub(super) fn is_contract(name: &str) -> bool {
    name.starts_with("src/") && !name.starts_with("src/interfaces/")
}

/// Every node of a syntax tree, with the names of the contract and of the function it stands in.
pub(super) fn visit<'a>(node: &'a Value, scope: &str, seen: &mut impl FnMut(&'a Value, &str)) {
    match node {
        Value::Array(nodes) => nodes.iter().for_each(|node| visit(node, scope, seen)),
        Value::Object(fields) => {
            let inner = match node["nodeType"].as_str() {
                Some("ContractDefinition" | "FunctionDefinition" | "ModifierDefinition") => {
                    // A constructor has no name but its kind.
                    let name = node["name"].as_str().filter(|name| !name.is_empty());
                    let name = name.or(node["kind"].as_str()).unwrap_or_default();
                    if scope.is_empty() { name.to_string() } else { format!("{scope}.{name}") }
                }
                _ => scope.to_string(),
            };
            seen(node, &inner);
            fields.values().for_each(|node| visit(node, &inner, seen));
        }
        _ => {}
    }
}

/// Where the text of a node begins and ends.
pub(super) fn range(node: &Value) -> Option<(usize, usize)> {
    let mut numbers = node["src"].as_str()?.split(':').map(str::parse::<usize>);
    let (start, length) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    Some((start, start + length))
}

fn walk(folder: &Path, found: &mut BTreeSet<String>) -> Result<(), Failed> {
    let failed = |error: std::io::Error| Failed(format!("{}: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            walk(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "sol") {
            let name = path.strip_prefix(CONTRACTS).unwrap_or(&path);
            found.insert(name.display().to_string());
        }
    }
    Ok(())
}

fn read(name: &str) -> Result<String, Failed> {
    let packages = if PACKAGES.iter().any(|package| name.starts_with(package)) { "node_modules/" } else { "" };
    // The one package whose sources lie in a folder of their own.
    let name = match name.strip_prefix("solady/") {
        Some(rest) => format!("solady/src/{rest}"),
        None => name.to_string(),
    };
    let path = format!("{CONTRACTS}/{packages}{name}");
    fs::read_to_string(&path).map_err(|e| Failed(format!("{path}: {e}")))
}

fn parse(names: &BTreeSet<String>) -> Result<Vec<(String, Unit)>, Failed> {
    let texts: BTreeMap<&String, String> =
        names.iter().map(|name| Ok((name, read(name)?))).collect::<Result<_, Failed>>()?;
    let sources: BTreeMap<&String, Value> =
        texts.iter().map(|(name, text)| (*name, json!({ "content": text }))).collect();
    let input = json!({
        "language": "Solidity",
        "sources": sources,
        "settings": { "stopAfter": "parsing", "outputSelection": { "*": { "": ["ast"] } } },
    });
    let mut output = solc(&input)?;
    let unit = |(name, text): (&String, String)| {
        let ast = output["sources"][name]["ast"].take();
        if ast.is_null() {
            return Err(Failed(format!("{name}: solc did not parse it: {}", output["errors"])));
        }
        let mut imports = Vec::new();
        visit(&ast, "", &mut |node, _| {
            if node["nodeType"] == "ImportDirective" {
                imports.extend(node["absolutePath"].as_str().map(str::to_string));
            }
        });
        Ok((name.clone(), Unit { text, ast, imports }))
    };
    texts.into_iter().map(unit).collect()
}

fn solc(input: &Value) -> Result<Value, Failed> {
    let failed = |error: &dyn std::fmt::Display| Failed(format!("solc: {error}"));
    let mut command = Command::new(format!("{CONTRACTS}/tools/solc"));
    let command = command.arg("--standard-json").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|e| failed(&e))?;
    // It reads all of its input before it writes.
    let mut stdin = child.stdin.take().ok_or_else(|| failed(&"no input"))?;
    stdin.write_all(input.to_string().as_bytes()).map_err(|e| failed(&e))?;
    drop(stdin);
    let output = child.wait_with_output().map_err(|e| failed(&e))?;
    serde_json::from_slice(&output.stdout).map_err(|e| failed(&e))
}
