//! Rewards by week.

use super::Index;
use super::value::{Account, Amount};
use crate::error::CoordinatorError;
use alloy::primitives::{Address, U256};
use std::collections::BTreeMap;

/// Books of an epoch, in base units of the network's token but for fees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Epoch {
    /// Its number.
    pub number: u64,
    /// Fees recorded, by token, in that token's base units.
    pub fees: BTreeMap<Address, U256>,
    /// Jobs that were paid for.
    pub jobs: u64,
    /// What its fees brought, and what was done with it; none while it is not closed.
    pub closed: Option<Closed>,
    /// Who claimed.
    pub claims: Vec<Claim>,
}

/// The books of a closed epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// What its fees brought.
    pub proceeds: U256,
    /// What may be claimed for it.
    pub rewards: U256,
    /// What was destroyed.
    pub burned: U256,
    /// What is the treasury's.
    pub to_treasury: U256,
}

/// A claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose.
    pub account: Address,
    /// For proving.
    pub as_prover: U256,
    /// For listings.
    pub as_creator: U256,
    /// What the limit that the stake sets withheld.
    pub withheld: U256,
}

impl Index {
    /// Every epoch in which something was recorded or closed.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn epochs(&self) -> Result<Vec<Epoch>, CoordinatorError> {
        self.database
            .read(|c| {
                let mut all: BTreeMap<u64, Epoch> = BTreeMap::new();
                let mut of = |number: u64, change: &mut dyn FnMut(&mut Epoch)| {
                    change(all.entry(number).or_insert_with(|| Epoch { number, ..Epoch::default() }));
                };
                let amount =
                    |row: &rusqlite::Row<'_>, column: usize| Ok::<_, rusqlite::Error>(row.get::<_, Amount>(column)?.0);
                let mut works = c.prepare_cached("SELECT epoch, token, fee FROM work")?;
                let mut rows = works.query([])?;
                while let Some(row) = rows.next()? {
                    let (Account(token), fee) = (row.get(1)?, amount(row, 2)?);
                    of(row.get(0)?, &mut |epoch| {
                        epoch.jobs += 1;
                        let fees = epoch.fees.entry(token).or_default();
                        *fees = fees.saturating_add(fee);
                    });
                }
                let mut closings =
                    c.prepare_cached("SELECT number, proceeds, rewards, burned, to_treasury FROM epoch")?;
                let mut rows = closings.query([])?;
                while let Some(row) = rows.next()? {
                    let (proceeds, rewards) = (amount(row, 1)?, amount(row, 2)?);
                    let closed = Closed { proceeds, rewards, burned: amount(row, 3)?, to_treasury: amount(row, 4)? };
                    of(row.get(0)?, &mut |epoch| epoch.closed = Some(closed));
                }
                let claims =
                    "SELECT epoch, account, prover_reward, creator_reward, withheld FROM claim ORDER BY block, log";
                let mut claims = c.prepare_cached(claims)?;
                let mut rows = claims.query([])?;
                while let Some(row) = rows.next()? {
                    let Account(account) = row.get(1)?;
                    let (as_prover, as_creator) = (amount(row, 2)?, amount(row, 3)?);
                    let claim = Claim { account, as_prover, as_creator, withheld: amount(row, 4)? };
                    of(row.get(0)?, &mut |epoch| epoch.claims.push(claim));
                }
                Ok(all.into_values().collect())
            })
            .await
    }
}
