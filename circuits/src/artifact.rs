//! Files: a record with what lies beside it, and a proof with its statement.
//!
//! `magic (8) || section* || keccak256 of everything before (32)`, a section being a 64-bit big-endian length and its bytes.
//! The checksum finds accidents; what the bytes mean is checked against the record hash and by the proof.

use crate::encoding::WORD;
use crate::error::VerifyError;
use crate::record::Record;
use crate::statement::Statement;
use sha3::{Digest, Keccak256};

/// First bytes of a record file.
pub const RECORD_MAGIC: [u8; 8] = *b"verinrec";
/// First bytes of a proof file.
pub const PROOF_MAGIC: [u8; 8] = *b"verinprf";

/// A record and, for unsealed proofs, the program's skeleton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFile {
    /// The record.
    pub record: Record,
    /// See [`crate::skeleton`].
    pub skeleton: Vec<u8>,
    /// Digest of the whole graph.
    pub graph_digest: [u8; WORD],
}

impl RecordFile {
    /// The bytes of the file.
    pub fn encode(&self) -> Vec<u8> {
        seal_sections(RECORD_MAGIC, &[&self.record.encode(), &self.skeleton, &self.graph_digest])
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It is none, or damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self, VerifyError> {
        let [record, skeleton, digest] = sections("record file", RECORD_MAGIC, bytes)?;
        let graph_digest = digest.try_into().map_err(|_| VerifyError::Length {
            what: "record file, graph digest",
            expected: WORD,
            got: digest.len(),
        })?;
        Ok(Self { record: Record::decode(record)?, skeleton: skeleton.to_vec(), graph_digest })
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
