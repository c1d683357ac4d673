//! Sources in which every check can be switched off while tests run: one build has all mutants.

use super::check::{Check, Kind};
use super::source::{Unit, range, visit};
use std::collections::{BTreeMap, BTreeSet};

/// What the switched sources import.
pub(super) const LIBRARY_PATH: &str = "mutant/Mutant.sol";
/// Which mutant is active is the balance of an address: every contract can read it at any time, and no test deals with it.
/// Reading it counts as a view, and pure functions have checks too: hence the cast.
pub(super) const LIBRARY: &str = r#"// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

interface Cheatcodes {
    function deal(address account, uint256 balance) external;
    function envOr(string calldata name, uint256 otherwise) external view returns (uint256);
}

library Mutant {
    address private constant SWITCH = address(uint160(uint256(keccak256("the active mutant"))));
    Cheatcodes private constant CHEATCODES = Cheatcodes(address(uint160(uint256(keccak256("hevm cheat code")))));

    function activate() internal {
        CHEATCODES.deal(SWITCH, CHEATCODES.envOr("VERIN_MUTANT", uint256(0)));
    }

    function lacks(uint256 check) internal pure returns (bool) {
        function(uint256) view returns (bool) read = _isActive;
        function(uint256) pure returns (bool) cast;
        assembly ("memory-safe") {
            cast := read
        }
        return cast(check);
    }

    function _isActive(uint256 check) private view returns (bool) {
        return SWITCH.balance == check;
    }
}
"#;
/// What every test inherits.
const TEST_BASE: &str = "test/base/Test.sol";

/// Insertions into one file, by where they go.
type Insertions = BTreeMap<usize, String>;

/// A file with its switches. `checks` have their numbers, of which 0 is no check's; `modifiers` are the names of those that
/// are checks of some function.
pub(super) fn switched(file: &str, unit: &Unit, checks: &[(usize, &Check)], modifiers: &BTreeSet<&str>) -> String {
    let mut insertions = Insertions::new();
    let mut insert = |at: usize, text: &str| insertions.entry(at).or_default().push_str(text);
    for (number, check) in checks {
        match check.kind {
            Kind::Require { condition: (start, end) } => {
                insert(start, "(");
                insert(end, &format!(") || Mutant.lacks({number})"));
            }
            Kind::Guard { condition: (start, end) } => {
                insert(start, "(");
                insert(end, &format!(") && !Mutant.lacks({number})"));
            }
            Kind::Revert { statement: (start, _) } => insert(start, &format!("if (!Mutant.lacks({number})) ")),
            Kind::Modifier { name: (_, end), arguments: false } => insert(end, &format!("Switched({number})")),
            Kind::Modifier { name: (_, end), arguments: true } => {
                insert(end, "Switched");
                insert(end + 1, &format!("{number}, "));
            }
        }
    }
    visit(&unit.ast, "", &mut |node, _| {
        if node["nodeType"] == "ModifierDefinition" && node["name"].as_str().is_some_and(|n| modifiers.contains(n)) {
            definition(&unit.text, node, &mut insert);
        }
        if file == TEST_BASE
            && node["nodeType"] == "ContractDefinition"
            && let Some((_, end)) = range(node)
        {
            insert(end - 1, "constructor() { Mutant.activate(); }\n");
        }
    });
    if insertions.is_empty() {
        return unit.text.clone();
    }
    let mut text = String::with_capacity(unit.text.len() * 2);
    let mut done = 0;
    for (at, inserted) in insertions {
        text.push_str(&unit.text[done..at]);
        text.push_str(&inserted);
        done = at;
    }
    text.push_str(&unit.text[done..]);
    text + &format!("\nimport {{Mutant}} from \"{LIBRARY_PATH}\";\n")
}

/// Makes a modifier one with a switch, and puts it as it was in front, for whoever else applies it.
fn definition(text: &str, node: &serde_json::Value, insert: &mut impl FnMut(usize, &str)) {
    let (Some((start, end)), Some((first, last)), Some(after)) = (range(node), range(&node["body"]), name_end(node))
    else {
        return;
    };
    let parameters = node["parameters"]["parameters"].as_array().is_some_and(|list| !list.is_empty());
    let brackets = text[after..].starts_with('(');
    insert(start, &format!("{}\n", &text[start..end]));
    match (parameters, brackets) {
        (true, _) => {
            insert(after, "Switched");
            insert(after + 1, "uint256 mutant, ");
        }
        (false, true) => {
            insert(after, "Switched");
            insert(after + 1, "uint256 mutant");
        }
        (false, false) => insert(after, "Switched(uint256 mutant)"),
    }
    insert(first, "{ if (Mutant.lacks(mutant)) { _; } else ");
    insert(last, " }");
}

fn name_end(node: &serde_json::Value) -> Option<usize> {
    let start: usize = node["nameLocation"].as_str()?.split(':').next()?.parse().ok()?;
    Some(start + node["name"].as_str()?.len())
}

#[cfg(test)]
mod tests {
    use super::super::check::{Check, Key, Kind, Range};
    use super::super::source::Unit;
    use super::switched;
    use serde_json::json;
    use std::collections::BTreeSet;

    const TEXT: &str = "modifier m(uint256 a) { require(a); _; } function f() m(1) { if (b) return; revert E(); }";

    fn place(part: &str) -> Range {
        let start = TEXT.find(part).expect("is there");
        (start, start + part.len())
    }

    fn src(part: &str) -> String {
        let (start, end) = place(part);
        format!("{start}:{}:0", end - start)
    }

    #[test]
    fn every_kind_of_check_has_a_switch() {
        let ast = json!({
            "nodeType": "ModifierDefinition", "name": "m", "nameLocation": "9:1:0",
            "src": src("modifier m(uint256 a) { require(a); _; }"),
            "parameters": { "parameters": [{}] }, "body": { "src": src("{ require(a); _; }") },
        });
        let unit = Unit { text: TEXT.into(), ast, imports: vec![] };
        let name = place("m(1)").0;
        let kinds = [
            Kind::Require { condition: (place("(a)").0 + 1, place("(a)").1 - 1) },
            Kind::Modifier { name: (name, name + 1), arguments: true },
            Kind::Guard { condition: (place("(b)").0 + 1, place("(b)").1 - 1) },
            Kind::Revert { statement: place("revert E()") },
        ];
        let key = || Key { file: "F".into(), scope: String::new(), check: String::new(), occurrence: 0 };
        let checks = kinds.map(|kind| Check { key: key(), line: 1, kind });
        let numbered: Vec<_> = (1..).zip(&checks).collect();
        let text = switched("F", &unit, &numbered, &BTreeSet::from(["m"]));
        let expected = "modifier m(uint256 a) { require(a); _; }
modifier mSwitched(uint256 mutant, uint256 a) { if (Mutant.lacks(mutant)) { _; } else \
             { require((a) || Mutant.lacks(1)); _; } } \
             function f() mSwitched(2, 1) { if ((b) && !Mutant.lacks(3)) return; if (!Mutant.lacks(4)) revert E(); }
import {Mutant} from \"mutant/Mutant.sol\";
";
        assert_eq!(text, expected);
    }
}
