//! The journal's tables. Each change of state is one transaction of the file, checked against [`State::may_become`].

use super::entry::{Change, Entry};
use super::fees::Fees;
use super::intent::{Check, Intent};
use super::signing::Signed;
use super::state::{Doom, State};
use crate::database::Database;
use crate::error::CoordinatorError;
use alloy::primitives::{Address, B256, Bytes, U256};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};
use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::broadcast;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS journal_key (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    address BLOB NOT NULL,
    chain_id INTEGER NOT NULL,
    -- Every nonce below is known to be ours or another's.
    accounted INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS journal_intents (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    recipient BLOB NOT NULL,
    calldata BLOB NOT NULL,
    value BLOB NOT NULL,
    deadline INTEGER,
    check_kind TEXT,
    check_payload BLOB,
    urgent INTEGER NOT NULL,
    state TEXT NOT NULL,
    nonce INTEGER,
    doom TEXT,
    -- Head at which the nonce was first seen used by none of our transactions.
    lost INTEGER,
    refusals INTEGER NOT NULL DEFAULT 0,
    hash BLOB,
    block INTEGER,
    block_hash BLOB,
    gas_used INTEGER,
    fee_paid TEXT,
    reason TEXT,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS journal_intents_state ON journal_intents (state, id);
CREATE TABLE IF NOT EXISTS journal_transactions (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    intent INTEGER NOT NULL REFERENCES journal_intents (id),
    nonce INTEGER NOT NULL,
    cancels INTEGER NOT NULL,
    raw BLOB NOT NULL,
    gas INTEGER NOT NULL,
    max_fee TEXT NOT NULL,
    tip TEXT NOT NULL,
    -- Head when it was signed.
    head INTEGER NOT NULL,
    -- When that was, or when a block with it was taken back.
    signed INTEGER NOT NULL,
    -- When a node last answered to it.
    answered INTEGER,
    -- Its nonce went to another's transaction: never sent again.
    void INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS journal_transactions_nonce ON journal_transactions (nonce) WHERE void = 0;
CREATE INDEX IF NOT EXISTS journal_transactions_intent ON journal_transactions (intent);
";

const INTENT: &str = "id, key, recipient, calldata, value, deadline, check_kind, check_payload, state, nonce, doom, lost, \
                      hash, block_hash, refusals, reason, urgent";

/// An intent that is not at its end.
#[derive(Clone, Debug)]
pub(super) struct Live {
    pub(super) id: i64,
    pub(super) intent: Intent,
    pub(super) state: State,
    pub(super) nonce: Option<u64>,
    pub(super) doom: Option<Doom>,
    pub(super) lost: Option<u64>,
    /// The transaction that is in a block, and the block's hash.
    pub(super) mined: Option<(B256, B256)>,
    /// Refusals in a row that should not be.
    pub(super) refusals: u64,
    /// Why it failed.
    pub(super) reason: Option<String>,
    /// What was signed for it and can still be mined, in that order.
    pub(super) transactions: Vec<Kept>,
}

/// A signed transaction.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) hash: B256,
    pub(super) nonce: u64,
    pub(super) cancels: bool,
    pub(super) raw: Vec<u8>,
    pub(super) gas: u64,
    pub(super) fees: Fees,
    pub(super) head: u64,
    pub(super) signed: u64,
    pub(super) answered: Option<u64>,
}

/// Where a transaction was mined and what it cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inclusion {
    pub(super) hash: B256,
    pub(super) block: u64,
    pub(super) block_hash: B256,
    pub(super) gas_used: u64,
    pub(super) fee_paid: u128,
}

/// The tables.
#[derive(Clone, Debug)]
pub(super) struct Table {
    database: Database,
    changes: broadcast::Sender<Change>,
}

/// Milliseconds since 1970 by this machine's clock.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Table {
    /// Makes them where they are missing. Every change of state is told to `changes`, once it is in the file.
    pub(super) async fn open(database: Database, changes: broadcast::Sender<Change>) -> Result<Self, CoordinatorError> {
        database.migrate(SCHEMA).await?;
        Ok(Self { database, changes })
    }

    /// The account and chain that the file belongs to; before there is one, `address` on `chain_id`, whose next nonce is `nonce`.
    pub(super) async fn owner(
        &self,
        address: Address,
        chain_id: u64,
        nonce: u64,
    ) -> Result<(Address, u64), CoordinatorError> {
        let write = move |t: &Transaction<'_>| {
            t.execute(
                "INSERT INTO journal_key VALUES (0, ?1, ?2, ?3) ON CONFLICT DO NOTHING",
                params![address.as_slice(), int(chain_id), int(nonce)],
            )?;
            t.query_row("SELECT address, chain_id FROM journal_key", [], |row| {
                Ok((Address::from(row.get::<_, [u8; 20]>(0)?), uint(row.get(1)?)))
            })
        };
        self.database.write(write).await
    }

    /// Nonces below `latest` that no transaction of ours has and that were not reported yet.
    pub(super) async fn foreign(&self, latest: u64) -> Result<Vec<u64>, CoordinatorError> {
        let write = move |t: &Transaction<'_>| {
            let from = uint(t.query_row("SELECT accounted FROM journal_key", [], |row| row.get(0))?);
            let ours = nonces(t, from)?;
            t.execute("UPDATE journal_key SET accounted = max(accounted, ?1)", [int(latest)])?;
            Ok((from..latest).filter(|nonce| !ours.contains(nonce)).collect())
        };
        self.database.write(write).await
    }

    /// Writes an intent down, unless its key is known.
    pub(super) async fn submit(&self, intent: Intent) -> Result<bool, CoordinatorError> {
        let write = move |t: &Transaction<'_>| {
            let (kind, payload) = intent.check.map(|check| (check.kind, check.payload)).unzip();
            let added = t.execute(
                "INSERT INTO journal_intents
                     (key, recipient, calldata, value, deadline, check_kind, check_payload, state, created, changed, urgent)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10) ON CONFLICT DO NOTHING",
                params![
                    intent.key,
                    intent.to.as_slice(),
                    intent.calldata.as_ref(),
                    intent.value.to_be_bytes::<32>(),
                    intent.deadline.map(int),
                    kind,
                    payload,
                    State::Planned.name(),
                    int(now()),
                    intent.urgent,
                ],
            )?;
            Ok(added == 1)
        };
        self.database.write(write).await
    }

    /// The entry of this key.
    pub(super) async fn entry(&self, key: &str) -> Result<Option<Entry>, CoordinatorError> {
        let key = key.to_owned();
        self.database.read(move |c| c.query_row(&entries("WHERE key = ?1"), [key], entry).optional()).await
    }

    /// Names that begin like this and were written down not longer ago than `milliseconds`, of what has not come to nothing.
    pub(super) async fn standing(&self, prefix: &str, milliseconds: u64) -> Result<Vec<String>, CoordinatorError> {
        let (like, after) = (format!("{prefix}*"), int(now().saturating_sub(milliseconds)));
        let sql =
            "SELECT key FROM journal_intents WHERE key GLOB ?1 AND created > ?2 AND state NOT IN ('failed', 'expired')";
        self.database.read(move |c| all(c, sql, params![like, after], |row| row.get(0))).await
    }

    /// The entries that changed last.
    pub(super) async fn recent(&self, most: usize) -> Result<Vec<Entry>, CoordinatorError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.database.read(move |c| all(c, &entries("ORDER BY changed DESC, id DESC LIMIT ?1"), [most], entry)).await
    }

    /// How many intents are in each state.
    pub(super) async fn counts(&self) -> Result<HashMap<State, u64>, CoordinatorError> {
        let sql = "SELECT count(*), state FROM journal_intents GROUP BY state";
        let counts =
            self.database.read(move |c| all(c, sql, [], |row| Ok((state(row, 1)?, uint(row.get(0)?))))).await?;
        Ok(counts.into_iter().collect())
    }

    /// Kinds of checks that unfinished intents need.
    pub(super) async fn kinds(&self) -> Result<Vec<String>, CoordinatorError> {
        let sql = "SELECT DISTINCT check_kind FROM journal_intents
                   WHERE check_kind IS NOT NULL AND state IN ('planned', 'signed', 'sent', 'mined')";
        self.database.read(move |c| all(c, sql, [], |row| row.get(0))).await
    }

    /// All that is signed and not final, by nonce.
    pub(super) async fn signed(&self) -> Result<Vec<Live>, CoordinatorError> {
        let sql =
            format!("SELECT {INTENT} FROM journal_intents WHERE state IN ('signed', 'sent', 'mined') ORDER BY nonce");
        self.database.read(move |c| with_transactions(c, all(c, &sql, [], live)?)).await
    }

    /// What is planned under this key.
    pub(super) async fn planned_as(&self, key: &str) -> Result<Option<Live>, CoordinatorError> {
        let key = key.to_owned();
        let sql = format!("SELECT {INTENT} FROM journal_intents WHERE state = 'planned' AND key = ?1");
        self.database.read(move |c| c.query_row(&sql, [key], live).optional()).await
    }

    /// The first `most` of what is planned: what is urgent, and of equals the oldest.
    pub(super) async fn planned(&self, most: usize) -> Result<Vec<Live>, CoordinatorError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let sql =
            format!("SELECT {INTENT} FROM journal_intents WHERE state = 'planned' ORDER BY urgent DESC, id LIMIT ?1");
        self.database.read(move |c| all(c, &sql, [most], live)).await
    }

    /// What is planned and of no use after a block of the time `time`.
    pub(super) async fn overdue(&self, time: u64) -> Result<Vec<Live>, CoordinatorError> {
        let sql =
            format!("SELECT {INTENT} FROM journal_intents WHERE state = 'planned' AND deadline <= ?1 ORDER BY id");
        self.database.read(move |c| all(c, &sql, [int(time)], live)).await
    }

    /// What is at its end though its nonce is not below `latest`: the chain has lost it.
    pub(super) async fn undone(&self, latest: u64) -> Result<Vec<Live>, CoordinatorError> {
        let sql = format!(
            "SELECT {INTENT} FROM journal_intents
             WHERE nonce >= ?1 AND state IN ('final', 'already_done', 'failed', 'expired') ORDER BY nonce"
        );
        self.database.read(move |c| with_transactions(c, all(c, &sql, [int(latest)], live)?)).await
    }

    /// Nonces from `latest` on that a transaction of ours has.
    pub(super) async fn held(&self, latest: u64) -> Result<Vec<u64>, CoordinatorError> {
        self.database.read(move |c| nonces(c, latest)).await
    }

    /// Keeps a signed transaction, before it is sent. `head` is the head's number.
    pub(super) async fn keep(&self, live: &mut Live, signed: &Signed, head: u64) -> Result<(), CoordinatorError> {
        let (id, draft) = (live.id, &signed.draft);
        let (hash, raw, nonce, gas, cancels) = (signed.hash, signed.raw.clone(), draft.nonce, draft.gas, draft.cancels);
        let (max_fee, tip) = (draft.fees.max_fee.to_string(), draft.fees.tip.to_string());
        self.change(live, (live.state == State::Planned).then_some(State::Signed), move |t| {
            t.execute("UPDATE journal_intents SET nonce = ?2, refusals = 0 WHERE id = ?1", params![id, int(nonce)])?;
            t.execute(
                "INSERT INTO journal_transactions (hash, intent, nonce, cancels, raw, gas, max_fee, tip, head, signed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![hash.as_slice(), id, int(nonce), cancels, raw, int(gas), max_fee, tip, int(head), int(now())],
            )
        })
        .await
    }

    /// A node has answered to a transaction; `taken`: that it has it.
    pub(super) async fn answered(&self, live: &mut Live, hash: B256, taken: bool) -> Result<(), CoordinatorError> {
        let to = (taken && live.state == State::Signed).then_some(State::Sent);
        let id = live.id;
        self.change(live, to, move |t| {
            if taken {
                t.execute("UPDATE journal_intents SET refusals = 0 WHERE id = ?1", [id])?;
            }
            let sql = "UPDATE journal_transactions SET answered = ?2 WHERE hash = ?1";
            t.execute(sql, params![hash.as_slice(), int(now())])
        })
        .await
    }

    /// A refusal that should not be.
    pub(super) async fn refused(&self, live: &mut Live) -> Result<(), CoordinatorError> {
        let id = live.id;
        self.change(live, None, move |t| {
            t.execute("UPDATE journal_intents SET refusals = refusals + 1 WHERE id = ?1", [id])
        })
        .await
    }

    /// The nonce is to be used up by a transaction that does nothing.
    pub(super) async fn doom(&self, live: &mut Live, doom: &Doom) -> Result<(), CoordinatorError> {
        let (id, text) = (live.id, doom.text());
        self.change(live, None, move |t| {
            t.execute("UPDATE journal_intents SET doom = ?2 WHERE id = ?1", params![id, text])
        })
        .await
    }

    /// It is in a block.
    pub(super) async fn mined(&self, live: &mut Live, at: Inclusion) -> Result<(), CoordinatorError> {
        let id = live.id;
        self.change(live, Some(State::Mined), move |t| {
            t.execute(
                "UPDATE journal_intents
                 SET hash = ?2, block = ?3, block_hash = ?4, gas_used = ?5, fee_paid = ?6, lost = NULL WHERE id = ?1",
                params![
                    id,
                    at.hash.as_slice(),
                    int(at.block),
                    at.block_hash.as_slice(),
                    int(at.gas_used),
                    at.fee_paid.to_string()
                ],
            )
        })
        .await
    }

    /// It is in no block any more, and is to be sent again at once.
    pub(super) async fn unmined(&self, live: &mut Live) -> Result<(), CoordinatorError> {
        let id = live.id;
        self.change(live, Some(State::Sent), move |t| {
            t.execute(
                "UPDATE journal_intents SET hash = NULL, block = NULL, block_hash = NULL, gas_used = NULL,
                     fee_paid = NULL, reason = NULL WHERE id = ?1",
                [id],
            )?;
            // Its time to be mined begins again.
            let sql = "UPDATE journal_transactions SET answered = NULL, signed = ?2 WHERE intent = ?1";
            t.execute(sql, params![id, int(now())])
        })
        .await
    }

    /// Its nonce was seen used by none of our transactions, when the head's number was `head`; or is no more.
    pub(super) async fn lost(&self, live: &mut Live, head: Option<u64>) -> Result<(), CoordinatorError> {
        let id = live.id;
        self.change(live, None, move |t| {
            t.execute("UPDATE journal_intents SET lost = ?2 WHERE id = ?1", params![id, head.map(int)])
        })
        .await
    }

    /// Its nonce is another's for good: it gets a new one.
    pub(super) async fn replan(&self, live: &mut Live) -> Result<(), CoordinatorError> {
        let id = live.id;
        self.change(live, Some(State::Planned), move |t| {
            t.execute("UPDATE journal_transactions SET void = 1 WHERE intent = ?1", [id])?;
            t.execute("UPDATE journal_intents SET nonce = NULL, lost = NULL, doom = NULL WHERE id = ?1", [id])
        })
        .await
    }

    /// Nothing more is to be done for it.
    pub(super) async fn end(
        &self,
        live: &mut Live,
        end: State,
        reason: Option<String>,
    ) -> Result<(), CoordinatorError> {
        let id = live.id;
        live.reason.clone_from(&reason);
        self.change(live, Some(end), move |t| {
            t.execute("UPDATE journal_intents SET reason = ?2 WHERE id = ?1", params![id, reason])
        })
        .await
    }

    /// Makes a change to an intent which is still in the state that it was read in, and puts it in the state `to`.
    async fn change<F>(&self, live: &mut Live, to: Option<State>, change: F) -> Result<(), CoordinatorError>
    where
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<usize> + Send + 'static,
    {
        let (id, from) = (live.id, live.state);
        let key = live.intent.key.clone();
        let refused = |got: String| CoordinatorError::Transition { key, from, to: to.unwrap_or(from), got };
        if to.is_some_and(|to| !from.may_become(to)) {
            return Err(refused(from.to_string()));
        }
        let write = move |t: &Transaction<'_>| {
            let is: String = t.query_row("SELECT state FROM journal_intents WHERE id = ?1", [id], |row| row.get(0))?;
            if is != from.name() {
                return Ok(Some(is));
            }
            if let Some(to) = to {
                let sql = "UPDATE journal_intents SET state = :to, changed = :now WHERE id = :id";
                t.execute(sql, named_params! { ":to": to.name(), ":now": int(now()), ":id": id })?;
            }
            change(t)?;
            Ok(None)
        };
        if let Some(is) = self.database.write(write).await? {
            return Err(refused(is));
        }
        if let Some(to) = to {
            live.state = to;
            // Nobody may be listening.
            let _ = self.changes.send(Change { key: live.intent.key.clone(), state: to, reason: live.reason.clone() });
        }
        Ok(())
    }
}

/// Statement for entries that `which` selects.
fn entries(which: &str) -> String {
    format!(
        "SELECT key, recipient, state, nonce,
             coalesce(hash, (SELECT t.hash FROM journal_transactions t WHERE t.intent = i.id ORDER BY t.id DESC LIMIT 1)),
             block, gas_used, fee_paid, reason, (SELECT count(*) FROM journal_transactions t WHERE t.intent = i.id),
             created, changed
         FROM journal_intents i {which}"
    )
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        key: row.get(0)?,
        to: row.get::<_, [u8; 20]>(1)?.into(),
        state: state(row, 2)?,
        nonce: row.get::<_, Option<i64>>(3)?.map(uint),
        hash: row.get::<_, Option<[u8; 32]>>(4)?.map(B256::from),
        block: row.get::<_, Option<i64>>(5)?.map(uint),
        gas_used: row.get::<_, Option<i64>>(6)?.map(uint),
        fee_paid: row.get::<_, Option<String>>(7)?.and_then(|wei| wei.parse().ok()),
        reason: row.get(8)?,
        transactions: uint(row.get(9)?),
        created: uint(row.get(10)?),
        changed: uint(row.get(11)?),
    })
}

fn live(row: &Row<'_>) -> rusqlite::Result<Live> {
    let check = row.get::<_, Option<String>>("check_kind")?;
    let payload = row.get::<_, Option<Vec<u8>>>("check_payload")?;
    let hash = |name: &str| row.get::<_, Option<[u8; 32]>>(name).map(|hash| hash.map(B256::from));
    Ok(Live {
        id: row.get("id")?,
        intent: Intent {
            key: row.get("key")?,
            to: row.get::<_, [u8; 20]>("recipient")?.into(),
            calldata: Bytes::from(row.get::<_, Vec<u8>>("calldata")?),
            value: U256::from_be_bytes(row.get::<_, [u8; 32]>("value")?),
            deadline: row.get::<_, Option<i64>>("deadline")?.map(uint),
            check: check.map(|kind| Check { kind, payload: payload.unwrap_or_default() }),
            urgent: row.get("urgent")?,
        },
        state: state(row, 8)?,
        nonce: row.get::<_, Option<i64>>("nonce")?.map(uint),
        doom: row.get::<_, Option<String>>("doom")?.map(|text| Doom::parse(&text)),
        lost: row.get::<_, Option<i64>>("lost")?.map(uint),
        mined: hash("hash")?.zip(hash("block_hash")?),
        refusals: uint(row.get("refusals")?),
        reason: row.get("reason")?,
        transactions: Vec::new(),
    })
}

/// Adds what was signed.
fn with_transactions(c: &Connection, mut found: Vec<Live>) -> rusqlite::Result<Vec<Live>> {
    let sql = "SELECT hash, nonce, cancels, raw, gas, max_fee, tip, head, signed, answered FROM journal_transactions
               WHERE intent = ?1 AND void = 0 ORDER BY id";
    for live in &mut found {
        live.transactions = all(c, sql, [live.id], |row| {
            let wei = |column| row.get::<_, String>(column).map(|wei| wei.parse().unwrap_or(0));
            Ok(Kept {
                hash: row.get::<_, [u8; 32]>(0)?.into(),
                nonce: uint(row.get(1)?),
                cancels: row.get(2)?,
                raw: row.get(3)?,
                gas: uint(row.get(4)?),
                fees: Fees { max_fee: wei(5)?, tip: wei(6)? },
                head: uint(row.get(7)?),
                signed: uint(row.get(8)?),
                answered: row.get::<_, Option<i64>>(9)?.map(uint),
            })
        })?;
    }
    Ok(found)
}

fn nonces(c: &Connection, from: u64) -> rusqlite::Result<Vec<u64>> {
    let sql = "SELECT DISTINCT nonce FROM journal_transactions WHERE nonce >= ?1 AND void = 0 ORDER BY nonce";
    all(c, sql, [int(from)], |row| row.get(0).map(uint))
}

fn all<T>(
    c: &Connection,
    sql: &str,
    with: impl rusqlite::Params,
    map: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    c.prepare(sql)?.query_map(with, map)?.collect()
}

fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<State> {
    let name: String = row.get(column)?;
    let unknown =
        || rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, name.clone().into());
    State::named(&name).ok_or_else(unknown)
}

/// SQLite's integers have a sign. None here comes near its end.
fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn uint(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
