//! A chain with a network, and people with key files in a folder.

use crate::support::{Place, fixture};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use verin_circuits::artifact::ProofFile;
use verin_contracts::chain::LocalChain;
use verin_contracts::deploy::Contracts;
use verin_contracts::keys::{self, Password};
use verin_contracts::market::Fulfilment;
use verin_contracts::network::{Network, PrivateKeySigner, account};
use verin_contracts::npm::Anvil;
use verin_contracts::{Address, B256, U256, amount};

/// What all key files of a test are encrypted with.
pub const PASSWORD: &str = "correct horse battery staple";

/// Starts a chain.
pub fn chain() -> LocalChain {
    let anvil = Anvil::locate(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("an anvil for this machine");
    if !anvil.is_installed() {
        anvil.install().expect("npm ci");
    }
    LocalChain::start(&anvil, None).expect("a chain")
}

/// Runs what speaks to the chain without the binary.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

/// A deployed network and the folder of those who use it.
pub struct Shell {
    pub place: Place,
    chain: LocalChain,
}

impl Shell {
    /// Deploys from the shell.
    pub fn deployed(place: Place) -> Self {
        let chain = chain();
        place.write("password", format!("{PASSWORD}\n"));
        let facts = place.json(&format!("contracts deploy --insecure-srs --rpc {}", chain.url()));
        assert_eq!(facts["contracts"].as_array().expect("a list").len(), 24);
        assert_eq!((facts["chain_id"].as_u64(), &facts["insecure_srs"]), (Some(31_337), &Value::Bool(true)));
        Self { place, chain }
    }

    /// A command line with this network and, where it takes one, this person's key.
    pub fn line(&self, line: &str, who: &str) -> String {
        if ["job show", "job wait", "model list"].iter().any(|keyless| line.starts_with(keyless)) {
            return format!("{line} --rpc {}", self.chain.url());
        }
        format!("{line} --rpc {} --key {who}.json --password-file password", self.chain.url())
    }

    /// What it prints.
    #[track_caller]
    pub fn json(&self, line: &str, who: &str) -> Value {
        self.place.json(&self.line(line, who))
    }

    /// Its refusal.
    #[track_caller]
    pub fn fails(&self, line: &str, who: &str, code: i32, words: &[&str]) {
        self.place.fails(&self.line(line, who), code, words);
    }

    /// A new account with a key file, ether for gas, and so many tokens.
    pub fn person(&self, name: &str, tokens: &str) -> Address {
        let facts = self.place.json(&format!("account new --out {name}.json --password-file password"));
        let address = facts["address"].as_str().expect("an address").parse().expect("an address");
        let amount = amount::parse("tokens", tokens).expect("an amount");
        block_on(async {
            let network = Network::connect(&self.chain.url(), &["deployer", "reserve"]).await.expect("a connection");
            network.fund(address).await.expect("ether");
            let contracts = Contracts::find(&network, account("deployer")).await.expect("a network");
            if !amount.is_zero() {
                contracts.transfer(account("reserve"), address, amount).await.expect("tokens");
            }
        });
        address
    }

    /// The key in a person's file.
    pub fn key(&self, who: &str) -> PrivateKeySigner {
        let path = self.place.path(&format!("{who}.json"));
        keys::unlock(Path::new(&path), &Password::from(PASSWORD.to_owned())).expect("a key")
    }

    /// The network as a person's program sees it.
    pub async fn contracts(&self, who: &str) -> Contracts {
        let network = Network::open(&self.chain.url(), vec![self.key(who)]).await.expect("a connection");
        Contracts::find(&network, account("deployer")).await.expect("a network")
    }

    /// Moves the chain's clock on.
    pub fn pass(&self, seconds: u64) {
        block_on(async {
            let network = Network::open(&self.chain.url(), Vec::new()).await.expect("a connection");
            network.pass(seconds).await.expect("a development node");
        });
    }

    /// Proves a public job with the binary, and settles it.
    pub fn settle(&self, job: B256, keys: &str, input: &str, prover: &str) {
        let payout = self.key(prover).address();
        block_on(async {
            let contracts = self.contracts(prover).await;
            let context = contracts.context(&[job], payout);
            self.place.json(&format!("prove {keys} --input {input} --context {context} -o proof.bin --force"));
            let proof = ProofFile::decode(&self.place.read("proof.bin")).expect("a proof");
            let (input, output) = (proof.statement.input.into(), proof.statement.output.into());
            let fulfilment = Fulfilment { jobs: vec![job], input, output, seal: proof.body.into(), payout };
            let settled = contracts.fulfil(payout, &fulfilment).await.expect("a settlement");
            assert_eq!(settled.payments.len(), 1);
        });
    }

    /// Waits for something that a process beside this one does.
    pub fn until<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        loop {
            if let Some(found) = look() {
                return found;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// An id in JSON.
pub fn id(value: &Value) -> B256 {
    value.as_str().expect("a string").parse().expect("an id")
}

/// Whole tokens in JSON.
#[track_caller]
pub fn tokens(value: &Value) -> U256 {
    amount::parse("tokens", value.as_str().expect("a string")).expect("an amount")
}

/// The sample input of the digits model.
pub fn input() -> String {
    fixture("mlp_digits.input.json")
}
