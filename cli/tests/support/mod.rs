//! Runs the binary on the digits model, in a folder of its own.

#![allow(dead_code, reason = "each test file uses some of it")]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// A file of `models/`.
pub fn fixture(name: &str) -> String {
    root().join("models").join(name).display().to_string()
}

/// A folder that goes away.
pub struct Place {
    dir: TempDir,
}

/// What a run of the binary gave.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Place {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    /// Runs `verin` with words separated by spaces, in the folder.
    pub fn verin(&self, line: &str) -> Ran {
        self.command(env!("CARGO_BIN_EXE_verin"), &line.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs any command in the folder.
    pub fn command(&self, program: &str, args: &[&str]) -> Ran {
        let Output { status, stdout, stderr } =
            Command::new(program).args(args).current_dir(self.dir.path()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr) }
    }

    /// The JSON that a successful run prints.
    pub fn json(&self, line: &str) -> Value {
        let ran = self.verin(&format!("--json {line}"));
        assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
        assert_eq!(ran.stdout.lines().count(), 1, "{line}: one object on one line");
        serde_json::from_str(&ran.stdout).unwrap()
    }

    /// Demands an exit code, and an error of one line that holds these words.
    #[track_caller]
    pub fn fails(&self, line: &str, code: i32, words: &[&str]) {
        let before = self.files();
        let ran = self.verin(line);
        assert_eq!(ran.code, code, "{line}: {}", ran.stderr);
        let errors: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
        assert_eq!(errors.len(), 1, "{line}: {}", ran.stderr);
        for word in words {
            assert!(errors[0].contains(word), "{line}: no `{word}` in: {}", errors[0]);
        }
        assert!(!ran.stderr.contains("panicked") && !ran.stderr.contains("bug"), "{}", ran.stderr);
        assert_eq!(self.files(), before, "{line}: nothing may be left behind");
    }

    /// Every file of the folder, with its length.
    pub fn files(&self) -> Vec<(PathBuf, u64)> {
        fn walk(dir: &Path, found: &mut Vec<(PathBuf, u64)>) {
            for entry in fs::read_dir(dir).unwrap() {
                let entry = entry.unwrap();
                let length = entry.metadata().unwrap().len();
                if entry.file_type().unwrap().is_dir() {
                    found.push((entry.path(), 0));
                    walk(&entry.path(), found);
                } else {
                    found.push((entry.path(), length));
                }
            }
        }
        let mut found = Vec::new();
        walk(self.dir.path(), &mut found);
        found.sort();
        found
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// The digits model, quantized, as `d.vq`.
    pub fn quantized() -> Self {
        let place = Self::new();
        let (model, samples) = (fixture("mlp_digits.onnx"), fixture("mlp_digits.calib.npz"));
        let ran = place.verin(&format!("quantize {model} --samples {samples} -o d.vq"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        place
    }

    /// Sets `d.vq` up in folder `dir`.
    pub fn setup(&self, dir: &str, options: &str) -> Value {
        self.json(&format!("setup d.vq --insecure-srs -o {dir} {options}"))
    }
}
