//! Deployment of all contracts, in the order that their wiring demands (`verifier-contract/README.md`), and a check of what
//! is on the chain afterwards.

use crate::bindings::{
    Allocation, InferenceMarket, IntelligenceRewards, ModelRegistry, NetworkToken, RecordStore, RecordVerifier,
    SealVerifier,
};
use crate::error::ContractsError;
use crate::network::Network;
use alloy::contract::RawCallBuilder;
use alloy::primitives::{Address, B256, U256, keccak256};
use alloy::providers::{DynProvider, Provider};
use verin_circuits::commitment::srs::{VerifierSrs, g2_bytes};
use verin_circuits::encoding::point_bytes;

/// 39 % of a billion, 18 decimals.
const CONTRIBUTORS: u128 = 390_000_000 * 10u128.pow(18);

/// Who receives the supply beyond what the rewards contract holds, and who pays for the deployment.
#[derive(Clone, Copy, Debug)]
pub struct Founders {
    /// Sends the transactions.
    pub deployer: Address,
    /// Team and stakeholders.
    pub team: Address,
    /// Venture investors.
    pub venture: Address,
    /// Treasury; also receives half of the fees.
    pub treasury: Address,
    /// Advisors.
    pub advisors: Address,
    /// Management and developers.
    pub management: Address,
    /// Reserve.
    pub reserve: Address,
}

/// The deployed contracts.
#[derive(Clone, Debug)]
pub struct Contracts {
    /// Where they are.
    pub network: Network,
    /// Records by hash.
    pub store: RecordStore::RecordStoreInstance<DynProvider>,
    /// Decides on seals.
    pub seals: SealVerifier::SealVerifierInstance<DynProvider>,
    /// The bare verify call.
    pub verifier: RecordVerifier::RecordVerifierInstance<DynProvider>,
    /// Listings.
    pub registry: ModelRegistry::ModelRegistryInstance<DynProvider>,
    /// The token.
    pub token: NetworkToken::NetworkTokenInstance<DynProvider>,
    /// Epochs and rewards.
    pub rewards: IntelligenceRewards::IntelligenceRewardsInstance<DynProvider>,
    /// Escrow and settlement.
    pub market: InferenceMarket::InferenceMarketInstance<DynProvider>,
    /// What was deployed, in order.
    pub deployed: Vec<Deployed>,
}

/// One contract on the chain.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Deployed {
    /// Its name.
    pub name: &'static str,
    /// Where it is.
    pub address: Address,
    /// keccak256 of its code.
    pub code_hash: B256,
    /// What its deployment cost.
    pub gas: u64,
}

/// The points of an SRS as the seal verifier's constructor takes them: `[tau]_2`, then `[tau^(2^b)]_1`.
pub fn srs_points(srs: &VerifierSrs) -> Vec<u8> {
    let points = srs.tau_b.iter().flat_map(point_bytes);
    g2_bytes(&srs.tau_g2).into_iter().chain(points).collect()
}

/// Deploys everything for `srs`; `progress` is told each contract's name before it is sent.
///
/// # Errors
/// The chain refuses, or what is on it afterwards is not what was meant.
pub async fn deploy(
    network: &Network,
    founders: &Founders,
    srs: &VerifierSrs,
    progress: impl Fn(&str),
) -> Result<Contracts, ContractsError> {
    let provider = network.provider.clone();
    let p = &provider;
    let mut deployer = Deployer { network, from: founders.deployer, progress: &progress, deployed: Vec::new() };

    let store = deployer.deploy("RecordStore", RecordStore::deploy_builder(p)).await?;
    let digest = B256::from(srs.digest);
    let seals =
        deployer.deploy("SealVerifier", SealVerifier::deploy_builder(p, srs_points(srs).into(), digest)).await?;
    let verifier = deployer.deploy("RecordVerifier", RecordVerifier::deploy_builder(p, store, seals)).await?;
    let registry = deployer.deploy("ModelRegistry", ModelRegistry::deploy_builder(p, store)).await?;

    // Token, rewards and market name each other: the addresses of the latter two follow from the nonce.
    let nonce = network.nonce(founders.deployer).await?;
    let (rewards_at, market_at) = (founders.deployer.create(nonce + 1), founders.deployer.create(nonce + 2));
    let allocation = Allocation {
        contributors: rewards_at,
        team: founders.team,
        venture: founders.venture,
        treasury: founders.treasury,
        advisors: founders.advisors,
        management: founders.management,
        reserve: founders.reserve,
    };
    let token = deployer.deploy("NetworkToken", NetworkToken::deploy_builder(p, allocation)).await?;
    let call = IntelligenceRewards::deploy_builder(p, token, market_at, founders.treasury);
    let rewards = deployer.deploy("IntelligenceRewards", call).await?;
    let call = InferenceMarket::deploy_builder(p, token, registry, verifier, rewards);
    let market = deployer.deploy("InferenceMarket", call).await?;

    let contracts = Contracts {
        network: network.clone(),
        store: RecordStore::new(store, provider.clone()),
        seals: SealVerifier::new(seals, provider.clone()),
        verifier: RecordVerifier::new(verifier, provider.clone()),
        registry: ModelRegistry::new(registry, provider.clone()),
        token: NetworkToken::new(token, provider.clone()),
        rewards: IntelligenceRewards::new(rewards, provider.clone()),
        market: InferenceMarket::new(market, provider.clone()),
        deployed: deployer.deployed,
    };
    contracts.check_wiring(founders, srs).await?;
    Ok(contracts)
}

struct Deployer<'a> {
    network: &'a Network,
    from: Address,
    progress: &'a dyn Fn(&str),
    deployed: Vec<Deployed>,
}

impl Deployer<'_> {
    async fn deploy<P: Provider>(
        &mut self,
        name: &'static str,
        call: RawCallBuilder<P>,
    ) -> Result<Address, ContractsError> {
        (self.progress)(name);
        let receipt = self.network.send(name, call.from(self.from)).await?;
        let missing =
            || ContractsError::Mismatch { what: name.into(), expected: "a contract".into(), got: "no code".into() };
        let address = receipt.contract_address.ok_or_else(missing)?;
        let code = self.network.code(address).await?;
        if code.is_empty() {
            return Err(missing());
        }
        self.deployed.push(Deployed { name, address, code_hash: keccak256(&code), gas: receipt.gas_used });
        Ok(address)
    }
}

impl Contracts {
    /// Asks every contract for what it was deployed with.
    async fn check_wiring(&self, founders: &Founders, srs: &VerifierSrs) -> Result<(), ContractsError> {
        let n = &self.network;
        let same = ContractsError::check::<Address>;
        let digest = n.view("srsDigest", self.seals.srsDigest()).await?;
        ContractsError::check("SealVerifier.srsDigest", B256::from(srs.digest), digest)?;
        let points = n.view("srs", self.seals.srs()).await?;
        ContractsError::check("SealVerifier.srs", keccak256(srs_points(srs)), keccak256(&points))?;
        same("RecordVerifier.store", *self.store.address(), n.view("store", self.verifier.store()).await?)?;
        same("RecordVerifier.verifier", *self.seals.address(), n.view("verifier", self.verifier.verifier()).await?)?;
        same("ModelRegistry.store", *self.store.address(), n.view("store", self.registry.store()).await?)?;
        let held = n.view("balanceOf", self.token.balanceOf(*self.rewards.address())).await?;
        ContractsError::check("tokens for contributors", U256::from(CONTRIBUTORS), held)?;
        same("IntelligenceRewards.token", *self.token.address(), n.view("token", self.rewards.token()).await?)?;
        same("IntelligenceRewards.market", *self.market.address(), n.view("market", self.rewards.market()).await?)?;
        same("IntelligenceRewards.treasury", founders.treasury, n.view("treasury", self.rewards.treasury()).await?)?;
        same("InferenceMarket.token", *self.token.address(), n.view("token", self.market.token()).await?)?;
        same("InferenceMarket.registry", *self.registry.address(), n.view("registry", self.market.registry()).await?)?;
        same("InferenceMarket.verifier", *self.verifier.address(), n.view("verifier", self.market.verifier()).await?)?;
        same("InferenceMarket.rewards", *self.rewards.address(), n.view("rewards", self.market.rewards()).await?)
    }
}
