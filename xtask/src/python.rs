//! Virtual environments of Python with pinned wheels.

use crate::suite::{Failed, command, root};
use crate::tools;
use std::fs;
use std::path::PathBuf;

/// An environment that has what was asked for.
pub(crate) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Makes `folder` of the repository once; the wheels are `PROJECT==VERSION`, and nothing is built from source.
    pub(crate) fn install(folder: &str, wheels: &[&str]) -> Result<Self, Failed> {
        let folder = root().join(folder);
        let (mark, wanted) = (folder.join("installed"), wheels.join("\n"));
        if fs::read_to_string(&mark).is_ok_and(|has| has == wanted) {
            return Ok(Self { folder });
        }
        let failed = |why: &dyn std::fmt::Display| Failed(format!("not installed: {why}"));
        let path = folder.display().to_string();
        tools::python()?;
        command("python3", &["-m", "venv", "--clear", &path]).map_err(|e| failed(&e))?;
        let environment = Self { folder };
        let pip = environment.program("pip");
        let install = ["install", "--quiet", "--only-binary", ":all:"];
        command(&pip, &[&install[..], wheels].concat())
            .map_err(|_| failed(&format!("no wheels of {}", wheels.join(", "))))?;
        fs::write(&mark, wanted).map_err(|e| failed(&e))?;
        Ok(environment)
    }

    pub(crate) fn program(&self, name: &str) -> String {
        self.path(&format!("bin/{name}"))
    }

    /// A file of the environment.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }
}
