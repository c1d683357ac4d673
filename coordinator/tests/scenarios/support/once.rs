//! Contracts that mark the word they are called with: one refuses a word that is marked, one a word whose predecessor is not.

use super::World;
use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, Bytes, U256};
use alloy::providers::Provider;
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::SolError;
use async_trait::async_trait;
use verin_contracts::ContractsError;
use verin_contracts::bindings::NetworkToken::ERC20InsufficientBalance;
use verin_contracts::network::{Network, account};
use verin_coordinator::CoordinatorError;
use verin_coordinator::journal::{Checks, Done, Intent};

/// The kind of its check.
pub const KIND: &str = "once";
/// What it refuses with.
pub const REFUSAL: &str = "ERC20InsufficientBalance";

/// The contract, deployed.
#[derive(Clone)]
pub struct Once {
    pub address: Address,
    network: Network,
}

impl Once {
    /// Deploys it.
    pub async fn deploy(world: &World) -> Self {
        // x = calldata[0]; if sload(x) != 0, revert with the selector; sstore(x, 1).
        let mut code = vec![0x60, 0x00, 0x35, 0x80, 0x54, 0x60, 0x0d, 0x57, 0x60, 0x01, 0x90, 0x55, 0x00, 0x5b, 0x63];
        code.extend(ERC20InsufficientBalance::SELECTOR);
        code.extend([0x60, 0xe0, 0x1b, 0x60, 0x00, 0x52, 0x60, 0x04, 0x60, 0x00, 0xfd]);
        Self { address: deploy(world, &code).await, network: world.network.clone() }
    }

    /// Marks `word`. Whether it is marked can be checked.
    pub fn intent(&self, key: &str, word: u64) -> Intent {
        self.unchecked(key, word).with_check(KIND, word.to_be_bytes())
    }

    /// Marks `word`. Nobody can check.
    pub fn unchecked(&self, key: &str, word: u64) -> Intent {
        Intent::call(key, self.address, Bytes::from(U256::from(word).to_be_bytes::<32>()))
    }

    /// The check.
    pub fn checks(&self) -> Checks {
        Checks::new().with(KIND, self.clone())
    }

    /// Whether `word` is marked.
    pub async fn is_marked(&self, word: u64) -> bool {
        let at = self.network.provider.get_storage_at(self.address, U256::from(word));
        at.await.expect("a word") == U256::from(1)
    }
}

/// A contract that takes zero, and a number after the one before it: calls of it depend on each other.
pub async fn deploy_in_turn(world: &World) -> Address {
    // x = calldata[0]; if x != 0 and sload(x - 1) == 0, revert; sstore(x, 1).
    let code = [
        0x60, 0x00, 0x35, 0x80, 0x15, 0x60, 0x16, 0x57, 0x80, 0x60, 0x01, 0x90, 0x03, 0x54, 0x60, 0x16, 0x57, 0x60,
        0x00, 0x60, 0x00, 0xfd, 0x5b, 0x60, 0x01, 0x90, 0x55, 0x00,
    ];
    deploy(world, &code).await
}

async fn deploy(world: &World, code: &[u8]) -> Address {
    let length = u8::try_from(code.len()).expect("a short contract");
    // Returns what follows these nine bytes.
    let mut create = vec![0x60, length, 0x80, 0x60, 0x09, 0x3d, 0x39, 0x3d, 0xf3];
    create.extend(code);
    let request = TransactionRequest::default().with_from(account("deployer")).with_deploy_code(create);
    let receipt = world.network.send_raw("deploying", request).await.expect("it is deployed");
    receipt.contract_address.expect("a contract")
}

#[async_trait]
impl Done for Once {
    async fn is_done(&self, payload: &[u8]) -> Result<bool, CoordinatorError> {
        let word = U256::from_be_slice(payload);
        let found = self.network.provider.get_storage_at(self.address, word).await.map_err(|e| {
            ContractsError::Rpc { what: "reading a mark".into(), url: self.network.url.clone(), why: e.to_string() }
        })?;
        Ok(!found.is_zero())
    }
}
