//! The tables of jobs and batches under way.
//!
//! A job that was taken waits for a batch; a batch has a name that nothing else ever had, so that jobs which are proved again are new
//! work to everybody. What failed is taken apart, and its jobs wait again, each alone and a while longer every time.

use crate::database::Database;
use crate::error::CoordinatorError;
use crate::index::value::{Hash, integer};
use alloy::primitives::{B256, keccak256};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS assignment (
    job BLOB PRIMARY KEY,
    locked INTEGER NOT NULL,
    -- How often a batch that it was in failed: then it is proved alone.
    failures INTEGER NOT NULL,
    -- Milliseconds since 1970, from which on it waits.
    since INTEGER NOT NULL,
    work BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS assignment_work ON assignment (work);
CREATE TABLE IF NOT EXISTS batch (
    id BLOB PRIMARY KEY,
    context BLOB NOT NULL,
    record BLOB NOT NULL,
    jobs BLOB NOT NULL,
    locked INTEGER NOT NULL,
    -- Last second of use, by the chain's clock.
    deadline INTEGER NOT NULL,
    state TEXT NOT NULL,
    -- Milliseconds since 1970.
    planned INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    worker TEXT,
    why TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS batch_state ON batch (state, changed);
CREATE TABLE IF NOT EXISTS speed (
    record BLOB NOT NULL,
    batch INTEGER NOT NULL,
    wall_ms REAL NOT NULL,
    cpu_ms REAL NOT NULL,
    PRIMARY KEY (record, batch)
) STRICT;
";

/// How long batches are remembered that have come to their end.
const REMEMBERED: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long a job waits after its first failure; twice as long after each, up to so many times.
const PAUSE: u64 = 2_000;
const MOST_DOUBLINGS: u32 = 5;
/// Batches that are looked at together.
const MOST: usize = 10_000;

/// Jobs and batches under way, in the coordinator's file.
#[derive(Clone, Debug)]
pub struct Assignments {
    pub(super) database: Database,
}

/// Where a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    /// Decided, and not in the queue for sure.
    Planned,
    /// In the queue, or with a worker.
    Queued,
    /// Proved, and sent to the chain.
    Proven,
    /// Nothing is left to do.
    Settled,
    /// Its jobs need no proof any more.
    Withdrawn,
    /// It could not be proved, or not be settled.
    Failed,
}

impl BatchState {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Planned, "planned"),
        (Self::Queued, "queued"),
        (Self::Proven, "proven"),
        (Self::Settled, "settled"),
        (Self::Withdrawn, "withdrawn"),
        (Self::Failed, "failed"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }
}

/// Jobs that are proved together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its name, in the queue and in the journal.
    pub id: B256,
    /// The context of the proof.
    pub context: B256,
    /// Hash of the model's record.
    pub record: B256,
    /// The jobs.
    pub jobs: Vec<B256>,
    /// Whether one of them is locked.
    pub locked: bool,
    /// Last second in which all of it is of use.
    pub deadline: u64,
    /// Where it is.
    pub state: BatchState,
    /// When it was planned, in milliseconds since 1970.
    pub planned: u64,
    /// When its state changed last, likewise.
    pub changed: u64,
    /// Who proved it, or tried last.
    pub worker: Option<String>,
    /// What went wrong.
    pub why: Option<String>,
}

impl Batch {
    /// A new batch, to be proved by `deadline`.
    pub(super) fn new(context: B256, record: B256, jobs: Vec<B256>, locked: bool, deadline: u64) -> Self {
        // Once in a millisecond is once: a job is in one batch at a time.
        let now = milliseconds();
        let id = keccak256([&context.0[..], &now.to_be_bytes()].concat());
        let (state, worker, why) = (BatchState::Planned, None, None);
        Self { id, context, record, jobs, locked, deadline, state, planned: now, changed: now, worker, why }
    }
}

/// A job that was taken and is in no batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) job: B256,
    pub(super) locked: bool,
    /// How often a batch that it was in failed.
    pub(super) failures: u32,
    /// From when on it waits, in milliseconds since 1970.
    pub(super) since: u64,
}

impl Assignments {
    pub(super) async fn open(database: Database) -> Result<Self, CoordinatorError> {
        database.migrate(SCHEMA).await?;
        let before = integer(milliseconds().saturating_sub(REMEMBERED.as_millis() as u64));
        let forget = "DELETE FROM batch WHERE state IN ('settled', 'withdrawn', 'failed') AND changed < ?1";
        database.write(move |t| t.execute(forget, [before]).map(drop)).await?;
        Ok(Self { database })
    }

    /// Takes a job up, once.
    pub(super) async fn assign(&self, job: B256, locked: bool) -> Result<(), CoordinatorError> {
        let row = (Hash(job), locked, integer(milliseconds()));
        self.database
            .write(move |t| t.execute("INSERT OR IGNORE INTO assignment VALUES (?1, ?2, 0, ?3, NULL)", row).map(drop))
            .await
    }

    /// Every job that was taken up.
    pub(super) async fn assigned(&self) -> Result<BTreeSet<B256>, CoordinatorError> {
        self.database
            .read(|c| {
                let mut all = c.prepare_cached("SELECT job FROM assignment")?;
                all.query_map([], |row| Ok(row.get::<_, Hash>(0)?.0))?.collect()
            })
            .await
    }

    /// Jobs without a lock that were taken up.
    pub(super) async fn direct(&self) -> Result<usize, CoordinatorError> {
        self.database
            .read(|c| c.query_row("SELECT count(*) FROM assignment WHERE NOT locked", [], |row| row.get(0)))
            .await
    }

    /// Jobs that are in no batch and wait, those with a lock first, then in the order in which they were taken.
    pub(super) async fn pending(&self) -> Result<Vec<Pending>, CoordinatorError> {
        let now = integer(milliseconds());
        self.database
            .read(move |c| {
                let all = "SELECT job, locked, failures, since FROM assignment WHERE work IS NULL AND since <= ?1 \
                    ORDER BY locked DESC, since";
                let mut all = c.prepare_cached(all)?;
                all.query_map([now], |row| {
                    let Hash(job) = row.get(0)?;
                    Ok(Pending { job, locked: row.get(1)?, failures: row.get(2)?, since: row.get(3)? })
                })?
                .collect()
            })
            .await
    }

    /// Lets jobs go.
    pub(super) async fn let_go(&self, jobs: Vec<B256>) -> Result<(), CoordinatorError> {
        self.database
            .write(move |t| {
                let mut delete = t.prepare_cached("DELETE FROM assignment WHERE job = ?1")?;
                jobs.into_iter().try_for_each(|job| delete.execute([Hash(job)]).map(drop))
            })
            .await
    }

    /// Puts jobs into a batch.
    pub(super) async fn plan(&self, batch: Batch) -> Result<(), CoordinatorError> {
        self.database
            .write(move |t| {
                let jobs: Vec<u8> = batch.jobs.iter().flat_map(|job| job.0).collect();
                t.execute(
                    "INSERT INTO batch VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, NULL, NULL)",
                    params![
                        Hash(batch.id),
                        Hash(batch.context),
                        Hash(batch.record),
                        jobs,
                        batch.locked,
                        integer(batch.deadline),
                        batch.state.name(),
                        integer(batch.planned),
                        integer(batch.changed)
                    ],
                )?;
                let mut put = t.prepare_cached("UPDATE assignment SET work = ?2 WHERE job = ?1")?;
                batch.jobs.iter().try_for_each(|job| put.execute((Hash(*job), Hash(batch.id))).map(drop))
            })
            .await
    }

    /// A batch goes from one state to another; whether it was in the first.
    pub(super) async fn mark(
        &self,
        id: B256,
        from: BatchState,
        to: BatchState,
        worker: Option<String>,
        why: Option<String>,
    ) -> Result<bool, CoordinatorError> {
        self.database
            .write(move |t| {
                let mark = "UPDATE batch SET state = ?3, changed = ?4, worker = coalesce(?5, worker), why = coalesce(?6, why) \
                    WHERE id = ?1 AND state = ?2";
                let row = params![Hash(id), from.name(), to.name(), integer(milliseconds()), worker, why];
                Ok(t.execute(mark, row)? > 0)
            })
            .await
    }

    /// A batch is over, and its jobs wait again: after a failure each alone, and not at once.
    pub(super) async fn take_apart(&self, batch: &Batch, to: BatchState, why: String) -> Result<(), CoordinatorError> {
        let (id, failed) = (batch.id, to == BatchState::Failed);
        self.database
            .write(move |t| {
                let now = integer(milliseconds());
                let end = "UPDATE batch SET state = ?2, changed = ?3, why = ?4 WHERE id = ?1";
                t.execute(end, params![Hash(id), to.name(), now, why])?;
                let again = "UPDATE assignment SET work = NULL, failures = failures + ?2, \
                    since = ?3 + ?2 * (?4 << min(failures, ?5)) WHERE work = ?1";
                t.execute(again, params![Hash(id), failed, now, integer(PAUSE), MOST_DOUBLINGS]).map(drop)
            })
            .await
    }

    /// A batch.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn batch(&self, id: B256) -> Result<Option<Batch>, CoordinatorError> {
        self.database.read(move |c| Ok(select(c, "WHERE id = ?1", [Hash(id)])?.pop())).await
    }

    /// Batches in this state, those with a lock first, most urgent first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn batches(&self, state: BatchState) -> Result<Vec<Batch>, CoordinatorError> {
        let clause = "WHERE state = ?1 ORDER BY locked DESC, deadline LIMIT ?2";
        self.database.read(move |c| select(c, clause, (state.name(), integer(MOST)))).await
    }

    /// Whether the last batch of locked jobs that came to an end failed, not longer ago than `memory`.
    pub(super) async fn failing(&self, memory: Duration) -> Result<bool, CoordinatorError> {
        let after = integer(milliseconds().saturating_sub(memory.as_millis() as u64));
        self.database
            .read(move |c| {
                let last = "SELECT state = 'failed' AND changed > ?1 FROM batch \
                    WHERE locked AND state IN ('proven', 'settled', 'failed') ORDER BY changed DESC LIMIT 1";
                Ok(c.query_row(last, [after], |row| row.get(0)).optional()?.unwrap_or(false))
            })
            .await
    }

    /// Workers who proved something within `memory`.
    pub(super) async fn proven_workers(&self, memory: Duration) -> Result<u64, CoordinatorError> {
        let after = integer(milliseconds().saturating_sub(memory.as_millis() as u64));
        let count = "SELECT count(DISTINCT worker) FROM batch WHERE state IN ('proven', 'settled') AND changed > ?1";
        self.database.read(move |c| c.query_row(count, [after], |row| row.get(0))).await
    }
}

fn select(c: &Connection, clause: &str, params: impl rusqlite::Params) -> rusqlite::Result<Vec<Batch>> {
    let columns = "id, context, record, jobs, locked, deadline, state, planned, changed, worker, why";
    c.prepare_cached(&format!("SELECT {columns} FROM batch {clause}"))?.query_map(params, batch)?.collect()
}

fn batch(row: &Row<'_>) -> rusqlite::Result<Batch> {
    let (jobs, state): (Vec<u8>, String) = (row.get(3)?, row.get(6)?);
    let unknown = || rusqlite::Error::InvalidColumnType(6, "state".into(), rusqlite::types::Type::Text);
    let state = BatchState::ALL.iter().find(|(_, name)| *name == state).map(|(state, _)| *state).ok_or_else(unknown)?;
    Ok(Batch {
        id: row.get::<_, Hash>(0)?.0,
        context: row.get::<_, Hash>(1)?.0,
        record: row.get::<_, Hash>(2)?.0,
        jobs: jobs.chunks_exact(32).map(B256::from_slice).collect(),
        locked: row.get(4)?,
        deadline: row.get(5)?,
        state,
        planned: row.get(7)?,
        changed: row.get(8)?,
        worker: row.get(9)?,
        why: row.get(10)?,
    })
}

/// This machine's clock: for what waits here, never for a limit of the chain.
pub(super) fn milliseconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
