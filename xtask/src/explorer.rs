//! The explorer in a real browser: Debian's Chromium, driven by Playwright from npm.

use crate::suite::{Failed, run_in};
use crate::tools;
use std::path::Path;

/// Where the browser's tests are.
const TESTS: &str = "coordinator/tests/explorer";
/// What serves the explorer to them. `cargo test --workspace` builds it; so does this, when it is run alone.
pub(crate) const SERVER: &str = "explorer_demo";

/// Installs what is missing, and looks at every page.
pub(crate) fn test() -> Result<(), Failed> {
    tools::chromium()?;
    run_in(Path::new("."), "cargo", &["build", "--release", "--workspace", "--example", SERVER], &[])?;
    run_in(Path::new(TESTS), "npm", &["ci", "--no-fund", "--no-audit", "--ignore-scripts"], &[])?;
    let server = crate::suite::root().join("target/release/examples").join(SERVER);
    run_in(Path::new(TESTS), "npm", &["test"], &[("EXPLORER", server.as_path())])
}
