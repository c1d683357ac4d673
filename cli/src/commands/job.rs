//! `verin job`

use crate::error::CliError;
use crate::job::{JobFacts, deliver, follow};
use crate::keys::KeyArgs;
use crate::network::{NetworkArgs, block_on, job};
use crate::output::Output;
use serde::Serialize;
use std::path::PathBuf;
use verin_contracts::{B256, U256, amount};
use verin_quantizer::Graph;

/// Arguments of `job`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  verin job show JOB                                  # where it stands, and what can be done now
  verin job wait JOB --model digits.vq                # until it has an output, as floats
  verin job deliver JOB --opening JOB.opening --key me.json
  verin job refund JOB --key me.json                  # nobody proved it: the price back

Whoever calls it, money goes to whom it is due; `verin withdraw` pays it out.")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Where a job stands, what can be done now, and its output.
    Show(LookArgs),
    /// Follow a job until it is over.
    Wait(LookArgs),
    /// Hand a private input over to the prover that reserved the job.
    Deliver {
        #[command(flatten)]
        act: ActArgs,
        /// The opening that `verin request` wrote.
        #[arg(long, value_name = "FILE")]
        opening: PathBuf,
    },
    /// Give notice of cancelling an open job; run again after the notice of five minutes, cancel it.
    Cancel(ActArgs),
    /// End an open job that nobody took.
    Expire(ActArgs),
    /// End a reservation whose delivery or acknowledgement was missed.
    EndReservation(ActArgs),
    /// End a locked job that nobody proved.
    Refund(ActArgs),
    /// End a job whose proofs were stopped.
    Void(ActArgs),
}

#[derive(Debug, clap::Args)]
struct LookArgs {
    /// The job's id.
    job: String,
    #[command(flatten)]
    network: NetworkArgs,
    /// The quantized model, to have the output as floats.
    #[arg(long, value_name = "MODEL.vq")]
    model: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct ActArgs {
    /// The job's id.
    job: String,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    key: KeyArgs,
}

#[derive(Serialize)]
struct Done {
    job: B256,
    done: &'static str,
    refund: Option<String>,
    cancel_after: Option<u64>,
}

/// Looks at a job, and does what its requester, or anyone, can do about it.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    match args.command {
        Command::Show(args) => block_on(look(&args, false, output)),
        Command::Wait(args) => block_on(look(&args, true, output)),
        Command::Deliver { act, opening } => block_on(async {
            let (id, session) = (job(&act.job)?, act.network.sign(&act.key, output).await?);
            deliver(&session, id, &opening).await?;
            say(Done { job: id, done: "delivered", refund: None, cancel_after: None }, output);
            Ok(())
        }),
        Command::Cancel(args) => block_on(end(&args, Ending::Cancel, output)),
        Command::Expire(args) => block_on(end(&args, Ending::Expire, output)),
        Command::EndReservation(args) => block_on(end(&args, Ending::Reservation, output)),
        Command::Refund(args) => block_on(end(&args, Ending::Refund, output)),
        Command::Void(args) => block_on(end(&args, Ending::Void, output)),
    }
}

async fn look(args: &LookArgs, wait: bool, output: &Output) -> Result<(), CliError> {
    let id = job(&args.job)?;
    let contracts = args.network.read().await?;
    let (_, found) = contracts.job(id).await?;
    let record = crate::job::record(&contracts, found.terms.recordHash).await?;
    let graph = args.model.as_deref().map(|path| crate::artifacts::model_of(&record, path)).transpose()?;
    if wait {
        let progress = output.spinner(format!("following job {id}"));
        follow(&contracts, id, None, &progress).await?;
    }
    tell(&JobFacts::read(&contracts, id, graph.as_ref()).await?, graph.as_ref(), wait, output)
}

/// Prints a job; when its output was waited for, it is an error that it has none.
pub(crate) fn tell(facts: &JobFacts, graph: Option<&Graph>, waited: bool, output: &Output) -> Result<(), CliError> {
    if waited {
        facts.demand_output()?;
    }
    facts.print(graph, output);
    output.result(facts);
    Ok(())
}

#[derive(Clone, Copy)]
enum Ending {
    Cancel,
    Expire,
    Reservation,
    Refund,
    Void,
}

async fn end(args: &ActArgs, ending: Ending, output: &Output) -> Result<(), CliError> {
    let id = job(&args.job)?;
    let session = args.network.sign(&args.key, output).await?;
    let (contracts, from) = (&session.contracts, session.account);
    let (done, refund) = match ending {
        Ending::Cancel => {
            let (_, found) = contracts.job(id).await?;
            if found.cancelAt == 0 {
                let after = contracts.notice_cancel(from, id).await?;
                say(Done { job: id, done: "noticed", refund: None, cancel_after: Some(after) }, output);
                return Ok(());
            }
            ("cancelled", contracts.cancel(from, id).await?)
        }
        Ending::Expire => ("expired", contracts.expire(from, id).await?.0),
        Ending::Reservation => ("cancelled", contracts.end_reservation(from, id).await?),
        Ending::Refund => ("refunded", contracts.refund(from, id).await?.refund),
        Ending::Void => ("voided", contracts.void(from, id).await?),
    };
    say(Done { job: id, done, refund: Some(amount::format(refund)), cancel_after: None }, output);
    if refund > U256::ZERO {
        output.line("  it is credited to the requester: `verin withdraw` pays it out");
    }
    Ok(())
}

fn say(done: Done, output: &Output) {
    output.line(format_args!("job {}: {}", done.job, done.done));
    if let Some(refund) = &done.refund {
        output.fact("refund", format_args!("{refund} {}", amount::SYMBOL));
    }
    if let Some(after) = done.cancel_after {
        output.line(format_args!(
            "  a prover may still take it until {after}; then `verin job cancel {}` ends it",
            done.job
        ));
    }
    output.result(&done);
}
