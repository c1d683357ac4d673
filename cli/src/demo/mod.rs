//! The whole story on a local chain: a trained convolutional network becomes an integer program with a record, inferences are paid for,
//! proved and settled by contracts, and false claims are refused.
//!
//! ```text
//! model      the embedded digits network: quantization, accuracy, unseen digits
//! world      the chain, the contracts, who is who
//! listing    keys of a model, its record on the chain, its price; requests and proofs for it
//! story      the steps in order
//! inference  a request, a lock, a proof, a settlement: public, private, batched
//! refusals   what the contracts do not accept
//! lapse      a prover that does not deliver: refund, bounty, slash
//! epoch      rewards, withdrawals, and the final balances
//! ledger     who must have how much, computed without asking the chain
//! network    a farm at work: processes, a real queue, many requests, mishaps, an audit
//! checks     what was expected and what was found
//! report     the facts, for machines and as tables
//! usage      time, CPU and memory of this process
//! ```

mod checks;
mod epoch;
mod inference;
mod lapse;
mod ledger;
mod listing;
mod model;
mod network;
mod refusals;
mod report;
mod story;
mod usage;
mod world;

use crate::error::{CliError, Kind};
use crate::output::Output;
use std::path::PathBuf;
use verin_contracts::runtime::until_interrupted;

/// What a shell reports for a process that ctrl-c ended.
const INTERRUPTED: i32 = 130;

/// Options of the demo.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Port of the local chain; a free one by default.
    #[arg(long, value_name = "PORT", conflicts_with = "rpc")]
    port: Option<u16>,
    /// A development node (anvil) that runs already, instead of a new one.
    #[arg(long, value_name = "URL")]
    rpc: Option<String>,
    /// A network at work instead: a coordinator, workers on a NATS server, requesters; a worker is killed, one lies, blocks are taken
    /// back; an audit, and what all that cost and earned.
    #[arg(long)]
    network: bool,
    /// How many inferences are requested.
    #[arg(long, value_name = "NUMBER", default_value_t = 200, requires = "network", value_parser = clap::value_parser!(u64).range(8..=100_000))]
    requests: u64,
    /// How many workers there are, of one thread each.
    #[arg(long, value_name = "NUMBER", default_value_t = 3, requires = "network", value_parser = clap::value_parser!(u64).range(1..=64))]
    workers: u64,
    /// Nothing goes wrong, no job needs a lock, and workers come when everything has been asked for: to measure how fast a queue is
    /// drained.
    #[arg(long, requires = "network")]
    calm: bool,
    /// Draw what happened into an HTML file.
    #[arg(long, value_name = "FILE", requires = "network")]
    plot: Option<PathBuf>,
    /// Replace the plot if it exists.
    #[arg(long, requires = "plot")]
    force: bool,
}

/// Runs the demo.
///
/// # Errors
/// Something needed is missing, or anything was not as it should be.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    output.warn(
        "this demo uses the INSECURE development SRS, whose secret is published, so that anyone can forge proofs under it, \
         and accounts whose keys anyone can compute. Never use either for anything of value.",
    );
    let ran = until_interrupted(async {
        if args.network { network::tell(&args, output).await } else { story::tell(&args, output).await }
    });
    match ran.map_err(|e| CliError::new(Kind::Internal, format!("the system gives no event queue: {e}")))? {
        Some(result) => result,
        // The chain is gone by now.
        None => std::process::exit(INTERRUPTED),
    }
}
