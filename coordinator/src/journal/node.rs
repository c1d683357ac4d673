//! The node: every request has a time limit, and every error a meaning.

use super::answer::Answer;
use super::fees::{Fees, Market};
use crate::error::CoordinatorError;
use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy::network::Ethereum;
use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::providers::utils::eip1559_default_estimator;
use alloy::providers::{DynProvider, Provider, ProviderBuilder};
use alloy::rpc::types::{TransactionReceipt, TransactionRequest};
use alloy::transports::TransportResult;
use std::future::IntoFuture;
use std::time::Duration;
use verin_contracts::ContractsError;
use verin_contracts::network::choose_tls;

/// Blocks, and the percentile of what they paid, that an offer is estimated from.
const HISTORY: (u64, f64) = (10, 20.0);

/// A node, from the view of one account.
#[derive(Debug)]
pub(super) struct Node {
    provider: DynProvider,
    /// Scheme and host only: the rest of an address may be a key to it.
    host: String,
    timeout: Duration,
    account: Address,
}

/// A request that failed.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    /// What was asked.
    what: &'static str,
    host: String,
    /// What the error means.
    pub(super) answer: Answer,
}

/// The chain and the account, as the node shows them.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// Number of the latest block.
    pub(super) number: u64,
    /// Its hash.
    pub(super) hash: B256,
    /// Its time, in seconds.
    pub(super) time: u64,
    /// The account's next nonce after that block.
    pub(super) latest: u64,
    /// And after the transactions that wait at the node.
    pub(super) pending: u64,
}

impl From<Trouble> for CoordinatorError {
    fn from(trouble: Trouble) -> Self {
        let why = trouble.why();
        ContractsError::Rpc { what: trouble.what.into(), url: trouble.host, why }.into()
    }
}

impl Trouble {
    /// In words.
    pub(super) fn why(&self) -> String {
        match &self.answer {
            Answer::Unreachable(why) | Answer::InsufficientFunds(why) | Answer::Refused(why) => why.clone(),
            Answer::Reverted(error) => format!("the contract refused with {error}"),
            Answer::Limited(_) => "too many requests".into(),
            Answer::AlreadyKnown => "already known".into(),
            Answer::NonceTooLow => "nonce too low".into(),
            Answer::ReplacementUnderpriced => "replacement transaction underpriced".into(),
            Answer::FeeTooLow => "fee too low".into(),
        }
    }
}

impl Node {
    /// The node at `url`. Nothing is asked yet.
    pub(super) fn new(url: &str, account: Address, timeout: Duration) -> Result<Self, CoordinatorError> {
        let parsed: alloy::transports::http::reqwest::Url =
            url.parse().map_err(|_| ContractsError::BadUrl { got: "the address of the node".into() })?;
        let host = match (parsed.host_str(), parsed.port()) {
            (Some(host), Some(port)) => format!("{}://{host}:{port}", parsed.scheme()),
            (Some(host), None) => format!("{}://{host}", parsed.scheme()),
            (None, _) => return Err(ContractsError::BadUrl { got: "the address of the node".into() }.into()),
        };
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(ContractsError::BadUrl { got: host }.into());
        }
        choose_tls();
        let provider = ProviderBuilder::new().disable_recommended_fillers().network::<Ethereum>().connect_http(parsed);
        Ok(Self { provider: provider.erased(), host, timeout, account })
    }

    async fn ask<T>(
        &self,
        what: &'static str,
        request: impl IntoFuture<Output = TransportResult<T>>,
    ) -> Result<T, Trouble> {
        let answer = match tokio::time::timeout(self.timeout, request.into_future()).await {
            Ok(Ok(found)) => return Ok(found),
            Ok(Err(error)) => Answer::of(&error),
            Err(_) => Answer::Unreachable(format!("no answer within {} ms", self.timeout.as_millis())),
        };
        Err(Trouble { what, host: self.host.clone(), answer })
    }

    fn unreachable(&self, what: &'static str, why: &str) -> Trouble {
        Trouble { what, host: self.host.clone(), answer: Answer::Unreachable(why.into()) }
    }

    pub(super) async fn chain_id(&self) -> Result<u64, Trouble> {
        self.ask("reading the chain's id", self.provider.get_chain_id()).await
    }

    pub(super) async fn latest_nonce(&self) -> Result<u64, Trouble> {
        self.ask("reading the account's nonce", self.provider.get_transaction_count(self.account)).await
    }

    pub(super) async fn view(&self) -> Result<View, Trouble> {
        let what = "reading the latest block";
        let block = self.ask(what, self.provider.get_block_by_number(BlockNumberOrTag::Latest)).await?;
        let header = block.ok_or_else(|| self.unreachable(what, "there is no block"))?.header;
        let latest = self.latest_nonce().await?;
        let pending = self.provider.get_transaction_count(self.account).block_id(BlockId::pending());
        let pending = self.ask("reading the account's pending nonce", pending).await?;
        Ok(View {
            number: header.number,
            hash: header.hash,
            time: header.timestamp,
            latest,
            pending: pending.max(latest),
        })
    }

    /// The hash of the block `number` of the canonical chain.
    pub(super) async fn block_hash(&self, number: u64) -> Result<Option<B256>, Trouble> {
        let request = self.provider.get_block_by_number(BlockNumberOrTag::Number(number));
        Ok(self.ask("reading a block", request).await?.map(|block| block.header.hash))
    }

    /// What came of a transaction, if it is in a block.
    pub(super) async fn receipt(&self, hash: B256) -> Result<Option<TransactionReceipt>, Trouble> {
        let receipt = self.ask("reading a receipt", self.provider.get_transaction_receipt(hash)).await?;
        Ok(receipt.filter(|receipt| receipt.block_number.is_some() && receipt.block_hash.is_some()))
    }

    fn call(&self, to: Address, calldata: &Bytes, value: U256) -> TransactionRequest {
        TransactionRequest::default().from(self.account).to(to).input(calldata.clone().into()).value(value)
    }

    /// The gas that a call takes.
    pub(super) async fn gas(&self, to: Address, calldata: &Bytes, value: U256) -> Result<u64, Trouble> {
        self.ask("estimating gas", self.provider.estimate_gas(self.call(to, calldata, value))).await
    }

    /// The error of a call on top of the block `number`, if it fails there.
    pub(super) async fn revert(
        &self,
        to: Address,
        calldata: &Bytes,
        value: U256,
        number: u64,
    ) -> Result<Option<String>, Trouble> {
        let call = self.provider.call(self.call(to, calldata, value)).block(BlockId::number(number));
        match self.ask("asking why a transaction failed", call).await {
            Ok(_) => Ok(None),
            Err(Trouble { answer: Answer::Reverted(error) | Answer::Refused(error), .. }) => Ok(Some(error)),
            Err(trouble) => Err(trouble),
        }
    }

    /// What the next block asks for gas.
    pub(super) async fn market(&self) -> Result<Market, Trouble> {
        let what = "reading what recent blocks paid for gas";
        let request = self.provider.get_fee_history(HISTORY.0, BlockNumberOrTag::Latest, &[HISTORY.1]);
        let history = self.ask(what, request).await?;
        let next = history.base_fee_per_gas.last().copied();
        let base_fee = next.ok_or_else(|| self.unreachable(what, "there is no base fee (EIP-1559)"))?;
        let estimate = eip1559_default_estimator(base_fee, &history.reward.unwrap_or_default());
        let suggested = Fees { max_fee: estimate.max_fee_per_gas, tip: estimate.max_priority_fee_per_gas };
        Ok(Market { base_fee, suggested })
    }

    /// Hands the node a signed transaction.
    pub(super) async fn send(&self, raw: &[u8]) -> Result<(), Trouble> {
        self.ask("sending a transaction", self.provider.send_raw_transaction(raw)).await.map(|_| ())
    }
}
