//! The chain, the contracts, and who is who.

use super::Args;
use super::ledger::{Ledger, TOKEN, tokens};
use super::report::ChainFacts;
use crate::error::{CliError, Kind};
use crate::output::Output;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_contracts::chain::LocalChain;
use verin_contracts::deploy::{CONTRACTS, Contracts, Parameters, deploy};
use verin_contracts::handover::DeliveryKey;
use verin_contracts::network::{Network, account};
use verin_contracts::npm::Anvil;
use verin_contracts::{Address, U256};

/// Tokens that each who acts starts with.
const BUDGET: u128 = 1_000 * TOKEN;
/// What a prover has at stake: enough for its locks, and for its rewards, which are at most a twentieth of it.
const STAKE: u128 = 200 * TOKEN;
/// What a prover puts in, to be held while it holds jobs.
const COLLATERAL: u128 = 100 * TOKEN;

/// Addresses of those who act.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cast {
    /// Holds the reserve, and hands out the first tokens: those of everybody else are in vaults.
    pub(super) reserve: Address,
    /// Trained the network and holds its listings.
    pub(super) owner: Address,
    /// Wants inferences.
    pub(super) requester: Address,
    /// Makes proofs.
    pub(super) prover: Address,
    /// Takes jobs and does not do them.
    pub(super) sluggard: Address,
    /// Wants money for nothing.
    pub(super) stranger: Address,
    /// The contract that receives what is not burned of the fees, and what is slashed.
    pub(super) treasury: Address,
}

/// Everything that runs.
#[derive(Debug)]
pub(super) struct World {
    /// Ends with this; none when the node is somebody else's.
    _chain: Option<LocalChain>,
    pub(super) contracts: Contracts,
    pub(super) cast: Cast,
    /// What the prover reads private inputs with.
    pub(super) delivery_key: DeliveryKey,
    pub(super) facts: ChainFacts,
}

impl World {
    /// Starts the chain, deploys, hands out tokens; provers stake, and put collateral in.
    pub(super) async fn start(args: &Args, output: &Output, ledger: &mut Ledger) -> Result<Self, CliError> {
        let names = ["deployer", "reserve", "owner", "requester", "prover", "sluggard", "stranger"];
        let (chain, contracts) = deploy_on(args, &names, output).await?;
        let cast = Cast {
            reserve: account("reserve"),
            owner: account("owner"),
            requester: account("requester"),
            prover: account("prover"),
            sluggard: account("sluggard"),
            stranger: account("stranger"),
            treasury: *contracts.treasury.address(),
        };
        for account in [cast.requester, cast.prover, cast.sluggard] {
            contracts.transfer(cast.reserve, account, U256::from(BUDGET)).await?;
            contracts.approve(account, *contracts.market.address(), U256::from(BUDGET)).await?;
            ledger.receive(account, BUDGET);
        }
        for prover in [cast.prover, cast.sluggard] {
            contracts.stake(prover, prover, U256::from(STAKE)).await?;
            ledger.pay(prover, STAKE);
            contracts.deposit_collateral(prover, U256::from(COLLATERAL)).await?;
            ledger.deposit(prover, COLLATERAL);
        }
        let delivery_key = DeliveryKey::generate();
        contracts.register_key(cast.prover, delivery_key.public()).await?;

        let network = &contracts.network;
        output.fact("node", format_args!("{} (chain {})", network.url, network.chain_id));
        for deployed in &contracts.deployed {
            output.line(format_args!("  {:<24} {} ({} gas)", deployed.name, deployed.address, deployed.gas));
        }
        output.fact("requester has", tokens(BUDGET));
        output
            .fact("prover staked", format_args!("{}, and put in {} of collateral", tokens(STAKE), tokens(COLLATERAL)));
        let facts =
            ChainFacts { url: network.url.clone(), chain_id: network.chain_id, contracts: contracts.deployed.clone() };
        Ok(Self { _chain: chain, contracts, cast, delivery_key, facts })
    }
}

/// A chain, unless there is one, with all contracts on it, and ether for these accounts.
pub(super) async fn deploy_on(
    args: &Args,
    names: &[&str],
    output: &Output,
) -> Result<(Option<LocalChain>, Contracts), CliError> {
    let chain = match args.rpc {
        Some(_) => None,
        None => Some(start_chain(args.port, output)?),
    };
    let url = args.rpc.clone().or(chain.as_ref().map(LocalChain::url)).unwrap_or_default();
    let network = Network::connect(&url, names).await?;
    let bar = output.bar("deploying", CONTRACTS as u64);
    let parameters = Parameters::insecure(account("deployer"), account("reserve"));
    let contracts = deploy(&network, &parameters, VerifierSrs::insecure(), |name| {
        bar.say(format!("deploying {name}"));
        bar.step();
    })
    .await?;
    Ok((chain, contracts))
}

fn start_chain(port: Option<u16>, output: &Output) -> Result<LocalChain, CliError> {
    let here = std::env::current_dir().map_err(|e| CliError::new(Kind::Io, format!("the current folder: {e}")))?;
    let anvil = Anvil::locate(&here)?;
    if !anvil.is_installed() {
        output.line(format_args!("  installing anvil in {} (npm ci, once)", anvil.dir.display()));
        let _progress = output.spinner("npm ci");
        anvil.install()?;
    }
    let _progress = output.spinner("starting anvil");
    Ok(LocalChain::start(&anvil, port)?)
}
