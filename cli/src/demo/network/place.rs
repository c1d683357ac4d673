//! The chain, the model on it, and who is who.

use crate::demo::Args;
use crate::demo::checks::Checks;
use crate::demo::ledger::{TOKEN, tokens};
use crate::demo::listing::OWNER_BPS;
use crate::demo::model::Digits;
use crate::demo::world::deploy_on;
use crate::error::{CliError, io};
use crate::output::Output;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use verin_artifacts::Artifacts;
use verin_contracts::chain::LocalChain;
use verin_contracts::deploy::Contracts;
use verin_contracts::network::account;
use verin_contracts::{Address, U256};
use verin_prover::backend::Cpu;
use verin_prover::keys::{ProverKey, SetupOptions, setup};
use verin_prover::srs::Srs;
use verin_quantizer::VqFile;

/// Who pays for inferences.
pub(super) const REQUESTERS: [&str; 4] = ["requester 1", "requester 2", "requester 3", "requester 4"];
/// Who runs the farm.
pub(super) const OPERATOR: &str = "operator";
/// What an inference costs.
pub(super) const PRICE: u128 = TOKEN / 10;
/// What the operator has at stake: rewards are limited by it, and so is how much it may hold.
const STAKE: u128 = 10_000 * TOKEN;
/// What is held of the operator while it holds jobs.
const COLLATERAL: u128 = 500 * TOKEN;

/// Everything but the farm.
#[derive(Debug)]
pub(super) struct Place {
    /// Ends with this; none when the node is somebody else's.
    _chain: Option<LocalChain>,
    pub(super) contracts: Contracts,
    pub(super) digits: Digits,
    pub(super) key: ProverKey,
    pub(super) listing: U256,
    /// Files and logs of the processes.
    folder: TempDir,
}

impl Place {
    /// Starts the chain, publishes and lists the model, hands out tokens; the operator stakes.
    pub(super) async fn prepare(args: &Args, output: &Output, checks: &mut Checks) -> Result<Self, CliError> {
        let digits = Digits::quantize(output, checks)?;
        let progress = output.spinner("making keys");
        let key = setup(&Cpu, digits.graph.clone(), SetupOptions::default(), &|powers| Ok(Srs::insecure(powers)))?;
        drop(progress);
        let names = [["deployer", "reserve", "owner", OPERATOR, "stranger"].as_slice(), &REQUESTERS].concat();
        let (chain, contracts) = deploy_on(args, &names, output).await?;
        let folder = TempDir::new().map_err(|e| io("a temporary folder", &e))?;
        let artifacts = Artifacts::open(&[folder.path().join("models").display().to_string()])?;
        artifacts
            .publish(&key.record, Some(&VqFile { graph: digits.graph.clone(), report: Default::default() }))
            .await?;

        let (owner, operator, reserve) = (account("owner"), account(OPERATOR), account("reserve"));
        let (record, _) = contracts.publish(owner, &key.record.record.encode()).await?;
        let (listing, _) = contracts.list(owner, record, PRICE, OWNER_BPS, "verin demo: cnn_digits").await?;
        let market = *contracts.market.address();
        // What is asked for again after a reorganization is paid for again: the first payment is gone with its block.
        let budget = U256::from(PRICE) * U256::from(args.requests);
        for requester in Self::requesters() {
            contracts.transfer(reserve, requester, budget).await?;
            contracts.approve(requester, market, budget).await?;
        }
        contracts.transfer(reserve, operator, U256::from(STAKE + COLLATERAL)).await?;
        contracts.stake(operator, operator, U256::from(STAKE)).await?;
        contracts.approve(operator, market, U256::from(COLLATERAL)).await?;
        contracts.deposit_collateral(operator, U256::from(COLLATERAL)).await?;

        let network = &contracts.network;
        output.fact("node", format_args!("{} (chain {})", network.url, network.chain_id));
        output.fact("listing", format_args!("{listing}: {} an inference, 20 % of it to the owner", tokens(PRICE)));
        output.fact("operator", format_args!("staked {}, put in {} of collateral", tokens(STAKE), tokens(COLLATERAL)));
        Ok(Self { _chain: chain, contracts, digits, key, listing, folder })
    }

    /// Addresses of those who pay.
    pub(super) fn requesters() -> impl Iterator<Item = Address> {
        REQUESTERS.into_iter().map(account)
    }

    /// Where processes work.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the model is published.
    pub(super) fn models(&self) -> PathBuf {
        self.folder().join("models")
    }

    /// The bytes of a value list of this width, as the market has them.
    pub(super) fn encode(values: &[i64], width: usize) -> Vec<u8> {
        values.iter().flat_map(|value| verin_circuits::statement::encode_value(*value, width)).collect()
    }

    /// Test digit `i` as a request has it.
    pub(super) fn input(&self, i: usize) -> Result<Vec<u8>, CliError> {
        Ok(Self::encode(&self.digits.input(i)?, self.key.record.record.input.width))
    }

    /// What the reference executor says of it, as a settlement must have it.
    pub(super) fn output(&self, i: usize) -> Result<Vec<u8>, CliError> {
        Ok(Self::encode(&self.digits.output(i)?, self.key.record.record.output.width))
    }
}
