//! `verin setup`

use super::srs::MOST as MOST_POWERS;
use crate::artifacts::{self, KEY, RECORD};
use crate::error::CliError;
use crate::files::{Destination, Folder};
use crate::output::Output;
use crate::{hex, machine};
use serde::Serialize;
use std::cell::RefCell;
use std::path::PathBuf;
use std::time::Instant;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::record::KeySet;
use verin_circuits::weights::Weights as RecordWeights;
use verin_prover::backend::Cpu;
use verin_prover::error::ProverError;
use verin_prover::gas;
use verin_prover::keyfile;
use verin_prover::keys::{self, SetupOptions};
use verin_prover::srs::Srs;
use verin_prover::weights;
use verin_worker::{SrsSource, WorkerError};

/// What proofs are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Profile {
    /// Sealed: zero-knowledge, verified on-chain. Also proves unsealed.
    Chain,
    /// Unsealed only, verified off-chain: fastest, and not zero-knowledge.
    Fast,
}

/// Who sees something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Visibility {
    /// Its values are in the statement.
    Public,
    /// A hiding commitment is in the statement.
    Private,
}

/// Who knows the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Weights {
    /// Whoever has the model, who can recompute the record.
    Published,
    /// Their owner: they are in nothing but hiding commitments, and proved to lie in their declared ranges.
    Private,
}

/// Arguments of `setup`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The quantized model.
    model: PathBuf,
    #[command(flatten)]
    srs: SrsChoice,
    /// What proofs are for.
    #[arg(long, value_enum, default_value = "chain")]
    profile: Profile,
    /// Whether inputs are shown.
    #[arg(long, value_enum, default_value = "public")]
    input: Visibility,
    /// Whether outputs are shown.
    #[arg(long, value_enum, default_value = "public")]
    output: Visibility,
    /// Who knows the weights. Shapes, bits, scales and tables are public either way.
    #[arg(long, value_enum, default_value = "published")]
    weights: Weights,
    /// log2 of the row length, 6 to 18; chosen by cost by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(6..=18))]
    row_log: Option<u32>,
    /// Folder for prover.key and record.bin [default: MODEL.keys]
    #[arg(short, long = "out", value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace existing files.
    #[arg(long)]
    force: bool,
}

/// The SRS, always by name.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct SrsChoice {
    /// A powers-of-tau file of power 20 or more, as snarkjs writes them.
    #[arg(long, value_name = "FILE.ptau")]
    srs: Option<PathBuf>,
    /// The INSECURE development SRS, whose secret is published: anyone can forge proofs under it.
    #[arg(long)]
    insecure_srs: bool,
}

impl SrsChoice {
    /// Where a worker has it from.
    pub(crate) fn source(&self) -> Result<SrsSource, WorkerError> {
        match &self.srs {
            None => Ok(SrsSource::insecure()),
            Some(path) => SrsSource::open(path.clone()),
        }
    }

    /// What a verifier needs of it; all powers of a file are checked with pairings.
    pub(crate) fn checked(&self, output: &Output) -> Result<VerifierSrs, CliError> {
        let Some(path) = &self.srs else { return Ok(VerifierSrs::insecure().clone()) };
        let progress = output.bar(format!("checking {}", path.display()), MOST_POWERS);
        let checked = artifacts::srs_file(path)?.check(MOST_POWERS, &mut |read| progress.at(read));
        checked.map_err(|e| artifacts::srs_error(path, &e))
    }
}

#[derive(Serialize)]
struct Facts {
    key: String,
    record: String,
    key_bytes: usize,
    record_bytes: usize,
    record_hash: String,
    model_digest: String,
    weights: &'static str,
    range_proof_bytes: Option<usize>,
    srs_digest: String,
    insecure_srs: bool,
    row_log: usize,
    batches: Vec<Batch>,
    setup_ms: f64,
    peak_rss_bytes: u64,
}

#[derive(Serialize)]
struct Batch {
    batch: usize,
    k: usize,
    gas_estimate: usize,
}

/// Makes a key and a record.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    let graph = artifacts::model(&args.model)?.graph;
    let folder = args.out.unwrap_or_else(|| args.model.with_extension("keys"));
    let made = Folder::make(folder.clone())?;
    let key_file = Destination::new(folder.join(KEY), args.force)?;
    let record_file = Destination::new(folder.join(RECORD), args.force)?;
    if args.srs.insecure_srs {
        output.warn(
            "INSECURE SRS: its secret is published, anyone can forge proofs under this record; for development only",
        );
    }
    let options = SetupOptions {
        profile: match args.profile {
            Profile::Chain => keys::Profile::Chain,
            Profile::Fast => keys::Profile::Fast,
        },
        private_input: args.input == Visibility::Private,
        private_output: args.output == Visibility::Private,
        row_log: args.row_log,
    };

    let progress = output.spinner(format!("setting up {}", args.model.display()));
    let started = Instant::now();
    // What is wrong with a file travels beside the crate's own error.
    let failure = RefCell::new(None);
    let load = |needed: usize| match &args.srs.srs {
        None => Ok(Srs::insecure(needed)),
        Some(path) => {
            progress.say(format!("reading and checking {}", path.display()));
            let loaded = artifacts::srs_file(path)
                .and_then(|mut file| file.load(needed).map_err(|e| artifacts::srs_error(path, &e)));
            progress.say("making keys");
            loaded.map_err(|error| {
                *failure.borrow_mut() = Some(error);
                ProverError::SrsTooSmall { needed, got: 0 }
            })
        }
    };
    let private = args.weights == Weights::Private;
    let result = match private {
        false => keys::setup(&Cpu, graph, options, &load),
        true => weights::setup(&Cpu, &graph, options, &load, &mut rand::rngs::OsRng),
    };
    let key =
        result.map_err(|error| failure.take().unwrap_or_else(|| CliError::from(error).at(args.model.display())))?;
    let setup_ms = started.elapsed().as_secs_f64() * 1e3;
    drop(progress);

    let (key_bytes, record_bytes) = (keyfile::encode(&key), key.record.encode());
    let (staged_key, staged_record) = (key_file.stage(&key_bytes, private)?, record_file.stage(&record_bytes, false)?);
    staged_key.publish_with(staged_record)?;
    drop(made);

    let record = &key.record.record;
    let gas = |set: &KeySet| Batch { batch: set.batch, k: set.k, gas_estimate: gas::verify_transaction(record, set) };
    let range_proof_bytes = match &key.record.weights {
        RecordWeights::Private(ranges) => Some(ranges.encode().len()),
        RecordWeights::Published { .. } => None,
    };
    let facts = Facts {
        key: key_file.path().display().to_string(),
        record: record_file.path().display().to_string(),
        key_bytes: key_bytes.len(),
        record_bytes: record_bytes.len(),
        record_hash: hex::encode(&record.hash()),
        model_digest: hex::encode(&record.graph_digest),
        weights: artifacts::weights(record),
        range_proof_bytes,
        srs_digest: hex::encode(&record.srs_digest),
        insecure_srs: artifacts::is_insecure(&record.srs_digest),
        row_log: record.row_log,
        batches: record.key_sets.iter().map(gas).collect(),
        setup_ms,
        peak_rss_bytes: machine::peak_rss(),
    };
    output.line(format_args!("wrote {} ({} bytes)", facts.key, facts.key_bytes));
    output.line(format_args!("wrote {} ({} bytes)", facts.record, facts.record_bytes));
    output.fact("record hash", &facts.record_hash);
    output.fact("model digest", &facts.model_digest);
    match facts.range_proof_bytes {
        Some(bytes) => {
            output.fact("weights", format_args!("private, proved to lie in their declared ranges ({bytes} bytes)"));
            let secret = args.model.display();
            output.line(format_args!("keep {} and {secret} secret: the weights are in them", facts.key));
        }
        None => output.fact("weights", facts.weights),
    }
    output.fact("SRS", format_args!("{}{}", facts.srs_digest, if facts.insecure_srs { " (INSECURE)" } else { "" }));
    output.fact("row length", format_args!("2^{}", facts.row_log));
    for batch in &facts.batches {
        output.fact(
            &format!("batch of {}", batch.batch),
            format_args!("circuit 2^{}, about {} gas", batch.k, batch.gas_estimate),
        );
    }
    output.fact("time", format_args!("{setup_ms:.0} ms"));
    output.result(&facts);
    Ok(())
}
