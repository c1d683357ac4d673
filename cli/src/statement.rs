//! What a proof says, as a person reads it, and how it is compared with what a person expects.

use crate::error::{CliError, Kind};
use crate::hex;
use crate::output::Output;
use ark_bn254::{Fr, G1Affine};
use serde::Serialize;
use std::borrow::Cow;
use std::path::Path;
use verin_circuits::artifact::{ProofFile, RecordFile};
use verin_circuits::encoding::point_bytes;
use verin_circuits::record::{POINT, Port};
use verin_circuits::schedule::Schedule;
use verin_circuits::statement::decode_value;
use verin_prover::backend::Cpu;
use verin_prover::ints::Ints;
use verin_prover::rows::commit;
use verin_quantizer::ir::Shape;

/// One side of the statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "visibility", rename_all = "lowercase")]
pub(crate) enum Side {
    /// The integers themselves, one list per inference.
    Public {
        /// Values.
        values: Vec<Vec<i64>>,
    },
    /// Hiding commitments, a list per inference.
    Private {
        /// Points `x || y`.
        commitments: Vec<Vec<String>>,
    },
}

impl Side {
    /// One side of a statement.
    pub(crate) fn of(port: &Port, bytes: &[u8]) -> Self {
        let slots = bytes.chunks_exact(port.bytes.max(1));
        if port.width == 0 {
            let points = |slot: &[u8]| slot.chunks_exact(POINT).map(hex::encode).collect();
            return Self::Private { commitments: slots.map(points).collect() };
        }
        let values = |slot: &[u8]| slot.chunks_exact(port.width).map(decode_value).collect();
        Self::Public { values: slots.map(values).collect() }
    }

    /// Prints it.
    pub(crate) fn print(&self, name: &str, output: &Output) {
        match self {
            Self::Public { values } => {
                for (slot, values) in values.iter().enumerate() {
                    output.fact(&format!("{name} {slot}"), format_args!("public, integers {}", shorten(values)));
                }
            }
            Self::Private { commitments } => {
                for (slot, points) in commitments.iter().enumerate() {
                    for point in points {
                        output.fact(&format!("{name} {slot}"), format_args!("private, commitment {point}"));
                    }
                }
            }
        }
    }
}

/// The first values of a list.
pub(crate) fn shorten(values: &[i64]) -> String {
    const SHOWN: usize = 16;
    let mut text: Vec<String> = values.iter().take(SHOWN).map(i64::to_string).collect();
    if values.len() > SHOWN {
        text.push(format!("... ({} in all)", values.len()));
    }
    text.join(" ")
}

/// Compares public values with the first of them that are expected.
///
/// # Errors
/// They differ, or more are expected than there are.
pub(crate) fn compare_public(name: &str, got: &[Vec<i64>], expected: &[Vec<i64>], file: &Path) -> Result<(), CliError> {
    let file = file.display();
    let other = |message: String| Err(CliError::new(Kind::OtherStatement, message));
    if expected.len() > got.len() {
        return other(format!("{file}: {} inferences expected, the proof is of {}", expected.len(), got.len()));
    }
    for (slot, (got, expected)) in got.iter().zip(expected).enumerate() {
        if got.len() != expected.len() {
            return other(format!(
                "{file}: {} values expected for {name} {slot}, the proof has {}",
                expected.len(),
                got.len()
            ));
        }
        if let Some((index, (got, expected))) = got.iter().zip(expected).enumerate().find(|(_, (a, b))| a != b) {
            let message = format!(
                "{file}: the proof is of another {name}: value {index} of {name} {slot} is {got}, expected {expected}"
            );
            return other(message);
        }
    }
    Ok(())
}

/// Commitments of the given values, `slots` of them, in the place of the input or of the output.
pub(crate) struct Committer<'a> {
    pub(crate) record: &'a RecordFile,
    pub(crate) schedule: Schedule,
    pub(crate) powers: &'a [G1Affine],
}

impl<'a> Committer<'a> {
    /// For proofs of `batch` inferences.
    pub(crate) fn new(record: &'a RecordFile, batch: usize, powers: &'a [G1Affine]) -> Result<Self, CliError> {
        let schedule = record.schedule(batch)?;
        Ok(Self { record, schedule, powers })
    }

    /// Points of the input's or output's first slots, under these blinders.
    pub(crate) fn commit(&self, is_input: bool, values: &[Vec<i64>], blinders: &[Fr]) -> Result<Vec<String>, CliError> {
        let (schedule, rows) = (&self.schedule, self.schedule.rows);
        let port = if is_input { &self.record.record.input } else { &self.record.record.output };
        let (tensor, range) = match (is_input, schedule.private_output) {
            (true, _) => (schedule.input, rows.model..rows.model + rows.input),
            (false, Some(tensor)) => (tensor, rows.model + rows.input..rows.model + rows.input + rows.output),
            (false, None) => {
                return Err(CliError::new(Kind::Internal, "a private output that is not committed"));
            }
        };
        if blinders.len() != range.len() {
            let message = format!("{} blinders are needed, the secrets file has {}", range.len(), blinders.len());
            return Err(CliError::new(Kind::Mismatch, message));
        }
        let shape = Shape::new([port.rows as u32, port.cols as u32]);
        let cells: Vec<i64> = values.iter().flat_map(|slot| shape.pad(slot)).collect();
        let columns: Vec<Ints<'_>> = (0..schedule.tensors.len())
            .map(|i| Ints::Wide(if i == tensor { Cow::Borrowed(cells.as_slice()) } else { Cow::Borrowed(&[]) }))
            .collect();
        let points = commit(&Cpu, schedule, &columns, self.powers, range, blinders);
        let count = values.len() * port.commitment_rows();
        Ok(points.iter().take(count).map(|point| hex::encode(&point_bytes(point))).collect())
    }
}

/// The two sides of a proof's statement.
pub(crate) fn sides(record: &RecordFile, proof: &ProofFile) -> (Side, Side) {
    let record = &record.record;
    (Side::of(&record.input, &proof.statement.input), Side::of(&record.output, &proof.statement.output))
}
