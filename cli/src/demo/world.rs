//! The chain, the contracts, and who is who.

use super::Args;
use super::ledger::{Ledger, TOKEN, tokens};
use super::report::ChainFacts;
use crate::error::{CliError, Kind};
use crate::output::Output;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_contracts::chain::LocalChain;
use verin_contracts::deploy::{Contracts, Founders, deploy};
use verin_contracts::network::{Network, account};
use verin_contracts::npm::Anvil;
use verin_contracts::{Address, U256};

/// Tokens that the requester starts with.
const BUDGET: u128 = 1_000 * TOKEN;

/// Addresses of those who act.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cast {
    /// Deploys, and hands out the first tokens.
    pub(super) team: Address,
    /// Trained the network and holds its listings.
    pub(super) owner: Address,
    /// Wants inferences.
    pub(super) requester: Address,
    /// Makes proofs.
    pub(super) prover: Address,
    /// Wants money for nothing.
    pub(super) stranger: Address,
    /// Receives what is not burned of the fees.
    pub(super) treasury: Address,
}

/// Everything that runs.
#[derive(Debug)]
pub(super) struct World {
    /// Ends with this; none when the node is somebody else's.
    _chain: Option<LocalChain>,
    pub(super) contracts: Contracts,
    pub(super) cast: Cast,
    pub(super) facts: ChainFacts,
}

impl World {
    /// Starts the chain, deploys, and gives the requester tokens.
    pub(super) async fn start(args: &Args, output: &Output, ledger: &mut Ledger) -> Result<Self, CliError> {
        let chain = match args.rpc {
            Some(_) => None,
            None => Some(start_chain(args.port, output)?),
        };
        let url = args.rpc.clone().or(chain.as_ref().map(LocalChain::url)).unwrap_or_default();
        let network = Network::connect(&url, &["team", "owner", "requester", "prover", "stranger"]).await?;
        let cast = Cast {
            team: account("team"),
            owner: account("owner"),
            requester: account("requester"),
            prover: account("prover"),
            stranger: account("stranger"),
            treasury: account("treasury"),
        };
        let bar = output.bar("deploying", 7);
        let contracts = deploy(&network, &founders(&cast), VerifierSrs::insecure(), |name| {
            bar.say(format!("deploying {name}"));
            bar.step();
        })
        .await?;
        drop(bar);
        contracts.transfer(cast.team, cast.requester, U256::from(BUDGET)).await?;
        contracts.approve(cast.requester, U256::from(BUDGET)).await?;
        ledger.receive(cast.requester, BUDGET);

        output.fact("node", format_args!("{url} (chain {})", network.chain_id));
        for deployed in &contracts.deployed {
            output.line(format_args!("  {:<20} {} ({} gas)", deployed.name, deployed.address, deployed.gas));
        }
        output.fact("requester has", tokens(BUDGET));
        let facts = ChainFacts { url, chain_id: network.chain_id, contracts: contracts.deployed.clone() };
        Ok(Self { _chain: chain, contracts, cast, facts })
    }
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

/// Those of the founders who do nothing here get addresses that nobody has a key of.
fn founders(cast: &Cast) -> Founders {
    let silent = |name: u8| Address::repeat_byte(name);
    Founders {
        deployer: cast.team,
        team: cast.team,
        venture: silent(0xa1),
        treasury: cast.treasury,
        advisors: silent(0xa2),
        management: silent(0xa3),
        reserve: silent(0xa4),
    }
}
