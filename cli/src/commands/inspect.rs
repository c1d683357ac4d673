//! `verin inspect`

use crate::artifacts;
use crate::error::{CliError, Kind};
use crate::output::Output;
use crate::secrets::Secrets;
use crate::{files, hex, inputs};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use verin_circuits::artifact::{PROOF_MAGIC, RECORD_MAGIC, RecordFile};
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::plonk::seal::seal_cost;
use verin_circuits::verify::cost;
use verin_circuits::weights::{RangeProof, Weights, check_weights};
use verin_circuits::{skeleton, unsealed};
use verin_prover::gas;
use verin_prover::keyfile;
use verin_quantizer::ir::Part;
use verin_quantizer::{Samples, onnx, vq};

/// Arguments of `inspect`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A model (.onnx, .vq), record, key, proof, SRS (.ptau), secrets or data file.
    file: PathBuf,
}

/// What a file is and what is to be known of it.
struct Facts {
    what: &'static str,
    facts: Vec<(&'static str, Value)>,
}

/// Says what a file is.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    let path = &args.file;
    let mut head = Vec::new();
    let opened = File::open(path).map_err(|e| crate::error::io(path.display(), &e))?;
    let size = opened.metadata().map_err(|e| crate::error::io(path.display(), &e))?.len();
    opened.take(8).read_to_end(&mut head).map_err(|e| crate::error::io(path.display(), &e))?;
    let _progress = output.spinner(format!("reading {}", path.display()));
    let Facts { what, facts } = match head.as_slice() {
        h if h.starts_with(vq::MAGIC) => model(path)?,
        h if h == RECORD_MAGIC => record(&artifacts::record(path)?)?,
        h if h == PROOF_MAGIC => proof(path)?,
        h if h == keyfile::MAGIC => key(path)?,
        h if h.starts_with(b"ptau") => srs(path)?,
        h if h.starts_with(b"\x93NUMPY") || h.starts_with(b"PK") => samples(path)?,
        h if h.first() == Some(&b'{') => text(path)?,
        [] => return Err(CliError::new(Kind::Damaged, format!("{}: the file is empty", path.display()))),
        _ => float_model(path)?,
    };
    drop(_progress);
    output.line(format_args!("{}: {what}, {size} bytes", path.display()));
    for (name, value) in &facts {
        print(name, value, output);
    }
    let mut object: serde_json::Map<String, Value> =
        facts.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
    object.insert("what".into(), what.into());
    object.insert("bytes".into(), size.into());
    output.result(&object);
    Ok(())
}

fn print(name: &str, value: &Value, output: &Output) {
    let name = name.replace('_', " ");
    match value {
        Value::Array(items) if items.iter().any(Value::is_object) => {
            output.line(format_args!("  {name}"));
            for item in items {
                output.line(format_args!("    {}", plain(item)));
            }
        }
        value => output.fact(&name, plain(value)),
    }
}

/// JSON without quotes and braces, on one line.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(map) => {
            map.iter().map(|(k, v)| format!("{} {}", k.replace('_', " "), plain(v))).collect::<Vec<_>>().join(", ")
        }
        Value::Array(items) if items.len() > 16 => {
            format!("{} ... ({} in all)", items[..16].iter().map(plain).collect::<Vec<_>>().join(" "), items.len())
        }
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn float_model(path: &Path) -> Result<Facts, CliError> {
    let bytes = files::read(path, onnx::MAX_MODEL_BYTES)?;
    let model = onnx::read(&bytes, &path.display().to_string())?;
    let nodes: Vec<&String> = model.nodes.iter().map(|node| &node.name).collect();
    let ports = |name: &String, dims: &Vec<u32>| json!({ "name": name, "dims": dims });
    let inputs: Vec<Value> = model.inputs.iter().map(|input| ports(&input.name, &input.dims)).collect();
    let outputs: Vec<Value> = model.outputs.iter().map(|output| ports(&output.name, &output.dims)).collect();
    Ok(Facts {
        what: "ONNX model",
        facts: vec![
            ("inputs", json!(inputs)),
            ("outputs", json!(outputs)),
            ("parameters", json!(model.constants.iter().map(|c| c.data.len()).sum::<usize>())),
            ("nodes", json!(nodes)),
        ],
    })
}

fn model(path: &Path) -> Result<Facts, CliError> {
    let file = artifacts::model(path)?;
    let (graph, report) = (&file.graph, &file.report);
    let cost = graph.cost();
    let nodes: Vec<Value> = graph
        .nodes
        .iter()
        .map(|n| json!({ "name": n.name, "dims": n.shape.dims(), "exponent": n.exponent, "range": [n.lo, n.hi] }))
        .collect();
    let ports = |parts: &[Part]| -> Vec<Value> {
        parts.iter().map(|p| json!({ "name": p.name, "dims": p.dims, "exponent": p.exponent })).collect()
    };
    Ok(Facts {
        what: "quantized model",
        facts: vec![
            ("graph_digest", json!(hex::encode(&graph.digest()))),
            ("source", json!(report.source)),
            ("calibration", json!(report.calibration)),
            ("random_calibration", json!(report.random_calibration)),
            ("target", json!(report.target)),
            ("bits", json!(report.bits)),
            ("output_error", json!(report.output_error)),
            ("argmax_agreement", json!(report.argmax_agreement)),
            ("inputs", json!(ports(&graph.input.parts))),
            ("input_range", json!([graph.input.lo, graph.input.hi])),
            ("outputs", json!(ports(&graph.output.parts))),
            ("parameters", json!(cost.parameters)),
            ("products", json!(cost.products)),
            ("lookup_leaves", json!(cost.leaves())),
            ("tree_log", json!(cost.tree_log)),
            ("nodes", json!(nodes)),
        ],
    })
}

fn record(file: &RecordFile) -> Result<Facts, CliError> {
    let record = &file.record;
    let visibility = |private: bool| if private { "private" } else { "public" };
    let (graph_digest, range_proof) = match &file.weights {
        Weights::Published { graph_digest } => (Some(hex::encode(graph_digest)), None),
        Weights::Private(ranges) => (None, Some(range_proof(file, ranges)?)),
    };
    let single = file.schedule(1)?;
    let batches = record.key_sets.iter().map(|set| {
        let schedule = file.schedule(set.batch)?;
        let (_, tally) = cost(&schedule)?;
        let gas = gas::verify_transaction(record, set);
        Ok(json!({
            "batch": set.batch, "k": set.k, "rows": record.opened_rows(set), "tree_log": schedule.tree_log,
            "permutations": tally.permutations, "seal_bytes": 32 * seal_cost(record, set).seal_words,
            "gas_estimate": gas, "gas_per_inference": gas / set.batch,
        }))
    });
    let (scalars, tally) = cost(&single)?;
    Ok(Facts {
        what: "record",
        facts: vec![
            ("record_hash", json!(hex::encode(&record.hash()))),
            ("record_bytes", json!(record.encode().len())),
            ("model_digest", json!(hex::encode(&record.graph_digest))),
            ("weights", json!(artifacts::weights(record))),
            ("graph_digest", json!(graph_digest)),
            ("range_proof", json!(range_proof)),
            ("srs_digest", json!(hex::encode(&record.srs_digest))),
            ("insecure_srs", json!(artifacts::is_insecure(&record.srs_digest))),
            ("profile", json!(if record.flags.fast { "fast" } else { "chain" })),
            ("input", json!(visibility(record.flags.private_input))),
            ("input_shape", json!([record.input.rows, record.input.cols])),
            ("input_range", json!([record.input_range.0, record.input_range.1])),
            ("output", json!(visibility(record.flags.private_output))),
            ("output_shape", json!([record.output.rows, record.output.cols])),
            ("b", json!(record.row_log)),
            ("model_rows", json!(record.model_rows.len())),
            ("rows", json!(single.rows.total())),
            ("tree_log", json!(single.tree_log)),
            ("permutations", json!(tally.permutations)),
            ("core_scalars", json!(scalars)),
            ("unsealed_bytes", json!(unsealed::proof_bytes(&single)?)),
            ("batches", Value::Array(batches.collect::<Result<_, CliError>>()?)),
        ],
    })
}

/// What shows that private weights lie in their declared ranges; checked where the SRS is one that is compiled in.
fn range_proof(file: &RecordFile, ranges: &RangeProof) -> Result<Value, CliError> {
    let insecure = artifacts::is_insecure(&file.record.srs_digest);
    if insecure {
        check_weights(file, VerifierSrs::insecure())?;
    }
    let graph = skeleton::decode(&file.skeleton)?;
    let bits: BTreeSet<u32> = graph.constants.iter().filter_map(|constant| constant.declared).collect();
    Ok(json!({
        "range_record_hash": hex::encode(&ranges.record.hash()), "declared_bits": bits,
        "rows": ranges.record.model_rows.len(), "bytes": ranges.encode().len(), "checked": insecure,
    }))
}

fn key(path: &Path) -> Result<Facts, CliError> {
    let key = artifacts::key(path)?;
    let mut facts = record(&key.record)?;
    facts.facts.insert(0, ("powers_of_tau", json!(key.srs.powers.len())));
    Ok(Facts { what: "prover key", facts: facts.facts })
}

fn proof(path: &Path) -> Result<Facts, CliError> {
    let proof = artifacts::proof(path)?;
    Ok(Facts {
        what: if proof.sealed {
            "sealed proof (not verified here)"
        } else {
            "unsealed proof, NOT zero-knowledge (not verified here)"
        },
        facts: vec![
            ("sealed", json!(proof.sealed)),
            ("record_hash", json!(hex::encode(&proof.record_hash))),
            ("context", json!(hex::encode(&proof.statement.context))),
            ("input_bytes", json!(proof.statement.input.len())),
            ("output_bytes", json!(proof.statement.output.len())),
            ("proof_bytes", json!(proof.body.len())),
        ],
    })
}

fn srs(path: &Path) -> Result<Facts, CliError> {
    let mut file = artifacts::srs_file(path)?;
    let verifier = file.verifier().map_err(|e| artifacts::srs_error(path, &e))?;
    Ok(Facts {
        what: "powers of tau (verifier's constants checked; `verin srs check` checks all)",
        facts: vec![
            ("power", json!(file.power())),
            ("powers", json!(file.len())),
            ("srs_digest", json!(hex::encode(&verifier.digest))),
            ("insecure_srs", json!(artifacts::is_insecure(&verifier.digest))),
        ],
    })
}

fn samples(path: &Path) -> Result<Facts, CliError> {
    let samples = Samples::read(path)?;
    Ok(Facts { what: "samples or inputs", facts: vec![("labels", json!(samples.labels().map(<[i64]>::len)))] })
}

/// JSON: inputs, integers or secrets.
fn text(path: &Path) -> Result<Facts, CliError> {
    if let Ok(secrets) = Secrets::read(path) {
        return Ok(Facts {
            what: "secrets of a proof: keep them secret",
            facts: vec![("record_hash", json!(secrets.record_hash))],
        });
    }
    if let Some((inputs, outputs)) = inputs::counts(path)? {
        return Ok(Facts { what: "integers", facts: vec![("inputs", json!(inputs)), ("outputs", json!(outputs))] });
    }
    samples(path)
}
