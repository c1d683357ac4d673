//! Prices, times and gas of what was settled, and activity by hour: what quotes and charts are made of.

use super::Index;
use super::value::{Account, Amount, Hash, integer};
use crate::error::CoordinatorError;
use alloy::primitives::{Address, B256, U256};
use std::collections::BTreeMap;

const HOUR: u64 = 3_600;
/// States that jobs end in, as SQL has them.
const ENDS: &str = "('fulfilled', 'fulfilled_late', 'cancelled', 'refunded', 'expired', 'voided')";

/// A job that was settled on time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The job.
    pub job: B256,
    /// The listing.
    pub listing: u64,
    /// When.
    pub time: u64,
    /// What it cost, in base units of its token.
    pub price: U256,
    /// Seconds from request to settlement.
    pub seconds: u64,
    /// Gas of the request's transaction, by the jobs that it requested.
    pub request_gas: Option<u64>,
    /// Gas of the settlement's transaction, by the jobs that it settled.
    pub settlement_gas: Option<u64>,
}

/// Who was paid what for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Who proved it.
    pub payout: Address,
    /// Whom the owner's part went to; zero when it was late.
    pub receiver: Address,
    /// The prover's part; the bounty when it was late.
    pub prover_amount: U256,
    /// The owner's part.
    pub owner_amount: U256,
    /// The network's fee.
    pub fee: U256,
    /// Whether it was late.
    pub late: bool,
}

/// When a job was requested, and when it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// When it was requested.
    pub requested: u64,
    /// When it ended, if it did.
    pub ended: Option<u64>,
}

/// An hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hour {
    /// Jobs requested in it.
    pub requested: u64,
    /// Jobs fulfilled in it, late ones included.
    pub fulfilled: u64,
    /// Jobs that ended in it otherwise.
    pub ended: u64,
}

impl Index {
    /// The last jobs that were settled on time, of one listing or all, newest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn settlements(&self, listing: Option<u64>, most: usize) -> Result<Vec<Settlement>, CoordinatorError> {
        self.database
            .read(move |c| {
                let mut last = c.prepare_cached(
                    "SELECT job.id, job.listing, done.time, job.price, began.time, asked.gas, \
                     (SELECT count(*) FROM step s WHERE s.block = r.block AND s.sent = r.sent AND s.name = 'requested'), paid.gas, \
                     (SELECT count(*) FROM step s WHERE s.block = f.block AND s.sent = f.sent AND s.name = 'fulfilled') \
                     FROM payment JOIN job ON job.id = payment.job JOIN block began ON began.number = job.block \
                     JOIN block done ON done.number = payment.block JOIN step r ON r.job = job.id AND r.name = 'requested' \
                     JOIN step f ON f.job = job.id AND f.block = payment.block AND f.log = payment.log \
                     LEFT JOIN sent asked ON asked.hash = r.sent LEFT JOIN sent paid ON paid.hash = f.sent \
                     WHERE payment.late = 0 AND (?1 IS NULL OR payment.listing = ?1) \
                     ORDER BY payment.block DESC, payment.log DESC LIMIT ?2",
                )?;
                let by = |gas: Option<u64>, jobs: u64| gas.and_then(|gas| gas.checked_div(jobs));
                let rows = last.query_map((listing.map(integer), integer(most)), |row| {
                    let (time, began): (u64, u64) = (row.get(2)?, row.get(4)?);
                    Ok(Settlement {
                        job: row.get::<_, Hash>(0)?.0,
                        listing: row.get(1)?,
                        time,
                        price: row.get::<_, Option<Amount>>(3)?.map(|amount| amount.0).unwrap_or_default(),
                        seconds: time.saturating_sub(began),
                        request_gas: by(row.get(5)?, row.get(6)?),
                        settlement_gas: by(row.get(7)?, row.get(8)?),
                    })
                })?;
                rows.collect()
            })
            .await
    }

    /// Who was paid what for a job.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn payments(&self, job: B256) -> Result<Vec<Payment>, CoordinatorError> {
        self.database
            .read(move |c| {
                let mut payments = c.prepare_cached(
                    "SELECT payout, receiver, prover_amount, owner_amount, fee, late FROM payment WHERE job = ?1 ORDER BY block, log",
                )?;
                let rows = payments.query_map([Hash(job)], |row| {
                    let amount = |column| Ok::<_, rusqlite::Error>(row.get::<_, Amount>(column)?.0);
                    Ok(Payment {
                        payout: row.get::<_, Account>(0)?.0,
                        receiver: row.get::<_, Account>(1)?.0,
                        prover_amount: amount(2)?,
                        owner_amount: amount(3)?,
                        fee: amount(4)?,
                        late: row.get(5)?,
                    })
                })?;
                rows.collect()
            })
            .await
    }

    /// When these jobs were requested, and when they ended.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn times(&self, jobs: Vec<B256>) -> Result<BTreeMap<B256, Times>, CoordinatorError> {
        self.database
            .read(move |c| {
                let mut look = c.prepare_cached(&format!(
                    "SELECT block.time, (SELECT max(done.time) FROM step JOIN block done ON done.number = step.block \
                     WHERE step.job = job.id AND step.status IN {ENDS}) FROM job JOIN block ON block.number = job.block WHERE job.id = ?1"
                ))?;
                let mut times = BTreeMap::new();
                for job in jobs {
                    for found in look.query_map([Hash(job)], |row| Ok(Times { requested: row.get(0)?, ended: row.get(1)? }))? {
                        times.insert(job, found?);
                    }
                }
                Ok(times)
            })
            .await
    }

    /// What happened in each hour from the one of `since` on, by the second in which the hour began.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn hours(&self, since: u64) -> Result<BTreeMap<u64, Hour>, CoordinatorError> {
        self.database
            .read(move |c| {
                let first = integer(since - since % HOUR);
                let mut hours: BTreeMap<u64, Hour> = BTreeMap::new();
                let mut requested = c.prepare_cached(
                    "SELECT block.time / 3600 * 3600, count(*) FROM job JOIN block ON block.number = job.block \
                     WHERE job.block >= (SELECT min(number) FROM block WHERE time >= ?1) GROUP BY 1",
                )?;
                let mut rows = requested.query([first])?;
                while let Some(row) = rows.next()? {
                    hours.entry(row.get(0)?).or_default().requested = row.get(1)?;
                }
                let mut ended = c.prepare_cached(&format!(
                    "SELECT block.time / 3600 * 3600, sum(step.status IN ('fulfilled', 'fulfilled_late')), count(*) \
                     FROM step JOIN block ON block.number = step.block WHERE step.status IN {ENDS} \
                     AND step.block >= (SELECT min(number) FROM block WHERE time >= ?1) GROUP BY 1"
                ))?;
                let mut rows = ended.query([first])?;
                while let Some(row) = rows.next()? {
                    let hour = hours.entry(row.get(0)?).or_default();
                    let all: u64 = row.get(2)?;
                    hour.fulfilled = row.get(1)?;
                    hour.ended = all.saturating_sub(hour.fulfilled);
                }
                Ok(hours)
            })
            .await
    }

    /// What gas cost in the last transaction that was read, in wei.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn gas_price(&self) -> Result<U256, CoordinatorError> {
        self.database
            .read(|c| {
                let mut last = c.prepare_cached("SELECT gas_price FROM sent ORDER BY block DESC LIMIT 1")?;
                let mut rows = last.query([])?;
                Ok(match rows.next()? {
                    Some(row) => row.get::<_, Amount>(0)?.0,
                    None => U256::ZERO,
                })
            })
            .await
    }
}
