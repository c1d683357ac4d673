//! A whole seal: the statement, the halo2 proof that a core proof for it exists, the deferred opening, and
//! one pairing check that decides both.

use super::proof::PROOF_WORDS;
use super::verifier::verify_halo2;
use crate::commitment::opening::{Opening, committed_folds, opening_words, verify_opening};
use crate::commitment::srs::VerifierSrs;
use crate::encoding::{Reader, WORD};
use crate::error::VerifyError;
use crate::record::{KeySet, Record};
use crate::statement::Statement;
use crate::transcript::keccak::KeccakTranscript;

/// What a valid seal has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The record's name.
    pub record_hash: [u8; WORD],
    /// Digest of the statement and of all witness rows.
    pub s0: [u8; WORD],
    /// Number of inferences.
    pub batch: usize,
}

/// Size of a seal and what checking it takes; exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealCost {
    /// Words of the seal.
    pub seal_words: usize,
    /// Words of the record.
    pub record_words: usize,
    /// Instances of the circuit.
    pub instances: usize,
    /// Rows in the opening.
    pub rows: usize,
    /// Committed folds in the opening.
    pub folds: usize,
    /// Scalar multiplications of the contract: terms of both sides whose scalar is not always 1.
    pub multiplications: usize,
}

/// Checks that `seal` proves `statement` about the model of `record`.
///
/// # Errors
/// It does not; the error names the check that failed.
pub fn verify_seal(
    record: &Record,
    srs: &VerifierSrs,
    statement: &Statement,
    seal: &[u8],
) -> Result<Verified, VerifyError> {
    verify(record, srs, statement, seal).map_err(|error| statement.explain(record, error))
}

fn verify(record: &Record, srs: &VerifierSrs, statement: &Statement, seal: &[u8]) -> Result<Verified, VerifyError> {
    if record.srs_digest != srs.digest {
        return Err(VerifyError::Mismatch {
            what: "SRS digest",
            expected: hex(&srs.digest),
            got: hex(&record.srs_digest),
        });
    }
    let batch = statement.batch(record)?;
    let key = record.key_set(batch).ok_or(VerifyError::Malformed {
        what: "statement",
        why: format!("the record has no key set for a batch of {batch}"),
    })?;
    let expected = WORD * seal_cost(record, key).seal_words;
    if seal.len() != expected {
        return Err(VerifyError::Length { what: "seal", expected, got: seal.len() });
    }

    let mut reader = Reader::new("seal", seal);
    let witness_rows = reader.points(key.witness_rows)?;
    let bound = statement.bind(record, &witness_rows)?;
    let scalars = reader.scalars(record.opened_rows(key))?;
    let zeta = reader.scalars(record.row_log)?;
    let v = reader.scalar()?;

    let instances = [bound.instances(), scalars.clone(), zeta.clone(), vec![v]].concat();
    let mut transcript = KeccakTranscript::new(bound.s0);
    let mut claim = verify_halo2(key, &instances, &mut transcript, &mut reader)?;

    let rows = [record.model_rows.as_slice(), &bound.port_rows, &witness_rows].concat();
    let opening = Opening { rows: &rows, scalars: &scalars, zeta: &zeta, v };
    let opened = verify_opening(&opening, &mut transcript, &mut reader, srs)?;
    reader.end()?;

    claim.merge(transcript.challenge(), &opened);
    claim.check(srs)?;
    Ok(Verified { record_hash: record.hash(), s0: bound.s0, batch })
}

/// Size of the seals of `key`, and what checking one takes.
pub fn seal_cost(record: &Record, key: &KeySet) -> SealCost {
    let rows = record.opened_rows(key);
    let folds = committed_folds(record.row_log);
    let public = usize::from(!record.flags.private_input) + usize::from(!record.flags.private_output);
    let instances = 1 + public + usize::from(public > 0) + rows + record.row_log + 1;
    SealCost {
        seal_words: 2 * key.witness_rows + rows + record.row_log + 1 + PROOF_WORDS + opening_words(record.row_log),
        record_words: record.encode().len() / WORD,
        instances,
        rows,
        folds,
        // halo2's 30 points less the first, whose scalar is 1; the generator, rows, folds, the blinder's point
        // and the opening's two quotients; the second of these once more on the right side.
        multiplications: 29 + 1 + rows + folds + 1 + 2 + 1,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
