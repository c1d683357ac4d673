//! `verin audit`

use crate::error::{CliError, Kind};
use crate::files;
use crate::network::{NetworkArgs, block_on};
use crate::output::{Output, Progress};
use std::path::PathBuf;
use std::sync::Mutex;
use verin_artifacts::Artifacts;
use verin_audit::{Options, Report, Srs, Watch, audit};

/// Arguments of `audit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    // The node must remember the network's past.
    #[command(flatten)]
    network: NetworkArgs,
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
    let artifacts = Artifacts::existing(&args.artifacts)?;
    let srs = match &args.srs {
        Some(path) => Some(Srs::open(path.clone())?),
        None => args.insecure_srs.then(Srs::insecure),
    };
    let bars = Bars::new(output);
    let audited = block_on(async {
        let (rpc, deployer) = args.network.place().await?;
        let options = Options { rpc, deployer, artifacts: &artifacts, srs, block: args.block };
        Ok(audit(&options, &bars).await?)
    });
    drop(bars);
    let report = audited?;
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

/// The present stage, as a bar.
pub(crate) struct Bars<'a> {
    output: &'a Output,
    bar: Mutex<Option<Progress>>,
}

impl<'a> Bars<'a> {
    /// None yet.
    pub(crate) fn new(output: &'a Output) -> Self {
        Self { output, bar: Mutex::new(None) }
    }

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
