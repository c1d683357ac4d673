//! Files of the repository that tests write.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::fs;
use std::path::Path;

/// Demands that `file` of the repository is `text`; with `VERIN_BLESS=1` it is written instead. `test` is the name of the test
/// binary that does it.
pub fn check(file: &str, text: &str, test: &str) {
    compare(file, text, test, |there, found| there == found);
}

/// The same, but numbers may be off by a quarter.
pub fn check_close(file: &str, text: &str, test: &str) {
    let number = |word: &str| word.parse::<f64>().ok();
    compare(file, text, test, |there, found| match (number(there), number(found)) {
        (Some(there), Some(found)) => (there - found).abs() <= 0.25 * there.abs().max(found.abs()),
        _ => there == found,
    });
}

fn compare(file: &str, text: &str, test: &str, same: impl Fn(&str, &str) -> bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    if std::env::var_os("VERIN_BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    let [was, is] = [&there[..], text].map(|text| text.split([' ', '\n']).collect::<Vec<_>>());
    let differ = was.iter().zip(&is).find(|(was, is)| !same(was, is));
    assert!(
        was.len() == is.len() && differ.is_none(),
        "{file} is not what this test finds (first difference: {differ:?}); write it again with \
         VERIN_BLESS=1 cargo test --release -p verin-cli --test {test}"
    );
}
