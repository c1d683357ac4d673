//! Deployment of all contracts, at the addresses that `verifier-contract/script` gives them, and a check of what is on the chain
//! afterwards.

use crate::bindings::{
    Allocation, AuditAttestations, DeploymentFactory, EmergencyStop, FeeAuction, InferenceMarket, InferenceVerifier,
    IntelligenceRewards, MarketRequests, MarketWiring, ModelRegistry, NetworkToken, ProverStaking, RecordStore,
    RecordVerifier, RevenueShareFactory, RewardsWiring, SealVerifier, SlashAuction, StakedVotes, StakingParameters,
    TokenRules, Treasury, VerifierRouter, VerinGovernor, VerinTimelock, VestingVault,
};
use crate::error::ContractsError;
use crate::network::{Network, account};
use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, B256, Bytes, FixedBytes, TxKind, U256, address, b256, keccak256};
use alloy::providers::DynProvider;
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::{SolConstructor, SolValue};
use verin_circuits::commitment::srs::{VerifierSrs, g2_bytes};
use verin_circuits::encoding::point_bytes;

/// The deterministic deployment proxy, which every chain has at this address: takes a salt and creation code.
const CREATE2_DEPLOYER: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");
/// keccak256 of the creation code of the proxy through which CREATE3 deploys (solady).
const CREATE3_PROXY: B256 = b256!("21c35dbe1b344a2488cf3321d6ce542f8e9f305544ff09e4993a62319a497c1f");
/// 39 % of a billion, 18 decimals.
const CONTRIBUTORS: u128 = 390_000_000 * 10u128.pow(18);

/// All that a deployment can choose; everything else is code.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// Sends the transactions. It has no right in what it deploys.
    pub deployer: Address,
    /// May pull the emergency stop, and pause the market.
    pub guardian: Address,
    /// Owns education's credit in the treasury.
    pub education: Address,
    /// Whom the vault of the team releases to.
    pub team: Address,
    /// Whom the vault of the investors releases to.
    pub venture: Address,
    /// Whom the vault of the advisors releases to.
    pub advisors: Address,
    /// Whom the vault of management and developers releases to.
    pub management: Address,
    /// Receives the reserve, 7 % of the supply, at once.
    pub reserve: Address,
    /// When the vaults begin to grow, in seconds.
    pub vesting_start: u64,
    /// Records under which a contradiction stops the verifier.
    pub canaries: Vec<Vec<u8>>,
    /// Own stake below which a prover takes no delegations and opens no locks.
    pub minimum_stake: u128,
    /// Bonded stake that each open lock needs.
    pub stake_per_lock: u128,
    /// The most that one slash may take of a prover's stake, in 1/10,000.
    pub max_slash_bps: u16,
    /// The least collateral of a job in network tokens.
    pub collateral_floor: u128,
    /// The least bond of a private job in network tokens.
    pub bond_floor: u128,
}

impl Parameters {
    /// For a local chain: small stakes, no floors, no canary records, and development accounts, whose keys anyone can compute.
    pub fn insecure(deployer: Address, reserve: Address) -> Self {
        let [guardian, education, team, venture, advisors, management] =
            ["guardian", "education", "team", "venture", "advisors", "management"].map(account);
        Self {
            deployer,
            guardian,
            education,
            team,
            venture,
            advisors,
            management,
            reserve,
            vesting_start: 0,
            canaries: Vec::new(),
            minimum_stake: 10u128.pow(18),
            stake_per_lock: 10u128.pow(18),
            max_slash_bps: 2_000,
            collateral_floor: 0,
            bond_floor: 0,
        }
    }
}

/// The deployed contracts that people call.
#[derive(Clone, Debug)]
pub struct Contracts {
    /// Where they are.
    pub network: Network,
    /// Records by hash.
    pub store: RecordStore::RecordStoreInstance<DynProvider>,
    /// Decides on seals.
    pub seals: SealVerifier::SealVerifierInstance<DynProvider>,
    /// Claims of ERC-7992.
    pub claims: InferenceVerifier::InferenceVerifierInstance<DynProvider>,
    /// The bare verify call.
    pub verifier: RecordVerifier::RecordVerifierInstance<DynProvider>,
    /// Verifiers by selector.
    pub router: VerifierRouter::VerifierRouterInstance<DynProvider>,
    /// What says that seals are not to be trusted.
    pub stop: EmergencyStop::EmergencyStopInstance<DynProvider>,
    /// What auditors say of records.
    pub attestations: AuditAttestations::AuditAttestationsInstance<DynProvider>,
    /// Listings.
    pub registry: ModelRegistry::ModelRegistryInstance<DynProvider>,
    /// The token.
    pub token: NetworkToken::NetworkTokenInstance<DynProvider>,
    /// Stakes, locks, delegation.
    pub staking: ProverStaking::ProverStakingInstance<DynProvider>,
    /// Income, and what governance spends.
    pub treasury: Treasury::TreasuryInstance<DynProvider>,
    /// Makes revenue shares.
    pub shares: RevenueShareFactory::RevenueShareFactoryInstance<DynProvider>,
    /// Epochs and rewards.
    pub rewards: IntelligenceRewards::IntelligenceRewardsInstance<DynProvider>,
    /// Sells fees.
    pub fee_auction: FeeAuction::FeeAuctionInstance<DynProvider>,
    /// Sells what was slashed.
    pub slash_auction: SlashAuction::SlashAuctionInstance<DynProvider>,
    /// Escrow and settlement.
    pub market: InferenceMarket::InferenceMarketInstance<DynProvider>,
    /// Name and address of every contract, in the order of deployment.
    pub addresses: [(&'static str, Address); CONTRACTS],
    /// What [`deploy`] put on the chain or found there, in order; nothing for contracts that were only found again.
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

/// The selector of seals in the router: the first four bytes of keccak256("verin-seal-bn254-v1").
pub fn seal_selector() -> FixedBytes<4> {
    FixedBytes::from_slice(&keccak256("verin-seal-bn254-v1")[..4])
}

/// The points of an SRS as the seal verifier's constructor takes them: `[tau]_2`, then `[tau^(2^b)]_1`.
pub fn srs_points(srs: &VerifierSrs) -> Vec<u8> {
    let points = srs.tau_b.iter().flat_map(point_bytes);
    g2_bytes(&srs.tau_g2).into_iter().chain(points).collect()
}

/// Addresses of a deployment, known before it: the factory's follows from its code (CREATE2), a contract's from factory,
/// deployer and name (CREATE3), so that contracts can name each other in circles.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    deployer: Address,
    factory: Address,
}

impl Plan {
    /// Where the factory is.
    pub fn factory(&self) -> Address {
        self.factory
    }

    /// The plan of this deployer.
    pub fn new(deployer: Address) -> Self {
        let factory = CREATE2_DEPLOYER.create2(B256::ZERO, keccak256(&DeploymentFactory::BYTECODE));
        Self { deployer, factory }
    }

    /// Where the contract of this name is, or will be.
    pub fn address_of(&self, name: &str) -> Address {
        let own = keccak256((self.deployer, salt(name)).abi_encode());
        self.factory.create2(own, CREATE3_PROXY).create(1)
    }
}

/// The salt for the contract of this name. The version is for a second deployment by the same account.
fn salt(name: &str) -> B256 {
    keccak256(format!("verin.v1.{name}"))
}

/// Creation code, then constructor arguments.
fn init_code(code: &Bytes, arguments: impl SolConstructor) -> Vec<u8> {
    [code.to_vec(), arguments.abi_encode()].concat()
}

/// How many contracts [`deploy`] names.
pub const CONTRACTS: usize = NAMES.len();
/// Their names, in the order of deployment.
pub const NAMES: [&str; 24] = [
    "VerinTimelock",
    "RecordStore",
    "SealVerifier",
    "RecordVerifier",
    "VerifierRouter",
    "EmergencyStop",
    "ModelRegistry",
    "InferenceVerifier",
    "AuditAttestations",
    "VestingVault.team",
    "VestingVault.venture",
    "VestingVault.advisors",
    "VestingVault.management",
    "NetworkToken",
    "StakedVotes",
    "ProverStaking",
    "VerinGovernor",
    "Treasury",
    "RevenueShareFactory",
    "IntelligenceRewards",
    "FeeAuction",
    "SlashAuction",
    "MarketRequests",
    "InferenceMarket",
];

/// Every contract with its name and creation code, in the order of deployment: a constructor that asks another contract comes
/// after it.
fn steps(p: &Parameters, srs: &VerifierSrs, plan: &Plan) -> [(&'static str, Vec<u8>); CONTRACTS] {
    let at = |name: &str| plan.address_of(name);
    let timelock = at("VerinTimelock");
    let vault = |part: u8, beneficiary| {
        init_code(
            &VestingVault::BYTECODE,
            VestingVault::constructorCall { part_: part, beneficiary, start_: p.vesting_start },
        )
    };
    let allocation = Allocation {
        contributors: at("IntelligenceRewards"),
        team: at("VestingVault.team"),
        venture: at("VestingVault.venture"),
        treasury: at("Treasury"),
        advisors: at("VestingVault.advisors"),
        management: at("VestingVault.management"),
        reserve: p.reserve,
    };
    let staking = StakingParameters {
        minimumStake: p.minimum_stake,
        stakePerLock: p.stake_per_lock,
        maxSlashBps: p.max_slash_bps,
        slashAuction: at("SlashAuction"),
    };
    let rewards = RewardsWiring {
        token: at("NetworkToken"),
        market: at("InferenceMarket"),
        auction: at("FeeAuction"),
        staking: at("ProverStaking"),
        treasury: at("Treasury"),
        governor: timelock,
    };
    let market = MarketWiring {
        registry: at("ModelRegistry"),
        store: at("RecordStore"),
        router: at("VerifierRouter"),
        stop: at("EmergencyStop"),
        rewards: at("IntelligenceRewards"),
        staking: at("ProverStaking"),
        treasury: at("Treasury"),
        slashAuction: at("SlashAuction"),
        governor: timelock,
        guardian: p.guardian,
    };
    let rules = TokenRules {
        allowed: true,
        collateralFloor: alloy::primitives::aliases::U120::from(p.collateral_floor),
        bondFloor: alloy::primitives::aliases::U120::from(p.bond_floor),
    };
    [
        (
            "VerinTimelock",
            init_code(&VerinTimelock::BYTECODE, VerinTimelock::constructorCall { governor: at("VerinGovernor") }),
        ),
        ("RecordStore", RecordStore::BYTECODE.to_vec()),
        (
            "SealVerifier",
            init_code(
                &SealVerifier::BYTECODE,
                SealVerifier::constructorCall { points: srs_points(srs).into(), digest: B256::from(srs.digest) },
            ),
        ),
        (
            "RecordVerifier",
            init_code(
                &RecordVerifier::BYTECODE,
                RecordVerifier::constructorCall { store_: at("RecordStore"), verifier_: at("SealVerifier") },
            ),
        ),
        (
            "VerifierRouter",
            init_code(
                &VerifierRouter::BYTECODE,
                VerifierRouter::constructorCall {
                    governor_: timelock,
                    selectors_: vec![seal_selector()],
                    verifiers: vec![at("RecordVerifier")],
                },
            ),
        ),
        (
            "EmergencyStop",
            init_code(
                &EmergencyStop::BYTECODE,
                EmergencyStop::constructorCall {
                    router_: at("VerifierRouter"),
                    store_: at("RecordStore"),
                    governor_: timelock,
                    guardian_: p.guardian,
                    canaries: p.canaries.iter().map(keccak256).collect(),
                },
            ),
        ),
        (
            "ModelRegistry",
            init_code(&ModelRegistry::BYTECODE, ModelRegistry::constructorCall { store_: at("RecordStore") }),
        ),
        (
            "InferenceVerifier",
            init_code(
                &InferenceVerifier::BYTECODE,
                InferenceVerifier::constructorCall {
                    listings_: at("ModelRegistry"),
                    router_: at("VerifierRouter"),
                    stop_: at("EmergencyStop"),
                },
            ),
        ),
        ("AuditAttestations", AuditAttestations::BYTECODE.to_vec()),
        ("VestingVault.team", vault(0, p.team)),
        ("VestingVault.venture", vault(1, p.venture)),
        ("VestingVault.advisors", vault(2, p.advisors)),
        ("VestingVault.management", vault(3, p.management)),
        ("NetworkToken", init_code(&NetworkToken::BYTECODE, NetworkToken::constructorCall { to: allocation })),
        (
            "StakedVotes",
            init_code(&StakedVotes::BYTECODE, StakedVotes::constructorCall { staking_: at("ProverStaking") }),
        ),
        (
            "ProverStaking",
            init_code(
                &ProverStaking::BYTECODE,
                ProverStaking::constructorCall {
                    token_: at("NetworkToken"),
                    votes_: at("StakedVotes"),
                    timelock,
                    initial: staking,
                    markets: vec![at("InferenceMarket")],
                    slashers: Vec::new(),
                },
            ),
        ),
        (
            "VerinGovernor",
            init_code(
                &VerinGovernor::BYTECODE,
                VerinGovernor::constructorCall { votes: at("StakedVotes"), timelock_: timelock },
            ),
        ),
        (
            "Treasury",
            init_code(
                &Treasury::BYTECODE,
                Treasury::constructorCall { timelock_: timelock, beneficiary_: p.education },
            ),
        ),
        (
            "RevenueShareFactory",
            init_code(
                &RevenueShareFactory::BYTECODE,
                RevenueShareFactory::constructorCall {
                    registry_: at("ModelRegistry"),
                    market_: at("InferenceMarket"),
                    governor_: timelock,
                },
            ),
        ),
        (
            "IntelligenceRewards",
            init_code(&IntelligenceRewards::BYTECODE, IntelligenceRewards::constructorCall { wiring: rewards }),
        ),
        (
            "FeeAuction",
            init_code(&FeeAuction::BYTECODE, FeeAuction::constructorCall { rewards_: at("IntelligenceRewards") }),
        ),
        (
            "SlashAuction",
            init_code(
                &SlashAuction::BYTECODE,
                SlashAuction::constructorCall {
                    rewards_: at("IntelligenceRewards"),
                    market_: at("InferenceMarket"),
                    treasury_: at("Treasury"),
                },
            ),
        ),
        // Of the market's wiring, whose type was generated once for each of the two contracts.
        ("MarketRequests", [MarketRequests::BYTECODE.to_vec(), market.abi_encode()].concat()),
        (
            "InferenceMarket",
            init_code(
                &InferenceMarket::BYTECODE,
                InferenceMarket::constructorCall { wiring: market, requests: at("MarketRequests"), rules },
            ),
        ),
    ]
}

/// What is deployed under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Its name.
    pub name: &'static str,
    /// Where it is.
    pub address: Address,
    /// Creation code, then constructor arguments: the factory keeps the hash of it.
    pub init_code: Vec<u8>,
}

/// Everything that [`deploy`] deploys for these parameters.
pub fn expected(parameters: &Parameters, srs: &VerifierSrs, plan: &Plan) -> Vec<Expected> {
    let steps = steps(parameters, srs, plan).into_iter();
    steps.map(|(name, init_code)| Expected { name, address: plan.address_of(name), init_code }).collect()
}

/// Deploys what is not there yet for `srs`; `progress` is told each contract's name before it is sent.
///
/// # Errors
/// The chain refuses, or what is on it afterwards is not what was meant.
pub async fn deploy(
    network: &Network,
    parameters: &Parameters,
    srs: &VerifierSrs,
    progress: impl Fn(&str),
) -> Result<Contracts, ContractsError> {
    let plan = Plan::new(parameters.deployer);
    deploy_factory(network, &plan).await?;
    let factory = DeploymentFactory::new(plan.factory, network.provider.clone());
    let store = RecordStore::new(plan.address_of("RecordStore"), network.provider.clone());
    let mut deployed = Vec::new();
    for (name, code) in steps(parameters, srs, &plan) {
        progress(name);
        let address = plan.address_of(name);
        let mut gas = 0;
        if network.code(address).await?.is_empty() {
            let call = DeploymentFactory::deployCall { salt: salt(name), initCode: code.into() };
            let call = factory.call_builder(&call).from(parameters.deployer);
            gas = network.send(name, call).await?.gas_used;
        }
        let code = network.code(address).await?;
        ContractsError::check(name, "a contract", if code.is_empty() { "no code" } else { "a contract" })?;
        deployed.push(Deployed { name, address, code_hash: keccak256(&code), gas });
        if name == "RecordStore" {
            for canary in &parameters.canaries {
                if network.view("looking for a canary record", store.exists(keccak256(canary))).await? {
                    continue;
                }
                let call = store.publish(canary.clone().into()).from(parameters.deployer);
                network.send("publishing a canary record", call).await?;
            }
        }
    }
    let contracts = Contracts::at(network, &plan, deployed);
    contracts.check_wiring(parameters, srs, &plan).await?;
    Ok(contracts)
}

async fn deploy_factory(network: &Network, plan: &Plan) -> Result<(), ContractsError> {
    if !network.code(plan.factory).await?.is_empty() {
        return Ok(());
    }
    let what = "DeploymentFactory";
    let missing = network.code(CREATE2_DEPLOYER).await?.is_empty();
    let proxy = format!("the deterministic deployment proxy at {CREATE2_DEPLOYER}");
    ContractsError::check(what, proxy.clone(), if missing { "no code there".into() } else { proxy })?;
    let data = [B256::ZERO.to_vec(), DeploymentFactory::BYTECODE.to_vec()].concat();
    let request = TransactionRequest::default()
        .with_from(plan.deployer)
        .with_kind(TxKind::Call(CREATE2_DEPLOYER))
        .with_input(data);
    network.send_raw(what, request).await.map(drop)
}

impl Contracts {
    /// Those that `deployer` deployed on the network's chain: their addresses follow from it.
    ///
    /// # Errors
    /// There are none, or the node does not answer.
    pub async fn find(network: &Network, deployer: Address) -> Result<Self, ContractsError> {
        let plan = Plan::new(deployer);
        let contracts = Self::at(network, &plan, Vec::new());
        // The last to be deployed: where it is, everything is.
        let market = *contracts.market.address();
        if network.code(market).await?.is_empty() {
            let (chain_id, url) = (network.chain_id, network.url.clone());
            return Err(ContractsError::NoContracts { deployer, market, chain_id, url });
        }
        Ok(contracts)
    }

    /// Those of a plan that was deployed.
    pub fn at(network: &Network, plan: &Plan, deployed: Vec<Deployed>) -> Self {
        let p = || network.provider.clone();
        let at = |name: &str| plan.address_of(name);
        Self {
            network: network.clone(),
            store: RecordStore::new(at("RecordStore"), p()),
            seals: SealVerifier::new(at("SealVerifier"), p()),
            claims: InferenceVerifier::new(at("InferenceVerifier"), p()),
            verifier: RecordVerifier::new(at("RecordVerifier"), p()),
            router: VerifierRouter::new(at("VerifierRouter"), p()),
            stop: EmergencyStop::new(at("EmergencyStop"), p()),
            attestations: AuditAttestations::new(at("AuditAttestations"), p()),
            registry: ModelRegistry::new(at("ModelRegistry"), p()),
            token: NetworkToken::new(at("NetworkToken"), p()),
            staking: ProverStaking::new(at("ProverStaking"), p()),
            treasury: Treasury::new(at("Treasury"), p()),
            shares: RevenueShareFactory::new(at("RevenueShareFactory"), p()),
            rewards: IntelligenceRewards::new(at("IntelligenceRewards"), p()),
            fee_auction: FeeAuction::new(at("FeeAuction"), p()),
            slash_auction: SlashAuction::new(at("SlashAuction"), p()),
            market: InferenceMarket::new(at("InferenceMarket"), p()),
            addresses: NAMES.map(|name| (name, at(name))),
            deployed,
        }
    }

    /// Asks the contracts that hold money, or decide about it, for what they were deployed with. Every role and parameter is
    /// checked by `script/Check.s.sol`.
    async fn check_wiring(&self, p: &Parameters, srs: &VerifierSrs, plan: &Plan) -> Result<(), ContractsError> {
        let n = &self.network;
        let same = ContractsError::check::<Address>;
        let at = |name: &str| plan.address_of(name);
        let digest = n.view("srsDigest", self.seals.srsDigest()).await?;
        ContractsError::check("SealVerifier.srsDigest", B256::from(srs.digest), digest)?;
        let points = n.view("srs", self.seals.srs()).await?;
        ContractsError::check("SealVerifier.srs", keccak256(srs_points(srs)), keccak256(&points))?;
        same("RecordVerifier.store", at("RecordStore"), n.view("store", self.verifier.store()).await?)?;
        same("RecordVerifier.verifier", at("SealVerifier"), n.view("verifier", self.verifier.verifier()).await?)?;
        let verifier = n.view("verifierOf", self.router.verifierOf(seal_selector())).await?;
        same("VerifierRouter.verifierOf", at("RecordVerifier"), verifier)?;
        same("ModelRegistry.store", at("RecordStore"), n.view("store", self.registry.store()).await?)?;
        let held = n.view("balanceOf", self.token.balanceOf(at("IntelligenceRewards"))).await?;
        if held < U256::from(CONTRIBUTORS) {
            ContractsError::check("tokens for contributors", U256::from(CONTRIBUTORS), held)?;
        }
        same("IntelligenceRewards.market", at("InferenceMarket"), n.view("market", self.rewards.market()).await?)?;
        same("IntelligenceRewards.treasury", at("Treasury"), n.view("treasury", self.rewards.treasury()).await?)?;
        same("Treasury.timelock", at("VerinTimelock"), n.view("timelock", self.treasury.timelock()).await?)?;
        same("InferenceMarket.requests", at("MarketRequests"), n.view("requests", self.market.requests()).await?)?;
        same("InferenceMarket.governor", at("VerinTimelock"), n.view("governor", self.market.governor()).await?)?;
        same("InferenceMarket.guardian", p.guardian, n.view("guardian", self.market.guardian()).await?)?;
        same("InferenceMarket.rewards", at("IntelligenceRewards"), n.view("rewards", self.market.rewards()).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_steps() {
        let parameters = Parameters::insecure(account("deployer"), account("reserve"));
        let steps = steps(&parameters, VerifierSrs::insecure(), &Plan::new(parameters.deployer));
        assert_eq!(steps.map(|(name, _)| name), NAMES);
    }
}
