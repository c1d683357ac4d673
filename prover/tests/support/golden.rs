//! Files that pin what must not change silently.
//!
//! When a change is meant: raise the version in the file's name where old proofs no longer verify, run the tests once with
//! `VERIN_GOLDEN=write`, and say why in the commit.

use std::path::PathBuf;

/// Compares `text` with the golden file `name`, or writes it.
pub fn check(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var("VERIN_GOLDEN").is_ok_and(|v| v == "write") {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{name} differs; if that is meant, see prover/tests/support/golden.rs");
}
