//! The files that commands hand to each other.

use crate::error::{CliError, Kind};
use crate::files;
use crate::hex;
use sha3::{Digest, Keccak256};
use std::path::Path;
use verin_circuits::artifact::{ProofFile, RecordFile};
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::record::Record;
use verin_circuits::skeleton;
use verin_circuits::weights::Weights;
use verin_prover::keyfile;
use verin_prover::keys::ProverKey;
use verin_prover::ptau::{Ptau, PtauError};
use verin_quantizer::{Graph, VqFile};

/// SRS whose digests verifiers accept without being told: none has been chosen for production yet.
pub(crate) const ACCEPTED_SRS: [[u8; 32]; 0] = [];
/// Name of a prover's key in its folder.
pub(crate) const KEY: &str = "prover.key";
/// Name of the record in its folder.
pub(crate) const RECORD: &str = "record.bin";

/// What is said of weights that only their owner knows.
pub(crate) const PRIVATE: &str = "private";

/// Who knows the weights of a record.
pub(crate) fn weights(record: &Record) -> &'static str {
    if record.flags.private_weights { PRIVATE } else { "published" }
}

/// A quantized model.
pub(crate) fn model(path: &Path) -> Result<VqFile, CliError> {
    let bytes = files::read(path, verin_quantizer::vq::MAX_BYTES)?;
    VqFile::read(&bytes).map_err(|e| CliError::from(e).at(path.display()))
}

/// A record file.
pub(crate) fn record(path: &Path) -> Result<RecordFile, CliError> {
    let bytes = files::read(path, files::SMALL)?;
    RecordFile::decode(&bytes).map_err(|e| damaged("record file", path, &e.to_string()))
}

/// A proof file.
pub(crate) fn proof(path: &Path) -> Result<ProofFile, CliError> {
    let bytes = files::read(path, files::SMALL)?;
    ProofFile::decode(&bytes).map_err(|e| damaged("proof file", path, &e.to_string()))
}

/// A prover's key.
pub(crate) fn key(path: &Path) -> Result<ProverKey, CliError> {
    let bytes = files::read(path, files::KEY)?;
    keyfile::decode(&bytes).map_err(|e| damaged("prover key", path, &e.to_string()))
}

fn damaged(what: &str, path: &Path, why: &str) -> CliError {
    CliError::new(Kind::Damaged, format!("{}: not a {what} of this version: {why}; make it again", path.display()))
}

/// An SRS file.
pub(crate) fn srs_file(path: &Path) -> Result<Ptau, CliError> {
    Ptau::open(path).map_err(|e| srs_error(path, &e))
}

/// An error of an SRS file.
pub(crate) fn srs_error(path: &Path, error: &PtauError) -> CliError {
    let kind = match error {
        PtauError::Io(e) => return crate::error::io(path.display(), e),
        PtauError::Malformed { .. } => Kind::SrsMalformed,
        PtauError::TooSmall { .. } => Kind::SrsTooSmall,
        _ => Kind::SrsInvalid,
    };
    CliError::new(kind, format!("{}: {error}", path.display()))
}

/// Whether this is the SRS whose secret everyone knows.
pub(crate) fn is_insecure(digest: &[u8; 32]) -> bool {
    *digest == VerifierSrs::insecure().digest
}

/// The SRS of a record, if it was accepted by name.
pub(crate) fn accepted_srs(digest: &[u8; 32], insecure: bool, file: Option<&Path>) -> Result<VerifierSrs, CliError> {
    if is_insecure(digest) {
        return match insecure {
            true => Ok(VerifierSrs::insecure().clone()),
            false => Err(CliError::new(
                Kind::SrsNotAccepted,
                "the record rests on the INSECURE development SRS, whose secret is published: anyone can forge such proofs; pass \
                 --insecure-srs to accept it for development, or set the model up with --srs FILE.ptau",
            )),
        };
    }
    let Some(file) = file else {
        debug_assert!(!ACCEPTED_SRS.contains(digest), "an accepted SRS has its constants compiled in");
        return Err(CliError::new(
            Kind::SrsNotAccepted,
            format!(
                "the record rests on the SRS {}, which this build does not know; pass --srs FILE.ptau of a ceremony you trust",
                hex::encode(digest)
            ),
        ));
    };
    let srs = srs_file(file)?.verifier().map_err(|e| srs_error(file, &e))?;
    match srs.digest == *digest {
        true => Ok(srs),
        false => Err(CliError::new(
            Kind::Mismatch,
            format!(
                "{}: the record rests on another SRS: expected digest {}, got {}; pass the .ptau file it was set up with",
                file.display(),
                hex::encode(digest),
                hex::encode(&srs.digest)
            ),
        )),
    }
}

/// The program in a file, which must be that of a record from the chain: there it has no structure beside it.
pub(crate) fn model_of(record: &Record, path: &Path) -> Result<Graph, CliError> {
    let graph = model(path)?.graph;
    let matches = if record.flags.private_weights {
        // What is committed to cannot be compared; what it takes and gives can.
        graph.input_len() == record.input.rows * record.input.cols
            && (graph.input.lo, graph.input.hi) == record.input_range
            && graph.output_len() == record.output.rows * record.output.cols
    } else {
        let weights = Weights::Published { graph_digest: graph.digest() };
        weights.check_digest(record, &skeleton::encode(&graph)).is_ok()
    };
    if matches {
        return Ok(graph);
    }
    let message = format!("{}: another model than that of record {}", path.display(), hex::encode(&record.hash()));
    Err(CliError::new(Kind::Mismatch, message))
}

/// Demands that a proof was made for a record.
pub(crate) fn same_record(record: &RecordFile, proof: &ProofFile, names: (&Path, &Path)) -> Result<(), CliError> {
    let expected = record.record.hash();
    if proof.record_hash == expected {
        return Ok(());
    }
    Err(CliError::new(
        Kind::Mismatch,
        format!(
            "{}: the proof is for record {}, but {} is record {}; pass the record of the key that made it",
            names.1.display(),
            hex::encode(&proof.record_hash),
            names.0.display(),
            hex::encode(&expected)
        ),
    ))
}

/// Demands that a program is the record's; where weights are private, and nothing tells of them, that its structure is.
pub(crate) fn same_model(record: &RecordFile, graph: &Graph, name: &Path) -> Result<(), CliError> {
    let (what, expected, got) = match &record.weights {
        Weights::Published { graph_digest } => ("graph digest", *graph_digest, graph.digest()),
        Weights::Private(_) => {
            let hash = |skeleton: &[u8]| Keccak256::digest(skeleton).into();
            ("a structure of hash", hash(&record.skeleton), hash(&skeleton::encode(&graph.declare_ranges()?)))
        }
    };
    if expected == got {
        return Ok(());
    }
    let (name, expected, got) = (name.display(), hex::encode(&expected), hex::encode(&got));
    let message = format!("{name}: another model than the record's: expected {what} {expected}, got {got}");
    Err(CliError::new(Kind::Mismatch, message))
}
