//! `verin`, started, and ended gently or not.

use std::process::{Child, Command};

/// A process that is killed when the test is over.
pub(crate) struct Process(pub(crate) Child);

impl Process {
    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.0.kill().expect("a process");
        self.0.wait().expect("an end");
    }

    /// SIGTERM; waits for the end, which must be a good one.
    pub(crate) fn stop(mut self) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
        assert!(self.0.wait().expect("an end").success());
    }

    /// Lets it write files up to so many bytes, or of any length.
    pub(crate) fn limit_files(&self, bytes: Option<u64>) {
        let soft = bytes.map_or_else(|| "unlimited".into(), |bytes| bytes.to_string());
        let (id, limit) = (self.0.id().to_string(), format!("--fsize={soft}:unlimited"));
        assert!(Command::new("prlimit").args(["--pid", &id, &limit]).status().expect("prlimit").success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
