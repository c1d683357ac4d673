//! Where a key comes from: made anew from a published program, or read from its owner's folder.

use crate::error::{B256, WorkerError};
use crate::srs::SrsSource;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use verin_artifacts::Artifacts;
use verin_circuits::artifact::RecordFile;
use verin_circuits::weights::check_weights;
use verin_prover::backend::Backend;
use verin_prover::keyfile;
use verin_prover::keys::{Profile, ProverKey, SetupOptions, setup};
use verin_quantizer::Graph;

/// Name of a key in its folder.
const KEY: &str = "prover.key";
/// Largest key file that is read, in bytes.
const MAX_KEY: u64 = 1 << 33;

/// A model that was found, not yet loaded.
pub(crate) enum Found {
    /// Record file and program, as published.
    Published(Box<RecordFile>, Graph),
    /// A file of a key, and the record file in it.
    Kept(Box<RecordFile>, PathBuf),
}

impl Found {
    pub(crate) fn file(&self) -> &RecordFile {
        match self {
            Self::Published(file, _) | Self::Kept(file, _) => file,
        }
    }

    /// The key. A published program is set up anew and must give the very record: what is published is never believed.
    pub(crate) fn load(self, record: B256, backend: &dyn Backend, srs: &SrsSource) -> Result<ProverKey, WorkerError> {
        let key = match self {
            Self::Published(file, graph) => {
                let flags = file.record.flags;
                let options = SetupOptions {
                    profile: Profile::Chain,
                    private_input: flags.private_input,
                    private_output: flags.private_output,
                    row_log: u32::try_from(file.record.row_log).ok(),
                };
                srs.serve(|load| setup(backend, graph, options, load))?
            }
            Self::Kept(_, path) => read(&path)?,
        };
        let got = B256::from(key.record.record.hash());
        if got != record {
            return Err(WorkerError::OtherRecord { expected: record, got });
        }
        check_weights(&key.record, srs.verifier())?;
        Ok(key)
    }
}

/// Folders of keys.
#[derive(Debug)]
pub(crate) struct Folders {
    folders: Vec<PathBuf>,
    /// Keys that were found in them; none for a file that is no key.
    known: BTreeMap<PathBuf, Option<Box<RecordFile>>>,
}

impl Folders {
    /// Looks through the folders.
    pub(crate) fn open(folders: Vec<PathBuf>) -> Result<Self, WorkerError> {
        for folder in &folders {
            if keys_in(folder)?.is_empty() {
                return Err(WorkerError::Keys { folder: folder.clone(), why: "there is no prover.key".into() });
            }
        }
        let mut opened = Self { folders, known: BTreeMap::new() };
        opened.look()?;
        Ok(opened)
    }

    /// The key of a record, also one that came since.
    pub(crate) fn find(&mut self, record: B256) -> Result<Option<Found>, WorkerError> {
        if let Some(found) = self.known(record) {
            return Ok(Some(found));
        }
        self.look()?;
        Ok(self.known(record))
    }

    /// Reads keys that are new in the folders; one that is damaged is none.
    fn look(&mut self) -> Result<(), WorkerError> {
        for folder in &self.folders {
            for path in keys_in(folder)? {
                if self.known.contains_key(&path) {
                    continue;
                }
                let file = match read(&path) {
                    Ok(key) => Some(Box::new(key.record)),
                    Err(error) => {
                        tracing::warn!(%error, "key not used");
                        None
                    }
                };
                self.known.insert(path, file);
            }
        }
        Ok(())
    }

    fn known(&self, record: B256) -> Option<Found> {
        let files = self.known.iter().filter_map(|(path, file)| Some((path, file.as_ref()?)));
        let mut right = files.filter(|(_, file)| B256::from(file.record.hash()) == record);
        right.next().map(|(path, file)| Found::Kept(file.clone(), path.clone()))
    }
}

/// A record's published model.
pub(crate) async fn published(artifacts: &Artifacts, record: B256) -> Result<Found, WorkerError> {
    let (file, graph) = artifacts.program(record).await?;
    let got = B256::from(file.record.hash());
    if got != record {
        return Err(WorkerError::OtherRecord { expected: record, got });
    }
    Ok(Found::Published(Box::new(file), graph))
}

/// Files of keys in a folder, and in the folders in it.
fn keys_in(folder: &Path) -> Result<Vec<PathBuf>, WorkerError> {
    let wrong = |error: std::io::Error| WorkerError::Keys { folder: folder.into(), why: error.to_string() };
    let mut found = vec![folder.join(KEY)];
    for entry in fs::read_dir(folder).map_err(wrong)? {
        found.push(entry.map_err(wrong)?.path().join(KEY));
    }
    found.retain(|path| path.is_file());
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<ProverKey, WorkerError> {
    let wrong = |why: String| WorkerError::KeyFile { path: path.into(), why };
    let length = fs::metadata(path).map_err(|e| wrong(e.to_string()))?.len();
    if length > MAX_KEY {
        return Err(wrong(format!("expected at most {MAX_KEY} bytes, got {length}")));
    }
    let bytes = fs::read(path).map_err(|e| wrong(e.to_string()))?;
    keyfile::decode(&bytes).map_err(|e| wrong(e.to_string()))
}
