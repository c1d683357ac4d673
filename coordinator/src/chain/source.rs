//! Blocks as a node tells of them, believed as far as they prove themselves.
//!
//! A node may lag, contradict itself, or leave logs out. A header is hashed here and names its parent, so a run of headers is one
//! chain or none. Its bloom filter has every address that logged in the block: if none of the contracts is in it, there is nothing
//! to ask for. If one is, the receipts are asked for and must hash to the header's root, so no log can be missing, changed or
//! made up. What is left to a node is to show another chain, or an old one.

use alloy::consensus::proofs::calculate_receipt_root;
use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy::primitives::{Address, B256, BloomInput, Log, U256};
use alloy::providers::{DynProvider, Provider};
use futures::{StreamExt, TryStreamExt, stream};
use std::time::Duration;
use verin_contracts::ContractsError;
use verin_contracts::deploy::Contracts;

/// Requests that are under way at a time.
const CONCURRENCY: usize = 16;
/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A block, and what the contracts said in it.
#[derive(Clone, Debug)]
pub struct Block {
    /// Number.
    pub number: u64,
    /// Hash.
    pub hash: B256,
    /// Hash of the block before.
    pub parent: B256,
    /// In seconds since 1970.
    pub time: u64,
    /// Logs of the contracts, in order.
    pub logs: Vec<Said>,
    /// Transactions that those logs are of.
    pub sent: Vec<Sent>,
}

/// A log of one of the contracts.
#[derive(Clone, Debug)]
pub struct Said {
    /// Place among the logs of the block.
    pub index: u64,
    /// Hash of the transaction.
    pub sent: B256,
    /// The log.
    pub log: Log,
}

/// A transaction, from its receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Hash.
    pub hash: B256,
    /// Who sent it.
    pub from: Address,
    /// Gas used.
    pub gas: u64,
    /// Price of a unit of gas, in wei.
    pub gas_price: U256,
}

/// A node, asked for what concerns these contracts.
#[derive(Clone, Debug)]
pub struct Source {
    provider: DynProvider,
    url: String,
    addresses: Vec<Address>,
}

impl Source {
    /// The node that the contracts are reached by.
    pub fn new(contracts: &Contracts) -> Self {
        let addresses = contracts.addresses.iter().map(|(_, address)| *address).collect();
        Self { provider: contracts.network.provider.clone(), url: contracts.network.url.clone(), addresses }
    }

    /// Number of the latest block.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn head(&self) -> Result<u64, ContractsError> {
        self.ask("reading the number of the latest block", self.provider.get_block_number()).await
    }

    /// Hash of the block of this number; `None` when the node has none.
    ///
    /// # Errors
    /// The node does not answer, or gives a header that is not of its hash.
    pub async fn hash(&self, number: u64) -> Result<Option<B256>, ContractsError> {
        Ok(self.header(number).await?.map(|block| block.hash))
    }

    /// Time of the block of this number; `None` when the node has none.
    ///
    /// # Errors
    /// As [`Source::hash`].
    pub async fn time(&self, number: u64) -> Result<Option<u64>, ContractsError> {
        Ok(self.header(number).await?.map(|block| block.time))
    }

    /// Blocks `first` to `last`, each with its logs. They need not be one chain: whoever applies them looks at that.
    ///
    /// # Errors
    /// The node does not answer, lacks one of them, or contradicts itself.
    pub async fn blocks(&self, first: u64, last: u64) -> Result<Vec<Block>, ContractsError> {
        stream::iter(first..=last).map(|number| self.block(number)).buffered(CONCURRENCY).try_collect().await
    }

    async fn block(&self, number: u64) -> Result<Block, ContractsError> {
        let missing = || self.contradiction(format!("block {number}"), "a block", "none");
        let mut block = self.header(number).await?.ok_or_else(missing)?;
        if !self.addresses.iter().any(|address| block.bloom.contains_input(BloomInput::Raw(address.as_slice()))) {
            return Ok(block.into());
        }
        let what = "reading receipts";
        let receipts = self.ask(what, self.provider.get_block_receipts(BlockId::hash(block.hash))).await?;
        let receipts = receipts.ok_or_else(|| self.contradiction(format!("block {number}"), "receipts", "none"))?;
        let mut index = 0;
        let mut envelopes = Vec::with_capacity(receipts.len());
        for receipt in receipts {
            let (hash, from, gas) = (receipt.transaction_hash, receipt.from, receipt.gas_used);
            let sent = Sent { hash, from, gas, gas_price: U256::from(receipt.effective_gas_price) };
            let envelope = receipt.into_inner().into_primitives_receipt();
            let before = block.logs.len();
            for log in envelope.logs() {
                if self.addresses.contains(&log.address) {
                    block.logs.push(Said { index, sent: hash, log: log.clone() });
                }
                index += 1;
            }
            if block.logs.len() > before {
                block.sent.push(sent);
            }
            envelopes.push(envelope);
        }
        let root = calculate_receipt_root(&envelopes);
        if root == block.receipts_root {
            return Ok(block.into());
        }
        let expected = format!("receipts of root {}", block.receipts_root);
        Err(self.contradiction(format!("receipts of block {number}"), &expected, &format!("others, of root {root}")))
    }

    async fn header(&self, number: u64) -> Result<Option<Header>, ContractsError> {
        let tag = BlockNumberOrTag::Number(number);
        let Some(block) = self.ask("reading a block", async { self.provider.get_block_by_number(tag).await }).await?
        else {
            return Ok(None);
        };
        let (hash, header) = (block.header.hash, &block.header.inner);
        let computed = header.hash_slow();
        if computed != hash || header.number != number {
            let got = format!("block {} of hash {computed}", header.number);
            return Err(self.contradiction(format!("header of block {number}"), &format!("hash {hash}"), &got));
        }
        Ok(Some(Header {
            number,
            hash,
            parent: header.parent_hash,
            time: header.timestamp,
            bloom: header.logs_bloom,
            receipts_root: header.receipts_root,
            logs: Vec::new(),
            sent: Vec::new(),
        }))
    }

    async fn ask<T, E>(
        &self,
        what: &'static str,
        question: impl IntoFuture<Output = Result<T, E>>,
    ) -> Result<T, ContractsError>
    where
        E: Into<alloy::transports::RpcError<alloy::transports::TransportErrorKind>>,
    {
        match tokio::time::timeout(PATIENCE, question.into_future()).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(ContractsError::from_rpc(what, &self.url, &error.into())),
            Err(_) => Err(ContractsError::Rpc {
                what: what.into(),
                url: self.url.clone(),
                why: format!("no answer within {} s", PATIENCE.as_secs()),
            }),
        }
    }

    fn contradiction(&self, what: String, expected: &str, got: &str) -> ContractsError {
        ContractsError::Mismatch {
            what: format!("{what}, from {}", self.url),
            expected: expected.into(),
            got: got.into(),
        }
    }
}

/// A block whose receipts are not there yet.
struct Header {
    number: u64,
    hash: B256,
    parent: B256,
    time: u64,
    bloom: alloy::primitives::Bloom,
    receipts_root: B256,
    logs: Vec<Said>,
    sent: Vec<Sent>,
}

impl From<Header> for Block {
    fn from(header: Header) -> Self {
        let Header { number, hash, parent, time, logs, sent, .. } = header;
        Self { number, hash, parent, time, logs, sent }
    }
}
