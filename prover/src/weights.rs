//! Private weights: a setup of which nothing but hiding rows depends on them, and its recomputation by others.

use crate::backend::Backend;
use crate::error::ProverError;
use crate::keys::{Plan, Profile, ProverKey, SetupOptions, commit_model, halo2_srs, load_srs};
use crate::program::CoreVerifier;
use crate::prove::Job;
use crate::srs::Srs;
use ark_bn254::Fr;
use ark_ff::UniformRand;
use rand::{CryptoRng, RngCore};
use verin_circuits::artifact::RecordFile;
use verin_circuits::record::{Flags, Record};
use verin_circuits::schedule::{Constants, build};
use verin_circuits::skeleton;
use verin_circuits::weights::{
    RangeProof, Weights, check_weights, range_options, range_program, range_statement, ranges_digest,
};
use verin_quantizer::execute::Trace;
use verin_quantizer::ir::Graph;
use verin_seal::{SealKey, keygen};

/// Makes the key and the record of `graph` with private weights: their ranges are declared ([`Graph::declare_ranges`]), their rows
/// get secret blinders, and a range proof is made. `load` gives an SRS of at least so many powers.
///
/// # Errors
/// As [`crate::keys::setup`]; also a program without weights or whose bounds do not allow declared ranges, and profile `fast`,
/// whose proofs hide nothing.
pub fn setup<R: RngCore + CryptoRng>(
    backend: &dyn Backend,
    graph: &Graph,
    options: SetupOptions,
    load: &dyn Fn(usize) -> Result<Srs, ProverError>,
    rng: &mut R,
) -> Result<ProverKey, ProverError> {
    if options.profile == Profile::Fast {
        return Err(ProverError::PrivateWeights {
            why: "proofs of profile fast hide nothing: set up with --profile chain",
        });
    }
    if graph.constants.is_empty() {
        return Err(ProverError::PrivateWeights { why: "the model has none: set up with --weights published" });
    }
    let graph = graph.declare_ranges()?;
    let program = range_program(&graph);
    let skeleton = skeleton::encode(&graph);
    let b = options.row_log(&graph, Constants::Private)?;
    let (main, ranges) = plans(&graph, &program, options, b)?;
    let srs = load_srs(main.powers.max(ranges.powers), load)?;

    let counts = main.schedule.rows;
    let blinders: Vec<Fr> = (0..counts.private).map(|_| Fr::rand(&mut *rng)).collect();
    let rows = |range| commit_model(backend, &graph, &main.schedule, &srs.powers, range, &blinders);
    let (private, tables) = (rows(0..counts.private), rows(counts.private..counts.model));
    let (range_record, range_key) = ranges.record(&program, ranges_digest(&skeleton), &srs, private.clone())?;
    let weights = Weights::Private(RangeProof { record: range_record, seal: Vec::new() });
    let (record, _) = main.record(&graph, weights.model_digest(&skeleton), &srs, [private, tables].concat())?;
    let mut key = ProverKey { graph, record: RecordFile { record, skeleton, weights }, srs, blinders };
    seal_ranges(backend, &mut key, &range_key.ok_or(ProverError::NoSeal)?, rng)?;
    check_weights(&key.record, &key.srs.verifier)?;
    Ok(key)
}

/// Makes the range proof of a key anew: as good as the one it has.
///
/// # Errors
/// Its weights are published, or not in their ranges.
pub fn prove_ranges<R: RngCore + CryptoRng>(
    backend: &dyn Backend,
    key: &mut ProverKey,
    rng: &mut R,
) -> Result<(), ProverError> {
    let schedule = build(&range_program(&key.graph), range_options(key.record.record.row_log as u32))?;
    let seal_key = keygen(&CoreVerifier::new(schedule)?, &halo2_srs(&key.srs))?;
    seal_ranges(backend, key, &seal_key, rng)
}

fn seal_ranges<R: RngCore + CryptoRng>(
    backend: &dyn Backend,
    key: &mut ProverKey,
    seal_key: &SealKey,
    rng: &mut R,
) -> Result<(), ProverError> {
    let Weights::Private(ranges) = &mut key.record.weights else {
        return Err(ProverError::PrivateWeights { why: "those of this key are published" });
    };
    let program = range_program(&key.graph);
    let schedule = build(&program, range_options(key.record.record.row_log as u32))?;
    let circuit = CoreVerifier::new(schedule.clone())?;
    let job = Job {
        backend,
        powers: &key.srs.powers,
        record: &ranges.record,
        graph: &program,
        schedule: &schedule,
        blinders: &key.blinders,
        seal: Some((&circuit, seal_key)),
    };
    let run = Trace { tensors: vec![vec![0], vec![0]] };
    ranges.seal = job.prove(&[run], None, range_statement(&key.record.record.hash()).context, rng)?.proof.body;
    Ok(())
}

/// Recomputes, from its structure alone, everything of a record with private weights that is not hiding rows, checks its range
/// proof, and so does for it what setting up again does for a record with published weights. `load` gives the SRS.
///
/// # Errors
/// The record's weights are published, or something of it is not what its structure gives.
pub fn audit(
    backend: &dyn Backend,
    file: &RecordFile,
    load: &dyn Fn(usize) -> Result<Srs, ProverError>,
) -> Result<(), ProverError> {
    let RecordFile { record, skeleton, weights } = file;
    let Weights::Private(ranges) = weights else {
        return Err(ProverError::PrivateWeights {
            why: "those of this record are published: set the model up again, and compare record hashes",
        });
    };
    let graph = skeleton::decode(skeleton)?;
    let program = range_program(&graph);
    let flags = record.flags;
    let options = SetupOptions {
        profile: Profile::Chain,
        private_input: flags.private_input,
        private_output: flags.private_output,
        row_log: Some(record.row_log as u32),
    };
    let (main, of_ranges) = plans(&graph, &program, options, record.row_log as u32)?;
    let srs = load_srs(main.powers.max(of_ranges.powers), load)?;
    check_weights(file, &srs.verifier)?;

    let counts = main.schedule.rows;
    let private = record.model_rows.get(..counts.private).unwrap_or_default().to_vec();
    let tables = commit_model(backend, &graph, &main.schedule, &srs.powers, counts.private..counts.model, &[]);
    let (expected, _) = of_ranges.record(&program, ranges_digest(skeleton), &srs, private.clone())?;
    same("the range record", &expected, &ranges.record)?;
    let digest = weights.model_digest(skeleton);
    let (expected, _) = main.record(&graph, digest, &srs, [private, tables].concat())?;
    same("the record", &expected, record)
}

fn same(what: &str, expected: &Record, got: &Record) -> Result<(), ProverError> {
    if expected == got {
        return Ok(());
    }
    let part = match () {
        () if expected.key_sets != got.key_sets => "circuits",
        () if expected.model_rows != got.model_rows => "rows of tables",
        () => "header",
    };
    Err(ProverError::Audit { why: format!("{what} has other {part} than its structure gives") })
}

/// Plans of the record and of the range record.
fn plans(graph: &Graph, program: &Graph, options: SetupOptions, b: u32) -> Result<(Plan, Plan), ProverError> {
    let main = Plan::new(graph, options, Constants::Private, b)?;
    let ranges = Plan::of_batches(program, Flags::default(), &[1], &|_| range_options(b))?;
    Ok((main, ranges))
}
