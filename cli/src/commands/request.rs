//! `verin request`

use crate::artifacts::{self, KEY};
use crate::error::{CliError, Kind};
use crate::inputs;
use crate::job::{self, JobFacts, follow};
use crate::keys::KeyArgs;
use crate::network::{NetworkArgs, Session, block_on, number, seconds};
use crate::output::Output;
use rand::RngCore;
use serde::Serialize;
use std::path::{Path, PathBuf};
use verin_artifacts::Artifacts;
use verin_circuits::record::{Record, holds};
use verin_circuits::statement::encode_value;
use verin_contracts::bindings::{Listing, Terms};
use verin_contracts::keys::write_secret;
use verin_contracts::market::Ask;
use verin_contracts::{Address, B256, ContractsError, U256, amount};
use verin_prover::backend::Cpu;
use verin_prover::input::InputOpening;
use verin_prover::keys::ProverKey;
use verin_prover::prove::Prover;
use verin_quantizer::Graph;

/// For how long a prover may take a job, if nothing else is said; a private one needs time for its delivery besides.
const LOCK_SECONDS: u64 = 600;

/// Arguments of `request`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  verin request --key me.json --listing 1 --input digit.json --model digits.vq --wait
  verin request --key me.json --listing 1 --input digit.npy --artifacts /srv/artifacts --max-price 2 --direct
  verin request --key me.json --listing 1 --input secret.json --keys digits.keys --wait       # a private input

Exact integers ({\"input_int\": [[..]]}) need no model; floats need one, to be put on its grid: --model, --keys or --artifacts. A private
input needs --keys: the chain gets a commitment, and the opening goes to a file, from which it is delivered, encrypted, to the prover that
reserves the job: by --wait, or by `verin job deliver`. Without a delivery the bond is lost.")]
pub(crate) struct Args {
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// The listing, as `model list` shows it.
    #[arg(long, value_name = "N")]
    listing: String,
    /// One input: .json, .npy or .npz.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    #[command(flatten)]
    model: ModelArgs,
    /// The most to pay, in whole tokens; the price rises to it from the listing's while nobody takes the job. By default the
    /// listing's price.
    #[arg(long, value_name = "AMOUNT")]
    max_price: Option<String>,
    /// What is staked on the delivery of a private input, in whole tokens; by default the least that the market takes.
    #[arg(long, value_name = "AMOUNT")]
    bond: Option<String>,
    /// For how long provers may take the job, such as 10m; for private inputs longer by their delivery [default: 10m]
    #[arg(long, value_name = "TIME")]
    lock_for: Option<String>,
    /// How long the prover then has.
    #[arg(long, value_name = "TIME", default_value = "10m")]
    prove_within: String,
    /// How long anybody may then still prove a public job, which is free for the requester.
    #[arg(long, value_name = "TIME", default_value = "10m")]
    late_for: String,
    /// Let anybody prove the job without locking it first: faster, but nobody has promised to.
    #[arg(long)]
    direct: bool,
    /// Follow the job, deliver a private input, and print the output.
    #[arg(long)]
    wait: bool,
    /// Where the opening of a private input goes [default: JOB.opening]
    #[arg(long, value_name = "FILE")]
    opening: Option<PathBuf>,
}

/// Where the program is from.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct ModelArgs {
    /// The quantized model.
    #[arg(long, value_name = "MODEL.vq")]
    model: Option<PathBuf>,
    /// Folder with prover.key, made by `setup`.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// Where the model was stored: a folder, or s3://BUCKET/PREFIX; several are mirrors.
    #[arg(long, value_name = "PLACE")]
    artifacts: Vec<String>,
}

/// Where a model's program was found.
enum Program {
    None,
    Graph(Box<Graph>),
    Key(Box<ProverKey>),
}

#[derive(Serialize)]
struct Facts {
    job: B256,
    listing: String,
    record_hash: B256,
    requester: Address,
    max_price: String,
    bond: String,
    lock_by: u64,
    deadline: u64,
    direct: bool,
    private: bool,
    opening: Option<String>,
    gas: u64,
    outcome: Option<JobFacts>,
}

/// Requests an inference.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    block_on(request(&args, output))
}

async fn request(args: &Args, output: &Output) -> Result<(), CliError> {
    let id = number("--listing", &args.listing)?;
    let session = args.network.sign(&args.key, output).await?;
    let contracts = &session.contracts;
    let listing = contracts.listing(id).await?;
    if !listing.paymentToken.is_zero() && listing.paymentToken != *contracts.token.address() {
        let message =
            format!("listing {id} is paid in token {}: this command pays in {}", listing.paymentToken, amount::SYMBOL);
        return Err(CliError::new(Kind::Usage, message));
    }
    let record = job::record(contracts, listing.recordHash).await?;
    let program = args.model.load(&record).await?;
    let graph = program.graph().cloned();
    let values = read_input(&args.input, &record, graph.as_ref(), output)?;
    let (bytes, opening) = encode(values, &record, program, output)?;

    let ask = ask(args, &session, id, opening.is_some()).await?;
    let nonce = U256::from(rand::rngs::OsRng.next_u64());
    let mut terms = contracts.terms(&ask, &bytes).await?;
    set_price(&mut terms, &listing, args.max_price.as_deref())?;
    let job = contracts.job_id(session.account, nonce, &terms);
    // Before anything is sent: without its opening the bond would be lost.
    let opening = opening.map(|opening| keep(args, job, &opening)).transpose()?;
    let progress = output.spinner("requesting");
    let sent = send(&session, nonce, terms.clone(), &bytes).await;
    drop(progress);
    let gas = sent.inspect_err(|error| {
        // Refused for certain; after any other error the request may have arrived.
        if let (Kind::Refused, Some(path)) = (error.kind, &opening) {
            let _ = std::fs::remove_file(path);
        }
    })?;

    let mut facts = Facts {
        job,
        listing: id.to_string(),
        record_hash: listing.recordHash,
        requester: session.account,
        max_price: amount::format(U256::from(terms.maxPrice)),
        bond: amount::format(U256::from(terms.bond)),
        lock_by: terms.lockBy,
        deadline: terms.deadline,
        direct: terms.direct,
        private: opening.is_some(),
        opening: opening.as_ref().map(|path| path.display().to_string()),
        gas,
        outcome: None,
    };
    print(&facts, args.wait, output);
    if args.wait {
        output.note(format_args!("waiting; after ctrl-c `verin job wait {job}` goes on"));
        let progress = output.spinner(format!("job {job}"));
        let delivery = opening.as_deref().map(|path| (&session, path));
        follow(contracts, job, delivery, &progress).await?;
        drop(progress);
        let outcome = JobFacts::read(contracts, job, graph.as_ref()).await?;
        outcome.demand_output()?;
        outcome.print(graph.as_ref(), output);
        facts.outcome = Some(outcome);
    }
    output.result(&facts);
    Ok(())
}

fn print(facts: &Facts, wait: bool, output: &Output) {
    output.line(format_args!("requested job {}", facts.job));
    output.fact("record hash", facts.record_hash);
    let bond = if facts.private { format!(", and a bond of {}", facts.bond) } else { String::new() };
    output.fact("escrowed", format_args!("{} {}{bond}", facts.max_price, amount::SYMBOL));
    output.fact("gas", facts.gas);
    if let Some(opening) = &facts.opening {
        output.line(format_args!("wrote {opening}: keep it secret until the prover has it"));
    }
    if !wait {
        output.line(format_args!("follow it with: verin job wait {}", facts.job));
    }
}

/// Approves what the market takes, where it may not yet, and requests. Gives the gas.
async fn send(session: &Session, nonce: U256, terms: Terms, bytes: &[u8]) -> Result<u64, CliError> {
    let (contracts, account) = (&session.contracts, session.account);
    let needed = U256::from(terms.maxPrice) + U256::from(terms.bond);
    contracts.ensure_allowance(account, *contracts.market.address(), needed).await?;
    Ok(contracts.order(account, nonce, terms, bytes).await?.gas)
}

/// The times and the bond of a request.
async fn ask(args: &Args, session: &Session, listing: U256, private: bool) -> Result<Ask, CliError> {
    let contracts = &session.contracts;
    // A prover reserves early enough for a delivery and an acknowledgement.
    let handover = if private { 2 * contracts.ack_window().await? } else { 0 };
    let lock_seconds = match args.lock_for.as_deref().map(|text| seconds("--lock-for", text)).transpose()? {
        None => LOCK_SECONDS + handover,
        Some(given) if given < handover => {
            let message = format!(
                "--lock-for: a private input needs {handover} s to be delivered and acknowledged, got {given} s"
            );
            return Err(CliError::new(Kind::Usage, message));
        }
        Some(given) => given,
    };
    let prove = seconds("--prove-within", &args.prove_within)?;
    let prove_seconds = u32::try_from(prove)
        .map_err(|_| CliError::new(Kind::Usage, format!("--prove-within: expected at most 14d, got {prove} s")))?;
    let bond = match (&args.bond, private) {
        (None, false) => 0,
        (None, true) => contracts.bond_floor().await?,
        (Some(text), _) => amount::parse_price("--bond", text)?,
    };
    let late_seconds = if private { 0 } else { seconds("--late-for", &args.late_for)? };
    Ok(Ask { listing, nonce: 0, lock_seconds, prove_seconds, late_seconds, direct: args.direct, bond })
}

/// From the listing's price to the most that was offered.
fn set_price(terms: &mut Terms, listing: &Listing, max_price: Option<&str>) -> Result<(), ContractsError> {
    terms.floorPrice = listing.startPrice.max(listing.price);
    terms.maxPrice = max_price.map_or(Ok(terms.floorPrice), |text| amount::parse_price("--max-price", text))?;
    if terms.maxPrice > terms.floorPrice {
        terms.curveSeconds = listing.duration.max(1);
    }
    // An offer below the listing's price is the contract's to refuse.
    terms.floorPrice = terms.floorPrice.min(terms.maxPrice);
    Ok(())
}

/// Writes the opening of a private input.
fn keep(args: &Args, job: B256, opening: &InputOpening) -> Result<PathBuf, CliError> {
    let path = args.opening.clone().unwrap_or_else(|| PathBuf::from(format!("{job}.opening")));
    write_secret(&path, &opening.encode())?;
    Ok(path)
}

impl ModelArgs {
    /// The program, which must be the record's.
    async fn load(&self, record: &Record) -> Result<Program, CliError> {
        let hash = B256::from(record.hash());
        if let Some(path) = &self.model {
            return Ok(Program::Graph(Box::new(artifacts::model_of(record, path)?)));
        }
        if let Some(dir) = &self.keys {
            let path = dir.join(KEY);
            let key = artifacts::key(&path)?;
            let got = B256::from(key.record.record.hash());
            if got != hash {
                let message = format!("{}: the key of record {got}, the listing is of record {hash}", path.display());
                return Err(CliError::new(Kind::Mismatch, message));
            }
            return Ok(Program::Key(Box::new(key)));
        }
        if self.artifacts.is_empty() {
            return Ok(Program::None);
        }
        Ok(Program::Graph(Box::new(Artifacts::existing(&self.artifacts)?.program(hash).await?.1)))
    }
}

impl Program {
    fn graph(&self) -> Option<&Graph> {
        match self {
            Self::None => None,
            Self::Graph(graph) => Some(graph),
            Self::Key(key) => Some(&key.graph),
        }
    }
}

/// The one input of a request, as integers.
fn read_input(path: &Path, record: &Record, graph: Option<&Graph>, output: &Output) -> Result<Vec<i64>, CliError> {
    let mut inputs = inputs::read_inputs(path, graph, output)?;
    let (name, count) = (path.display(), inputs.len());
    let (Some(input), 1) = (inputs.pop(), count) else {
        let message = format!("{name}: expected one inference, got {count}; a request is of one");
        return Err(CliError::new(Kind::Batch, message));
    };
    let (expected, got) = (record.input.rows * record.input.cols, input.len());
    if expected != got {
        return Err(CliError::new(Kind::InputShape, format!("{name}: expected {expected} values, got {got}")));
    }
    let (lo, hi) = record.input_range;
    match input.iter().find(|value| !(lo..=hi).contains(value)) {
        Some(value) => {
            let message = format!("{name}: {value} is outside the model's range of {lo} to {hi}");
            Err(CliError::new(Kind::InputRange, message))
        }
        None => Ok(input),
    }
}

/// The bytes of a request's input: its values, or, of a private one, its commitment, with what opens it.
fn encode(
    values: Vec<i64>,
    record: &Record,
    program: Program,
    output: &Output,
) -> Result<(Vec<u8>, Option<InputOpening>), CliError> {
    if !record.flags.private_input {
        let width = record.input.width;
        debug_assert!(holds(width, record.input_range), "what is in the range has this width");
        return Ok((values.iter().flat_map(|value| encode_value(*value, width)).collect(), None));
    }
    let Program::Key(key) = program else {
        let message =
            "the input of this listing is private: pass --keys DIR, made by `setup` of its model, to commit to it";
        return Err(CliError::new(Kind::Usage, message));
    };
    let _progress = output.spinner("committing to the input");
    let (bytes, blinders) =
        Prover::new(*key, &Cpu).commit_input(std::slice::from_ref(&values), &mut rand::rngs::OsRng)?;
    Ok((bytes, Some(InputOpening { values, blinders })))
}
