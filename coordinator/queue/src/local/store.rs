//! The file: tables, and one transaction at a time.

use crate::QueueError;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a call waits for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(10);
/// Marks a file that this module made.
const APPLICATION: i64 = 0x5652_4e51;
/// The version of the tables.
const VERSION: i64 = 1;

/// `state` is waiting, leased, handed_in, dead or over. `until` is when the lease ends, when an outcome is delivered again, or when
/// work that is over is forgotten. Work that is over keeps its name alone.
const TABLES: &str = "
CREATE TABLE work (
    pushed INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    deadline INTEGER NOT NULL,
    body BLOB,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    given_back INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    until INTEGER NOT NULL DEFAULT 0,
    why TEXT,
    outcome BLOB
);
CREATE INDEX work_by_urgency ON work (state, deadline, pushed);
CREATE INDEX work_by_time ON work (state, until);
CREATE TABLE worker (name TEXT PRIMARY KEY, status BLOB NOT NULL, seen INTEGER NOT NULL);
";

/// The file, open.
#[derive(Debug)]
pub(super) struct Store {
    at: String,
    connection: Arc<Mutex<Connection>>,
}

/// A transaction, and the time at which it began.
pub(super) struct Within<'a> {
    pub(super) sql: &'a Transaction<'a>,
    /// Milliseconds since 1970.
    pub(super) now: i64,
    pub(super) at: &'a str,
}

/// Why a step failed.
pub(super) enum Failed {
    Sql(rusqlite::Error),
    Queue(QueueError),
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<QueueError> for Failed {
    fn from(error: QueueError) -> Self {
        Self::Queue(error)
    }
}

impl Store {
    /// Opens the file, or makes it.
    pub(super) async fn open(path: PathBuf) -> Result<Self, QueueError> {
        let at = path.display().to_string();
        let opened = blocking("open", &at, {
            let at = at.clone();
            move || {
                let mut connection = Connection::open(path)?;
                connection.busy_timeout(PATIENCE)?;
                connection.pragma_update(None, "journal_mode", "wal")?;
                connection.pragma_update(None, "synchronous", "full")?;
                make(&mut connection, &at)?;
                Ok(connection)
            }
        });
        let connection = Arc::new(Mutex::new(opened.await?));
        Ok(Self { at, connection })
    }

    /// Changes the file, in one transaction, which is undone when `step` fails.
    pub(super) async fn write<T, F>(&self, what: &'static str, step: F) -> Result<T, QueueError>
    where
        T: Send + 'static,
        F: FnOnce(&Within<'_>) -> Result<T, Failed> + Send + 'static,
    {
        self.transaction(what, TransactionBehavior::Immediate, step).await
    }

    /// Looks at the file; waits for nobody who writes.
    pub(super) async fn read<T, F>(&self, what: &'static str, step: F) -> Result<T, QueueError>
    where
        T: Send + 'static,
        F: FnOnce(&Within<'_>) -> Result<T, Failed> + Send + 'static,
    {
        self.transaction(what, TransactionBehavior::Deferred, step).await
    }

    async fn transaction<T, F>(
        &self,
        what: &'static str,
        behavior: TransactionBehavior,
        step: F,
    ) -> Result<T, QueueError>
    where
        T: Send + 'static,
        F: FnOnce(&Within<'_>) -> Result<T, Failed> + Send + 'static,
    {
        let (connection, at) = (self.connection.clone(), self.at.clone());
        blocking(what, &self.at, move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let sql = connection.transaction_with_behavior(behavior)?;
            let done = step(&Within { sql: &sql, now: now(), at: &at })?;
            sql.commit()?;
            Ok(done)
        })
        .await
    }
}

/// Makes the tables, unless they are there.
fn make(connection: &mut Connection, at: &str) -> Result<(), Failed> {
    let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let number = |pragma: &str| sql.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let tables: i64 = sql.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (number("application_id")?, number("user_version")?, tables) {
        (APPLICATION, VERSION, _) => {}
        (0, 0, 0) => {
            sql.execute_batch(TABLES)?;
            sql.pragma_update(None, "application_id", APPLICATION)?;
            sql.pragma_update(None, "user_version", VERSION)?;
        }
        (APPLICATION, version, _) => {
            let (expected, got) = (format!("a queue of version {VERSION}"), format!("version {version}"));
            return Err(QueueError::Damaged { at: at.into(), expected, got }.into());
        }
        _ => {
            let (expected, got) = ("a queue, or no file".into(), "the database of something else".into());
            return Err(QueueError::Damaged { at: at.into(), expected, got }.into());
        }
    }
    Ok(sql.commit()?)
}

/// Runs what waits for the disk where waiting is fine.
async fn blocking<T, F>(what: &'static str, at: &str, run: F) -> Result<T, QueueError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, Failed> + Send + 'static,
{
    let unreachable = |why: String| QueueError::Unreachable { what, at: at.into(), why };
    match tokio::task::spawn_blocking(run).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(Failed::Queue(error))) => Err(error),
        Ok(Err(Failed::Sql(error))) => match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Err(QueueError::Damaged {
                at: at.into(),
                expected: "an SQLite database".into(),
                got: error.to_string(),
            }),
            _ => Err(unreachable(error.to_string())),
        },
        Err(ended) => Err(unreachable(format!("a task ended early: {ended}"))),
    }
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
