//! `verin prove`

use super::run::{Named, named};
use crate::artifacts::{self, KEY};
use crate::error::{CliError, Kind};
use crate::files::Destination;
use crate::output::Output;
use crate::secrets::{self, Secrets};
use crate::{hex, inputs, machine};
use serde::Serialize;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use verin_circuits::artifact::RecordFile;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_prover::backend::Cpu;
use verin_prover::error::ProverError;
use verin_prover::prove::{Proven, Prover};
use verin_quantizer::ir::Part;

/// Arguments of `prove`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder with prover.key, made by `setup`.
    dir: PathBuf,
    /// An input: .json, .npy or .npz; several are proved as one batch.
    #[arg(long, value_name = "INPUT", required = true)]
    input: Vec<PathBuf>,
    /// Where the proof goes [default: DIR/proof.bin]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What the proof is bound to besides, 32 bytes; zeros by default.
    #[arg(long, value_name = "HEX")]
    context: Option<String>,
    /// Show the core proof as it is: faster, larger, and NOT zero-knowledge.
    #[arg(long)]
    unsealed: bool,
    /// Replace existing files.
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct Facts {
    proof: String,
    secrets: Option<String>,
    sealed: bool,
    record_hash: String,
    context: String,
    batch: usize,
    inferences: usize,
    outputs: Vec<Named>,
    output: Vec<Vec<f64>>,
    output_int: Vec<Vec<i64>>,
    input_int: Vec<Vec<i64>>,
    load_ms: f64,
    prepare_ms: f64,
    execute_ms: f64,
    commit_ms: f64,
    lookups_ms: f64,
    relations_ms: f64,
    claims_ms: f64,
    core_ms: f64,
    seal_ms: f64,
    opening_ms: f64,
    prove_ms: f64,
    verify_ms: f64,
    proof_bytes: usize,
    file_bytes: usize,
    peak_rss_bytes: u64,
}

/// Proves inferences.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    let context = args.context.as_deref().map_or(Ok([0; 32]), |text| hex::word("--context", text))?;
    let path = args.output.unwrap_or_else(|| args.dir.join("proof.bin"));
    let proof_file = Destination::new(path.clone(), args.force)?;
    let key_path = args.dir.join(KEY);

    let started = Instant::now();
    let progress = output.spinner(format!("reading {}", key_path.display()));
    let key = artifacts::key(&key_path)?;
    let load_ms = started.elapsed();
    let flags = key.record.record.flags;
    let secret_file = match flags.private_input || flags.private_output {
        true => Some(Destination::new(secrets::path_of(&path), args.force)?),
        false => None,
    };
    if flags.fast && !args.unsealed {
        return Err(CliError::from(ProverError::NoSeal).at(key_path.display()));
    }
    let input_int = inputs::read_all(&args.input, &key.graph, output)?;
    let batch = Prover::batch_for(input_int.len())?;
    let record = key.record.clone();
    let srs = key.srs.verifier.clone();
    if artifacts::is_insecure(&srs.digest) {
        output.warn("the key rests on the INSECURE development SRS: anyone can forge such proofs");
    }
    if args.unsealed {
        output.warn("an unsealed proof is NOT zero-knowledge: it leaks what is private");
        if flags.private_weights {
            output.warn("the weights are private: whoever sees an unsealed proof can test guesses of them");
        }
    }

    let mut prover = Prover::new(key, &Cpu);
    progress.say(format!("making the circuit's keys for a batch of {batch}"));
    let started = Instant::now();
    prover.prepare(batch, !args.unsealed)?;
    let prepare = started.elapsed();
    progress.say(format!("proving {} inferences", input_int.len()));
    let started = Instant::now();
    let proven = prover.prove(&input_int, context, !args.unsealed, &mut rand::rngs::OsRng)?;
    let prove = started.elapsed();
    progress.say("verifying what was made");
    let started = Instant::now();
    self_verify(&record, &srs, &proven)?;
    let verify = started.elapsed();
    drop(progress);

    let record_hash = record.record.hash();
    let file = proven.proof.encode();
    if let Some(secret_file) = &secret_file {
        let secrets = Secrets::new(&record_hash, &proven.input_blinders, &proven.output_blinders).encode();
        // Both are written before either has its name.
        secret_file.stage(&secrets, true)?.publish_with(proof_file.stage(&file, false)?)?;
    } else {
        proof_file.write(&file, false)?;
    }

    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let graph = &prover.key().graph;
    let timings = proven.timings;
    let facts = Facts {
        proof: path.display().to_string(),
        secrets: secret_file.as_ref().map(|file| file.path().display().to_string()),
        sealed: !args.unsealed,
        record_hash: hex::encode(&record_hash),
        context: hex::encode(&context),
        batch,
        inferences: input_int.len(),
        outputs: named(&graph.output.parts),
        output: proven.outputs.iter().map(|cells| graph.dequantize_output(cells)).collect(),
        output_int: proven.outputs,
        input_int,
        load_ms: ms(load_ms),
        prepare_ms: ms(prepare),
        execute_ms: ms(timings.execute),
        commit_ms: ms(timings.commit),
        lookups_ms: ms(timings.core.lookups),
        relations_ms: ms(timings.core.relations),
        claims_ms: ms(timings.core.claims),
        core_ms: ms(timings.core()),
        seal_ms: ms(timings.seal),
        opening_ms: ms(timings.opening),
        prove_ms: ms(prove),
        verify_ms: ms(verify),
        proof_bytes: proven.proof.body.len(),
        file_bytes: file.len(),
        peak_rss_bytes: machine::peak_rss(),
    };
    print(&facts, &graph.output.parts, output);
    output.result(&facts);
    Ok(())
}

fn print(facts: &Facts, parts: &[Part], output: &Output) {
    let kind = if facts.sealed { "sealed" } else { "unsealed, NOT zero-knowledge" };
    output.line(format_args!("wrote {} ({} bytes, {kind}), verified", facts.proof, facts.file_bytes));
    if let Some(secrets) = &facts.secrets {
        output.line(format_args!("wrote {secrets}: keep it secret, with the input it opens the commitments"));
    }
    output.fact("record hash", &facts.record_hash);
    output.fact("context", &facts.context);
    output.fact("batch", format_args!("{} inferences in {} slots", facts.inferences, facts.batch));
    for (cells, floats) in facts.output_int.iter().zip(&facts.output) {
        super::run::print(parts, cells, floats, output);
    }
    output.fact(
        "proving",
        format_args!(
            "{:.0} ms: executing {:.1}, core {:.1} (commitments {:.1}, lookups {:.1}, relations {:.1}, claims {:.1}), seal {:.1}, \
             opening {:.1}",
            facts.prove_ms,
            facts.execute_ms,
            facts.core_ms,
            facts.commit_ms,
            facts.lookups_ms,
            facts.relations_ms,
            facts.claims_ms,
            facts.seal_ms,
            facts.opening_ms
        ),
    );
    output.fact(
        "besides",
        format_args!(
            "reading the key {:.0} ms, circuit keys {:.0} ms, verifying {:.1} ms",
            facts.load_ms, facts.prepare_ms, facts.verify_ms
        ),
    );
    output.fact("proof", format_args!("{} bytes", facts.proof_bytes));
    output.fact("peak memory", format_args!("{} MB", facts.peak_rss_bytes / 1_000_000));
}

/// A proof leaves this process only if it verifies.
fn self_verify(record: &RecordFile, srs: &VerifierSrs, proven: &Proven) -> Result<(), CliError> {
    let damaged = |error| {
        let message = format!("the proof made does not verify ({error}): the prover key is damaged; set up again");
        CliError::new(Kind::Damaged, message)
    };
    record.verify(&proven.proof, srs).map(|_| ()).map_err(damaged)
}
