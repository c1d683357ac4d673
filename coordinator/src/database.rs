//! The coordinator's file: SQLite, one writer, any number of readers beside it.
//!
//! Each module brings the tables that it owns ([`Database::migrate`]). A change is one transaction: whatever happens in the middle
//! of it, the file is as it was before or as it is after.

use crate::error::CoordinatorError;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a statement waits for another process's lock on the file.
const PATIENCE: Duration = Duration::from_secs(5);
/// Readers that are kept open.
const READERS: usize = 8;

/// The file, open.
#[derive(Clone, Debug)]
pub struct Database {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Database {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// It cannot be opened, or is no database.
    pub fn open(path: &Path) -> Result<Self, CoordinatorError> {
        let open = || {
            let writer = Connection::open(path)?;
            writer.busy_timeout(PATIENCE)?;
            writer.pragma_update(None, "journal_mode", "wal")?;
            writer.pragma_update(None, "synchronous", "full")?;
            writer.pragma_update(None, "foreign_keys", true)?;
            Ok(writer)
        };
        let writer = open().map_err(|e| error(path, &e))?;
        let (writer, readers) = (Mutex::new(writer), Mutex::new(Vec::new()));
        Ok(Self { inner: Arc::new(Inner { path: path.into(), writer, readers }) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Runs the statements that make a module's tables, each of which does nothing when it was run before.
    ///
    /// # Errors
    /// The file cannot be written, or has other tables of these names.
    pub async fn migrate(&self, schema: &'static str) -> Result<(), CoordinatorError> {
        self.write(move |transaction| transaction.execute_batch(schema)).await
    }

    /// Changes the file, in one transaction, which is undone when `change` fails.
    ///
    /// # Errors
    /// The file cannot be written, or `change` failed.
    pub async fn write<T, F>(&self, change: F) -> Result<T, CoordinatorError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        self.blocking(move |inner| {
            let mut writer = inner.writer.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let changed = change(&transaction)?;
            transaction.commit()?;
            Ok(changed)
        })
        .await
    }

    /// Reads the file as it is now; no writer is waited for.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn read<T, F>(&self, look: F) -> Result<T, CoordinatorError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.blocking(move |inner| {
            let pool = || inner.readers.lock().unwrap_or_else(PoisonError::into_inner);
            let idle = pool().pop();
            let reader = match idle {
                Some(reader) => reader,
                None => {
                    let reader = Connection::open_with_flags(&inner.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
                    reader.busy_timeout(PATIENCE)?;
                    reader
                }
            };
            let found = {
                // One snapshot for all that is looked at.
                let snapshot = reader.unchecked_transaction()?;
                look(&snapshot)
            };
            let mut pool = pool();
            if pool.len() < READERS {
                pool.push(reader);
            }
            found
        })
        .await
    }

    async fn blocking<T, F>(&self, run: F) -> Result<T, CoordinatorError>
    where
        T: Send + 'static,
        F: FnOnce(&Inner) -> rusqlite::Result<T> + Send + 'static,
    {
        let inner = self.inner.clone();
        let done = tokio::task::spawn_blocking(move || run(&inner).map_err(|e| error(&inner.path, &e))).await;
        done.unwrap_or_else(|e| {
            Err(CoordinatorError::Database { path: self.inner.path.clone(), why: format!("a task ended early: {e}") })
        })
    }
}

fn error(path: &Path, error: &rusqlite::Error) -> CoordinatorError {
    let remedy = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => {
            ": make room on its disk, or see whether that is sound; all that was written before is there"
        }
        _ => "",
    };
    CoordinatorError::Database { path: path.into(), why: format!("{error}{remedy}") }
}
