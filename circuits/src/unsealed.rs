//! Core proofs shown as they are: sound, fast to make, larger than a seal, and **not zero-knowledge**.
//!
//! An unsealed proof is `W` points (witness rows), the scalars of the core proof, and the opening, each as long as the schedule
//! of the program says.

use crate::arithmetic::Native;
use crate::channel::Channel;
use crate::commitment::opening::{Opening, opening_words, verify_opening};
use crate::commitment::srs::VerifierSrs;
use crate::encoding::{Reader, WORD};
use crate::error::VerifyError;
use crate::record::Record;
use crate::schedule::{Constants, Options, Schedule, build};
use crate::skeleton;
use crate::statement::Statement;
use crate::transcript::keccak::KeccakTranscript;
use crate::verify::{Public, cost, verify};
use crate::weights::Weights;
use ark_bn254::Fr;

/// Bytes of an unsealed proof.
///
/// # Errors
/// The schedule is inconsistent.
pub fn proof_bytes(schedule: &Schedule) -> Result<usize, VerifyError> {
    let (scalars, _) = cost(schedule)?;
    Ok(WORD * (2 * schedule.rows.witness + scalars + opening_words(schedule.options.b as usize)))
}

/// The options of a batch of inferences under `record`.
pub fn options(record: &Record, batch: usize) -> Options {
    Options {
        b: record.row_log as u32,
        batch_log: batch.trailing_zeros(),
        private_input: record.flags.private_input,
        private_output: record.flags.private_output,
        constants: if record.flags.private_weights { Constants::Private } else { Constants::Published },
        mask: !record.flags.fast,
    }
}

/// The schedule of a batch under `record`, for the program whose skeleton this is.
///
/// # Errors
/// Record and program do not belong together.
pub fn schedule(
    record: &Record,
    skeleton_bytes: &[u8],
    weights: &Weights,
    batch: usize,
) -> Result<Schedule, VerifyError> {
    weights.check_digest(record, skeleton_bytes)?;
    let options = options(record, batch);
    let graph = skeleton::decode(skeleton_bytes)?;
    let schedule = build(&graph, options)?;
    if schedule.rows.model != record.model_rows.len() {
        let (expected, got) = (schedule.rows.model, record.model_rows.len());
        return Err(VerifyError::Length { what: "record, model rows", expected, got });
    }
    let range = (graph.input.lo, graph.input.hi);
    if skeleton::ports(&graph, &schedule) != (record.input, record.output) || record.input_range != range {
        return Err(VerifyError::Malformed {
            what: "record",
            why: "input or output are not those of the program".into(),
        });
    }
    Ok(schedule)
}

/// Verifies an unsealed proof of `statement`; gives `S0`.
///
/// # Errors
/// It does not prove it.
pub fn verify_unsealed(
    record: &Record,
    schedule: &Schedule,
    srs: &VerifierSrs,
    statement: &Statement,
    proof: &[u8],
) -> Result<[u8; WORD], VerifyError> {
    check(record, schedule, srs, statement, proof).map_err(|error| statement.explain(record, error))
}

fn check(
    record: &Record,
    schedule: &Schedule,
    srs: &VerifierSrs,
    statement: &Statement,
    proof: &[u8],
) -> Result<[u8; WORD], VerifyError> {
    let batch = 1 << schedule.options.batch_log;
    if schedule.options != options(record, batch) {
        return Err(VerifyError::Inconsistent { what: "the record" });
    }
    if record.srs_digest != srs.digest {
        return Err(VerifyError::Mismatch {
            what: "SRS digest",
            expected: hex(&srs.digest),
            got: hex(&record.srs_digest),
        });
    }
    let expected = proof_bytes(schedule)?;
    if proof.len() != expected {
        return Err(VerifyError::Length { what: "proof", expected, got: proof.len() });
    }
    let mut reader = Reader::new("proof", proof);
    let witness = reader.points(schedule.rows.witness)?;
    let bound = statement.bind(record, &witness)?;
    if bound.batch != batch {
        return Err(VerifyError::Mismatch { what: "batch", expected: batch.to_string(), got: bound.batch.to_string() });
    }
    let (count, _) = cost(schedule)?;
    let scalars = reader.scalars(count)?;
    let public = Public { s0: bound.s0_scalar(), z: bound.z, input_sum: bound.input_sum, output_sum: bound.output_sum };
    let mut native = Native;
    let opening = verify(&mut Channel::new(&mut native, &scalars), schedule, &public)?;

    let rows = [record.model_rows.as_slice(), &bound.port_rows, &witness].concat();
    let mut transcript = opening_transcript(bound.s0, &opening.scalars, &opening.zeta, &opening.value);
    let opening = Opening { rows: &rows, scalars: &opening.scalars, zeta: &opening.zeta, v: opening.value };
    let mut reader = reader.with_identity();
    let claim = verify_opening(&opening, &mut transcript, &mut reader, srs)?;
    reader.end()?;
    claim.check(srs)?;
    Ok(bound.s0)
}

/// The transcript that the opening of an unsealed proof continues: statement, rows and core proof are all in it, the first two
/// through `S0`, the last through what it ends in.
pub fn opening_transcript(s0: [u8; WORD], scalars: &[Fr], zeta: &[Fr], v: &Fr) -> KeccakTranscript {
    let mut transcript = KeccakTranscript::new(s0);
    for scalar in scalars.iter().chain(zeta).chain([v]) {
        transcript.absorb_scalar(scalar);
    }
    transcript
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
