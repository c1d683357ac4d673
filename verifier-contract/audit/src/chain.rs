//! The chain as of one block, through one node: every question is asked of that block, again when the node does not answer.

use crate::error::AuditError;
use alloy::contract::{CallBuilder, CallDecoder, Error as CallError};
use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy::primitives::{Address, B256, Bytes};
use alloy::providers::Provider;
use alloy::rpc::types::{Filter, Header, Log, Transaction};
use alloy::transports::{RpcError, TransportErrorKind};
use futures::{StreamExt, TryStreamExt, stream};
use std::time::Duration;
use verin_contracts::bindings::error_name;
use verin_contracts::network::Network;
use verin_contracts::network::choose_tls;

/// How often a question is asked before the node is given up.
const ATTEMPTS: u32 = 5;
/// The first wait between two attempts; each is twice the one before.
const WAIT: Duration = Duration::from_millis(100);
/// The longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Blocks of the first question for logs.
const FIRST_RANGE: u64 = 2_000;
/// Blocks of the largest.
const LARGEST_RANGE: u64 = 100_000;
/// Questions that are asked at one time.
pub(crate) const AT_ONCE: usize = 16;

/// A block that is known by its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Its time.
    pub time: u64,
}

/// A chain, as of [`Chain::at`].
#[derive(Clone, Debug)]
pub struct Chain {
    /// How to reach it.
    pub network: Network,
    /// The audited block.
    pub at: Anchor,
}

type Rpc<T> = Result<T, RpcError<TransportErrorKind>>;

impl Chain {
    /// The chain behind `url`, as of block `number`, or else of the latest that is final, or else of its head.
    ///
    /// # Errors
    /// The node does not answer, or has no such block.
    pub async fn open(url: &str, number: Option<u64>) -> Result<Self, AuditError> {
        choose_tls();
        let network = Network::open(url, Vec::new()).await?;
        let nowhere = Anchor { number: 0, hash: B256::ZERO, time: 0 };
        let mut chain = Self { network, at: nowhere };
        let head = chain.header("reading the head", BlockNumberOrTag::Latest.into()).await?;
        let head = head.ok_or(AuditError::NoBlock { head: 0, got: number.unwrap_or_default() })?;
        let chosen = match number {
            Some(got) => chain
                .header("reading the audited block", got.into())
                .await?
                .ok_or(AuditError::NoBlock { head: head.number, got })?,
            // Development nodes call blocks final that are long past, and some nodes know of no finality.
            None => head,
        };
        chain.at = Anchor { number: chosen.number, hash: chosen.hash, time: chosen.timestamp };
        Ok(chain)
    }

    /// Asks, again if need be.
    async fn retry<T>(&self, what: &str, ask: impl AsyncFn() -> Rpc<T>) -> Result<T, AuditError> {
        let mut wait = WAIT;
        let mut why = String::new();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
            match tokio::time::timeout(PATIENCE, ask()).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => why = describe(&error),
                Err(_) => why = format!("nothing within {} s", PATIENCE.as_secs()),
            }
            tracing::warn!(what, why, "the node did not answer");
        }
        Err(AuditError::Node { what: what.into(), url: self.network.url.clone(), why })
    }

    /// A block's header.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn header(&self, what: &str, block: BlockId) -> Result<Option<Header>, AuditError> {
        let found = self.retry(what, async || self.network.provider.get_block(block).await).await?;
        Ok(found.map(|block| block.header))
    }

    /// Code at the audited block.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn code(&self, address: Address) -> Result<Bytes, AuditError> {
        let block = BlockId::hash(self.at.hash);
        let ask = async || self.network.provider.get_code_at(address).block_id(block).await;
        self.retry("reading code", ask).await
    }

    /// The first block in which there is code at `address`; 0 where the node does not know the past.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn first_block_of(&self, address: Address) -> Result<u64, AuditError> {
        let (mut low, mut high) = (0, self.at.number);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.network.provider.get_code_at(address).block_id(middle.into()).await {
                Ok(code) if code.is_empty() => low = middle + 1,
                Ok(_) => high = middle,
                Err(error) if error.is_error_resp() => return Ok(0),
                Err(error) => {
                    let (url, why) = (self.network.url.clone(), describe(&error));
                    return Err(AuditError::Node { what: "reading code".into(), url, why });
                }
            }
        }
        Ok(low)
    }

    /// What a contract says at the audited block, or the error that it says instead.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn view<P: Provider + Clone, D: CallDecoder + Clone + Unpin>(
        &self,
        what: &str,
        call: CallBuilder<P, D>,
    ) -> Result<Result<D::CallOutput, String>, AuditError> {
        let call = call.block(BlockId::hash(self.at.hash));
        self.retry(what, async || match call.call().await {
            Ok(answer) => Ok(Ok(answer)),
            Err(CallError::TransportError(error)) => {
                let data = error.as_error_resp().and_then(|response| response.as_revert_data());
                match data {
                    Some(data) => Ok(Err(error_name(&data).map_or_else(|| data.to_string(), Into::into))),
                    None => Err(error),
                }
            }
            Err(other) => Ok(Err(other.to_string())),
        })
        .await
    }

    /// All logs of a filter from block `first` to the audited one, in order. `progress` is told how far it got.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn logs(&self, filter: &Filter, first: u64, progress: &dyn Fn(u64)) -> Result<Vec<Log>, AuditError> {
        let (mut from, mut range, mut logs) = (first, FIRST_RANGE, Vec::new());
        while from <= self.at.number {
            let to = self.at.number.min(from.saturating_add(range - 1));
            let part = filter.clone().from_block(from).to_block(to);
            // A node that refuses may have been asked for too much.
            let answer = match self.network.provider.get_logs(&part).await {
                Err(error) if error.is_error_resp() && range > 1 => {
                    range = (range / 4).max(1);
                    continue;
                }
                Err(_) => self.retry("reading events", async || self.network.provider.get_logs(&part).await).await?,
                Ok(answer) => answer,
            };
            logs.extend(answer);
            progress(to);
            from = to + 1;
            range = (range * 2).min(LARGEST_RANGE);
        }
        logs.sort_by_key(|log: &Log| (log.block_number, log.log_index));
        Ok(logs)
    }

    /// Headers of blocks.
    ///
    /// # Errors
    /// The node does not answer, or lacks one.
    pub async fn headers(&self, blocks: Vec<u64>, step: &dyn Fn()) -> Result<Vec<Header>, AuditError> {
        stream::iter(blocks)
            .map(|number| async move {
                let found = self.header("reading a block", number.into()).await?;
                step();
                found.ok_or_else(|| self.lacks("reading a block", format!("it has no block {number}")))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    /// Transactions, those that the node has.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn transactions(
        &self,
        hashes: Vec<B256>,
        step: &dyn Fn(),
    ) -> Result<Vec<(B256, Option<Transaction>)>, AuditError> {
        stream::iter(hashes)
            .map(|hash| async move {
                let ask = async || self.network.provider.get_transaction_by_hash(hash).await;
                let found = self.retry("reading a transaction", ask).await?;
                step();
                Ok((hash, found))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    /// The calls of a transaction, as `debug_traceTransaction` tells them; nothing from a node without it.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn trace(&self, hash: B256) -> Result<Option<serde_json::Value>, AuditError> {
        let parameters = (hash, serde_json::json!({ "tracer": "callTracer" }));
        self.retry("tracing a transaction", async || {
            let traced = self.network.provider.raw_request("debug_traceTransaction".into(), parameters.clone()).await;
            match traced {
                Err(error) if error.is_error_resp() => Ok(None),
                other => other.map(Some),
            }
        })
        .await
    }

    /// Demands that the audited block is still the one it was.
    ///
    /// # Errors
    /// It is not, or the node does not answer.
    pub async fn check_unchanged(&self, times: usize) -> Result<(), AuditError> {
        let now = self.header("reading the audited block again", self.at.number.into()).await?;
        match now {
            Some(now) if now.hash == self.at.hash => Ok(()),
            other => Err(AuditError::Reorganised {
                block: self.at.number,
                times,
                expected: self.at.hash.to_string(),
                got: other.map_or_else(|| "no block".into(), |header| header.hash.to_string()),
            }),
        }
    }

    pub(crate) fn lacks(&self, what: &str, why: String) -> AuditError {
        AuditError::Node { what: what.into(), url: self.network.url.clone(), why }
    }
}

fn describe(error: &RpcError<TransportErrorKind>) -> String {
    if let Some(response) = error.as_error_resp() {
        return response.message.to_string();
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
