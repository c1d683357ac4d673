//! The opening of a private input's commitment: what a requester hands over to the prover that it chose.
//!
//! The commitment is the requester's, and on the chain before there is a prover (`Prover::commit_input`). A prover that is given values
//! and blinders recomputes it before it accepts the job: afterwards, what cannot be proved is its own loss.

use crate::error::ProverError;
use crate::prove::Prover;
use ark_bn254::Fr;
use verin_circuits::encoding::{Reader, scalar_bytes};

/// Bytes of a value.
const VALUE: usize = 8;

/// One input, and the blinders of its commitment, one a row.
#[derive(Clone, PartialEq, Eq)]
pub struct InputOpening {
    /// Real cells, as the program takes them.
    pub values: Vec<i64>,
    /// One a row.
    pub blinders: Vec<Fr>,
}

impl std::fmt::Debug for InputOpening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InputOpening({} values, {} blinders)", self.values.len(), self.blinders.len())
    }
}

impl InputOpening {
    /// The numbers of values and of blinders as words, the values as eight bytes each, big-endian two's complement, the blinders
    /// as words.
    pub fn encode(&self) -> Vec<u8> {
        let counts = [self.values.len(), self.blinders.len()].map(|count| Fr::from(count as u64));
        let values = self.values.iter().flat_map(|value| value.to_be_bytes());
        let blinders = self.blinders.iter().flat_map(scalar_bytes);
        counts.iter().flat_map(scalar_bytes).chain(values).chain(blinders).collect()
    }

    /// Reads what [`InputOpening::encode`] made.
    ///
    /// # Errors
    /// The bytes are no opening.
    pub fn decode(bytes: &[u8]) -> Result<Self, ProverError> {
        let mut reader = Reader::new("opening of a private input", bytes);
        let (count, rows) = (reader.number()?, reader.number()?);
        // Grows with what is there: the counts are somebody else's.
        let mut values = Vec::new();
        for _ in 0..count {
            let mut value = [0; VALUE];
            value.copy_from_slice(reader.take(VALUE)?);
            values.push(i64::from_be_bytes(value));
        }
        let mut blinders = Vec::new();
        for _ in 0..rows {
            blinders.push(reader.scalar()?);
        }
        reader.end()?;
        Ok(Self { values, blinders })
    }
}

impl Prover<'_> {
    /// Whether this opens the commitment that a job was requested with.
    ///
    /// # Errors
    /// It does not, for one reason or another; a job that comes with it must not be accepted.
    pub fn check_opening(&mut self, opening: &InputOpening, commitment: &[u8]) -> Result<(), ProverError> {
        let values = opening.values.len();
        let expected = self.key().graph.input_len();
        if values != expected {
            return Err(ProverError::Opening { why: format!("it has {values} values, the program takes {expected}") });
        }
        let got = self.commitment_of(std::slice::from_ref(&opening.values), &opening.blinders)?;
        if got == commitment { Ok(()) } else { Err(ProverError::Opening { why: "its commitment is another".into() }) }
    }
}
