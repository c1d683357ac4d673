//! `verin contracts`

use super::setup::SrsChoice;
use crate::artifacts;
use crate::error::{CliError, Kind};
use crate::keys::KeyArgs;
use crate::network::{DEVELOPMENT, NetworkArgs, NodeArgs, block_on};
use crate::output::Output;
use serde::Serialize;
use std::path::PathBuf;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_contracts::deploy::{CONTRACTS, Deployed, Parameters, deploy};
use verin_contracts::network::{Network, account};
use verin_contracts::parameters::ParametersFile;
use verin_contracts::{Address, B256, ContractsError};

/// Arguments of `contracts`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Put all contracts of a network on a chain, at addresses that follow from the deployer's.
    Deploy(DeployArgs),
    /// Addresses of a network's contracts.
    Show(NetworkArgs),
}

/// Arguments of `contracts deploy`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anvil & verin contracts deploy --insecure-srs                     # a development network
  verin contracts deploy --rpc URL --key deployer.json --parameters mainnet.json --srs ceremony.ptau

It can be run again after it was interrupted: what is there is left alone. On a development chain (31337) without a key the
development deployer sends, whose key anyone can compute. Parameter files are those of verifier-contract/script/parameters;
`script/Check.s.sol` there reads every role and parameter back.")]
struct DeployArgs {
    #[command(flatten)]
    node: NodeArgs,
    #[command(flatten)]
    srs: SrsChoice,
    /// What the deployment can choose; needed on any but a development chain.
    #[arg(long, value_name = "FILE.json")]
    parameters: Option<PathBuf>,
    #[command(flatten)]
    key: KeyArgs,
}

#[derive(Serialize)]
struct Facts {
    url: String,
    chain_id: u64,
    deployer: Address,
    srs_digest: B256,
    insecure_srs: bool,
    contracts: Vec<Deployed>,
    gas: u64,
}

#[derive(Serialize)]
struct Found {
    url: String,
    chain_id: u64,
    contracts: Vec<Place>,
}

#[derive(Serialize)]
struct Place {
    name: &'static str,
    address: Address,
}

/// Deploys contracts, and says where they are.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    match args.command {
        Command::Deploy(args) => block_on(deploy_all(&args, output)),
        Command::Show(network) => block_on(show(&network, output)),
    }
}

async fn deploy_all(args: &DeployArgs, output: &Output) -> Result<(), CliError> {
    let file = args.parameters.as_deref().map(ParametersFile::read).transpose()?;
    let srs = args.srs.checked(output)?;
    let insecure = artifacts::is_insecure(&srs.digest);
    if insecure {
        output.warn("INSECURE SRS: its secret is published: anyone can forge proofs, and take what requesters escrow");
    }
    let (network, deployer) = connect(args, output).await?;
    let parameters = parameters(file, &network, deployer, &srs).await?;
    let bar = output.bar("deploying", CONTRACTS as u64);
    let contracts = deploy(&network, &parameters, &srs, |name| {
        bar.say(format!("deploying {name}"));
        bar.step();
    })
    .await?;
    drop(bar);
    let facts = Facts {
        url: network.url.clone(),
        chain_id: network.chain_id,
        deployer,
        srs_digest: srs.digest.into(),
        insecure_srs: insecure,
        gas: contracts.deployed.iter().map(|deployed| deployed.gas).sum(),
        contracts: contracts.deployed,
    };
    output.line(format_args!("{CONTRACTS} contracts on chain {} ({}), checked", facts.chain_id, facts.url));
    for Deployed { name, address, code_hash, gas } in &facts.contracts {
        let gas = if *gas == 0 { "was there".into() } else { format!("{gas} gas") };
        output.line(format_args!("  {name:<24} {address} {code_hash} {gas}"));
    }
    output.fact("gas", facts.gas);
    output.fact("deployer", format_args!("{deployer} (others find the network by it: --deployer)"));
    output.result(&facts);
    Ok(())
}

/// With the key that was given; on a development chain without one, with the development deployer's.
async fn connect(args: &DeployArgs, output: &Output) -> Result<(Network, Address), CliError> {
    let rpc = &args.node.rpc;
    if args.key.is_given() {
        let key = args.key.signer(output)?;
        let deployer = key.address();
        return Ok((Network::open(rpc, vec![key]).await?, deployer));
    }
    if Network::open(rpc, Vec::new()).await?.chain_id != DEVELOPMENT {
        // Says which key is needed, and how to give it.
        args.key.signer(output)?;
    }
    Ok((Network::connect(rpc, &["deployer"]).await?, account("deployer")))
}

async fn parameters(
    file: Option<ParametersFile>,
    network: &Network,
    deployer: Address,
    srs: &VerifierSrs,
) -> Result<Parameters, CliError> {
    let Some(file) = file else {
        if network.chain_id == DEVELOPMENT {
            return Ok(Parameters::insecure(deployer, account("reserve")));
        }
        let message = format!(
            "--parameters: needed on chain {}: fill in a copy of verifier-contract/script/parameters/public.json",
            network.chain_id
        );
        return Err(CliError::new(Kind::Usage, message));
    };
    file.validate(network.chain_id, network.now().await?, srs.digest.into())?;
    if file.parameters.deployer != deployer {
        let expected =
            format!("{deployer}, the account that sends: pass the key of the file's deployer with --key or VERIN_KEY");
        let (name, got) = ("deployer".into(), file.parameters.deployer.to_string());
        return Err(ContractsError::Parameter { path: file.path, name, expected, got }.into());
    }
    Ok(file.parameters)
}

async fn show(network: &NetworkArgs, output: &Output) -> Result<(), CliError> {
    let contracts = network.read().await?;
    output.fact("node", format_args!("{} (chain {})", contracts.network.url, contracts.network.chain_id));
    let places: Vec<_> = contracts.addresses.iter().map(|(name, address)| Place { name, address: *address }).collect();
    for Place { name, address } in &places {
        output.line(format_args!("  {name:<24} {address}"));
    }
    let (url, chain_id) = (contracts.network.url.clone(), contracts.network.chain_id);
    output.result(&Found { url, chain_id, contracts: places });
    Ok(())
}
