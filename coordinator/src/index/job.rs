//! Jobs, their steps, and those that somebody is to act on.

use super::Index;
use super::value::{Account, Amount, Hash, integer};
use crate::error::CoordinatorError;
use alloy::primitives::{Address, B256, Bytes, FixedBytes, U256};
use rusqlite::{Connection, OptionalExtension, Params, Row};
use std::collections::BTreeMap;
pub use verin_contracts::jobs::Status;
use verin_economy::formulas;

/// A job as its last step left it. Amounts in base units of the token, times in seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: B256,
    /// The block of its request.
    pub block: u64,
    /// The place of its request among the logs of that block.
    pub log: u64,
    /// Who pays.
    pub requester: Address,
    /// The listing.
    pub listing: u64,
    /// Hash of the model's record.
    pub record: B256,
    /// Which verifier decides.
    pub verifier: FixedBytes<4>,
    /// What it is paid in.
    pub token: Address,
    /// The listing's part of the price, in 1/10,000.
    pub owner_bps: u16,
    /// The price until the curve begins.
    pub floor_price: U256,
    /// The price at the end of the curve.
    pub max_price: U256,
    /// What each side stakes on the handing over of a private input.
    pub bond: U256,
    /// What a prover locks.
    pub collateral: U256,
    /// When the price begins to rise.
    pub curve_start: u64,
    /// How long it rises.
    pub curve_seconds: u64,
    /// Last second in which it can be taken.
    pub lock_by: u64,
    /// How long a prover has.
    pub prove_window: u64,
    /// Last second in which anybody can fulfil it late.
    pub deadline: u64,
    /// How long each side has to hand a private input over, or to acknowledge it.
    pub ack_window: u64,
    /// Whether it can be fulfilled without a lock.
    pub direct: bool,
    /// Who is called with the output.
    pub callback: Address,
    /// With how much gas.
    pub callback_gas: u64,
    /// The public input: values, or a commitment.
    pub input: Bytes,
    /// Where it is.
    pub status: Status,
    /// Who took it last.
    pub prover: Option<Address>,
    /// Who is paid for proving.
    pub payout: Option<Address>,
    /// What it costs, once that is fixed.
    pub price: Option<U256>,
    /// Last second of whoever is to act.
    pub until: Option<u64>,
    /// Last second in which it can be taken, when its requester gave notice.
    pub cancel_at: Option<u64>,
}

impl Job {
    /// What an open job costs at `time`.
    pub fn price_at(&self, time: u64) -> U256 {
        formulas::curve(self.floor_price, self.max_price, self.curve_start, self.curve_seconds, time)
    }

    /// Last second in which an open job can be taken.
    pub fn takeable_until(&self) -> u64 {
        self.cancel_at.map_or(self.lock_by, |cancel_at| cancel_at.min(self.lock_by))
    }
}

/// Something that happened to a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its block.
    pub block: u64,
    /// The block's time.
    pub time: u64,
    /// Its place among the logs of the block.
    pub log: u64,
    /// The transaction.
    pub sent: B256,
    /// Who sent that.
    pub sender: Option<Address>,
    /// What the transaction used of gas, for all jobs in it.
    pub gas: Option<u64>,
    /// What a unit of gas cost, in wei.
    pub gas_price: Option<U256>,
    /// What happened: `requested`, `locked`, `fulfilled` and so on.
    pub name: String,
    /// Who took it, if somebody did.
    pub prover: Option<Address>,
    /// Whom the proof pays.
    pub payout: Option<Address>,
    /// Until when whoever is next may act.
    pub until: Option<u64>,
    /// What was moved, by name.
    pub amounts: BTreeMap<String, String>,
    /// What came with it: a ciphertext, an output.
    pub data: Option<Bytes>,
}

/// Which jobs are asked for; of the newest first, as many as `limit`.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In this state.
    pub status: Option<Status>,
    /// Of this listing.
    pub listing: Option<u64>,
    /// Of this requester.
    pub requester: Option<Address>,
    /// Taken by this prover.
    pub prover: Option<Address>,
    /// Requested before this block and log.
    pub before: Option<(u64, u64)>,
    /// At most so many.
    pub limit: usize,
}

impl Index {
    /// A job.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn job(&self, id: B256) -> Result<Option<Job>, CoordinatorError> {
        self.database.read(move |c| Ok(select(c, "WHERE id = ?1", [Hash(id)])?.pop())).await
    }

    /// Jobs, newest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn jobs(&self, filter: Filter) -> Result<Vec<Job>, CoordinatorError> {
        self.database
            .read(move |c| {
                let (block, log) = filter.before.map_or((i64::MAX, i64::MAX), |(b, l)| (integer(b), integer(l)));
                let clause = "WHERE (?1 IS NULL OR status = ?1) AND (?2 IS NULL OR listing = ?2) \
                    AND (?3 IS NULL OR requester = ?3) AND (?4 IS NULL OR prover = ?4) AND (block, log) < (?5, ?6) \
                    ORDER BY block DESC, log DESC LIMIT ?7";
                let (status, listing) = (filter.status.map(Status::name), filter.listing.map(integer));
                let (requester, prover) = (filter.requester.map(Account), filter.prover.map(Account));
                select(c, clause, (status, listing, requester, prover, block, log, integer(filter.limit)))
            })
            .await
    }

    /// Jobs that can be taken at `time`, most urgent first and at most 10,000, without their inputs.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn takeable(&self, time: u64) -> Result<Vec<Job>, CoordinatorError> {
        self.database
            .read(move |c| {
                let clause = "WHERE status = 'open' AND lock_by >= ?1 AND (cancel_at IS NULL OR cancel_at >= ?1) ORDER BY lock_by LIMIT 10000";
                let columns = COLUMNS.replace(" input,", " x'',");
                let select = format!("SELECT {columns} FROM job {clause}");
                c.prepare_cached(&select)?.query_map([integer(time)], job)?.collect()
            })
            .await
    }

    /// Live jobs that `prover` took, most urgent first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn held(&self, prover: Address) -> Result<Vec<Job>, CoordinatorError> {
        self.database
            .read(move |c| {
                let clause = "WHERE prover = ?1 AND status IN ('reserved', 'delivered', 'locked') ORDER BY until";
                select(c, clause, [Account(prover)])
            })
            .await
    }

    /// Everything that happened to a job, in order.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn steps(&self, job: B256) -> Result<Vec<Step>, CoordinatorError> {
        self.database
            .read(move |c| {
                let mut steps = c.prepare_cached(
                    "SELECT step.block, block.time, step.log, step.sent, sent.sender, sent.gas, sent.gas_price, step.name, step.prover, \
                     step.payout, step.until, step.amounts, step.data FROM step JOIN block ON block.number = step.block \
                     LEFT JOIN sent ON sent.hash = step.sent WHERE job = ?1 ORDER BY step.block, step.log",
                )?;
                steps.query_map([Hash(job)], step)?.collect()
            })
            .await
    }

    /// What was delivered for a private job.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn delivered(&self, job: B256) -> Result<Option<Bytes>, CoordinatorError> {
        self.database
            .read(move |c| {
                let last =
                    "SELECT data FROM step WHERE job = ?1 AND name = 'delivered' ORDER BY block DESC, log DESC LIMIT 1";
                let found: Option<Vec<u8>> = c.query_row(last, [Hash(job)], |row| row.get(0)).optional()?;
                Ok(found.map(Bytes::from))
            })
            .await
    }

    /// How many jobs are in each state.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn counts(&self) -> Result<BTreeMap<Status, u64>, CoordinatorError> {
        self.database
            .read(|c| {
                let mut counts = c.prepare_cached("SELECT status, count(*) FROM job GROUP BY status")?;
                let rows = counts.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u64>(1)?)))?;
                rows.filter_map(|row| row.map(|(name, n)| Some((Status::named(&name)?, n))).transpose()).collect()
            })
            .await
    }

    /// Whether seals of this verifier, or of this record under it, were stopped.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn is_stopped(&self, verifier: FixedBytes<4>, record: B256) -> Result<bool, CoordinatorError> {
        self.database
            .read(move |c| {
                let stops =
                    "SELECT EXISTS (SELECT 1 FROM stop WHERE verifier = ?1 AND (record IS NULL OR record = ?2))";
                c.query_row(stops, (verifier.as_slice(), Hash(record)), |row| row.get(0))
            })
            .await
    }
}

const COLUMNS: &str = "id, block, log, requester, listing, record, verifier, token, owner_bps, floor_price, max_price, bond, collateral, \
    curve_start, curve_seconds, lock_by, prove_window, deadline, ack_window, direct, callback, callback_gas, input, status, prover, payout, \
    price, until, cancel_at";

fn select(c: &Connection, clause: &str, params: impl Params) -> rusqlite::Result<Vec<Job>> {
    c.prepare_cached(&format!("SELECT {COLUMNS} FROM job {clause}"))?.query_map(params, job)?.collect()
}

fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    let amount = |column| Ok::<_, rusqlite::Error>(row.get::<_, Amount>(column)?.0);
    let account = |column| Ok::<_, rusqlite::Error>(row.get::<_, Account>(column)?.0);
    let status: String = row.get(23)?;
    let unknown = || rusqlite::Error::InvalidColumnType(23, "status".into(), rusqlite::types::Type::Text);
    Ok(Job {
        id: row.get::<_, Hash>(0)?.0,
        block: row.get(1)?,
        log: row.get(2)?,
        requester: account(3)?,
        listing: row.get(4)?,
        record: row.get::<_, Hash>(5)?.0,
        verifier: row.get::<_, [u8; 4]>(6)?.into(),
        token: account(7)?,
        owner_bps: row.get(8)?,
        floor_price: amount(9)?,
        max_price: amount(10)?,
        bond: amount(11)?,
        collateral: amount(12)?,
        curve_start: row.get(13)?,
        curve_seconds: row.get(14)?,
        lock_by: row.get(15)?,
        prove_window: row.get(16)?,
        deadline: row.get(17)?,
        ack_window: row.get(18)?,
        direct: row.get(19)?,
        callback: account(20)?,
        callback_gas: row.get(21)?,
        input: row.get::<_, Vec<u8>>(22)?.into(),
        status: Status::named(&status).ok_or_else(unknown)?,
        prover: row.get::<_, Option<Account>>(24)?.map(|a| a.0),
        payout: row.get::<_, Option<Account>>(25)?.map(|a| a.0),
        price: row.get::<_, Option<Amount>>(26)?.map(|a| a.0),
        until: row.get(27)?,
        cancel_at: row.get(28)?,
    })
}

fn step(row: &Row<'_>) -> rusqlite::Result<Step> {
    let amounts: String = row.get(11)?;
    Ok(Step {
        block: row.get(0)?,
        time: row.get(1)?,
        log: row.get(2)?,
        sent: row.get::<_, Hash>(3)?.0,
        sender: row.get::<_, Option<Account>>(4)?.map(|a| a.0),
        gas: row.get(5)?,
        gas_price: row.get::<_, Option<Amount>>(6)?.map(|a| a.0),
        name: row.get(7)?,
        prover: row.get::<_, Option<Account>>(8)?.map(|a| a.0),
        payout: row.get::<_, Option<Account>>(9)?.map(|a| a.0),
        until: row.get(10)?,
        amounts: serde_json::from_str(&amounts).unwrap_or_default(),
        data: row.get::<_, Option<Vec<u8>>>(12)?.map(Bytes::from),
    })
}
