//! What a job costs here, from measured speed.

use alloy::primitives::U256;
use rusqlite::{OptionalExtension, params};

use super::Assignments;
use crate::error::CoordinatorError;
use crate::index::value::{Hash, integer};
use alloy::primitives::B256;

/// How much a new measurement weighs against those before.
const WEIGHT: f64 = 0.2;
const MS_PER_HOUR: u64 = 3_600_000;

/// What work costs, in base units of the network's token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pricing {
    /// An hour of one processor core.
    pub cpu_hour: U256,
    /// A unit of gas.
    pub gas: U256,
    /// Gas that a settlement costs for each job in it, about.
    pub settlement: u64,
    /// Wall time of a proof that nothing is known of yet, in milliseconds.
    pub unknown_ms: u64,
}

impl Default for Pricing {
    fn default() -> Self {
        Self { cpu_hour: U256::ZERO, gas: U256::ZERO, settlement: 200_000, unknown_ms: 10_000 }
    }
}

/// What proofs of a record took, on average over the last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// Wall time of a proof, in milliseconds.
    pub wall_ms: f64,
    /// CPU time of an inference, in milliseconds.
    pub cpu_ms_per_job: f64,
}

impl Pricing {
    /// What a job costs, whose callback may use `callback_gas`: the least that it is done for.
    pub fn least(&self, speed: Option<Speed>, callback_gas: u64) -> U256 {
        let cpu_ms = speed.map_or(self.unknown_ms as f64, |speed| speed.cpu_ms_per_job).max(0.0);
        let work = self.cpu_hour.saturating_mul(U256::from(cpu_ms.ceil() as u64)) / U256::from(MS_PER_HOUR);
        work.saturating_add(self.gas.saturating_mul(U256::from(self.settlement.saturating_add(callback_gas))))
    }

    /// How long a proof takes, in seconds, rounded up.
    pub fn seconds(&self, speed: Option<Speed>) -> u64 {
        let wall_ms = speed.map_or(self.unknown_ms as f64, |speed| speed.wall_ms);
        (wall_ms / 1_000.0).ceil() as u64
    }
}

impl Assignments {
    /// Counts a measurement in.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn measured(
        &self,
        record: B256,
        batch: usize,
        jobs: usize,
        wall_ms: u64,
        cpu_ms: u64,
    ) -> Result<(), CoordinatorError> {
        let (wall_ms, cpu_ms) = (wall_ms as f64, cpu_ms as f64 / jobs.max(1) as f64);
        self.database
            .write(move |t| {
                t.execute(
                    "INSERT INTO speed VALUES (?1, ?2, ?3, ?4) ON CONFLICT (record, batch) DO UPDATE SET \
                     wall_ms = wall_ms + ?5 * (excluded.wall_ms - wall_ms), cpu_ms = cpu_ms + ?5 * (excluded.cpu_ms - cpu_ms)",
                    params![Hash(record), integer(batch), wall_ms, cpu_ms, WEIGHT],
                )
                .map(drop)
            })
            .await
    }

    /// What proofs of a record in batches of at least `batch` took; of the smallest such batch that was measured.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn speed(&self, record: B256, batch: usize) -> Result<Option<Speed>, CoordinatorError> {
        self.database
            .read(move |c| {
                let nearest =
                    "SELECT wall_ms, cpu_ms FROM speed WHERE record = ?1 ORDER BY batch < ?2, abs(batch - ?2) LIMIT 1";
                c.query_row(nearest, params![Hash(record), integer(batch)], |row| {
                    Ok(Speed { wall_ms: row.get(0)?, cpu_ms_per_job: row.get(1)? })
                })
                .optional()
            })
            .await
    }
}
