//! Signed orders of others, sent by the journal.

use crate::broker::REQUESTED;
use crate::journal::{Intent, Journal};
use crate::routes::{NotRelayed, Relay, permit};
use alloy::primitives::B256;
use async_trait::async_trait;
use std::sync::Arc;
use verin_client::types::Order;
use verin_contracts::bindings::Terms;
use verin_contracts::deploy::Contracts;
use verin_contracts::market::job_id;

/// Sends orders from the operator's account.
#[derive(Clone, Debug)]
pub struct ByJournal {
    /// Sends.
    pub journal: Journal,
    /// The network.
    pub contracts: Arc<Contracts>,
}

#[async_trait]
impl Relay for ByJournal {
    async fn relay(&self, order: Order, terms: Terms) -> Result<B256, NotRelayed> {
        let market = &self.contracts.market;
        let chain_id = self.contracts.network.chain_id;
        let (requester, nonce, last) = (order.requester, order.nonce.0, terms.lockBy);
        let job = job_id(chain_id, *market.address(), requester, nonce, &terms);
        let permit = permit(&order);
        let call = market.requestFor(requester, nonce, terms, order.input, order.signature, permit);
        let intent = Intent::call(format!("order:{job}"), *market.address(), call.calldata().clone())
            .with_deadline(last)
            .with_check(REQUESTED, job.0);
        self.journal.submit(intent).await.map_err(|error| NotRelayed::Busy { why: error.to_string() })?;
        Ok(job)
    }
}
