//! `verin prover`

use super::setup::SrsChoice;
use crate::error::{CliError, Kind, io};
use crate::farm::{self, Log, QUEUE, signals, size, start_log, stop, time};
use crate::output::Output;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;
use verin_artifacts::Artifacts;
use verin_contracts::handover::DeliveryKey;
use verin_worker::{Done, Ended, Options, Worker};

/// Longest name of a worker.
const NAME: usize = 64;

const EXAMPLES: &str = "\
Examples:
  A worker beside a coordinator, on one machine, for development:
    verin prover --queue coordinator.queue.sqlite --artifacts models/ --insecure-srs
  A worker of a farm, with private inputs and a model whose weights are the operator's own:
    VERIN_QUEUE=nats://TOKEN@queue.example:4222 verin prover --artifacts s3://bucket/models \\
      --keys keys/ --delivery-key delivery.key --srs ceremony.ptau --memory 16GiB --log json

SIGTERM or ctrl-c: takes nothing more, and finishes the proof if it is likely to be done within --grace; else, and at
the second signal, gives the work back for another worker. docs/workers.md says what is kept where.";

/// Arguments of `prover`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where work comes from: nats://HOST:4222 for a farm, or the queue's file of a coordinator on this machine; without it, VERIN_QUEUE.
    #[arg(long, value_name = "QUEUE")]
    queue: Option<String>,
    /// A file of NATS credentials, instead of a user in the queue's address.
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// Published models: a folder, or s3://BUCKET/PREFIX; several are mirrors of each other.
    #[arg(long, value_name = "PLACE")]
    artifacts: Vec<String>,
    /// Folder with the prover.key of a model whose weights are private, or with such folders in it.
    #[arg(long, value_name = "DIR")]
    keys: Vec<PathBuf>,
    /// Key that private inputs are decrypted with, whose public half is registered with the market; also one that was before.
    #[arg(long, value_name = "FILE")]
    delivery_key: Vec<PathBuf>,
    /// Name of this worker, unique in the farm [default: HOST-PID]
    #[arg(long)]
    name: Option<String>,
    /// Most memory for keys and a proof: 512MiB, 4GiB. Work on models that need more is left to others.
    #[arg(long, value_name = "SIZE", default_value = "4GiB", value_parser = size)]
    memory: u64,
    /// How long a proof may go on after a signal to stop: 60s, 5m.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    grace: Duration,
    /// Work on one piece of work, whatever comes of it, and exit.
    #[arg(long)]
    once: bool,
    /// How the log on stderr looks; RUST_LOG says how much of it there is.
    #[arg(long, value_enum, default_value = "text")]
    log: Log,
    #[command(flatten)]
    srs: SrsChoice,
}

#[derive(Serialize)]
struct Facts {
    work: Option<String>,
    attempt: Option<u32>,
    ended: &'static str,
    why: Option<String>,
    batch: Option<usize>,
    prove_ms: Option<u64>,
}

/// Works for a farm.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    start_log(args.log);
    let once = args.once;
    let (options, queue) = prepare(&args, output)?;
    let name = options.name.clone();
    let worker = Worker::new(options)?;
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(|e| io("threads", &e))?;
    let done = runtime.block_on(async {
        let queue = farm::open(&queue, args.credentials, false).await?;
        let (mut interrupt, mut terminate) = signals().map_err(|e| io("signals", &e))?;
        output.line(format_args!("worker {name} is ready"));
        let shutdown = CancellationToken::new();
        let work = async {
            if once {
                worker.run_once(queue, shutdown.clone()).await
            } else {
                worker.run(queue, shutdown.clone()).await.map(|()| None)
            }
        };
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done.map_err(CliError::from),
                _ = interrupt.recv() => stop(&shutdown, &worker),
                _ = terminate.recv() => stop(&shutdown, &worker),
            }
        }
    });
    // A thread that still proves is not waited for: nobody wants what it makes.
    runtime.shutdown_background();
    say(done?, once, output)
}

/// What the worker is made of, and where its work comes from.
fn prepare(args: &Args, output: &Output) -> Result<(Options, String), CliError> {
    let queue = args.queue.clone().or_else(farm::named_queue).ok_or_else(|| {
        let message = format!("no queue was named: pass --queue nats://HOST:4222 or --queue FILE, or set {QUEUE}");
        CliError::new(Kind::Usage, message)
    })?;
    if args.artifacts.is_empty() && args.keys.is_empty() {
        let message =
            "no model was named: pass --artifacts PLACE for published models, --keys DIR for your own, or both";
        return Err(CliError::new(Kind::Usage, message));
    }
    let progress = output.spinner("reading keys");
    let srs = args.srs.source()?;
    let delivery_keys = args.delivery_key.iter().map(|path| DeliveryKey::load(path)).collect::<Result<_, _>>()?;
    let artifacts =
        if args.artifacts.is_empty() { None } else { Some(Arc::new(Artifacts::existing(&args.artifacts)?)) };
    drop(progress);
    farm::warn_of_srs(&srs, output);
    let name = args.name.clone().unwrap_or_else(default_name);
    let (keys, memory, grace) = (args.keys.clone(), args.memory, args.grace);
    Ok((Options { artifacts, keys, delivery_keys, memory, grace, ..Options::new(name, srs) }, queue))
}

fn default_name() -> String {
    let uname = rustix::system::uname();
    let legal = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let host: String = uname.nodename().to_string_lossy().chars().map(legal).take(NAME / 2).collect();
    format!("{host}-{}", std::process::id())
}

/// What came of one piece of work.
fn say(done: Option<Done>, once: bool, output: &Output) -> Result<(), CliError> {
    let Some(Done { work, attempt, ended }) = done else {
        output.line("stopped");
        let ended = "stopped";
        output.result(&Facts { work: None, attempt: None, ended, why: None, batch: None, prove_ms: None });
        return Ok(());
    };
    let (name, why, proof) = match ended {
        Ended::Proven { batch, prove_ms } => ("proven", None, Some((batch, prove_ms))),
        Ended::Impossible(why) => ("impossible", Some(why), None),
        Ended::Failed(why) => ("failed", Some(why), None),
        Ended::Fenced => ("fenced", Some("another worker had it by then".into()), None),
        Ended::GivenBack => ("given_back", Some("the worker was told to stop".into()), None),
        Ended::NotTaken(why) => ("not_taken", Some(why), None),
    };
    match (&why, proof) {
        (_, Some((batch, prove_ms))) => {
            output.line(format_args!("work {work}: proved, {batch} slots in {prove_ms} ms"))
        }
        (why, None) => output.line(format_args!("work {work}: {name}: {}", why.as_deref().unwrap_or_default())),
    }
    let (batch, prove_ms) = proof.unzip();
    let message = why.clone().unwrap_or_default();
    output.result(&Facts { work: Some(work.to_string()), attempt: Some(attempt), ended: name, why, batch, prove_ms });
    if once && prove_ms.is_none() { Err(CliError::reported(Kind::Unfinished, message)) } else { Ok(()) }
}
