//! The contracts are those that they say they are: code, constructor arguments, wiring, and the SRS of seals.
//!
//! An address follows from deployer and name alone (CREATE3), so it says nothing of the code there. Two things do. The factory keeps
//! the hash of creation code and constructor arguments; it is recomputed from the bytecode in here and from what the contracts
//! tell of their beginning. And the code that runs must be a part of that creation code, but for immutables, which are words of
//! zeros after a `PUSH32` there: those are asked for one by one, as the wiring.

use crate::chain::Chain;
use crate::error::AuditError;
use crate::history::History;
use crate::report::Section;
use crate::srs::Srs;
use alloy::primitives::{Address, B256, U256, keccak256};
use std::collections::BTreeMap;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_contracts::bindings::emergency_stop::EmergencyStop::EmergencyStopEvents as Stop;
use verin_contracts::bindings::inference_market::InferenceMarket::InferenceMarketEvents as Market;
use verin_contracts::bindings::prover_staking::ProverStaking::ProverStakingEvents as Staking;
use verin_contracts::bindings::treasury::Treasury::TreasuryEvents as Treasury;
use verin_contracts::bindings::vesting_vault::VestingVault::VestingVaultEvents as Vault;
use verin_contracts::bindings::{DeploymentFactory, VestingVault};
use verin_contracts::deploy::{Contracts, Deployed, Expected, Parameters, Plan, expected, seal_selector, srs_points};
use verin_contracts::events::Event;

/// `PUSH32`, before an immutable.
const PUSH32: u8 = 0x7f;
/// Bytes of an immutable.
const WORD: usize = 32;
/// 7 % of the supply: the reserve's part, the only one that an account has at once.
const RESERVE: u128 = 70_000_000 * 10u128.pow(18);

/// The contracts of a deployer, whose code is that of this build.
///
/// # Errors
/// The node does not answer, or there is nothing.
pub async fn find(chain: &Chain, deployer: Address, section: &mut Section) -> Result<Contracts, AuditError> {
    let plan = Plan::new(deployer);
    // Of parameters only constructor arguments depend, which are not looked at here.
    let parameters = Parameters::insecure(deployer, Address::ZERO);
    let mut deployed = Vec::new();
    for Expected { name, address, init_code } in expected(&parameters, VerifierSrs::insecure(), &plan) {
        let code = chain.code(address).await?;
        if code.is_empty() && deployed.is_empty() {
            let (chain_id, block) = (chain.network.chain_id, chain.at.number);
            return Err(AuditError::NoNetwork { deployer, chain_id, block, address, name });
        }
        section.count("contracts");
        let what = format!("code of {name} at {address}");
        if code.is_empty() {
            section.differ(what, None, "a contract", "no code");
        } else if !is_made_by(&init_code, &code) {
            let got = format!("{} bytes of hash {}", code.len(), keccak256(&code));
            section.differ(what, None, "what its creation code leaves, but for immutables", got);
        }
        deployed.push(Deployed { name, address, code_hash: keccak256(&code), gas: 0 });
    }
    Ok(Contracts::at(&chain.network, &plan, deployed))
}

/// Whether `code` is somewhere in `creation`, but for immutables.
fn is_made_by(creation: &[u8], code: &[u8]) -> bool {
    creation.windows(code.len()).any(|template| matches(template, code))
}

fn matches(template: &[u8], code: &[u8]) -> bool {
    let (mut at, end) = (0, template.len().min(code.len()));
    while at < end {
        let (expected, got) = (template.get(at), code.get(at));
        if expected != got {
            // Within a word of zeros that a PUSH32 puts on the stack.
            let mut starts = (at.saturating_sub(WORD - 1)..=at).filter(|start| {
                let before = start.checked_sub(1).and_then(|before| template.get(before));
                let word = template.get(*start..start + WORD);
                before == Some(&PUSH32) && word.is_some_and(|word| word.iter().all(|byte| *byte == 0))
            });
            match starts.next() {
                Some(start) => at = start + WORD,
                None => return false,
            }
        } else {
            at += 1;
        }
    }
    true
}

/// Checks what the contracts were made with, and their wiring. Gives the digest of the SRS.
///
/// # Errors
/// The node does not answer.
pub async fn check(
    chain: &Chain,
    contracts: &Contracts,
    plan: &Plan,
    history: &History,
    (srs, accepted): (&Srs, bool),
    section: &mut Section,
) -> Result<B256, AuditError> {
    let digest = check_srs(chain, contracts, (srs, accepted), section).await?;
    match beginning(chain, contracts, plan, history).await? {
        Ok(parameters) => {
            let factory = DeploymentFactory::new(plan.factory(), chain.network.provider.clone());
            for Expected { name, address, init_code } in expected(&parameters, srs.verifier(), plan) {
                section.count("constructors");
                let what = format!("creation code and constructor arguments of {name}");
                match chain.view(name, factory.initCodeHashOf(address)).await? {
                    Ok(hash) => section.same(what, None, keccak256(&init_code), hash),
                    Err(error) => section.differ(what, None, keccak256(&init_code), error),
                }
            }
        }
        Err(missing) => section.differ("what the contracts were made with", None, missing, "none"),
    }
    check_wiring(chain, contracts, plan, section).await?;
    Ok(digest)
}

async fn check_srs(
    chain: &Chain,
    contracts: &Contracts,
    (srs, accepted): (&Srs, bool),
    section: &mut Section,
) -> Result<B256, AuditError> {
    let (what, expected) = ("SRS of SealVerifier", B256::from(srs.verifier().digest));
    let insecure = B256::from(VerifierSrs::insecure().digest);
    let digest = match chain.view("srsDigest", contracts.seals.srsDigest()).await? {
        Ok(digest) => digest,
        Err(error) => {
            section.differ(what, None, expected, error);
            return Ok(B256::ZERO);
        }
    };
    if digest == insecure && !accepted {
        let got = format!("{digest}, the INSECURE development SRS: accept it for development with --insecure-srs");
        section.differ(what, None, "an SRS whose secret nobody knows", got);
    } else if digest != expected {
        let wanted = if accepted { expected.to_string() } else { "an SRS that is accepted by name".into() };
        section.differ(
            what,
            None,
            wanted,
            format!("{digest}: accept it with --srs FILE.ptau, if you trust its ceremony"),
        );
    }
    let what = "points of the SRS";
    match chain.view("srs", contracts.seals.srs()).await? {
        Ok(points) if digest == expected => {
            section.same(what, None, keccak256(srs_points(srs.verifier())), keccak256(&points));
        }
        Ok(_) => {}
        Err(error) => section.differ(what, None, expected, error),
    }
    Ok(digest)
}

/// What the contracts were made with, as they tell it.
async fn beginning(
    chain: &Chain,
    contracts: &Contracts,
    plan: &Plan,
    history: &History,
) -> Result<Result<Parameters, String>, AuditError> {
    let (mut guardian, mut education, mut staking, mut rules, mut reserve) = (None, None, None, None, None);
    let mut vaults = BTreeMap::new();
    for entry in &history.entries {
        match &entry.event {
            Some(Event::Stop(Stop::GuardianChanged(e))) => guardian = guardian.or(Some(e.current)),
            Some(Event::Treasury(Treasury::BeneficiaryChanged(e))) => education = education.or(Some(e.beneficiary)),
            Some(Event::Staking(Staking::ParametersSet(e))) => staking = staking.or(Some(e.parameters.clone())),
            Some(Event::Market(Market::TokenRulesChanged(e))) => {
                rules = rules.or(Some((e.collateralFloor, e.bondFloor)));
            }
            Some(Event::Vault(Vault::OwnershipTransferred(e))) => {
                vaults.entry(entry.contract).or_insert(e.newOwner);
            }
            _ => {}
        }
        let is_contract = |account| contracts.deployed.iter().any(|one| one.address == account);
        let made = entry.moved.filter(|m| m.from.is_zero() && m.token == *contracts.token.address());
        if let Some(m) = made.filter(|m| m.amount == U256::from(RESERVE) && !is_contract(m.to)) {
            reserve = reserve.or(Some(m.to));
        }
    }
    let mut beneficiaries = Vec::new();
    let mut start = 0;
    for name in ["team", "venture", "advisors", "management"] {
        let vault = plan.address_of(&format!("VestingVault.{name}"));
        let begins = chain.view("start", VestingVault::new(vault, chain.network.provider.clone()).start()).await?;
        start = begins.map_or(0, |begins| begins.saturating_to());
        beneficiaries.push(vaults.get(&vault).copied());
    }
    let mut canaries = Vec::new();
    for hash in chain.view("canaryRecords", contracts.stop.canaryRecords()).await?.unwrap_or_default() {
        if let Ok(record) = chain.view("reading a canary record", contracts.store.read(hash)).await? {
            canaries.push(record.to_vec());
        }
    }
    let found = || {
        let (collateral, bond) = rules.ok_or("TokenRulesChanged of InferenceMarket")?;
        let staking = staking.ok_or("ParametersSet of ProverStaking")?;
        let [team, venture, advisors, management] = beneficiaries[..] else { return Err("four vaults") };
        let owner = "OwnershipTransferred of each vault";
        Ok(Parameters {
            deployer: Address::ZERO,
            guardian: guardian.ok_or("GuardianChanged of EmergencyStop")?,
            education: education.ok_or("BeneficiaryChanged of Treasury")?,
            team: team.ok_or(owner)?,
            venture: venture.ok_or(owner)?,
            advisors: advisors.ok_or(owner)?,
            management: management.ok_or(owner)?,
            reserve: reserve.ok_or("a Transfer of the reserve")?,
            vesting_start: start,
            canaries,
            minimum_stake: U256::from(staking.minimumStake).saturating_to(),
            stake_per_lock: U256::from(staking.stakePerLock).saturating_to(),
            max_slash_bps: staking.maxSlashBps,
            collateral_floor: collateral.saturating_to(),
            bond_floor: bond.saturating_to(),
        })
    };
    Ok(found().map_err(|missing: &str| missing.to_owned()))
}

/// Asks the contracts whom they work with.
async fn check_wiring(
    chain: &Chain,
    contracts: &Contracts,
    plan: &Plan,
    section: &mut Section,
) -> Result<(), AuditError> {
    let c = contracts;
    macro_rules! wired {
        ($($contract:ident.$view:ident($($argument:expr)?) => $name:literal;)*) => {$(
            section.count("wires");
            let what = concat!(stringify!($contract), ".", stringify!($view));
            let expected = plan.address_of($name);
            match chain.view(what, c.$contract.$view($($argument)?)).await? {
                Ok(got) => section.same(what, None, expected, got),
                Err(error) => section.differ(what, None, expected, error),
            }
        )*};
    }
    wired! {
        verifier.store() => "RecordStore";
        verifier.verifier() => "SealVerifier";
        router.verifierOf(seal_selector()) => "RecordVerifier";
        router.governor() => "VerinTimelock";
        stop.governor() => "VerinTimelock";
        registry.store() => "RecordStore";
        claims.listings() => "ModelRegistry";
        claims.router() => "VerifierRouter";
        claims.stop() => "EmergencyStop";
        staking.token() => "NetworkToken";
        staking.votes() => "StakedVotes";
        treasury.timelock() => "VerinTimelock";
        shares.registry() => "ModelRegistry";
        shares.market() => "InferenceMarket";
        rewards.token() => "NetworkToken";
        rewards.market() => "InferenceMarket";
        rewards.auction() => "FeeAuction";
        rewards.staking() => "ProverStaking";
        rewards.treasury() => "Treasury";
        rewards.governor() => "VerinTimelock";
        fee_auction.networkToken() => "NetworkToken";
        fee_auction.governor() => "VerinTimelock";
        fee_auction.rewards() => "IntelligenceRewards";
        slash_auction.networkToken() => "NetworkToken";
        slash_auction.governor() => "VerinTimelock";
        slash_auction.market() => "InferenceMarket";
        slash_auction.treasury() => "Treasury";
        market.requests() => "MarketRequests";
        market.registry() => "ModelRegistry";
        market.store() => "RecordStore";
        market.router() => "VerifierRouter";
        market.stop() => "EmergencyStop";
        market.rewards() => "IntelligenceRewards";
        market.staking() => "ProverStaking";
        market.treasury() => "Treasury";
        market.slashAuction() => "SlashAuction";
        market.governor() => "VerinTimelock";
    }
    Ok(())
}
