//! The HTTP API against what Schemathesis makes of its own document: no input is answered by a 5xx, or by what the document does not say.

use crate::explorer::SERVER;
use crate::suite::{Failed, command, root, run_in};
use crate::tools;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What the server takes for orders, so that they are looked at too.
const TOKEN: &str = "schemathesis-and-nobody-else";

/// A server that ends with this.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Serves a small network, and has it tested.
pub(crate) fn test() -> Result<(), Failed> {
    tools::python()?;
    command("cargo", &["build", "--release", "--workspace", "--example", SERVER])?;
    let failed = |e: std::io::Error| Failed(format!("{SERVER}: {e}"));
    let mut server = Command::new(root().join("target/release/examples").join(SERVER));
    server.env("TOKEN", TOKEN).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut server = Server(server.spawn().map_err(failed)?);
    let mut line = String::new();
    if let Some(stdout) = server.0.stdout.take() {
        BufReader::new(stdout).read_line(&mut line).map_err(failed)?;
    }
    let url = line.split_whitespace().nth(1).ok_or_else(|| Failed(format!("{SERVER} said {line:?} and no address")))?;
    run_in(Path::new("."), "coordinator/tests/schemathesis/run.sh", &[url, TOKEN], &[])
}
