//! The tables of jobs and batches under way.

use crate::database::Database;
use crate::error::CoordinatorError;
use crate::index::value::{Hash, integer};
use alloy::primitives::B256;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS assignment (
    job BLOB PRIMARY KEY,
    locked INTEGER NOT NULL,
    -- Whether it is proved alone: a batch that it was in could not be.
    alone INTEGER NOT NULL,
    -- Milliseconds since 1970.
    since INTEGER NOT NULL,
    work BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS assignment_work ON assignment (work);
CREATE TABLE IF NOT EXISTS batch (
    id BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    jobs BLOB NOT NULL,
    locked INTEGER NOT NULL,
    state TEXT NOT NULL,
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

/// Jobs and batches under way, in the coordinator's file.
#[derive(Clone, Debug)]
pub struct Assignments {
    pub(super) database: Database,
}

/// Where a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
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

impl OrderState {
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
pub struct Order {
    /// The context of the proof.
    pub id: B256,
    /// Hash of the model's record.
    pub record: B256,
    /// The jobs.
    pub jobs: Vec<B256>,
    /// Whether one of them is locked.
    pub locked: bool,
    /// Where it is.
    pub state: OrderState,
    /// Who proved it, or tried last.
    pub worker: Option<String>,
    /// What went wrong.
    pub why: Option<String>,
}

/// A job that was taken and is in no batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) job: B256,
    pub(super) locked: bool,
    pub(super) alone: bool,
    pub(super) since: u64,
}

impl Assignments {
    pub(super) async fn open(database: Database) -> Result<Self, CoordinatorError> {
        database.migrate(SCHEMA).await?;
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

    /// Jobs that are in no batch, in the order in which they were taken.
    pub(super) async fn pending(&self) -> Result<Vec<Pending>, CoordinatorError> {
        self.database
            .read(|c| {
                let all = "SELECT job, locked, alone, since FROM assignment WHERE work IS NULL ORDER BY since";
                let mut all = c.prepare_cached(all)?;
                all.query_map([], |row| {
                    let Hash(job) = row.get(0)?;
                    Ok(Pending { job, locked: row.get(1)?, alone: row.get(2)?, since: row.get(3)? })
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
    pub(super) async fn plan(&self, order: Order) -> Result<(), CoordinatorError> {
        self.database
            .write(move |t| {
                let jobs: Vec<u8> = order.jobs.iter().flat_map(|job| job.0).collect();
                t.execute(
                    "INSERT INTO batch VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, NULL) ON CONFLICT (id) DO UPDATE SET state = \
                     excluded.state, changed = excluded.changed",
                    params![
                        Hash(order.id),
                        Hash(order.record),
                        jobs,
                        order.locked,
                        order.state.name(),
                        integer(milliseconds())
                    ],
                )?;
                let mut put = t.prepare_cached("UPDATE assignment SET work = ?2 WHERE job = ?1")?;
                order.jobs.iter().try_for_each(|job| put.execute((Hash(*job), Hash(order.id))).map(drop))
            })
            .await
    }

    /// Says where a batch is.
    pub(super) async fn mark(
        &self,
        id: B256,
        state: OrderState,
        worker: Option<String>,
        why: Option<String>,
    ) -> Result<(), CoordinatorError> {
        self.database
            .write(move |t| {
                t.execute(
                    "UPDATE batch SET state = ?2, changed = ?3, worker = coalesce(?4, worker), why = coalesce(?5, why) WHERE id = ?1",
                    params![Hash(id), state.name(), integer(milliseconds()), worker, why],
                )
                .map(drop)
            })
            .await
    }

    /// Takes a batch apart: its jobs wait again, each to be proved alone if `alone`.
    pub(super) async fn take_apart(&self, id: B256, alone: bool) -> Result<(), CoordinatorError> {
        self.database
            .write(move |t| {
                t.execute(
                    "UPDATE assignment SET work = NULL, alone = max(alone, ?2) WHERE work = ?1",
                    (Hash(id), alone),
                )
                .map(drop)
            })
            .await
    }

    /// A batch.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn order(&self, id: B256) -> Result<Option<Order>, CoordinatorError> {
        self.database.read(move |c| Ok(select(c, "WHERE id = ?1", [Hash(id)])?.pop())).await
    }

    /// Batches in these states, the one that changed last first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn orders(&self, state: OrderState, most: usize) -> Result<Vec<Order>, CoordinatorError> {
        self.database
            .read(move |c| select(c, "WHERE state = ?1 ORDER BY changed DESC LIMIT ?2", (state.name(), integer(most))))
            .await
    }

    /// Whether the last batch of locked jobs that came to an end failed.
    pub(super) async fn failing(&self) -> Result<bool, CoordinatorError> {
        self.database
            .read(|c| {
                let last = "SELECT state = 'failed' FROM batch WHERE locked AND state IN ('proven', 'settled', 'failed') \
                    ORDER BY changed DESC LIMIT 1";
                Ok(c.query_row(last, [], |row| row.get(0)).optional()?.unwrap_or(false))
            })
            .await
    }
}

fn select(c: &Connection, clause: &str, params: impl rusqlite::Params) -> rusqlite::Result<Vec<Order>> {
    let select = format!("SELECT id, record, jobs, locked, state, worker, why FROM batch {clause}");
    c.prepare_cached(&select)?.query_map(params, order)?.collect()
}

fn order(row: &Row<'_>) -> rusqlite::Result<Order> {
    let (jobs, state): (Vec<u8>, String) = (row.get(2)?, row.get(4)?);
    let unknown = || rusqlite::Error::InvalidColumnType(4, "state".into(), rusqlite::types::Type::Text);
    let state = OrderState::ALL.iter().find(|(_, name)| *name == state).map(|(state, _)| *state).ok_or_else(unknown)?;
    Ok(Order {
        id: row.get::<_, Hash>(0)?.0,
        record: row.get::<_, Hash>(1)?.0,
        jobs: jobs.chunks_exact(32).map(B256::from_slice).collect(),
        locked: row.get(3)?,
        state,
        worker: row.get(5)?,
        why: row.get(6)?,
    })
}

/// This machine's clock: for what waits here, never for a limit of the chain.
pub(super) fn milliseconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
