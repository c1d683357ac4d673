//! One process for one key and one file on this machine.
//!
//! The locks are files of their own: SQLite's locks on its file are lost when any other handle of the same process to it is closed.
//! The system frees a lock when its process ends, however it ends.

use crate::error::CoordinatorError;
use alloy::primitives::Address;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// Held until it is dropped.
#[derive(Debug)]
pub(super) struct Locks {
    _files: [File; 2],
}

impl Locks {
    /// Takes the lock beside `database`, and that of `address` on the chain `chain_id` in the folder `dir`.
    ///
    /// # Errors
    /// Another journal holds one, or there is no place for it.
    pub(super) fn take(database: &Path, dir: &Path, address: Address, chain_id: u64) -> Result<Self, CoordinatorError> {
        let mut beside = database.as_os_str().to_owned();
        beside.push(".lock");
        let of_key = dir.join(format!("verin-{chain_id}-{address:#x}.lock"));
        Ok(Self { _files: [take(PathBuf::from(beside))?, take(of_key)?] })
    }
}

fn take(path: PathBuf) -> Result<File, CoordinatorError> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let locked = file.map_err(|e| e.to_string()).map(|file| (file.try_lock(), file));
    match locked {
        Ok((Ok(()), file)) => Ok(file),
        Ok((Err(TryLockError::WouldBlock), _)) => Err(CoordinatorError::AlreadyRunning { path }),
        Ok((Err(TryLockError::Error(e)), _)) => Err(CoordinatorError::Lock { path, why: e.to_string() }),
        Err(why) => Err(CoordinatorError::Lock { path, why }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(byte: u8) -> Address {
        Address::repeat_byte(byte)
    }

    #[test]
    fn a_file_and_a_key_are_held_by_one() {
        let dir = tempfile::tempdir().expect("a folder");
        let (one, two) = (dir.path().join("one.sqlite"), dir.path().join("two.sqlite"));
        let held = Locks::take(&one, dir.path(), address(1), 1).expect("the first");
        for (file, key) in [(&one, 2), (&two, 1)] {
            let error = Locks::take(file, dir.path(), address(key), 1).expect_err("it is held");
            assert!(matches!(error, CoordinatorError::AlreadyRunning { .. }), "{error}");
        }
        // A lock that was taken on the way to a refusal is given back.
        Locks::take(&two, dir.path(), address(1), 2).expect("another chain");
        drop(held);
        Locks::take(&one, dir.path(), address(1), 1).expect("it is free");
    }

    #[test]
    fn a_missing_folder_is_named() {
        let dir = tempfile::tempdir().expect("a folder");
        let missing = dir.path().join("missing");
        let error = Locks::take(&dir.path().join("file"), &missing, address(1), 1).expect_err("no folder");
        assert!(matches!(error, CoordinatorError::Lock { .. }) && error.to_string().contains("missing"), "{error}");
    }
}
