//! `verin coordinator`

use super::setup::SrsChoice;
use crate::error::{CliError, Kind, io};
use crate::farm::{self, Log, start_log};
use crate::keys::KeyArgs;
use crate::network::NetworkArgs;
use crate::output::Output;
use async_trait::async_trait;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use verin_artifacts::Artifacts;
use verin_circuits::record::Record;
use verin_contracts::deploy::Contracts;
use verin_contracts::handover::DeliveryKey;
use verin_contracts::{Address, B256, amount};
use verin_coordinator::broker::{Models, Opening, Options, Pricing};
use verin_coordinator::journal;
use verin_coordinator::purse;
use verin_coordinator::relay::ByJournal;
use verin_coordinator::routes::{self, Api, Token};
use verin_coordinator::service::{Parts, Service};
use verin_queue::{Input, LocalQueue, Outcome, Queue, Work};
use verin_worker::Worker;

const EXAMPLES: &str = "\
Examples:
  All on one machine, for development:
    verin coordinator --rpc http://127.0.0.1:8545 --key operator.json --artifacts models/ --insecure-srs
  A farm: proofs are made by `verin prover` on other machines, with the same queue:
    VERIN_QUEUE=nats://TOKEN@queue.example:4222 verin coordinator --key operator.json --artifacts s3://bucket/models \\
      --delivery-key delivery.key --srs ceremony.ptau --no-prover --cpu-hour 0.02

One coordinator is the only one to send from its key. Its file can be deleted: everything in it is read from the chain
again. SIGTERM or ctrl-c: it stops where it is, and goes on from there at the next start.";

/// Arguments of `coordinator`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// File of everything that it knows.
    #[arg(long, value_name = "FILE", default_value = "coordinator.sqlite")]
    database: PathBuf,
    /// Where work goes: nats://HOST:4222 for a farm, or a file for workers on this machine; without it VERIN_QUEUE, or else a
    /// file beside the database: coordinator.queue.sqlite.
    #[arg(long, value_name = "QUEUE")]
    queue: Option<String>,
    /// A file of NATS credentials, instead of a user in the queue's address.
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// Published models: a folder, or s3://BUCKET/PREFIX; several are mirrors of each other.
    #[arg(long, value_name = "PLACE", default_value = "models")]
    artifacts: Vec<String>,
    /// Folder with the prover.key of a model whose weights are private, or with such folders in it.
    #[arg(long, value_name = "DIR")]
    keys: Vec<PathBuf>,
    /// Key that private inputs are decrypted with (`verin account delivery`): private jobs are taken, and the key is registered.
    #[arg(long, value_name = "FILE")]
    delivery_key: Vec<PathBuf>,
    /// What an hour of a processor core costs, in network tokens: jobs that pay less than they cost are left to others.
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    cpu_hour: String,
    /// What a unit of gas costs, in network tokens: what it costs to settle a job, and to call back, is part of its price.
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    gas: String,
    /// Lock every job before it is proved, also one that needs no lock.
    #[arg(long)]
    always_lock: bool,
    /// Make no proofs in this process.
    #[arg(long)]
    no_prover: bool,
    /// Most memory for keys and a proof of this process: 512MiB, 4GiB.
    #[arg(long, value_name = "SIZE", default_value = "4GiB", value_parser = farm::size)]
    memory: u64,
    /// The first block that is read: that of the deployment, or any before.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    from_block: u64,
    /// Blocks on top of a transaction's own before it counts as final [default: 12, on a development chain 0]
    #[arg(long, value_name = "NUMBER")]
    confirmations: Option<u64>,
    /// How long a job may wait for others to be proved with.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = farm::time)]
    gather: Duration,
    /// How often the node is asked for a new block.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = farm::time)]
    poll: Duration,
    /// Where the explorer and the HTTP API are served.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8640")]
    listen: SocketAddr,
    /// File with a token of at least 16 characters: who shows it may have signed orders sent, at this operator's cost of gas.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// How the log on stderr looks; RUST_LOG says how much of it there is.
    #[arg(long, value_enum, default_value = "text")]
    log: Log,
    #[command(flatten)]
    srs: SrsChoice,
}

/// Runs a coordinator.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    start_log(args.log);
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(|e| io("threads", &e))?;
    let done = runtime.block_on(serve(args, output));
    runtime.shutdown_background();
    done
}

async fn serve(args: Args, output: &Output) -> Result<(), CliError> {
    let signer = args.key.signer(output)?;
    let contracts = Arc::new(args.network.read().await?);
    let development = contracts.network.chain_id == crate::network::DEVELOPMENT;
    let srs = args.srs.source()?;
    farm::warn_of_srs(&srs, output);
    let folder = args.database.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        let (file, folder) = (args.database.display(), folder.display());
        let message = format!("--database {file}: the folder {folder} does not exist; make it, or name another file");
        return Err(CliError::new(Kind::Io, message));
    }
    let head = contracts.network.block().await?;
    if args.from_block > head {
        let message = format!("--from-block: expected a block of the chain, at most {head}, got {}", args.from_block);
        return Err(CliError::new(Kind::Usage, message));
    }
    let mut options = verin_worker::Options::new(format!("coordinator-{}", std::process::id()), srs.clone());
    options.artifacts = Some(Arc::new(Artifacts::existing(&args.artifacts)?));
    options.keys.clone_from(&args.keys);
    options.delivery_keys = args.delivery_key.iter().map(|path| DeliveryKey::load(path)).collect::<Result<_, _>>()?;
    options.memory = args.memory;
    let private = options.delivery_keys.first().map(|key| key.public());
    let worker = Arc::new(Worker::new(options)?);

    let queue: Arc<dyn Queue> = match args.queue.clone().or_else(farm::named_queue) {
        Some(name) => farm::open(&name, args.credentials.clone(), true).await?,
        None => {
            let beside = args.database.with_extension("queue.sqlite");
            Arc::new(LocalQueue::open(beside, verin_queue::Options::default()).await?)
        }
    };
    let (cpu_hour, gas) = (amount::parse("--cpu-hour", &args.cpu_hour)?, amount::parse("--gas", &args.gas)?);
    let pricing = Pricing { cpu_hour, gas, ..Pricing::default() };
    let broker = Options {
        pricing,
        direct: !args.always_lock,
        private: private.is_some(),
        gather: args.gather,
        ..Options::default()
    };
    let confirmations = args.confirmations.unwrap_or(if development { 0 } else { 12 });
    let journal = journal::Options { confirmations, poll: args.poll, ..journal::Options::default() };
    let operator = signer.address();
    warn_of_means(&contracts, operator, output).await?;
    let service = Service::open(Parts {
        database: args.database,
        contracts: contracts.clone(),
        signer,
        queue: queue.clone(),
        models: Arc::new(AtHand { worker: worker.clone(), known: Mutex::default() }),
        srs: Arc::new(srs.verifier().clone()),
        options: broker,
        journal,
        first: args.from_block,
        poll: args.poll,
    })
    .await?;
    if let Some(key) = private {
        service.register_key(key).await?;
    }
    let shutdown = CancellationToken::new();
    let mut api = Api::new(service.index().clone(), service.changes(), service.health());
    api.queue = Some(queue.clone());
    api.notes = service.notes().clone();
    api.journal = Some(service.journal().clone());
    // What the rest of this process counts goes to the same place.
    api.metrics.install();
    tokio::spawn(purse::watch(contracts.clone(), operator, api.metrics.clone(), shutdown.clone()));
    api.operator = Some(operator);
    api.token = args.token_file.as_deref().map(token).transpose()?;
    api.relay = Some(Arc::new(ByJournal { journal: service.journal().clone(), contracts: contracts.clone() }));
    api.shutdown = shutdown.clone();
    let listener = TcpListener::bind(args.listen).await.map_err(|e| listen_error(args.listen, &e))?;
    let at = listener.local_addr().map_err(|e| io(args.listen, &e))?;
    let serving = tokio::spawn(routes::serve(listener, routes::router(api), shutdown.clone()));
    output.line(format_args!("coordinator of {operator} is ready: http://{at}"));

    let (mut interrupt, mut terminate) = farm::signals().map_err(|e| io("signals", &e))?;
    let proving = {
        let (worker, queue, shutdown) = (worker.clone(), queue.clone(), shutdown.clone());
        tokio::spawn(async move { if args.no_prover { Ok(()) } else { worker.run(queue, shutdown).await } })
    };
    let running = service.run(shutdown.clone());
    tokio::pin!(running);
    let done = loop {
        tokio::select! {
            done = &mut running => break done,
            _ = interrupt.recv() => farm::stop(&shutdown, &worker),
            _ = terminate.recv() => farm::stop(&shutdown, &worker),
        }
    };
    shutdown.cancel();
    let proved = proving.await.map_err(|e| CliError::new(Kind::Internal, e.to_string()))?;
    done?;
    proved?;
    let served = serving.await.map_err(|e| CliError::new(Kind::Internal, e.to_string()))?;
    served.map_err(|e| io(at, &e))
}

/// What keeps an operator from taking jobs is said at the start, not only of each job.
async fn warn_of_means(contracts: &Contracts, operator: Address, output: &Output) -> Result<(), CliError> {
    let (network, token) = (&contracts.network, *contracts.token.address());
    if network.ether(operator).await?.is_zero() {
        output.warn(format_args!(
            "{operator} has no ether: it cannot send anything; on a development chain: verin account fund"
        ));
    }
    if contracts.bonded_stake(operator).await?.is_zero() {
        output.warn("no stake: jobs that need a lock are left to others; see verin stake add");
    }
    let free = network.view("reading the free collateral", contracts.market.freeCollateralOf(operator, token)).await?;
    if free.is_zero() {
        output.warn("no free collateral: jobs that need a lock are left to others; see verin collateral deposit");
    }
    Ok(())
}

fn listen_error(at: SocketAddr, error: &std::io::Error) -> CliError {
    if error.kind() != std::io::ErrorKind::AddrInUse {
        return io(format_args!("--listen {at}"), error);
    }
    let message =
        format!("--listen {at}: another program listens there, perhaps another coordinator; choose another address");
    CliError::new(Kind::PortTaken, message)
}

/// A token from its file.
fn token(path: &Path) -> Result<Token, CliError> {
    let text = std::fs::read_to_string(path).map_err(|e| io(path.display(), &e))?;
    Token::new(&text).ok_or_else(|| {
        let message = format!("{}: expected a token of at least 16 characters", path.display());
        CliError::new(Kind::Key, message)
    })
}

/// Models that were published, or whose keys lie here.
struct AtHand {
    worker: Arc<Worker>,
    known: Mutex<HashMap<B256, Result<Record, Missing>>>,
}

/// A model that was looked for in vain.
struct Missing {
    why: String,
    since: Instant,
}

/// How long it is not looked for again.
const MISSING: Duration = Duration::from_secs(60);

#[async_trait]
impl Models for AtHand {
    async fn record(&self, record: B256) -> Result<Record, String> {
        match self.known.lock().await.get(&record) {
            Some(Ok(known)) => return Ok(known.clone()),
            Some(Err(missing)) if missing.since.elapsed() < MISSING => return Err(missing.why.clone()),
            _ => {}
        }
        let found = self.worker.record(record).await.map(|file| file.record).map_err(|error| error.to_string());
        let known = found.clone().map_err(|why| Missing { why, since: Instant::now() });
        self.known.lock().await.insert(record, known);
        found
    }

    async fn check_opening(&self, record: B256, job: B256, commitment: &[u8], delivered: &[u8]) -> Opening {
        let input = Input::Private { commitment: commitment.into(), delivered: delivered.into() };
        let work = Work { id: job, context: job, record, jobs: vec![job], inputs: vec![input], deadline: 0 };
        match self.worker.look(work).await {
            Ok(()) => Opening::Right,
            Err(error) => match error.outcome() {
                Outcome::Impossible { why } => Opening::Wrong(why),
                _ => Opening::Unknown(error.to_string()),
            },
        }
    }
}
