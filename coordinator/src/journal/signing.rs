//! Signed transactions, as bytes to keep before they are sent.

use super::fees::Fees;
use crate::error::CoordinatorError;
use alloy::eips::eip2718::Encodable2718;
use alloy::network::{EthereumWallet, NetworkTransactionBuilder, TransactionBuilder};
use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::rpc::types::TransactionRequest;

/// Gas of a transfer.
pub(super) const TRANSFER_GAS: u64 = 21_000;

/// What is to be signed.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) to: Address,
    pub(super) calldata: Bytes,
    pub(super) value: U256,
    pub(super) nonce: u64,
    pub(super) gas: u64,
    pub(super) fees: Fees,
    /// Whether it does nothing but use up its nonce.
    pub(super) cancels: bool,
}

/// What was.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    pub(super) draft: Draft,
    pub(super) hash: B256,
    pub(super) raw: Vec<u8>,
}

impl Draft {
    /// A transfer of nothing to oneself.
    pub(super) fn cancellation(own: Address, nonce: u64, fees: Fees) -> Self {
        let (calldata, value) = (Bytes::new(), U256::ZERO);
        Self { to: own, calldata, value, nonce, gas: TRANSFER_GAS, fees, cancels: true }
    }

    /// Signs it.
    pub(super) async fn sign(self, wallet: &EthereumWallet, chain_id: u64) -> Result<Signed, CoordinatorError> {
        let request = TransactionRequest::default()
            .with_to(self.to)
            .with_input(self.calldata.clone())
            .with_value(self.value)
            .with_nonce(self.nonce)
            .with_gas_limit(self.gas)
            .with_max_fee_per_gas(self.fees.max_fee)
            .with_max_priority_fee_per_gas(self.fees.tip)
            .with_chain_id(chain_id);
        let signed = request.build(wallet).await.map_err(|e| CoordinatorError::Signing { why: e.to_string() })?;
        Ok(Signed { hash: *signed.tx_hash(), raw: signed.encoded_2718(), draft: self })
    }
}
