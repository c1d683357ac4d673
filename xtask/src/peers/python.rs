//! Virtual environments of Python with pinned wheels.

use super::FOLDER;
use super::measure::{Run, measure};
use crate::suite::{Failed, command, root};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// An environment that has what was asked for.
pub(super) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Makes `target/peers/NAME` once; the wheels are `PROJECT==VERSION`, and nothing is built from source.
    pub(super) fn install(name: &str, wheels: &[&str]) -> Result<Self, Failed> {
        let folder = root().join(FOLDER).join(name);
        let (mark, wanted) = (folder.join("installed"), wheels.join("\n"));
        if fs::read_to_string(&mark).is_ok_and(|has| has == wanted) {
            return Ok(Self { folder });
        }
        let failed = |why: &dyn std::fmt::Display| Failed(format!("not installed: {why}"));
        let path = folder.display().to_string();
        command("python3", &["-m", "venv", "--clear", &path]).map_err(|e| failed(&e))?;
        let environment = Self { folder };
        let pip = environment.program("pip");
        let install = ["install", "--quiet", "--only-binary", ":all:"];
        command(&pip, &[&install[..], wheels].concat())
            .map_err(|_| failed(&format!("no wheels of {}", wheels.join(", "))))?;
        fs::write(&mark, wanted).map_err(|e| failed(&e))?;
        Ok(environment)
    }

    pub(super) fn program(&self, name: &str) -> String {
        self.path(&format!("bin/{name}"))
    }

    /// A file of the environment.
    pub(super) fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Where the modules are.
    pub(super) fn modules(&self) -> Result<String, Failed> {
        let code = "import sysconfig; print(sysconfig.get_paths()['platlib'])";
        Ok(self.python(&["-c", code])?.stdout.trim().to_string())
    }

    /// Runs Python and measures it.
    pub(super) fn python(&self, args: &[&str]) -> Result<Run, Failed> {
        measure(Command::new(self.program("python")).args(args))
    }
}
