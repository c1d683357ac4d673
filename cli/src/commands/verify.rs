//! `verin verify`

use crate::artifacts;
use crate::error::{CliError, Kind};
use crate::output::Output;
use crate::secrets::{self, Secrets};
use crate::statement::{self, Committer, Side, compare_public};
use crate::{hex, inputs, machine};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Instant;
use verin_circuits::artifact::RecordFile;
use verin_prover::srs::Srs;
use verin_quantizer::Graph;

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The record of the model, by which you trust it.
    record: PathBuf,
    /// The proof.
    proof: PathBuf,
    /// Accept the INSECURE development SRS, under which anyone can forge proofs.
    #[arg(long)]
    insecure_srs: bool,
    /// Accept the SRS of this powers-of-tau file.
    #[arg(long, value_name = "FILE.ptau", conflicts_with = "insecure_srs")]
    srs: Option<PathBuf>,
    /// The context the proof must be bound to, 32 bytes.
    #[arg(long, value_name = "HEX")]
    context: Option<String>,
    /// The input it must be of; several for a batch. Floats need --model; integers are {"input_int": [[..]]}.
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// The output it must give; several for a batch. {"output_int": [[..]]}, or with --model {"output": [[..]]}.
    #[arg(long, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// The model it must be of; also turns integers into floats.
    #[arg(long, value_name = "MODEL.vq")]
    model: Option<PathBuf>,
    /// Secrets that open commitments, to compare something private [default: PROOF.secret, if it is there]
    #[arg(long, value_name = "FILE")]
    secret: Option<PathBuf>,
    /// Accept a proof in which neither input nor output is shown or compared: it speaks of commitments only.
    #[arg(long)]
    commitments_only: bool,
}

#[derive(Serialize)]
struct Facts {
    verified: bool,
    sealed: bool,
    zero_knowledge: bool,
    record_hash: String,
    model_digest: String,
    weights: &'static str,
    srs_digest: String,
    insecure_srs: bool,
    context: String,
    s0: String,
    batch: usize,
    input: Side,
    output: Side,
    output_floats: Option<Vec<Vec<f64>>>,
    compared: Compared,
    verify_ms: f64,
    peak_rss_bytes: u64,
}

/// What was given and found to be so.
#[derive(Debug, Default, Serialize)]
struct Compared {
    model: bool,
    context: bool,
    /// Inferences whose input was compared.
    inputs: usize,
    /// Inferences whose output was compared.
    outputs: usize,
}

/// Verifies a proof and says of what.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    let expected_context = args.context.as_deref().map(|text| hex::word("--context", text)).transpose()?;
    let record = artifacts::record(&args.record)?;
    let proof = artifacts::proof(&args.proof)?;
    artifacts::same_record(&record, &proof, (&args.record, &args.proof))?;
    let graph = args.model.as_deref().map(|path| model(path, &record)).transpose()?;
    let digest = record.record.srs_digest;
    let srs = artifacts::accepted_srs(&digest, args.insecure_srs, args.srs.as_deref())?;

    let progress = output.spinner("verifying");
    let started = Instant::now();
    let batch = proof.statement.batch(&record.record)?;
    let s0 = record.verify(&proof, &srs)?;
    let verify_ms = started.elapsed().as_secs_f64() * 1e3;
    drop(progress);

    let sides = statement::sides(&record, &proof);
    let mut compared = Compared { model: graph.is_some(), ..Compared::default() };
    if let Some(expected) = expected_context {
        if expected != proof.statement.context {
            let message = format!(
                "{}: the proof is valid, but for context {}, expected {}",
                args.proof.display(),
                hex::encode(&proof.statement.context),
                hex::encode(&expected)
            );
            return Err(CliError::new(Kind::OtherStatement, message));
        }
        compared.context = true;
    }
    let comparison = Comparison { args: &args, record: &record, batch, graph: graph.as_ref(), output };
    compared.inputs = comparison.compare(true, &sides.0)?;
    compared.outputs = comparison.compare(false, &sides.1)?;
    let nothing_shown = matches!(sides, (Side::Private { .. }, Side::Private { .. }));
    if nothing_shown && compared.inputs + compared.outputs == 0 && !args.commitments_only {
        print_sides(&sides, output);
        return Err(CliError::new(
            Kind::CannotCompare,
            format!(
                "{}: the proof is valid, but input and output are both private: it says only that whoever made it knows an input and \
                 an output behind the commitments above; compare one with --input or --output and --secret, or pass \
                 --commitments-only if the commitments are what you compare",
                args.proof.display()
            ),
        ));
    }

    let insecure = artifacts::is_insecure(&digest);
    let output_floats = match (&sides.1, &graph) {
        (Side::Public { values }, Some(graph)) => Some(values.iter().map(|v| graph.dequantize_output(v)).collect()),
        _ => None,
    };
    let facts = Facts {
        verified: true,
        sealed: proof.sealed,
        zero_knowledge: proof.sealed,
        record_hash: hex::encode(&record.record.hash()),
        model_digest: hex::encode(&record.record.graph_digest),
        weights: artifacts::weights(&record.record),
        srs_digest: hex::encode(&digest),
        insecure_srs: insecure,
        context: hex::encode(&proof.statement.context),
        s0: hex::encode(&s0),
        batch,
        input: sides.0.clone(),
        output: sides.1.clone(),
        output_floats,
        compared,
        verify_ms,
        peak_rss_bytes: machine::peak_rss(),
    };
    print(&facts, &sides, output);
    output.result(&facts);
    Ok(())
}

fn print(facts: &Facts, sides: &(Side, Side), output: &Output) {
    let kind = if facts.sealed { "sealed, zero-knowledge" } else { "unsealed, NOT zero-knowledge" };
    output.line(format_args!("VERIFIED in {:.1} ms ({kind}). What was proved:", facts.verify_ms));
    if facts.insecure_srs {
        output.warn(
            "INSECURE SRS: anyone can forge such a proof; it shows nothing to somebody who does not trust its maker",
        );
    }
    output.fact(
        "record hash",
        format_args!("{} (trust it only if you or someone you trust audited it)", facts.record_hash),
    );
    output.fact("model digest", format_args!("{}{}", facts.model_digest, mark(facts.compared.model)));
    if facts.weights == artifacts::PRIVATE {
        let compared = if facts.compared.model { "; of the model given, its structure was compared" } else { "" };
        output.fact("weights", format_args!("private, proved to lie in their declared ranges{compared}"));
    }
    output.fact("context", format_args!("{}{}", facts.context, mark(facts.compared.context)));
    output.fact("batch", facts.batch);
    print_sides(sides, output);
    if let Some(floats) = &facts.output_floats {
        for (slot, values) in floats.iter().enumerate() {
            let values: Vec<String> = values.iter().take(16).map(|v| format!("{v:.4}")).collect();
            output.fact(&format!("output {slot}"), format_args!("in floats {}", values.join(" ")));
        }
    }
    let counted = |n: usize| if n == 0 { "not compared".to_string() } else { format!("{n} as given") };
    output.fact(
        "compared",
        format_args!("inputs: {}; outputs: {}", counted(facts.compared.inputs), counted(facts.compared.outputs)),
    );
}

fn mark(compared: bool) -> &'static str {
    if compared { " (as given)" } else { "" }
}

fn print_sides(sides: &(Side, Side), output: &Output) {
    sides.0.print("input", output);
    sides.1.print("output", output);
}

fn model(path: &Path, record: &RecordFile) -> Result<Graph, CliError> {
    let graph = artifacts::model(path)?.graph;
    artifacts::same_model(record, &graph, path)?;
    Ok(graph)
}

struct Comparison<'a> {
    args: &'a Args,
    record: &'a RecordFile,
    batch: usize,
    graph: Option<&'a Graph>,
    output: &'a Output,
}

impl Comparison<'_> {
    /// Compares one side of the statement with the files given for it; how many inferences that were.
    fn compare(&self, is_input: bool, side: &Side) -> Result<usize, CliError> {
        let (name, files) = if is_input { ("input", &self.args.input) } else { ("output", &self.args.output) };
        let Some(last) = files.last() else { return Ok(0) };
        let mut expected = Vec::new();
        for file in files {
            expected.extend(match is_input {
                true => inputs::read_inputs(file, self.graph, self.output)?,
                false => inputs::read_outputs(file, self.graph)?,
            });
        }
        match side {
            Side::Public { values } => compare_public(name, values, &expected, last)?,
            Side::Private { commitments } => self.compare_private(name, is_input, commitments, &expected)?,
        }
        Ok(expected.len())
    }

    fn compare_private(
        &self,
        name: &str,
        is_input: bool,
        commitments: &[Vec<String>],
        expected: &[Vec<i64>],
    ) -> Result<(), CliError> {
        let path = self.args.secret.clone().unwrap_or_else(|| secrets::path_of(&self.args.proof));
        if !path.exists() {
            let message = format!(
                "the {name} is private, so the proof shows only its commitment: comparing needs the maker's secrets, and {} does not \
                 exist; pass --secret FILE",
                path.display()
            );
            return Err(CliError::new(Kind::CannotCompare, message));
        }
        let secrets = Secrets::read(&path)?;
        if secrets.record_hash != hex::encode(&self.record.record.hash()) {
            let message = format!("{}: these are the secrets of a proof under another record", path.display());
            return Err(CliError::new(Kind::Mismatch, message));
        }
        let port = if is_input { &self.record.record.input } else { &self.record.record.output };
        if let Some(wrong) = expected.iter().find(|values| values.len() != port.rows * port.cols) {
            let message = format!("{name}: expected {} values, got {}", port.rows * port.cols, wrong.len());
            return Err(CliError::new(Kind::InputShape, message));
        }
        if expected.len() > commitments.len() {
            let message = format!("{} {name}s given, the proof is of {}", expected.len(), commitments.len());
            return Err(CliError::new(Kind::OtherStatement, message));
        }
        let powers = self.powers()?;
        let committer = Committer::new(self.record, self.batch, &powers.powers)?;
        let points = committer.commit(is_input, expected, &secrets.blinders(is_input)?)?;
        let shown: Vec<&String> = commitments.iter().flatten().take(points.len()).collect();
        match points.iter().collect::<Vec<_>>() == shown {
            true => Ok(()),
            false => Err(CliError::new(
                Kind::OtherStatement,
                format!(
                    "the commitment in the proof is not to the {name} given, or {} is of another proof",
                    path.display()
                ),
            )),
        }
    }

    /// Powers enough to commit a row.
    fn powers(&self) -> Result<Srs, CliError> {
        let needed = (1usize << self.record.record.row_log) + 1;
        match &self.args.srs {
            Some(path) => artifacts::srs_file(path)?.load(needed).map_err(|e| artifacts::srs_error(path, &e)),
            None => Ok(Srs::insecure(needed)),
        }
    }
}
