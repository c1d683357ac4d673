//! Who proves, with what success and what stake.

use super::Index;
use super::value::{Account, Amount};
use crate::error::CoordinatorError;
use alloy::primitives::{Address, U256};
use std::collections::BTreeMap;

/// A prover, from what the chain has seen of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prover {
    /// Who.
    pub address: Address,
    /// Jobs that it holds now.
    pub held: u64,
    /// Jobs that it was paid for on time.
    pub fulfilled: u64,
    /// Jobs of others that it proved late, for the bounty.
    pub rescued: u64,
    /// Jobs that it took and did not prove in time.
    pub failed: u64,
    /// What it was paid, in base units, tokens added up.
    pub earned: U256,
    /// Stake bonded with it, in base units: its own, and delegated.
    pub stake: U256,
    /// Seconds from taking a job to its settlement, the middle of all.
    pub median_seconds: Option<u64>,
}

/// What became of the jobs of one prover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProverJobs {
    /// Jobs that it holds now.
    pub held: u64,
    /// Jobs that it was paid for on time.
    pub settled: u64,
    /// Jobs that it proved late, for the bounty.
    pub rescued: u64,
    /// Jobs that it took and did not prove in time.
    pub failed: u64,
}

impl Index {
    /// What became of the jobs of `prover`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn jobs_of(&self, prover: Address) -> Result<ProverJobs, CoordinatorError> {
        self.database
            .read(move |c| {
                let mut counts = c.prepare_cached(
                    "SELECT (SELECT count(*) FROM job WHERE prover = ?1 AND status IN ('reserved', 'delivered', 'locked')), \
                     (SELECT count(*) FROM payment WHERE payout = ?1 AND late = 0), \
                     (SELECT count(*) FROM payment WHERE payout = ?1 AND late = 1), \
                     (SELECT count(*) FROM job WHERE prover = ?1 AND status IN ('refunded', 'fulfilled_late'))",
                )?;
                counts.query_row([Account(prover)], |row| {
                    let (held, settled, rescued, failed) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                    Ok(ProverJobs { held, settled, rescued, failed })
                })
            })
            .await
    }

    /// Everybody who took a job, was paid for one, or has stake.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn provers(&self) -> Result<Vec<Prover>, CoordinatorError> {
        self.database
            .read(|c| {
                let mut all: BTreeMap<Address, Prover> = BTreeMap::new();
                let mut of = |address: Address, change: &mut dyn FnMut(&mut Prover)| {
                    change(all.entry(address).or_insert_with(|| Prover { address, ..Prover::default() }));
                };
                let mut taken = c.prepare_cached(
                    "SELECT prover, sum(status IN ('reserved', 'delivered', 'locked')), \
                     sum(status IN ('refunded', 'fulfilled_late')) FROM job WHERE prover IS NOT NULL GROUP BY prover",
                )?;
                let mut rows = taken.query([])?;
                while let Some(row) = rows.next()? {
                    let (held, failed) = (row.get(1)?, row.get(2)?);
                    of(row.get::<_, Account>(0)?.0, &mut |prover| (prover.held, prover.failed) = (held, failed));
                }
                let mut paid = c.prepare_cached("SELECT payout, prover_amount, late FROM payment")?;
                let mut rows = paid.query([])?;
                while let Some(row) = rows.next()? {
                    let (Amount(amount), late): (Amount, bool) = (row.get(1)?, row.get(2)?);
                    of(row.get::<_, Account>(0)?.0, &mut |prover| {
                        prover.earned = prover.earned.saturating_add(amount);
                        prover.fulfilled += u64::from(!late);
                        prover.rescued += u64::from(late);
                    });
                }
                let mut stakes = c.prepare_cached("SELECT prover, gained, lost FROM stake ORDER BY block, log")?;
                let mut rows = stakes.query([])?;
                while let Some(row) = rows.next()? {
                    let (Amount(gained), Amount(lost)): (Amount, Amount) = (row.get(1)?, row.get(2)?);
                    of(row.get::<_, Account>(0)?.0, &mut |prover| {
                        prover.stake = prover.stake.saturating_add(gained).saturating_sub(lost);
                    });
                }
                let mut seconds: BTreeMap<Address, Vec<u64>> = BTreeMap::new();
                let mut times = c.prepare_cached(
                    "SELECT taken.prover, done.time - began.time FROM step taken JOIN block began ON began.number = taken.block \
                     JOIN payment ON payment.job = taken.job AND payment.late = 0 JOIN block done ON done.number = payment.block \
                     WHERE taken.name = 'locked'",
                )?;
                let mut rows = times.query([])?;
                while let Some(row) = rows.next()? {
                    seconds.entry(row.get::<_, Account>(0)?.0).or_default().push(row.get(1)?);
                }
                for (address, mut seconds) in seconds {
                    seconds.sort_unstable();
                    let median = seconds.get(seconds.len() / 2).copied();
                    of(address, &mut |prover| prover.median_seconds = median);
                }
                Ok(all.into_values().collect())
            })
            .await
    }
}
