//! Files: a record with what lies beside it, and a proof with its statement.
//!
//! `magic (8) || section* || keccak256 of everything before (32)`, a section being a 64-bit big-endian length and its bytes.
//! The checksum finds accidents; what the bytes mean is checked against the record hash and by the proof.

use crate::commitment::srs::VerifierSrs;
use crate::encoding::WORD;
use crate::error::VerifyError;
use crate::plonk::seal::verify_seal;
use crate::record::Record;
use crate::schedule::Schedule;
use crate::statement::Statement;
use crate::unsealed::{self, verify_unsealed};
use crate::weights::{RangeProof, Weights, check_weights};
use sha3::{Digest, Keccak256};

/// First bytes of a record file.
pub const RECORD_MAGIC: [u8; 8] = *b"verinrec";
/// First bytes of a range proof, which is in the file of a record with private weights.
pub const RANGES_MAGIC: [u8; 8] = *b"verinrng";
/// First bytes of a proof file.
pub const PROOF_MAGIC: [u8; 8] = *b"verinprf";

/// A record, and what the digest of its model commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFile {
    /// The record.
    pub record: Record,
    /// See [`crate::skeleton`].
    pub skeleton: Vec<u8>,
    /// See [`crate::weights`].
    pub weights: Weights,
}

impl RecordFile {
    /// The bytes of the file.
    pub fn encode(&self) -> Vec<u8> {
        let weights = match &self.weights {
            Weights::Published { graph_digest } => graph_digest.to_vec(),
            Weights::Private(ranges) => ranges.encode(),
        };
        seal_sections(RECORD_MAGIC, &[&self.record.encode(), &self.skeleton, &weights])
    }

    /// Reads a file. What it says of its weights is not checked: [`crate::weights::check_weights`] does.
    ///
    /// # Errors
    /// It is none, or damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self, VerifyError> {
        let [record, skeleton, weights] = sections("record file", RECORD_MAGIC, bytes)?;
        let weights = match <[u8; WORD]>::try_from(weights) {
            Ok(graph_digest) => Weights::Published { graph_digest },
            Err(_) => Weights::Private(RangeProof::decode(weights)?),
        };
        Ok(Self { record: Record::decode(record)?, skeleton: skeleton.to_vec(), weights })
    }

    /// The schedule of a batch.
    ///
    /// # Errors
    /// The parts of the file do not belong together.
    pub fn schedule(&self, batch: usize) -> Result<Schedule, VerifyError> {
        unsealed::schedule(&self.record, &self.skeleton, &self.weights, batch)
    }

    /// Verifies a proof under this record, with all that is to be checked of the record itself; gives `S0`.
    ///
    /// # Errors
    /// The proof does not hold, is for another record, or the record is none that may be relied on.
    pub fn verify(&self, proof: &ProofFile, srs: &VerifierSrs) -> Result<[u8; WORD], VerifyError> {
        let (expected, got) = (self.record.hash(), proof.record_hash);
        if expected != got {
            let hex = |hash: [u8; WORD]| hash.iter().map(|byte| format!("{byte:02x}")).collect();
            return Err(VerifyError::Mismatch { what: "record of the proof", expected: hex(expected), got: hex(got) });
        }
        check_weights(self, srs)?;
        if proof.sealed {
            return Ok(verify_seal(&self.record, srs, &proof.statement, &proof.body)?.s0);
        }
        let schedule = self.schedule(proof.statement.batch(&self.record)?)?;
        verify_unsealed(&self.record, &schedule, srs, &proof.statement, &proof.body)
    }
}

impl RangeProof {
    /// The bytes of a file of it: what a contract is told besides the record.
    pub fn encode(&self) -> Vec<u8> {
        seal_sections(RANGES_MAGIC, &[&self.record.encode(), &self.seal])
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It is none, or damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self, VerifyError> {
        let [record, seal] = sections("range proof", RANGES_MAGIC, bytes)?;
        Ok(Self { record: Record::decode(record)?, seal: seal.to_vec() })
    }
}

/// A proof and what it proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofFile {
    /// Whether `body` is a seal; else an unsealed core proof.
    pub sealed: bool,
    /// The record it was made for.
    pub record_hash: [u8; WORD],
    /// The statement.
    pub statement: Statement,
    /// The proof.
    pub body: Vec<u8>,
}

impl ProofFile {
    /// The bytes of the file.
    pub fn encode(&self) -> Vec<u8> {
        let Statement { context, input, output } = &self.statement;
        seal_sections(PROOF_MAGIC, &[&[u8::from(self.sealed)], &self.record_hash, context, input, output, &self.body])
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It is none, or damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self, VerifyError> {
        let what = "proof file";
        let [kind, hash, context, input, output, body] = sections(what, PROOF_MAGIC, bytes)?;
        let word = |bytes: &[u8]| {
            <[u8; WORD]>::try_from(bytes).map_err(|_| VerifyError::Length { what, expected: WORD, got: bytes.len() })
        };
        let sealed = match kind {
            [0] => false,
            [1] => true,
            _ => return Err(VerifyError::Malformed { what, why: "it is neither sealed nor unsealed".into() }),
        };
        let statement = Statement { context: word(context)?, input: input.to_vec(), output: output.to_vec() };
        Ok(Self { sealed, record_hash: word(hash)?, statement, body: body.to_vec() })
    }
}

/// Joins sections into a file.
pub fn seal_sections(magic: [u8; 8], parts: &[&[u8]]) -> Vec<u8> {
    let mut out = magic.to_vec();
    for part in parts {
        out.extend((part.len() as u64).to_be_bytes());
        out.extend(*part);
    }
    let checksum = Keccak256::digest(&out);
    out.extend(checksum);
    out
}

/// The sections of a file.
///
/// # Errors
/// Another magic, a wrong checksum, or not `N` sections.
pub fn sections<'a, const N: usize>(
    what: &'static str,
    magic: [u8; 8],
    bytes: &'a [u8],
) -> Result<[&'a [u8]; N], VerifyError> {
    let malformed = |why: &str| VerifyError::Malformed { what, why: why.to_string() };
    let rest = bytes.strip_prefix(&magic).ok_or_else(|| malformed("it does not begin like one"))?;
    let (body, checksum) = rest.split_last_chunk::<WORD>().ok_or_else(|| malformed("it is truncated"))?;
    let hashed = Keccak256::new().chain_update(magic).chain_update(body).finalize();
    if hashed[..] != checksum[..] {
        return Err(malformed("its checksum is wrong: it is truncated or damaged"));
    }
    let mut rest = body;
    let mut parts = [&[][..]; N];
    for part in &mut parts {
        let (length, tail) = rest.split_first_chunk::<8>().ok_or_else(|| malformed("a section is missing"))?;
        let length = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| malformed("a section is too long"))?;
        let (section, tail) = tail.split_at_checked(length).ok_or_else(|| malformed("a section is too long"))?;
        (*part, rest) = (section, tail);
    }
    if rest.is_empty() { Ok(parts) } else { Err(malformed("there are more sections than expected")) }
}
