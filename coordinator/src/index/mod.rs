//! What the chain's events state, in tables: jobs and their steps, listings, payments, stakes, epochs.
//!
//! [`Index::apply`] adds blocks, [`Index::roll_back`] takes them back; both are one transaction. The tables hold nothing that does
//! not follow from the blocks, so a file that is lost is made anew from the chain, and is the same.
//!
//! ```text
//! fold        an event -> rows
//! job         jobs, their steps, and those that somebody is to act on
//! listing     models for sale
//! prover      who proves, with what success and what stake
//! epoch       rewards by week
//! statistics  prices, times and gas of what was settled; activity by hour
//! value       hashes, addresses and amounts as SQLite has them
//! ```

pub mod epoch;
mod fold;
pub mod job;
pub mod listing;
pub mod prover;
pub mod statistics;
pub mod value;

use crate::chain::source::Block;
use crate::database::Database;
use crate::error::CoordinatorError;
use alloy::primitives::B256;
use rusqlite::{OptionalExtension, Transaction, params};
use std::collections::BTreeSet;
use std::sync::Arc;
use value::{Hash, integer};
use verin_contracts::deploy::Contracts;

const SCHEMA: &str = include_str!("schema.sql");
/// Blocks that say nothing are kept this long, so that most reorganisations are seen where they begin.
const KEPT: u64 = 1_024;

/// The tables.
#[derive(Clone, Debug)]
pub struct Index {
    pub(crate) database: Database,
    contracts: Arc<Contracts>,
}

/// A block that was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Number.
    pub number: u64,
    /// Hash.
    pub hash: B256,
    /// In seconds since 1970.
    pub time: u64,
}

impl Index {
    /// The tables of this file; makes them where they are missing.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn open(database: Database, contracts: Arc<Contracts>) -> Result<Self, CoordinatorError> {
        database.migrate(SCHEMA).await?;
        Ok(Self { database, contracts })
    }

    /// The contracts whose events these are.
    pub fn contracts(&self) -> &Arc<Contracts> {
        &self.contracts
    }

    /// The last block that was applied.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn tip(&self) -> Result<Option<Tip>, CoordinatorError> {
        self.database
            .read(|c| {
                let last = "SELECT number, hash, time FROM block ORDER BY number DESC LIMIT 1";
                c.query_row(last, [], |row| {
                    let Hash(hash) = row.get(1)?;
                    Ok(Tip { number: row.get(0)?, hash, time: row.get(2)? })
                })
                .optional()
            })
            .await
    }

    /// Number and hash of every block that is kept, in order.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn kept(&self) -> Result<Vec<(u64, B256)>, CoordinatorError> {
        self.database
            .read(|c| {
                let mut all = c.prepare_cached("SELECT number, hash FROM block ORDER BY number")?;
                all.query_map([], |row| Ok((row.get(0)?, row.get::<_, Hash>(1)?.0)))?.collect()
            })
            .await
    }

    /// Adds blocks that follow the last one; gives the jobs that took a step in them. What was applied before is not applied again.
    ///
    /// # Errors
    /// They do not follow each other or the last one ([`CoordinatorError::NotNext`]), a log is no event of its contract, or the file
    /// cannot be written: then none of them is applied.
    pub async fn apply(&self, blocks: Vec<Block>) -> Result<BTreeSet<B256>, CoordinatorError> {
        let mut decoded = Vec::with_capacity(blocks.len());
        for block in blocks {
            let mut events = Vec::with_capacity(block.logs.len());
            for said in &block.logs {
                if let Some(event) = self.contracts.event(&said.log)? {
                    events.push((said.index, said.sent, event));
                }
            }
            decoded.push((block, events));
        }
        let applied = self.database.write(move |t| {
            let mut touched = BTreeSet::new();
            for (block, events) in &decoded {
                if !follows(t, block)? {
                    return Ok(Err(block.number));
                }
                insert_block(t, block)?;
                for (log, sent, event) in events {
                    let at = fold::At { block: block.number, log: *log, sent: *sent };
                    touched.extend(fold::insert(t, at, event)?);
                }
            }
            if let Some((last, _)) = decoded.last() {
                let before = integer(last.number.saturating_sub(KEPT));
                t.execute("DELETE FROM block WHERE says = 0 AND number < ?1", [before])?;
            }
            Ok(Ok(touched))
        });
        applied.await?.map_err(|number| CoordinatorError::NotNext { number })
    }

    /// Takes back every block after `number`, or all; gives the jobs that took a step in them and were requested before.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn roll_back(&self, number: Option<u64>) -> Result<BTreeSet<B256>, CoordinatorError> {
        let last = number.map_or(-1, integer);
        self.database
            .write(move |t| {
                let touched = {
                    let mut steps = t.prepare("SELECT DISTINCT job FROM step WHERE block > ?1")?;
                    steps.query_map([last], |row| Ok(row.get::<_, Hash>(0)?.0))?.collect::<Result<_, _>>()?
                };
                t.execute("DELETE FROM block WHERE number > ?1", [last])?;
                Ok(touched)
            })
            .await
    }
}

/// Whether a block's parent is the last block that was applied. The first may be any.
fn follows(t: &Transaction<'_>, block: &Block) -> rusqlite::Result<bool> {
    let last = "SELECT number, hash FROM block ORDER BY number DESC LIMIT 1";
    let last = t
        .prepare_cached(last)?
        .query_row([], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, Hash>(1)?.0)))
        .optional()?;
    Ok(last.is_none_or(|(number, hash)| number + 1 == block.number && hash == block.parent))
}

fn insert_block(t: &Transaction<'_>, block: &Block) -> rusqlite::Result<()> {
    t.prepare_cached("INSERT INTO block (number, hash, parent, time, says) VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(
        params![
            integer(block.number),
            Hash(block.hash),
            Hash(block.parent),
            integer(block.time),
            !block.logs.is_empty()
        ],
    )?;
    let mut insert = t.prepare_cached(
        "INSERT OR REPLACE INTO sent (hash, block, sender, gas, gas_price) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for sent in &block.sent {
        insert.execute(params![
            Hash(sent.hash),
            integer(block.number),
            value::Account(sent.from),
            integer(sent.gas),
            value::Amount(sent.gas_price)
        ])?;
    }
    Ok(())
}
