//! What is on offer: every listing with its present terms.

use crate::bindings::Listing;
use crate::deploy::Contracts;
use crate::error::ContractsError;
use alloy::primitives::{Address, B256, U256};

/// A listing, and who is behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its id.
    pub id: U256,
    /// Its present terms.
    pub terms: Listing,
    /// Who holds it.
    pub owner: Address,
    /// Where to learn about the model.
    pub about: String,
    /// How many jobs were requested of it.
    pub jobs: u64,
}

impl Contracts {
    /// All listings, from the events, in the order that they were made.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn offers(&self) -> Result<Vec<Offer>, ContractsError> {
        let what = "reading listings";
        let listed = self.registry.ModelListed_filter().from_block(0).query().await;
        let mut offers = Vec::new();
        for (event, _) in listed.map_err(|e| self.network.error(what, &e))? {
            let id = event.listingId;
            let jobs = self.market.JobRequested_filter().topic3(id).from_block(0).query().await;
            offers.push(Offer {
                id,
                terms: self.listing(id).await?,
                owner: self.network.view(what, self.registry.ownerOf(id)).await?,
                about: event.metadataURI,
                jobs: jobs.map_err(|e| self.network.error(what, &e))?.len() as u64,
            });
        }
        Ok(offers)
    }

    /// The latest listing that `owner` made of a record, still holds, and offers at this price and share; none when there is none.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn own_listing(
        &self,
        record: B256,
        owner: Address,
        price: u128,
        owner_bps: u16,
    ) -> Result<Option<U256>, ContractsError> {
        let what = "reading listings";
        let made = self.registry.ModelListed_filter().topic2(record).topic3(owner).from_block(0).query().await;
        for (event, _) in made.map_err(|e| self.network.error(what, &e))?.into_iter().rev() {
            let terms = self.listing(event.listingId).await?;
            let plain = terms.paymentToken.is_zero() && terms.startPrice == price;
            let same = plain && terms.price == price && terms.ownerBps == owner_bps && !terms.deprecated;
            if same && self.network.view(what, self.registry.ownerOf(event.listingId)).await? == owner {
                return Ok(Some(event.listingId));
            }
        }
        Ok(None)
    }
}
