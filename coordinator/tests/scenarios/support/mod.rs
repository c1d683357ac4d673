//! A chain of its own for each test, a proxy before it, and effects that can be counted.

pub mod once;
pub mod process;
pub mod proxy;
mod until;

pub use until::{LOOK, until};

use alloy::primitives::{Address, B256, U256, keccak256};
use alloy::providers::Provider;
use proxy::Proxy;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use verin_contracts::chain::LocalChain;
use verin_contracts::network::{Network, signer};
use verin_contracts::npm::Anvil;
use verin_coordinator::database::Database;
use verin_coordinator::journal::{Checks, Condition, Entry, Intent, Journal, Options, PrivateKeySigner, State};

/// Longest wait for anything, on a machine that does much else.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A chain, a proxy before it, and a folder.
pub struct World {
    _chain: LocalChain,
    pub proxy: Proxy,
    pub network: Network,
    pub dir: TempDir,
    /// Name of the account that the coordinator sends from.
    pub name: String,
}

impl World {
    /// One in which `name` has ether.
    pub async fn start(name: &str) -> Self {
        let anvil = Anvil::locate(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("an anvil for this machine");
        if !anvil.is_installed() {
            anvil.install().expect("npm ci");
        }
        let chain = LocalChain::start(&anvil, None).expect("a chain");
        let proxy = Proxy::start(&chain.url()).await;
        let network = Network::connect(&chain.url(), &[name, "deployer"]).await.expect("a development node");
        let dir = tempfile::tempdir().expect("a folder");
        Self { _chain: chain, proxy, network, dir, name: name.into() }
    }

    /// The key of the coordinator.
    pub fn signer(&self) -> PrivateKeySigner {
        signer(&self.name)
    }

    /// Quick ones, except that no fee is raised.
    pub fn options(&self) -> Options {
        Options {
            confirmations: 2,
            bump_after: PATIENCE * 10,
            resend_after: Duration::from_millis(20),
            poll: Duration::from_millis(20),
            timeout: Duration::from_secs(10),
            longest_pause: Duration::from_millis(200),
            most_behind: Duration::from_millis(200),
            locks: self.dir.path().into(),
            ..Options::default()
        }
    }

    /// The journal, through the proxy.
    pub async fn journal(&self) -> Journal {
        self.journal_with(self.options(), Checks::new()).await
    }

    /// The journal with these options and checks.
    pub async fn journal_with(&self, options: Options, checks: Checks) -> Journal {
        let database = Database::open(&self.dir.path().join("coordinator.sqlite")).expect("a file");
        Journal::open(database, &self.proxy.url(), self.signer(), checks, options).await.expect("a journal")
    }

    /// Asks the node itself.
    pub async fn rpc<T: DeserializeOwned + Send + Sync + Unpin + std::fmt::Debug + 'static>(
        &self,
        method: &'static str,
        params: impl Serialize + Clone + Send + Sync + Unpin + std::fmt::Debug + 'static,
    ) -> T {
        self.network.provider.raw_request(method.into(), params).await.unwrap_or_else(|e| panic!("{method}: {e}"))
    }

    /// Whether a block is made of each transaction at once.
    pub async fn automine(&self, on: bool) {
        let _: Value = self.rpc("evm_setAutomine", (on,)).await;
    }

    /// Makes blocks.
    pub async fn mine(&self, blocks: u64) {
        for _ in 0..blocks {
            let _: Value = self.rpc("evm_mine", ()).await;
        }
    }

    /// Makes a block whose base fee is `wei`.
    pub async fn mine_at(&self, wei: u128) {
        self.base_fee(wei).await;
        self.mine(1).await;
    }

    /// Sets the base fee of the next block.
    pub async fn base_fee(&self, wei: u128) {
        let _: Value = self.rpc("anvil_setNextBlockBaseFeePerGas", (U256::from(wei),)).await;
    }

    /// Takes a transaction from the node.
    pub async fn forget(&self, hash: B256) {
        let _: Value = self.rpc("anvil_dropTransaction", (hash,)).await;
    }

    /// Replaces the last `depth` blocks by empty ones.
    pub async fn reorganize(&self, depth: u64) {
        let _: Value = self.rpc("anvil_reorg", json!([depth, []])).await;
    }

    /// Hashes of what waits at the node for the coordinator's account, by nonce.
    pub async fn pool(&self) -> Vec<B256> {
        let content: Value = self.rpc("txpool_content", ()).await;
        let mut found = Vec::new();
        for part in ["pending", "queued"] {
            for (sender, waiting) in content[part].as_object().into_iter().flatten() {
                if sender.parse() == Ok(self.signer().address()) {
                    for (nonce, transaction) in waiting.as_object().into_iter().flatten() {
                        let hash = transaction["hash"].as_str().expect("a hash").parse().expect("a hash");
                        found.push((nonce.parse::<u64>().expect("a nonce"), hash));
                    }
                }
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(_, hash)| hash).collect()
    }

    /// How many transactions of the coordinator's account are on the chain.
    pub async fn nonce(&self) -> u64 {
        self.network.provider.get_transaction_count(self.signer().address()).await.expect("a nonce")
    }

    /// Asserts that each of the transfers was made exactly once.
    pub async fn assert_transferred(&self, transfers: impl IntoIterator<Item = u64>) {
        for i in transfers {
            let balance = self.network.provider.get_balance(recipient(i)).await.expect("a balance");
            assert_eq!(balance, amount(i), "transfer {i}");
        }
    }

    /// Asserts that the transfer was not made.
    pub async fn assert_not_transferred(&self, i: u64) {
        assert_eq!(self.network.provider.get_balance(recipient(i)).await.expect("a balance"), U256::ZERO);
    }

    /// Steps and makes blocks until all of `keys` are at their end.
    pub async fn settle(&self, journal: &Journal, keys: &[String]) -> Vec<Entry> {
        let started = Instant::now();
        loop {
            // A step that fails is part of many a scenario; the next goes on.
            let stepped = journal.step().await;
            let mut entries = Vec::new();
            for key in keys {
                entries.push(journal.status(key).await.expect("a file").expect("an entry"));
            }
            if entries.iter().all(|entry| entry.state.is_end()) {
                return entries;
            }
            assert!(started.elapsed() < PATIENCE, "last step {stepped:?}, {entries:#?}");
            self.mine(1).await;
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// An account that nobody else pays.
pub fn recipient(i: u64) -> Address {
    Address::from_word(keccak256(format!("recipient {i}")))
}

/// What transfer `i` is of.
pub fn amount(i: u64) -> U256 {
    U256::from(1_000_003 + 7 * i)
}

/// The name of transfer `i`.
pub fn key(i: u64) -> String {
    format!("transfer:{i}")
}

/// The names of these transfers.
pub fn keys(transfers: impl IntoIterator<Item = u64>) -> Vec<String> {
    transfers.into_iter().map(key).collect()
}

/// A payment that can be told from every other.
pub fn transfer(i: u64) -> Intent {
    Intent::call(key(i), recipient(i), Vec::new()).with_value(amount(i))
}

/// Submits these transfers.
pub async fn submit(journal: &Journal, transfers: impl IntoIterator<Item = u64>) {
    for i in transfers {
        journal.submit(transfer(i)).await.expect("it is written down");
    }
}

/// Asserts that all ended as `state`.
pub fn assert_all(entries: &[Entry], state: State) {
    for entry in entries {
        assert_eq!(entry.state, state, "{entry:?}");
    }
}

/// The conditions that the journal shows.
pub fn conditions(journal: &Journal) -> Vec<Condition> {
    journal.health().borrow().conditions.clone()
}
