//! An independent verdict on a network, from its chain and its published artifacts alone.
//!
//! Everything is read through one node as of one block, and nothing of Verin's needs to run. What was settled is proved again from
//! its seals, who was paid what is worked out again from what happened, records are derived again from their programs. The report
//! has counts of what was checked and a list of exact differences; without any the network passes.
//!
//! ```text
//! chain       the chain as of one block, through a node that may fail for a while
//! history     all events in order, with times, and all movements of tokens
//! deployment  code, constructor arguments and wiring of the contracts
//! records     the store's bytes, and records derived anew from artifacts
//! seals       the calls that settled jobs, and their seals, verified natively
//! replay      what happened, by the rules of the economy: payments, auctions, stakes, rewards, the treasury
//! state       what the contracts say of themselves, and what the replay says
//! decode      events as the rules tell them
//! srs         the SRS that is accepted by name
//! report      counts, differences, the verdict
//! ```

mod chain;
pub mod decode;
mod deployment;
mod error;
mod history;
mod records;
mod replay;
pub mod report;
mod seals;
mod srs;
mod state;

pub use error::AuditError;
pub use report::Report;
pub use srs::Srs;

use alloy::primitives::{Address, B256};
use chain::Chain;
use history::History;
use records::Records;
use report::Sections;
use seals::Calls;
use verin_artifacts::Artifacts;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_contracts::deploy::Plan;

/// How often an audit begins anew because the chain became another.
const TIMES: usize = 3;

/// What is audited, and what the auditor accepts.
#[derive(Debug)]
pub struct Options<'a> {
    /// The node.
    pub rpc: String,
    /// Who deployed the network.
    pub deployer: Address,
    /// Where models are published.
    pub artifacts: &'a Artifacts,
    /// The SRS that seals may rest on. Without one the network does not pass; what can be checked is checked under the
    /// development SRS.
    pub srs: Option<Srs>,
    /// The block; by default the head.
    pub block: Option<u64>,
}

/// Is told how an audit proceeds.
pub trait Watch: Sync {
    /// A stage of so many steps begins.
    fn stage(&self, what: &str, steps: u64);
    /// One more step is done.
    fn step(&self);
    /// So many are done.
    fn at(&self, steps: u64);
}

/// Nobody watches.
impl Watch for () {
    fn stage(&self, _: &str, _: u64) {}
    fn step(&self) {}
    fn at(&self, _: u64) {}
}

/// Audits a network.
///
/// # Errors
/// There is no verdict: the node or the artifacts do not answer, there is no such network, or the chain keeps changing.
pub async fn audit(options: &Options<'_>, watch: &dyn Watch) -> Result<Report, AuditError> {
    let mut times = 1;
    loop {
        match once(options, watch, times).await {
            Err(AuditError::Reorganised { .. }) if times < TIMES => times += 1,
            verdict => return verdict,
        }
    }
}

async fn once(options: &Options<'_>, watch: &dyn Watch, times: usize) -> Result<Report, AuditError> {
    watch.stage("looking for the contracts", 0);
    let chain = Chain::open(&options.rpc, options.block).await?;
    let mut sections = Sections::default();
    let contracts = deployment::find(&chain, options.deployer, sections.of("deployment")).await?;
    let history = History::read(&chain, &contracts, watch).await?;
    for (at, error) in &history.unreadable {
        sections.of("deployment").differ("an event", Some(*at), "an event of the contract", error);
    }
    let plan = Plan::new(options.deployer);
    let insecure = Srs::insecure();
    let (srs, accepted) = (options.srs.as_ref().unwrap_or(&insecure), options.srs.is_some());
    let section = sections.of("deployment");
    let srs_digest = deployment::check(&chain, &contracts, &plan, &history, (srs, accepted), section).await?;
    let section = sections.of("records");
    let records = Records::read(&chain, &contracts, &history, section, watch).await?;
    records.check(&chain, &contracts, options.artifacts, srs, section, watch).await?;
    let calls = Calls::read(&chain, &contracts, &history, watch).await?;
    let section = sections.of("seals");
    seals::check(&contracts, &history, &calls, &records.records, srs.verifier(), section, watch);
    let played = replay::play(&contracts, &history, &records.known, &calls, &mut sections, watch);
    if let Some(played) = &played {
        state::check(&chain, &contracts, played, &mut sections, watch).await?;
    }
    chain.check_unchanged(times).await?;

    let sections = sections.into_inner();
    let differences = sections.iter().map(|section| section.differences.len()).sum();
    Ok(Report {
        passed: differences == 0,
        differences,
        chain_id: chain.network.chain_id,
        block: chain.at.number,
        block_hash: chain.at.hash,
        block_time: chain.at.time,
        deployer: options.deployer,
        srs_digest,
        insecure_srs: srs_digest == B256::from(VerifierSrs::insecure().digest),
        sections,
    })
}
