//! A chain as this crate uses it: named accounts, transactions that are waited for, views, and the clock of a development node.

use crate::error::ContractsError;
use alloy::contract::{CallBuilder, CallDecoder, Error as CallError};
use alloy::eips::BlockNumberOrTag;
use alloy::network::{Ethereum, EthereumWallet, Network as NetworkTypes};
use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::providers::{DynProvider, PendingTransactionError, Provider, ProviderBuilder};
use alloy::rpc::types::TransactionRequest;
pub use alloy::signers::local::PrivateKeySigner;
use alloy::transports::http::reqwest::Url;
use sha3::{Digest, Keccak256};
use std::sync::Once;
use std::time::{Duration, SystemTime};

/// A local node has a receipt at once.
const POLL: Duration = Duration::from_millis(10);
/// Longest wait for a receipt.
const PATIENCE: Duration = Duration::from_secs(60);
/// What every account is given to pay gas with: 1,000 ether.
const ALLOWANCE: u128 = 1_000 * 10u128.pow(18);

/// A transaction may use its estimate and one part of so many more.
const GAS_MARGIN: u64 = 5;

/// Where a transaction got to.
pub type Receipt = <Ethereum as NetworkTypes>::ReceiptResponse;

/// A connection, with the keys of named accounts.
#[derive(Clone, Debug)]
pub struct Network {
    /// Signs and sends.
    pub provider: DynProvider,
    /// Where the node is.
    pub url: String,
    /// The chain's id.
    pub chain_id: u64,
}

/// A call that a contract refused, as a transaction on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Name of the contract's error.
    pub error: String,
    /// What the failed transaction cost its sender.
    pub gas: u64,
}

/// The key of a named development account. Anyone can compute it.
pub fn signer(name: &str) -> PrivateKeySigner {
    let seed: [u8; 32] =
        Keccak256::new().chain_update("verin insecure development account: ").chain_update(name).finalize().into();
    // Fails for zero and beyond the group order only, which no hash of such a text is.
    PrivateKeySigner::from_bytes(&B256::from(seed)).unwrap_or_else(|_| PrivateKeySigner::random())
}

/// The address of a named development account.
pub fn account(name: &str) -> Address {
    signer(name).address()
}

impl Network {
    /// Connects to the node at `url`, to send from the accounts of `keys`.
    ///
    /// # Errors
    /// There is no node.
    pub async fn open(url: &str, keys: Vec<PrivateKeySigner>) -> Result<Self, ContractsError> {
        let parsed: Url = url.parse().map_err(|_| ContractsError::BadUrl { got: url.into() })?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(ContractsError::BadUrl { got: url.into() });
        }
        choose_tls();
        let mut wallet = EthereumWallet::default();
        for key in keys {
            wallet.register_signer(key);
        }
        // Not the cached nonces of the recommended fillers: a call that is refused while its gas is estimated would leave a gap.
        let provider = ProviderBuilder::new()
            .disable_recommended_fillers()
            .with_simple_nonce_management()
            .with_gas_estimation()
            .fetch_chain_id()
            .wallet(wallet)
            .connect_http(parsed)
            .erased();
        let id = provider.get_chain_id().await;
        let chain_id = id.map_err(|e| ContractsError::from_rpc("connecting", url, &e))?;
        Ok(Self { provider, url: url.into(), chain_id })
    }

    /// Connects to the development node at `url` and gives each account of `names` ether.
    ///
    /// # Errors
    /// There is no node, or it is no development node.
    pub async fn connect(url: &str, names: &[&str]) -> Result<Self, ContractsError> {
        let network = Self::open(url, names.iter().map(|name| signer(name)).collect()).await?;
        network.provider.client().set_poll_interval(POLL);
        for name in names {
            network.fund(account(name)).await?;
        }
        Ok(network)
    }

    /// Gives an account of a development node ether to pay gas with.
    ///
    /// # Errors
    /// It is no development node.
    pub async fn fund(&self, account: Address) -> Result<(), ContractsError> {
        let params = (account, U256::from(ALLOWANCE));
        let funded: Result<(), _> = self.provider.raw_request("anvil_setBalance".into(), params).await;
        let what = "giving accounts ether, which only a development node such as anvil does";
        funded.map_err(|e| ContractsError::from_rpc(what, &self.url, &e))
    }

    /// Sends `call` and waits until it is in a block.
    ///
    /// # Errors
    /// The contract refuses, or the node does not answer.
    pub async fn send<P: Provider, D: CallDecoder>(
        &self,
        what: &str,
        call: CallBuilder<P, D>,
    ) -> Result<Receipt, ContractsError> {
        // What a call costs depends on its block's time, which an estimate cannot know; gas that is not used is not paid.
        let estimated = call.estimate_gas().await.map_err(|e| self.error(what, &e))?;
        let call = call.gas(estimated.saturating_add(estimated / GAS_MARGIN));
        Self::succeeded(what, self.receipt(what, call).await?)
    }

    fn succeeded(what: &str, receipt: Receipt) -> Result<Receipt, ContractsError> {
        if receipt.status() {
            return Ok(receipt);
        }
        Err(ContractsError::Reverted { what: what.into(), error: "no reason: did it run out of gas?".into() })
    }

    /// Asks without sending anything.
    ///
    /// # Errors
    /// As [`Network::send`].
    pub async fn view<P: Provider, D: CallDecoder + Unpin>(
        &self,
        what: &str,
        call: CallBuilder<P, D>,
    ) -> Result<D::CallOutput, ContractsError> {
        call.call().await.map_err(|e| self.error(what, &e))
    }

    /// Sends `call`, which the contract must refuse, with `gas` to spend.
    ///
    /// # Errors
    /// It did not refuse, or the node does not answer.
    pub async fn send_refused<P: Provider + Clone, D: CallDecoder + Unpin + Clone>(
        &self,
        what: &str,
        call: CallBuilder<P, D>,
        gas: u64,
    ) -> Result<Refusal, ContractsError> {
        let accepted =
            || ContractsError::Mismatch { what: what.into(), expected: "a refusal".into(), got: "success".into() };
        let error = match call.call().await {
            Ok(_) => return Err(accepted()),
            Err(error) => match self.error(what, &error) {
                ContractsError::Reverted { error, .. } => error,
                other => return Err(other),
            },
        };
        let receipt = self.receipt(what, call.gas(gas)).await?;
        if receipt.status() {
            return Err(accepted());
        }
        Ok(Refusal { error, gas: receipt.gas_used })
    }

    /// Sends a transaction that calls no method, and waits until it is in a block.
    ///
    /// # Errors
    /// As [`Network::send`].
    pub async fn send_raw(&self, what: &str, request: TransactionRequest) -> Result<Receipt, ContractsError> {
        let pending = self.provider.send_transaction(request).await;
        let pending = pending.map_err(|e| ContractsError::from_rpc(what, &self.url, &e))?;
        let receipt = pending.with_timeout(Some(PATIENCE)).get_receipt().await;
        Self::succeeded(what, receipt.map_err(|e| self.pending_error(what, &e))?)
    }

    /// The code at `address`.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn code(&self, address: Address) -> Result<Bytes, ContractsError> {
        self.provider.get_code_at(address).await.map_err(|e| ContractsError::from_rpc("reading code", &self.url, &e))
    }

    /// The number of the latest block.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn block(&self) -> Result<u64, ContractsError> {
        let number = self.provider.get_block_number().await;
        number.map_err(|e| ContractsError::from_rpc("reading the number of the latest block", &self.url, &e))
    }

    /// The time of the latest block, in seconds.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn now(&self) -> Result<u64, ContractsError> {
        let block = self.provider.get_block_by_number(BlockNumberOrTag::Latest).await;
        let block = block.map_err(|e| ContractsError::from_rpc("reading the clock", &self.url, &e))?;
        block.map(|block| block.header.timestamp).ok_or_else(|| ContractsError::Rpc {
            what: "reading the clock".into(),
            url: self.url.clone(),
            why: "there is no block".into(),
        })
    }

    /// The earliest time that the next block can have, in seconds: a chain without transactions stands still meanwhile.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn clock(&self) -> Result<u64, ContractsError> {
        let own = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
        Ok(self.now().await?.max(own))
    }

    /// How often it makes sense to ask the node for news.
    pub fn poll_interval(&self) -> Duration {
        self.provider.client().poll_interval()
    }

    /// What an account can pay gas with, in wei.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn ether(&self, account: Address) -> Result<U256, ContractsError> {
        let balance = self.provider.get_balance(account).await;
        balance.map_err(|e| ContractsError::from_rpc("reading a balance", &self.url, &e))
    }

    /// Takes back so many blocks of a development node, with all that was in them: empty ones stand in their place.
    ///
    /// # Errors
    /// It is no development node.
    pub async fn reorganize(&self, blocks: u64) -> Result<(), ContractsError> {
        let nothing: [(); 0] = [];
        let done: Result<serde_value::Ignored, _> =
            self.provider.raw_request("anvil_reorg".into(), (blocks, nothing)).await;
        let what = "taking blocks back, which only a development node such as anvil does";
        done.map(drop).map_err(|e| ContractsError::from_rpc(what, &self.url, &e))
    }

    /// What a transaction used of gas; none while it is in no block.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn gas_of(&self, transaction: B256) -> Result<Option<u64>, ContractsError> {
        let receipt = self.provider.get_transaction_receipt(transaction).await;
        let receipt = receipt.map_err(|e| ContractsError::from_rpc("reading a receipt", &self.url, &e))?;
        Ok(receipt.map(|receipt| receipt.gas_used))
    }

    /// Moves the clock of the development node `seconds` on.
    ///
    /// # Errors
    /// It is no development node.
    pub async fn pass(&self, seconds: u64) -> Result<(), ContractsError> {
        let what = "moving the clock, which only a development node such as anvil does";
        let error = |e| ContractsError::from_rpc(what, &self.url, &e);
        let _: serde_value::Ignored =
            self.provider.raw_request("evm_increaseTime".into(), (seconds,)).await.map_err(error)?;
        let _: serde_value::Ignored = self.provider.raw_request("evm_mine".into(), ()).await.map_err(error)?;
        Ok(())
    }

    async fn receipt<P: Provider, D: CallDecoder>(
        &self,
        what: &str,
        call: CallBuilder<P, D>,
    ) -> Result<Receipt, ContractsError> {
        let pending = call.send().await.map_err(|e| self.error(what, &e))?.with_timeout(Some(PATIENCE));
        pending.get_receipt().await.map_err(|e| self.pending_error(what, &e))
    }

    /// What an error of a call means.
    pub(crate) fn error(&self, what: &str, error: &CallError) -> ContractsError {
        match error {
            CallError::TransportError(e) => ContractsError::from_rpc(what, &self.url, e),
            CallError::PendingTransactionError(e) => self.pending_error(what, e),
            other => ContractsError::Rpc { what: what.into(), url: self.url.clone(), why: other.to_string() },
        }
    }

    fn pending_error(&self, what: &str, error: &PendingTransactionError) -> ContractsError {
        match error {
            PendingTransactionError::TransportError(e) => ContractsError::from_rpc(what, &self.url, e),
            other => ContractsError::Rpc { what: what.into(), url: self.url.clone(), why: other.to_string() },
        }
    }
}

/// Says which implementation of TLS is used, ring's: several libraries bring their own. Whoever chose before has chosen.
pub fn choose_tls() {
    static CHOSEN: Once = Once::new();
    CHOSEN.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}

/// Answers that nobody reads.
mod serde_value {
    /// Any answer.
    pub(super) type Ignored = serde::de::IgnoredAny;
}
