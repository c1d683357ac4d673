//! Where the pinned `anvil` comes from: the npm packages of the contracts.
//!
//! Inside a checkout that is `verifier-contract/node_modules`; a binary used elsewhere carries the same
//! `package.json` and lock file, and installs into the user's cache. The lock file pins versions and content.

use crate::error::ContractsError;
use sha3::{Digest, Keccak256};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PACKAGE: &str = include_str!("../../package.json");
const LOCK: &str = include_str!("../../package-lock.json");
/// As much of what npm said as goes into an error.
const LAST_LINES: usize = 4;

/// Where anvil is, or is to be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anvil {
    /// The folder of `package.json`.
    pub dir: PathBuf,
    /// The program.
    pub program: PathBuf,
}

impl Anvil {
    /// The anvil of the checkout that `start` lies in; else of the user's cache.
    ///
    /// # Errors
    /// There is none for this machine, or there is no folder to put it.
    pub fn locate(start: &Path) -> Result<Self, ContractsError> {
        let checkout = start.ancestors().map(|dir| dir.join("verifier-contract")).find(|dir| {
            // Another project's folder of this name is not ours to install into.
            std::fs::read_to_string(dir.join("package.json"))
                .is_ok_and(|text| text.contains("\"verin-verifier-contract\""))
        });
        match checkout {
            Some(dir) => Self::in_dir(dir),
            None => Self::in_dir(cache_dir()?),
        }
    }

    /// The anvil of the packages in `dir`; for a system that the lock file has none for, the one on the PATH.
    ///
    /// # Errors
    /// There is neither.
    pub fn in_dir(dir: PathBuf) -> Result<Self, ContractsError> {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        // The program itself, not npm's launcher: what is killed must be what listens.
        let package = format!(
            "@foundry-rs/anvil-{}-{}",
            named(os, &[("macos", "darwin"), ("windows", "win32")]),
            named(arch, &[("x86_64", "amd64"), ("aarch64", "arm64")])
        );
        let file = format!("anvil{}", std::env::consts::EXE_SUFFIX);
        if PACKAGE.contains(&format!("\"{package}\"")) {
            return Ok(Self { program: dir.join("node_modules").join(package).join("bin").join(file), dir });
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let program = std::env::split_paths(&path).map(|dir| dir.join(&file)).find(|program| program.is_file());
        program.map(|program| Self { program, dir }).ok_or(ContractsError::NoAnvil { os, arch })
    }

    /// Whether it is there.
    pub fn is_installed(&self) -> bool {
        self.program.is_file()
    }

    /// Installs it, with everything else that the lock file names. Takes a while.
    ///
    /// # Errors
    /// No npm, or it failed.
    pub fn install(&self) -> Result<(), ContractsError> {
        self.install_with(Path::new(if cfg!(windows) { "npm.cmd" } else { "npm" }))
    }

    /// Installs it with this `npm`.
    ///
    /// # Errors
    /// It cannot be run, or failed.
    pub fn install_with(&self, npm: &Path) -> Result<(), ContractsError> {
        let failed = |why: String| ContractsError::Install { dir: self.dir.clone(), why };
        if !self.dir.join("package-lock.json").is_file() {
            let write = |name: &str, text: &str| std::fs::write(self.dir.join(name), text);
            std::fs::create_dir_all(&self.dir)
                .and_then(|()| write("package.json", PACKAGE))
                .and_then(|()| write("package-lock.json", LOCK))
                .map_err(|e| failed(e.to_string()))?;
        }
        let output = Command::new(npm)
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&self.dir)
            .stdin(Stdio::null())
            .output()
            .map_err(|e| ContractsError::NoNpm { why: format!("{}: {e}", npm.display()) })?;
        if output.status.success() && self.is_installed() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<_> = said.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default().join("; ");
        Err(failed(if last.is_empty() { format!("npm ended with {}", output.status) } else { last }))
    }
}

/// npm's name for a system or a processor.
fn named<'a>(rust: &'a str, names: &[(&str, &'a str)]) -> &'a str {
    names.iter().find(|(name, _)| *name == rust).map_or(rust, |(_, npm)| npm)
}

/// A folder of the user's cache for exactly these packages.
fn cache_dir() -> Result<PathBuf, ContractsError> {
    let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = var("XDG_CACHE_HOME")
        .or_else(|| var("LOCALAPPDATA"))
        .or_else(|| var("HOME").map(|home| home.join(".cache")))
        .ok_or_else(|| ContractsError::Install {
            dir: PathBuf::from("the user's cache"),
            why: "neither XDG_CACHE_HOME nor HOME is set".into(),
        })?;
    let name: String = Keccak256::digest(LOCK).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Ok(base.join("verin").join("chain").join(name))
}
