//! Models for sale.

use super::Index;
use super::value::{Account, Amount, Hash, integer};
use crate::error::CoordinatorError;
use alloy::primitives::{Address, B256, U256};
use rusqlite::Connection;

/// A listing as it is now, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Its number.
    pub id: u64,
    /// The block in which it began.
    pub block: u64,
    /// Hash of the model's record.
    pub record: B256,
    /// Who holds it.
    pub owner: Address,
    /// What its owner says of it: a URI, or any text.
    pub about: String,
    /// The least that a request may offer, in base units of the token.
    pub price: U256,
    /// The token it is paid in; zero where the network's.
    pub token: Option<Address>,
    /// The owner's part of the price, in 1/10,000.
    pub owner_bps: u16,
    /// The revenue share that is paid instead of the holder.
    pub share: Option<Address>,
    /// Whether it takes no new requests.
    pub deprecated: bool,
    /// Jobs requested.
    pub jobs: u64,
    /// Jobs fulfilled on time.
    pub fulfilled: u64,
    /// What its owners were paid, in base units.
    pub earned: U256,
}

impl Index {
    /// All listings, in the order in which they began.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn listings(&self) -> Result<Vec<Listing>, CoordinatorError> {
        self.database.read(|c| select(c, None)).await
    }

    /// One listing.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn listing(&self, id: u64) -> Result<Option<Listing>, CoordinatorError> {
        Ok(self.database.read(move |c| select(c, Some(id))).await?.pop())
    }
}

fn select(c: &Connection, id: Option<u64>) -> rusqlite::Result<Vec<Listing>> {
    let mut changes = c.prepare_cached(
        "SELECT id, block, record, owner, about, price, token, owner_bps, share, deprecated FROM listing \
         WHERE ?1 IS NULL OR id = ?1 ORDER BY id, block, log",
    )?;
    let mut rows = changes.query([id.map(integer)])?;
    let mut listings: Vec<Listing> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, block) = (row.get(0)?, row.get(1)?);
        if listings.last().is_none_or(|last| last.id != id) {
            listings.push(Listing { id, block, ..Listing::default() });
        }
        let Some(listing) = listings.last_mut() else { continue };
        set(&mut listing.record, row.get::<_, Option<Hash>>(2)?.map(|hash| hash.0));
        set(&mut listing.owner, row.get::<_, Option<Account>>(3)?.map(|account| account.0));
        set(&mut listing.about, row.get(4)?);
        set(&mut listing.price, row.get::<_, Option<Amount>>(5)?.map(|amount| amount.0));
        set(&mut listing.token, row.get::<_, Option<Account>>(6)?.map(|account| Some(account.0)));
        set(&mut listing.owner_bps, row.get(7)?);
        set(&mut listing.share, row.get::<_, Option<Account>>(8)?.map(|account| Some(account.0)));
        set(&mut listing.deprecated, row.get(9)?);
    }
    let mut jobs = c.prepare_cached("SELECT count(*) FROM job WHERE listing = ?1")?;
    let mut paid = c.prepare_cached("SELECT owner_amount FROM payment WHERE listing = ?1 AND late = 0")?;
    for listing in &mut listings {
        listing.jobs = jobs.query_row([integer(listing.id)], |row| row.get(0))?;
        for amount in paid.query_map([integer(listing.id)], |row| row.get::<_, Amount>(0))? {
            listing.fulfilled += 1;
            listing.earned = listing.earned.saturating_add(amount?.0);
        }
    }
    Ok(listings)
}

fn set<T>(to: &mut T, changed: Option<T>) {
    if let Some(changed) = changed {
        *to = changed;
    }
}
