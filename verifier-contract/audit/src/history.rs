//! Everything that the contracts said up to the audited block, in order, with its time; and every movement of tokens in and out
//! of them.

use crate::Watch;
use crate::chain::Chain;
use crate::error::AuditError;
use crate::report::Place;
use alloy::primitives::{Address, B256};
use alloy::rpc::types::{Filter, Log};
use alloy::sol_types::SolEvent;
use std::collections::{BTreeMap, BTreeSet};
use verin_contracts::bindings::NetworkToken;
use verin_contracts::bindings::inference_market::InferenceMarket::InferenceMarketEvents as Market;
use verin_contracts::deploy::Contracts;
use verin_contracts::events::Event;
use verin_economy::tokens::Moved;

/// One event.
#[derive(Debug)]
pub struct Entry {
    /// Where.
    pub at: Place,
    /// When, in seconds.
    pub time: u64,
    /// Which contract.
    pub contract: Address,
    /// What; nothing for a movement of a payment token.
    pub event: Option<Event>,
    /// Which tokens moved.
    pub moved: Option<Moved>,
}

/// All events, in order.
#[derive(Debug, Default)]
pub struct History {
    /// All of them.
    pub entries: Vec<Entry>,
    /// What cannot be read as an event of the contract that it is of.
    pub unreadable: Vec<(Place, String)>,
}

impl History {
    /// Reads it.
    ///
    /// # Errors
    /// The node does not answer, or its logs are not of the blocks that it has.
    pub async fn read(chain: &Chain, contracts: &Contracts, watch: &dyn Watch) -> Result<Self, AuditError> {
        let first = chain.first_block_of(*contracts.store.address()).await?;
        watch.stage("reading events", chain.at.number.saturating_sub(first));
        let addresses: Vec<_> = contracts.deployed.iter().map(|deployed| deployed.address).collect();
        let told = &|block: u64| watch.at(block.saturating_sub(first));
        let mut logs = chain.logs(&Filter::new().address(addresses), first, told).await?;
        let parties = parties(contracts);
        for token in payment_tokens(contracts, &logs) {
            let moves = Filter::new().address(token).event_signature(NetworkToken::Transfer::SIGNATURE_HASH);
            let topics: Vec<B256> = parties.iter().map(|party| party.into_word()).collect();
            logs.extend(chain.logs(&moves.clone().topic1(topics.clone()), first, &|_| ()).await?);
            logs.extend(chain.logs(&moves.topic2(topics), first, &|_| ()).await?);
        }
        logs.sort_by_key(|log| (log.block_number, log.log_index));
        // Between two of the contracts: found twice.
        logs.dedup_by_key(|log| (log.block_number, log.log_index));

        let blocks: BTreeSet<u64> = logs.iter().filter_map(|log| log.block_number).collect();
        watch.stage("reading blocks", blocks.len() as u64);
        let headers = chain.headers(blocks.into_iter().collect(), &|| watch.step()).await?;
        let headers: BTreeMap<u64, _> = headers.into_iter().map(|header| (header.number, header)).collect();
        let mut history = Self::default();
        for log in logs {
            let (Some(block), Some(transaction), Some(index)) = (log.block_number, log.transaction_hash, log.log_index)
            else {
                return Err(chain.lacks("reading events", "a log without a place in a block".into()));
            };
            let header = headers.get(&block).ok_or_else(|| chain.lacks("reading events", "no such block".into()))?;
            if log.block_hash != Some(header.hash) {
                let got = log.block_hash.map_or_else(|| "none".into(), |hash| hash.to_string());
                let expected = header.hash.to_string();
                return Err(AuditError::Reorganised { block, times: 1, expected, got });
            }
            history.enter(contracts, &log, Place { block, transaction, log: index }, header.timestamp);
        }
        Ok(history)
    }

    fn enter(&mut self, contracts: &Contracts, log: &Log, at: Place, time: u64) {
        let moved = NetworkToken::Transfer::decode_log(&log.inner).ok().map(|moved| Moved {
            token: log.address(),
            from: moved.from,
            to: moved.to,
            amount: moved.value,
        });
        match contracts.event(&log.inner) {
            Ok(event) => {
                // Receipts of stake, and listings, are not money.
                let is_money = matches!(event, None | Some(Event::Token(_)));
                self.entries.push(Entry {
                    at,
                    time,
                    contract: log.address(),
                    event,
                    moved: moved.filter(|_| is_money),
                });
            }
            Err(error) => self.unreadable.push((at, error.to_string())),
        }
    }

    /// The events of each transaction.
    pub fn transactions(&self) -> impl Iterator<Item = &[Entry]> {
        self.entries.chunk_by(|a, b| a.at.transaction == b.at.transaction)
    }
}

/// The contracts that hold money.
pub fn parties(contracts: &Contracts) -> [Address; 6] {
    [
        *contracts.market.address(),
        *contracts.rewards.address(),
        *contracts.fee_auction.address(),
        *contracts.slash_auction.address(),
        *contracts.staking.address(),
        *contracts.treasury.address(),
    ]
}

/// Tokens that the market, the auctions or the treasury ever had to do with, besides the network's own.
fn payment_tokens(contracts: &Contracts, logs: &[Log]) -> BTreeSet<Address> {
    let mut tokens = BTreeSet::new();
    for log in logs {
        let Ok(Some(event)) = contracts.event(&log.inner) else { continue };
        let token = match event {
            Event::Market(Market::TokenRulesChanged(e)) => e.token,
            Event::Market(Market::JobRequested(e)) => e.terms.token,
            Event::Treasury(event) => {
                use verin_contracts::bindings::treasury::Treasury::TreasuryEvents as T;
                match event {
                    T::IncomeReceived(e) => e.token,
                    T::DonationReceived(e) => e.token,
                    _ => continue,
                }
            }
            _ => continue,
        };
        tokens.insert(token);
    }
    tokens.remove(contracts.token.address());
    tokens
}
