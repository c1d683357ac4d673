//! What a record says of the weights of its model: published, or private.
//!
//! The digest of a model commits to its structure ([`crate::skeleton`]) and, where weights are published, to the whole program:
//! `keccak256("verin.model.v1" || keccak256(skeleton) || digest of the graph)`. That would confirm guesses of private weights. They
//! are in nothing but hiding rows, the first of the model; the ranges that bounds are computed from are declared in the
//! structure. That the rows hold such weights, and zero at their padding, is shown once, by a *range proof*: a seal under a
//! *range record*, which has these very rows as its model rows. The digest of the model is then
//! `keccak256("verin.model.private.v1" || keccak256(skeleton) || hash of the range record)`, and that in the range record
//! `keccak256("verin.ranges.v1" || keccak256(skeleton))`.
//!
//! A range proof is a proof of the *range program*: one public value, copied, whose schedule looks every constant up
//! ([`crate::schedule::Constants::Checked`]). Whoever relies on a record recomputes it and its range record from the skeleton, but
//! for the hiding rows.

use crate::artifact::RecordFile;
use crate::commitment::srs::VerifierSrs;
use crate::encoding::WORD;
use crate::error::VerifyError;
use crate::plonk::seal::verify_seal;
use crate::record::{Flags, KeySet, Record};
use crate::schedule::{Constants, Options, Schedule, build};
use crate::skeleton;
use crate::statement::Statement;
use sha3::{Digest, Keccak256};
use verin_quantizer::ir::{Graph, Input, Move, Node, Op, Output, Shape, Source, Term, View};

/// First item of the preimage of the digest of a model whose weights are published.
pub const PUBLISHED_TAG: &[u8] = b"verin.model.v1";
/// The same of one whose weights are private.
pub const PRIVATE_TAG: &[u8] = b"verin.model.private.v1";
/// The same of what a range record is about.
pub const RANGES_TAG: &[u8] = b"verin.ranges.v1";
/// The same of the context of a range proof.
pub const CONTEXT_TAG: &[u8] = b"verin.ranges.context.v1";

/// What the digest of a model commits to besides its structure.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one in a record file, which is not small anyway")]
pub enum Weights {
    /// Everyone who has the model can recompute its rows.
    Published {
        /// Digest of the whole graph.
        graph_digest: [u8; WORD],
    },
    /// Nobody but the owner can.
    Private(RangeProof),
}

/// A proof that the private weights behind a record are in their declared ranges, and zero where they are padded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeProof {
    /// The range record.
    pub record: Record,
    /// A seal under it.
    pub seal: Vec<u8>,
}

impl Weights {
    /// The digest of a model of this structure.
    pub fn model_digest(&self, skeleton: &[u8]) -> [u8; WORD] {
        let (tag, rest) = match self {
            Self::Published { graph_digest } => (PUBLISHED_TAG, *graph_digest),
            Self::Private(ranges) => (PRIVATE_TAG, ranges.record.hash()),
        };
        let hash = Keccak256::new().chain_update(tag).chain_update(Keccak256::digest(skeleton));
        hash.chain_update(rest).finalize().into()
    }

    /// Demands that `record` is of a model of this structure and these weights.
    ///
    /// # Errors
    /// It is not.
    pub fn check_digest(&self, record: &Record, skeleton: &[u8]) -> Result<(), VerifyError> {
        if record.flags.private_weights != matches!(self, Self::Private(_)) {
            let why = match record.flags.private_weights {
                true => "there is no range proof; ask whoever made the record for its file",
                false => "there is a range proof, but the record says that its weights are published",
            };
            return Err(VerifyError::PrivateWeights { why: why.into() });
        }
        same("digest of the model", &record.graph_digest, &self.model_digest(skeleton))
    }
}

/// What a range record says it is about: the constants of this structure.
pub fn ranges_digest(skeleton: &[u8]) -> [u8; WORD] {
    Keccak256::new().chain_update(RANGES_TAG).chain_update(Keccak256::digest(skeleton)).finalize().into()
}

/// What the range proof of a record states: 0 copied to 0, for the context `keccak256("verin.ranges.context.v1" || record hash)`.
pub fn range_statement(record_hash: &[u8; WORD]) -> Statement {
    let context = Keccak256::new().chain_update(CONTEXT_TAG).chain_update(record_hash).finalize().into();
    Statement { context, input: vec![0], output: vec![0] }
}

/// The range program of `graph`: its constants, which nothing reads, and one value that is copied.
pub fn range_program(graph: &Graph) -> Graph {
    let (lo, hi) = (-2, 1);
    let view = View { source: Source::Tensor(0), links: Vec::new() };
    let op = Op::Sum(vec![Term::Move(Move { coefficient: 1, view })]);
    Graph {
        input: Input { shape: Shape::default(), lo, hi, parts: Vec::new() },
        constants: graph.constants.clone(),
        nodes: vec![Node { name: "ranges".into(), op, shape: Shape::default(), exponent: 0, lo, hi }],
        output: Output { tensor: 1, parts: Vec::new() },
    }
}

/// How range programs are proved, in rows of `2^b`.
pub fn range_options(b: u32) -> Options {
    Options { b, batch_log: 0, private_input: false, private_output: false, constants: Constants::Checked, mask: true }
}

/// The header of the range record of a model, which has neither rows nor key sets, and the schedule of its proof.
///
/// # Errors
/// The model has no range program.
pub fn range_record(record: &Record, skeleton_bytes: &[u8]) -> Result<(Record, Schedule), VerifyError> {
    let program = range_program(&skeleton::decode(skeleton_bytes)?);
    let schedule = build(&program, range_options(record.row_log as u32))?;
    let (input, output) = skeleton::ports(&program, &schedule);
    let header = Record {
        graph_digest: ranges_digest(skeleton_bytes),
        srs_digest: record.srs_digest,
        row_log: record.row_log,
        flags: Flags::default(),
        input,
        input_range: (program.input.lo, program.input.hi),
        output,
        model_rows: Vec::new(),
        key_sets: Vec::new(),
    };
    Ok((header, schedule))
}

/// Checks what `file` says of its weights: nothing more where they are published; where they are private, that its range record
/// is that of its structure and has its rows, and that its range proof holds.
///
/// The seal circuit of a range record, like that of a record, is for whoever relies on them to recompute.
///
/// # Errors
/// [`VerifyError::PrivateWeights`], or what does not belong together.
pub fn check_weights(file: &RecordFile, srs: &VerifierSrs) -> Result<(), VerifyError> {
    let RecordFile { record, skeleton, weights } = file;
    weights.check_digest(record, skeleton)?;
    let Weights::Private(ranges) = weights else { return Ok(()) };
    let refused = |why: String| VerifyError::PrivateWeights { why };

    let (expected, schedule) = range_record(record, skeleton).map_err(|error| refused(error.to_string()))?;
    let RangeProof { record: range_record, seal } = ranges;
    let header = Record { model_rows: Vec::new(), key_sets: Vec::new(), ..range_record.clone() };
    if header != expected {
        return Err(refused("its range record is not one of its structure".into()));
    }
    let rows = record.model_rows.get(..schedule.rows.private).unwrap_or(&record.model_rows);
    if schedule.rows.private != schedule.rows.model || range_record.model_rows != rows {
        return Err(refused("its range record is about other rows than its own".into()));
    }
    let is_key_set = |set: &KeySet| set.batch == 1 && set.witness_rows == schedule.rows.witness;
    if range_record.key_sets.len() != 1 || !range_record.key_sets.iter().all(is_key_set) {
        return Err(refused("its range record has other seals than one of its structure".into()));
    }
    verify_seal(range_record, srs, &range_statement(&record.hash()), seal)
        .map_err(|error| refused(format!("its range proof does not hold ({error})")))?;
    Ok(())
}

fn same(what: &'static str, expected: &[u8; WORD], got: &[u8; WORD]) -> Result<(), VerifyError> {
    let hex = |bytes: &[u8; WORD]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    if expected == got { Ok(()) } else { Err(VerifyError::Mismatch { what, expected: hex(expected), got: hex(got) }) }
}
