//! Files of the repository that tests write.

use std::fs;
use std::path::Path;

/// Demands that `file` of the repository is `text`; with `VERIN_BLESS=1` it is written instead. `test` is the name of the test
/// binary that does it.
pub fn check(file: &str, text: &str, test: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    if std::env::var_os("VERIN_BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    let differ = there.lines().zip(text.lines()).find(|(a, b)| a != b);
    assert!(
        there == text,
        "{file} is not what this test finds, first at {differ:?}: write it again with \
         VERIN_BLESS=1 cargo test --release -p verin-cli --test {test}"
    );
}
