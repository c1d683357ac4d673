//! Reading with limits, and writing so that a file is there whole or not at all.

use crate::error::{CliError, Kind, io};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// Largest record, proof or list of inputs that is read, in bytes.
pub(crate) const SMALL: u64 = 1 << 28;
/// Largest prover key that is read, in bytes.
pub(crate) const KEY: u64 = 1 << 33;

/// The bytes of a file of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, CliError> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|e| io(&name, &e))?;
    let metadata = file.metadata().map_err(|e| io(&name, &e))?;
    if metadata.is_dir() {
        return Err(CliError::new(Kind::Io, format!("{name}: is a directory, a file was expected")));
    }
    let too_large = |got: u64| {
        CliError::new(
            Kind::TooLarge,
            format!("{name}: {got} bytes, the limit is {limit}: this is not the file that was meant"),
        )
    };
    if metadata.len() > limit {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize + 1);
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|e| io(&name, &e))?;
    if bytes.len() as u64 > limit { Err(too_large(bytes.len() as u64)) } else { Ok(bytes) }
}

/// A file that is going to be written, beside which a temporary one becomes it.
#[derive(Debug)]
pub(crate) struct Destination {
    path: PathBuf,
    force: bool,
}

impl Destination {
    /// Checks, before any work is done, that the file may be written.
    pub(crate) fn new(path: PathBuf, force: bool) -> Result<Self, CliError> {
        let name = path.display().to_string();
        if path.is_dir() {
            return Err(CliError::new(Kind::Exists, format!("{name}: is a directory; name a file")));
        }
        if path.exists() && !force {
            return Err(exists(&path));
        }
        let folder = folder(&path);
        if !folder.is_dir() {
            let message = format!("{name}: the folder {} does not exist; make it, or name another", folder.display());
            return Err(CliError::new(Kind::Io, message));
        }
        Ok(Self { path, force })
    }

    /// The file's name.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes `bytes`; with `secret`, for the owner's eyes only.
    pub(crate) fn write(&self, bytes: &[u8], secret: bool) -> Result<(), CliError> {
        self.stage(bytes, secret)?.publish()
    }

    /// Writes `bytes` beside the file, to be published later.
    pub(crate) fn stage(&self, bytes: &[u8], secret: bool) -> Result<Staged<'_>, CliError> {
        use std::os::unix::fs::PermissionsExt;
        let write = || {
            let mode = fs::Permissions::from_mode(if secret { 0o600 } else { 0o666 });
            let mut file = Builder::new().prefix(".verin-").permissions(mode).tempfile_in(folder(&self.path))?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            Ok(file)
        };
        let file = write().map_err(|e| io(self.path.display(), &e))?;
        Ok(Staged { to: self, file })
    }
}

/// A written file that does not have its name yet; it is gone when dropped.
#[derive(Debug)]
pub(crate) struct Staged<'d> {
    to: &'d Destination,
    file: NamedTempFile,
}

impl Staged<'_> {
    /// Gives the file its name.
    pub(crate) fn publish(self) -> Result<(), CliError> {
        let Destination { path, force } = self.to;
        let renamed = if *force { self.file.persist(path) } else { self.file.persist_noclobber(path) };
        match renamed {
            Ok(_) => Ok(()),
            Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists => Err(exists(path)),
            Err(e) => Err(io(path.display(), &e.error)),
        }
    }

    /// Gives both files their names, or neither.
    pub(crate) fn publish_with(self, other: Staged<'_>) -> Result<(), CliError> {
        let path = self.to.path();
        self.publish()?;
        other.publish().inspect_err(|_| {
            let _ = fs::remove_file(path);
        })
    }
}

/// A folder for outputs, made if it is not there, and gone again if nothing was put into it.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    made: bool,
}

impl Folder {
    /// The folder at `path`.
    pub(crate) fn make(path: PathBuf) -> Result<Self, CliError> {
        let made = !path.exists();
        if made {
            fs::create_dir(&path).map_err(|e| io(path.display(), &e))?;
        } else if !path.is_dir() {
            return Err(CliError::new(Kind::Exists, format!("{}: is a file; name a folder", path.display())));
        }
        Ok(Self { path, made })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.made {
            // Only an empty folder can be removed this way.
            let _ = fs::remove_dir(&self.path);
        }
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn exists(path: &Path) -> CliError {
    CliError::new(
        Kind::Exists,
        format!("{}: exists already; pass --force to replace it, or name another", path.display()),
    )
}
