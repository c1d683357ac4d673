//! Checks of the contracts: what a mutant lacks.

use super::source::{Sources, Unit, is_contract, range, visit};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

/// Which check: the same as long as nobody edits it, wherever it moves in its function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) file: String,
    /// Contract and function, as far as there are any.
    pub(super) scope: String,
    pub(super) check: String,
    /// Which one of those that read the same; the first is 0.
    #[serde(default, skip_serializing_if = "is_first")]
    pub(super) occurrence: usize,
}

fn is_first(occurrence: &usize) -> bool {
    *occurrence == 0
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.file, self.scope, self.check)?;
        if self.occurrence == 0 { Ok(()) } else { write!(f, " ({})", self.occurrence + 1) }
    }
}

/// A range of bytes of the file.
pub(super) type Range = (usize, usize);

/// What to switch off.
pub(super) enum Kind {
    /// `require(condition, ..)`
    Require { condition: Range },
    /// `if (condition) revert ..`, `return ..`, `continue` or `break`, and no `else`.
    Guard { condition: Range },
    /// A `revert ..` by itself.
    Revert { statement: Range },
    /// A modifier of a function, by the range of its name.
    Modifier { name: Range, arguments: bool },
}

pub(super) struct Check {
    pub(super) key: Key,
    pub(super) line: usize,
    pub(super) kind: Kind,
}

/// All checks, in the order of files and lines.
pub(super) fn all(sources: &Sources) -> Vec<Check> {
    sources.iter().filter(|(name, _)| is_contract(name)).flat_map(|(name, unit)| of(name, unit)).collect()
}

fn of(file: &str, unit: &Unit) -> Vec<Check> {
    let mut found = Vec::new();
    visit(&unit.ast, "", &mut |node, scope| {
        for (kind, (start, end)) in kinds(node) {
            found.push((start, end, scope.to_string(), kind));
        }
    });
    found.sort_by_key(|(start, ..)| *start);
    let mut times: HashMap<(String, String), usize> = HashMap::new();
    let check = |(start, end, scope, kind): (usize, usize, String, Kind)| {
        let check = unit.text[start..end].split_whitespace().collect::<Vec<_>>().join(" ");
        let count = times.entry((scope.clone(), check.clone())).or_default();
        let key = Key { file: file.to_string(), scope, check, occurrence: *count };
        *count += 1;
        Check { key, line: unit.text[..start].lines().count().max(1), kind }
    };
    found.into_iter().map(check).collect()
}

/// The checks that a node is, each with the range that shows it to a reader.
fn kinds<'a>(node: &'a Value) -> Vec<(Kind, Range)> {
    let found = match node["nodeType"].as_str() {
        Some("ExpressionStatement") => vec![require(node)],
        Some("IfStatement") => vec![guard(node)],
        Some("FunctionDefinition") => {
            let list = |nodes: &'a Value| nodes.as_array().into_iter().flatten();
            // What looks like a modifier of a constructor is the constructor of a base.
            let modifiers = list(&node["modifiers"]).filter(|_| node["kind"] != "constructor");
            list(&node["body"]["statements"]).map(alone).chain(modifiers.map(modifier)).collect()
        }
        _ => vec![],
    };
    found.into_iter().flatten().collect()
}

fn require(node: &Value) -> Option<(Kind, Range)> {
    let call = &node["expression"];
    matches!(call["expression"]["name"].as_str(), Some("require" | "assert")).then_some(())?;
    Some((Kind::Require { condition: range(&call["arguments"][0])? }, range(node)?))
}

fn guard(node: &Value) -> Option<(Kind, Range)> {
    let body = match node["trueBody"]["nodeType"].as_str()? {
        "Block" => match node["trueBody"]["statements"].as_array()?.as_slice() {
            [only] => only,
            _ => return None,
        },
        _ => &node["trueBody"],
    };
    let leaves = matches!(body["nodeType"].as_str()?, "Return" | "Continue" | "Break") || is_revert(body);
    (leaves && node["falseBody"].is_null()).then_some(())?;
    Some((Kind::Guard { condition: range(&node["condition"])? }, range(node)?))
}

/// A `revert` that is always reached.
fn alone(statement: &Value) -> Option<(Kind, Range)> {
    is_revert(statement).then_some(())?;
    Some((Kind::Revert { statement: range(statement)? }, range(statement)?))
}

fn is_revert(node: &Value) -> bool {
    node["nodeType"] == "RevertStatement" || node["expression"]["expression"]["name"] == "revert"
}

fn modifier(node: &Value) -> Option<(Kind, Range)> {
    let arguments = node["arguments"].as_array().is_some_and(|arguments| !arguments.is_empty());
    Some((Kind::Modifier { name: range(&node["modifierName"])?, arguments }, range(node)?))
}

#[cfg(test)]
mod tests {
    use super::{Key, kinds};
    use serde_json::json;

    #[test]
    fn a_branch_with_an_effect_is_no_check() {
        let condition = json!({ "src": "4:1:0" });
        let leave = json!({ "nodeType": "Return", "src": "7:6:0" });
        let branch = |body: serde_json::Value, other: serde_json::Value| json!({ "nodeType": "IfStatement", "src": "0:20:0", "condition": condition, "trueBody": body, "falseBody": other });
        let block = |statements: &[&serde_json::Value]| json!({ "nodeType": "Block", "statements": statements });
        let effect = json!({ "nodeType": "ExpressionStatement", "expression": {}, "src": "7:6:0" });
        assert_eq!(kinds(&branch(leave.clone(), json!(null))).len(), 1);
        assert_eq!(kinds(&branch(block(&[&leave]), json!(null))).len(), 1);
        assert_eq!(kinds(&branch(block(&[&effect, &leave]), json!(null))).len(), 0, "does something first");
        assert_eq!(kinds(&branch(effect, json!(null))).len(), 0, "stays");
        assert_eq!(kinds(&branch(leave.clone(), leave)).len(), 0, "one of two ways");
    }

    #[test]
    fn a_key_names_all_but_the_first_of_equals() {
        let mut key = Key { file: "a".into(), scope: "B.c".into(), check: "d".into(), occurrence: 0 };
        assert_eq!(key.to_string(), "a B.c: d");
        key.occurrence = 1;
        assert_eq!(key.to_string(), "a B.c: d (2)");
    }
}
