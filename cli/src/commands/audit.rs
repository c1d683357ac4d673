//! `verin audit`

use crate::error::{CliError, Kind};
use crate::files;
use crate::output::{Output, Progress};
use std::path::PathBuf;
use std::sync::Mutex;
use verin_artifacts::Artifacts;
use verin_audit::{AuditError, Options, Report, Srs, Watch, audit};
use verin_contracts::Address;
use verin_contracts::network::choose_tls;
use verin_contracts::network::{Network, account};
use verin_contracts::runtime::until_interrupted;

/// A local chain, on which the deployer is a development account.
const LOCAL: u64 = 31_337;
/// What a shell reports for a process that ctrl-c ended.
const INTERRUPTED: i32 = 130;

/// Arguments of `audit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The node: for a network with a past, one that remembers it.
    #[arg(long, value_name = "URL")]
    rpc: String,
    /// The account that deployed the network [default, on a local chain: the development account]
    #[arg(long, value_name = "ADDRESS")]
    deployer: Option<Address>,
    /// Where models are published: a folder, or s3://BUCKET/PREFIX. Several are mirrors.
    #[arg(long, value_name = "PLACE", required = true)]
    artifacts: Vec<String>,
    /// Accept the INSECURE development SRS, under which anyone can forge proofs.
    #[arg(long)]
    insecure_srs: bool,
    /// Accept the SRS of this powers-of-tau file.
    #[arg(long, value_name = "FILE.ptau", conflicts_with = "insecure_srs")]
    srs: Option<PathBuf>,
    /// The block to audit the network at [default: the latest]
    #[arg(long, value_name = "N")]
    block: Option<u64>,
    /// Also write the report as JSON to this file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file.
    #[arg(long, requires = "out")]
    force: bool,
}

/// Audits a network, and says what it found.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    let out = args.out.clone().map(|path| files::Destination::new(path, args.force)).transpose()?;
    let artifacts = Artifacts::existing(&args.artifacts).map_err(AuditError::from)?;
    let srs = match &args.srs {
        Some(path) => Some(Srs::open(path.clone())?),
        None => args.insecure_srs.then(Srs::insecure),
    };
    let bars = Bars { output, bar: Mutex::new(None) };
    let audited = until_interrupted(async {
        let deployer = deployer(&args).await?;
        let options = Options { rpc: args.rpc.clone(), deployer, artifacts: &artifacts, srs, block: args.block };
        Ok::<_, CliError>(audit(&options, &bars).await?)
    });
    bars.show(None);
    let report = match audited.map_err(|e| CliError::new(Kind::Io, format!("the asynchronous runtime: {e}")))? {
        Some(report) => report?,
        None => std::process::exit(INTERRUPTED),
    };
    if let Some(out) = out {
        let text = serde_json::to_vec_pretty(&report).map_err(|e| CliError::new(Kind::Internal, e.to_string()))?;
        out.write(&text, false)?;
    }
    tell(&report, output)
}

/// The verdict, in lines or as JSON.
fn tell(report: &Report, output: &Output) -> Result<(), CliError> {
    output.line(report);
    output.result(report);
    match report.passed {
        true => Ok(()),
        false => Err(CliError::reported(Kind::NotPassed, format!("{} differences", report.differences))),
    }
}

/// Who deployed the network.
async fn deployer(args: &Args) -> Result<Address, CliError> {
    if let Some(deployer) = args.deployer {
        return Ok(deployer);
    }
    choose_tls();
    match Network::open(&args.rpc, Vec::new()).await?.chain_id {
        LOCAL => Ok(account("deployer")),
        chain => Err(CliError::new(
            Kind::Usage,
            format!(
                "chain {chain} is no local chain: name the account that deployed the network with --deployer ADDRESS"
            ),
        )),
    }
}

/// The present stage, as a bar.
struct Bars<'a> {
    output: &'a Output,
    bar: Mutex<Option<Progress>>,
}

impl Bars<'_> {
    fn show(&self, bar: Option<Progress>) {
        *self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = bar;
    }

    fn with(&self, act: impl Fn(&Progress)) {
        if let Some(bar) = &*self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner) {
            act(bar);
        }
    }
}

impl Watch for Bars<'_> {
    fn stage(&self, what: &str, steps: u64) {
        // The one before goes first.
        self.show(None);
        self.show(Some(self.output.bar(what, steps)));
    }

    fn step(&self) {
        self.with(Progress::step);
    }

    fn at(&self, steps: u64) {
        self.with(|bar| bar.at(steps));
    }
}

impl From<AuditError> for CliError {
    fn from(error: AuditError) -> Self {
        let kind = match &error {
            AuditError::NoNetwork { .. } => Kind::Mismatch,
            AuditError::NoBlock { .. } => Kind::Usage,
            AuditError::Artifacts(_) => Kind::Io,
            AuditError::Srs(_) => Kind::SrsInvalid,
            AuditError::Connection(verin_contracts::ContractsError::BadUrl { .. }) => Kind::Usage,
            _ => Kind::Chain,
        };
        Self::new(kind, error.to_string())
    }
}
