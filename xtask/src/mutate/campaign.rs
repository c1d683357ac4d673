//! Which tests a mutant is run against, and what that says of it.

use super::check::Check;
use super::forge::{Forge, Outcome};
use crate::suite::Failed;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds of tests, those first that take the least time; then come any others.
const STAGES: [&str; 4] = ["test/unit/", "test/integration/", "test/fuzz/", "test/invariant/"];
/// Tests that bound gas or code size, which switches add to. They fail without any mutant, and say nothing about one.
const BOUNDS: [&str; 2] = [
    "test/integration/SealVerifier.t.sol:SealVerifierTest.test_gas",
    "test/unit/MarketGoverned.t.sol:MarketGovernedTest.test_code_fits_a_contract",
];
/// What kills a mutant on which tests do not end.
pub(super) const TIME: &str = "time";

/// Suites, with all that each imports, whose tests succeed without any mutant.
pub(super) struct Campaign<'a> {
    suites: &'a BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Campaign<'a> {
    /// Runs all tests once.
    pub(super) fn begin(forge: &Forge, suites: &'a BTreeMap<&'a str, BTreeSet<&'a str>>) -> Result<Self, Failed> {
        let names: Vec<&str> = suites.keys().copied().collect();
        let Outcome::Ended(failed) = forge.test(&names, 0)? else {
            return Err(Failed("the tests do not end, without any mutant".into()));
        };
        let failed: Vec<&str> = failed.iter().map(String::as_str).filter(|test| !BOUNDS.contains(test)).collect();
        match failed.is_empty() {
            true => Ok(Self { suites }),
            false => Err(Failed(format!("tests fail without any mutant: {}", failed.join(", ")))),
        }
    }

    /// What kills the mutant without `check`. A suite cannot tell what it does not import.
    pub(super) fn killer(&self, forge: &Forge, number: usize, check: &Check) -> Result<Option<String>, Failed> {
        let reaching = self.suites.iter().filter(|(_, imports)| imports.contains(check.key.file.as_str()));
        let reaching: Vec<&str> = reaching.map(|(name, _)| *name).collect();
        let stage_of = |suite: &str| STAGES.iter().position(|stage| suite.starts_with(stage)).unwrap_or(STAGES.len());
        for stage in 0..=STAGES.len() {
            let suites: Vec<&str> = reaching.iter().copied().filter(|name| stage_of(name) == stage).collect();
            let Outcome::Ended(failed) = forge.test(&suites, number)? else { return Ok(Some(TIME.into())) };
            if let Some(killer) = closest(&failed, check) {
                return Ok(Some(killer.into()));
            }
        }
        Ok(None)
    }

    /// Whether `killer` kills the mutant of this number.
    pub(super) fn kills(&self, forge: &Forge, number: usize, killer: &str) -> Result<bool, Failed> {
        let Some(suite) = suite(killer) else { return Ok(false) };
        let Outcome::Ended(failed) = forge.test(&[suite], number)? else { return Ok(false) };
        Ok(failed.contains(killer))
    }
}

/// The file of a test.
pub(super) fn suite(test: &str) -> Option<&str> {
    test.split_once(".t.sol:").map(|(name, _)| &test[..name.len() + ".t.sol".len()])
}

/// Of the tests that fail, the one whose name says most of what the check's does.
fn closest<'a>(failed: &'a BTreeSet<String>, check: &Check) -> Option<&'a str> {
    let wanted = words(&format!("{} {}", check.key.scope, check.key.check));
    let failed = failed.iter().map(String::as_str).filter(|test| !BOUNDS.contains(test));
    // Of equals the first: the last is what max_by_key takes.
    failed.rev().max_by_key(|test| words(test).intersection(&wanted).count())
}

/// Words of names in snake or camel case, without endings.
fn words(text: &str) -> BTreeSet<String> {
    let mut spaced = String::new();
    for letter in text.chars() {
        // A word begins with a capital, or after what is no letter.
        if letter.is_uppercase() {
            spaced.push(' ');
        }
        spaced.extend(if letter.is_alphanumeric() { letter } else { ' ' }.to_lowercase());
    }
    spaced.split_whitespace().filter(|word| word.len() > 2).map(|word| word.chars().take(5).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::{suite, words};

    #[test]
    fn names_have_words() {
        let words_of = |text| words(text).into_iter().collect::<Vec<_>>();
        assert_eq!(words_of("MarketCancel.test_only_by_whom"), ["cance", "marke", "only", "test", "whom"]);
        assert_eq!(words_of("noticeCancel(id)"), ["cance", "notic"]);
    }

    #[test]
    fn a_test_has_a_file() {
        assert_eq!(suite("test/unit/A.t.sol:ATest.test_x"), Some("test/unit/A.t.sol"));
        assert_eq!(suite(super::TIME), None);
    }
}
