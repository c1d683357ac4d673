//! What each call does within its transaction.

use super::store::{Failed, Within};
use crate::wait::Found;
use crate::{DeadLetter, Depth, HandedIn, Lease, Options, Outcome, Progress, QueueError, Work, WorkId, WorkerStatus};
use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The most urgent row that is to be taken: `?1` is now.
const MOST_URGENT: &str = "
SELECT pushed, id, body, attempt FROM work WHERE pushed = (
    SELECT pushed FROM (
        SELECT * FROM (
            SELECT deadline, pushed FROM work WHERE state = 'waiting' ORDER BY deadline, pushed LIMIT 1
        )
        UNION ALL
        SELECT deadline, pushed FROM work WHERE state = 'leased' AND until <= ?1
    ) ORDER BY deadline, pushed LIMIT 1
)";

/// Adds work; says whether it was new.
pub(super) fn push(write: &Within<'_>, work: &Work, options: &Options) -> Result<bool, Failed> {
    write.sql.execute("DELETE FROM work WHERE state = 'over' AND until <= ?1", [write.now])?;
    let known = write.sql.query_row("SELECT 1 FROM work WHERE id = ?1", [work.id.as_slice()], |_| Ok(())).optional()?;
    if known.is_some() {
        return Ok(false);
    }
    let count = "SELECT count(*) FROM work WHERE state = 'waiting'";
    let waiting: i64 = write.sql.query_row(count, [], |row| row.get(0))?;
    if waiting.unsigned_abs() >= options.most_waiting {
        return Err(QueueError::Full { most: options.most_waiting }.into());
    }
    // A deadline beyond what SQLite counts to is none.
    let deadline = i64::try_from(work.deadline).unwrap_or(i64::MAX);
    let body = encode(write, work)?;
    let add = "INSERT INTO work (id, deadline, body, state) VALUES (?1, ?2, ?3, 'waiting')";
    write.sql.execute(add, params![work.id.as_slice(), deadline, body])?;
    Ok(true)
}

/// Whether there is nothing to take, and until when nothing lapses. A glance before a transaction that writes.
pub(super) fn nothing_to_take(read: &Within<'_>) -> Result<Option<Option<Duration>>, Failed> {
    let there = "SELECT 1 FROM work WHERE state = 'waiting' OR (state = 'leased' AND until <= ?1) LIMIT 1";
    let there = read.sql.query_row(there, [read.now], |_| Ok(())).optional()?;
    match there {
        Some(()) => Ok(None),
        None => next_lapse(read, "leased").map(Some),
    }
}

/// The same for outcomes.
pub(super) fn nothing_handed_in(read: &Within<'_>) -> Result<Option<Option<Duration>>, Failed> {
    let there = "SELECT 1 FROM work WHERE state = 'handed_in' AND until <= ?1 LIMIT 1";
    let there = read.sql.query_row(there, [read.now], |_| Ok(())).optional()?;
    match there {
        Some(()) => Ok(None),
        None => next_lapse(read, "handed_in").map(Some),
    }
}

/// Leases the most urgent work.
pub(super) fn take(write: &Within<'_>, worker: &str, options: &Options) -> Result<Found<Lease>, Failed> {
    bury(write, options.most_attempts)?;
    loop {
        let columns = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        let row = write.sql.query_row(MOST_URGENT, [write.now], columns).optional()?;
        let Some((pushed, id, body, attempt)): Option<(i64, Vec<u8>, Vec<u8>, u32)> = row else {
            return Ok(Found::NothingUntil(next_lapse(write, "leased")?));
        };
        let Some(work) = work_of(write, &id, &body, options.remember)? else { continue };
        let attempt = attempt + 1;
        let lease = "UPDATE work SET state = 'leased', attempt = ?2, worker = ?3, until = ?4 WHERE pushed = ?1";
        write.sql.execute(lease, params![pushed, attempt, worker, later(write.now, options.lease_time)])?;
        return Ok(Found::This(Lease { work, attempt, worker: worker.into(), token: String::new() }));
    }
}

/// Keeps a lease.
pub(super) fn heartbeat(write: &Within<'_>, work: WorkId, attempt: u32, lease_time: Duration) -> Result<(), Failed> {
    let keep = "UPDATE work SET until = ?3 WHERE id = ?1 AND state = 'leased' AND attempt = ?2";
    let kept = write.sql.execute(keep, params![work.as_slice(), attempt, later(write.now, lease_time)])?;
    fence(kept, work, attempt)
}

/// Ends a lease with an outcome.
pub(super) fn hand_in(
    write: &Within<'_>,
    work: WorkId,
    attempt: u32,
    outcome: &Outcome,
    options: &Options,
) -> Result<(), Failed> {
    let id = work.as_slice();
    let done = match outcome {
        Outcome::Failed { why } => {
            let end = "UPDATE work SET worker = NULL, until = 0, why = ?3,
                state = CASE WHEN attempt - given_back >= ?4 THEN 'dead' ELSE 'waiting' END
                WHERE id = ?1 AND state = 'leased' AND attempt = ?2";
            write.sql.execute(end, params![id, attempt, why, options.most_attempts])?
        }
        Outcome::Proven(_) | Outcome::Impossible { .. } => {
            let end = "UPDATE work SET state = 'handed_in', until = ?4, outcome = ?3
                WHERE id = ?1 AND state = 'leased' AND attempt = ?2";
            let done = write.sql.execute(end, params![id, attempt, encode(write, outcome)?, write.now])?;
            // Whoever asks again, because the answer got lost, is told the same.
            let before = "SELECT count(*) FROM work WHERE id = ?1 AND state = 'handed_in' AND attempt = ?2";
            let before: i64 = write.sql.query_row(before, params![id, attempt], |row| row.get(0))?;
            done.max(usize::from(before > 0))
        }
    };
    fence(done, work, attempt)
}

/// Ends a lease without an outcome, and without counting it.
pub(super) fn give_back(write: &Within<'_>, work: WorkId, attempt: u32) -> Result<(), Failed> {
    let end = "UPDATE work SET state = 'waiting', worker = NULL, until = 0, given_back = given_back + 1
        WHERE id = ?1 AND state = 'leased' AND attempt = ?2";
    let done = write.sql.execute(end, params![work.as_slice(), attempt])?;
    fence(done, work, attempt)
}

/// Delivers the outcome that waits longest, not to be delivered again for a while.
pub(super) fn next_outcome(write: &Within<'_>, options: &Options) -> Result<Found<HandedIn>, Failed> {
    loop {
        let next =
            "SELECT pushed, id, body, attempt, worker, outcome FROM work WHERE state = 'handed_in' AND until <= ?1
            ORDER BY until, pushed LIMIT 1";
        let columns = |row: &rusqlite::Row<'_>| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        };
        let row = write.sql.query_row(next, [write.now], columns).optional()?;
        let Some(row) = row else { return Ok(Found::NothingUntil(next_lapse(write, "handed_in")?)) };
        let (pushed, id, body, attempt, worker, outcome): (i64, Vec<u8>, Vec<u8>, u32, String, Vec<u8>) = row;
        let Some(work) = work_of(write, &id, &body, options.remember)? else { continue };
        let Some(outcome) = decode(write, &outcome) else {
            end(write, &id, options.remember)?;
            continue;
        };
        let deliver = "UPDATE work SET until = ?2 WHERE pushed = ?1";
        write.sql.execute(deliver, params![pushed, later(write.now, options.lease_time)])?;
        return Ok(Found::This(HandedIn { work, attempt, worker, outcome, token: String::new() }));
    }
}

/// Ends the delivery of an outcome.
pub(super) fn acknowledge(write: &Within<'_>, work: WorkId, attempt: u32, remember: Duration) -> Result<(), Failed> {
    let of = "SELECT 1 FROM work WHERE id = ?1 AND state = 'handed_in' AND attempt = ?2";
    let there = write.sql.query_row(of, params![work.as_slice(), attempt], |_| Ok(())).optional()?;
    if there.is_some() {
        end(write, work.as_slice(), remember)?;
    }
    Ok(())
}

/// Refuses an outcome: the work waits again, or was tried as often as it may be.
pub(super) fn reject(write: &Within<'_>, work: WorkId, attempt: u32, why: &str, most: u32) -> Result<(), Failed> {
    let refuse = "UPDATE work SET worker = NULL, outcome = NULL, until = 0, why = ?3,
        state = CASE WHEN attempt - given_back >= ?4 THEN 'dead' ELSE 'waiting' END
        WHERE id = ?1 AND state = 'handed_in' AND attempt = ?2";
    write.sql.execute(refuse, params![work.as_slice(), attempt, why, most])?;
    Ok(())
}

/// Takes work back, whether it is there or not.
pub(super) fn withdraw(write: &Within<'_>, work: WorkId, remember: Duration) -> Result<(), Failed> {
    let name = "INSERT INTO work (id, deadline, state) VALUES (?1, 0, 'waiting') ON CONFLICT DO NOTHING";
    write.sql.execute(name, [work.as_slice()])?;
    end(write, work.as_slice(), remember)
}

/// Work that was tried too often.
pub(super) fn dead_letters(write: &Within<'_>, options: &Options) -> Result<Vec<DeadLetter>, Failed> {
    bury(write, options.most_attempts)?;
    let dead = "SELECT id, body, attempt - given_back, why FROM work WHERE state = 'dead' ORDER BY pushed";
    let mut dead = write.sql.prepare(dead)?;
    type Row = (Vec<u8>, Vec<u8>, u32, Option<String>);
    let rows = dead.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
    let mut letters = Vec::new();
    for (id, body, attempts, why) in rows {
        letters.extend(work_of(write, &id, &body, options.remember)?.map(|work| DeadLetter { work, attempts, why }));
    }
    Ok(letters)
}

/// Counts.
pub(super) fn depth(write: &Within<'_>, most_attempts: u32) -> Result<Depth, Failed> {
    bury(write, most_attempts)?;
    let count = "SELECT
        count(*) FILTER (WHERE state = 'waiting' OR (state = 'leased' AND until <= ?1)),
        count(*) FILTER (WHERE state = 'leased' AND until > ?1),
        count(*) FILTER (WHERE state = 'handed_in'),
        count(*) FILTER (WHERE state = 'dead')
        FROM work WHERE state <> 'over'";
    let depth = write.sql.query_row(count, [write.now], |row| {
        let count = |column: usize| row.get::<_, i64>(column).map(i64::unsigned_abs);
        Ok(Depth { waiting: count(0)?, leased: count(1)?, handed_in: count(2)?, dead: count(3)? })
    })?;
    Ok(depth)
}

/// Keeps what a worker says, and forgets who is silent.
pub(super) fn announce(write: &Within<'_>, status: &WorkerStatus, keep: Duration) -> Result<(), Failed> {
    write.sql.execute("DELETE FROM worker WHERE seen <= ?1", [earlier(write.now, keep)])?;
    let say = "INSERT INTO worker (name, status, seen) VALUES (?1, ?2, ?3)
        ON CONFLICT (name) DO UPDATE SET status = excluded.status, seen = excluded.seen";
    write.sql.execute(say, params![status.name, encode(write, status)?, write.now])?;
    Ok(())
}

/// Adds to what a worker said how far it is, if it said anything.
pub(super) fn progress(write: &Within<'_>, name: &str, work: WorkId, progress: Progress) -> Result<(), Failed> {
    let said = "SELECT status FROM worker WHERE name = ?1";
    let said = write.sql.query_row(said, [name], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    let Some(mut status) = said.and_then(|said| decode::<WorkerStatus>(write, &said)) else { return Ok(()) };
    (status.working_on, status.progress) = (Some(work), Some(progress));
    let say = "UPDATE worker SET status = ?2, seen = ?3 WHERE name = ?1";
    write.sql.execute(say, params![name, encode(write, &status)?, write.now])?;
    Ok(())
}

/// What workers said lately.
pub(super) fn workers(read: &Within<'_>, keep: Duration) -> Result<Vec<WorkerStatus>, Failed> {
    let mut said = read.sql.prepare("SELECT status FROM worker WHERE seen > ?1 ORDER BY name")?;
    let rows = said.query_map([earlier(read.now, keep)], |row| row.get::<_, Vec<u8>>(0))?;
    let rows: Vec<Vec<u8>> = rows.collect::<Result<_, _>>()?;
    Ok(rows.iter().filter_map(|status| decode(read, status)).collect())
}

/// Makes dead letters of leases that lapsed and were the last.
fn bury(write: &Within<'_>, most_attempts: u32) -> Result<(), Failed> {
    let bury = "UPDATE work SET state = 'dead', worker = NULL
        WHERE state = 'leased' AND until <= ?1 AND attempt - given_back >= ?2";
    write.sql.execute(bury, params![write.now, most_attempts])?;
    Ok(())
}

/// Work is over: its name stays for a while, and nothing else of it.
fn end(write: &Within<'_>, id: &[u8], remember: Duration) -> Result<(), Failed> {
    let end = "UPDATE work SET state = 'over', body = NULL, outcome = NULL, worker = NULL, why = NULL, until = ?2
        WHERE id = ?1 AND state <> 'over'";
    write.sql.execute(end, params![id, later(write.now, remember)])?;
    Ok(())
}

/// How long until the first row in this state lapses.
fn next_lapse(read: &Within<'_>, state: &str) -> Result<Option<Duration>, Failed> {
    let first = "SELECT min(until) FROM work WHERE state = ?1";
    let first: Option<i64> = read.sql.query_row(first, [state], |row| row.get(0))?;
    Ok(first.map(|until| Duration::from_millis(u64::try_from(until.saturating_sub(read.now)).unwrap_or(0))))
}

fn fence(rows: usize, work: WorkId, attempt: u32) -> Result<(), Failed> {
    if rows == 0 { Err(QueueError::Fenced { work, attempt }.into()) } else { Ok(()) }
}

/// The work of a row. A row that something else damaged is put aside, so that the rest of the queue goes on.
fn work_of(write: &Within<'_>, id: &[u8], body: &[u8], remember: Duration) -> Result<Option<Work>, Failed> {
    match decode::<Work>(write, body).filter(|work| work.id.as_slice() == id) {
        Some(work) => Ok(Some(work)),
        None => {
            tracing::warn!(at = write.at, id = %alloy_primitives::hex::encode_prefixed(id), "work is damaged, and put aside");
            end(write, id, remember)?;
            Ok(None)
        }
    }
}

fn encode<T: Serialize>(write: &Within<'_>, value: &T) -> Result<Vec<u8>, Failed> {
    let damaged = |e: serde_json::Error| QueueError::Damaged {
        at: write.at.into(),
        expected: "what JSON can say".into(),
        got: e.to_string(),
    };
    Ok(serde_json::to_vec(value).map_err(damaged)?)
}

fn decode<T: DeserializeOwned>(read: &Within<'_>, bytes: &[u8]) -> Option<T> {
    let decoded = serde_json::from_slice(bytes);
    decoded.inspect_err(|e| tracing::warn!(at = read.at, error = %e, "a row is damaged")).ok()
}

fn later(now: i64, by: Duration) -> i64 {
    now.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX))
}

fn earlier(now: i64, by: Duration) -> i64 {
    now.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX))
}
