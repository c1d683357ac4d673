//! The record of a model: everything a verifier knows of it, named by the hash of its bytes.
//!
//! The layout is in `docs/formats.md`. Decoding is strict: bytes that do not describe a record exactly as
//! [`Record::encode`] writes it are refused, so a record has one encoding and one name.

use crate::encoding::{Reader, WORD, point_bytes, scalar_bytes};
use crate::error::VerifyError;
use ark_bn254::{Fr, G1Affine};
use core::ops::RangeInclusive;
use sha3::{Digest, Keccak256};

/// Hashed, the first word of every record of this version.
pub const TAG: &[u8] = b"verin.record.v2";
/// Fixed columns of the seal circuit.
pub const FIXED_COLUMNS: usize = 7;
/// Columns of its permutation.
pub const PERMUTATION_COLUMNS: usize = 6;
/// Bytes of a point.
pub const POINT: usize = 2 * WORD;

/// Legal `b`.
pub const ROW_LOG: RangeInclusive<usize> = 4..=20;
/// Legal `k`.
pub const CIRCUIT_LOG: RangeInclusive<usize> = 4..=20;
/// Bytes a public value may take.
pub const WIDTH: RangeInclusive<usize> = 1..=8;
/// Largest batch.
pub const MAX_BATCH: usize = 32;
/// Rows of one opening stay below this.
pub const MAX_ROWS: usize = 1 << 16;
/// Values of one slot's input or output, padded columns included, are at most this many. As it is a power of two, so are they
/// with padded rows.
pub const MAX_VALUES: usize = 1 << 24;

const WHAT: &str = "record";

/// What is committed instead of shown, and which profile the record is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// The input enters as commitments.
    pub private_input: bool,
    /// The output enters as commitments.
    pub private_output: bool,
    /// Nothing but hiding rows depends on the weights; that they lie in their declared ranges is shown beside the record
    /// ([`crate::weights`]).
    pub private_weights: bool,
    /// Unsealed proofs only: no mask row, no key sets.
    pub fast: bool,
}

impl Flags {
    fn decode(word: usize) -> Option<Self> {
        let bit = |i: u32| (word >> i) & 1 == 1;
        let flags = Self { private_input: bit(0), private_output: bit(1), private_weights: bit(2), fast: bit(3) };
        // Only seals keep weights private.
        (word < 16 && !(flags.private_weights && flags.fast)).then_some(flags)
    }

    fn encode(self) -> usize {
        let bits = [self.private_input, self.private_output, self.private_weights, self.fast];
        bits.iter().rev().fold(0, |word, bit| word << 1 | usize::from(*bit))
    }
}

/// Shape and width of one slot's input or output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// Bytes a slot takes in the statement.
    pub bytes: usize,
    /// Bytes of a value; 0 when private.
    pub width: usize,
    /// Rows of the tensor, any number.
    pub rows: usize,
    /// Columns of the tensor.
    pub cols: usize,
    /// log2 of the columns after padding.
    pub log_cols: u32,
}

impl Port {
    /// Commitment rows a slot takes: 0 when public.
    pub fn commitment_rows(&self) -> usize {
        if self.width == 0 { self.bytes / POINT } else { 0 }
    }

    /// log2 of the rows after padding.
    pub fn log_rows(&self) -> u32 {
        self.rows.saturating_sub(1).checked_ilog2().map_or(0, |log| log + 1)
    }

    fn decode(reader: &mut Reader<'_>, private: bool, what: &'static str) -> Result<Self, VerifyError> {
        let bytes = number(reader)?;
        let width = number(reader)?;
        let rows = number(reader)?;
        let cols = number(reader)?;
        let log_cols = reader.number()?;
        let port = Self { bytes, width, rows, cols, log_cols };
        port.check(private, what).map(|()| port)
    }

    fn check(&self, private: bool, what: &'static str) -> Result<(), VerifyError> {
        let malformed = |why: &str| Err(VerifyError::Malformed { what, why: why.to_string() });
        if self.rows == 0 || self.cols == 0 || self.rows > MAX_VALUES || self.cols > MAX_VALUES {
            return malformed("an empty or oversized shape");
        }
        let padded = self.cols.next_power_of_two();
        if padded.trailing_zeros() != self.log_cols || self.rows.saturating_mul(padded) > MAX_VALUES {
            return malformed("padded columns do not fit the shape");
        }
        if private {
            if self.width != 0 || self.bytes == 0 || !self.bytes.is_multiple_of(POINT) || self.bytes / POINT >= MAX_ROWS
            {
                return malformed("a private port holds points and has width 0");
            }
        } else if !WIDTH.contains(&self.width) || self.bytes != self.rows * self.cols * self.width {
            return malformed("a public port holds rows x columns values of 1 to 8 bytes");
        }
        Ok(())
    }
}

/// Whether `width` bytes hold all values in a range.
pub fn holds(width: usize, (lo, hi): (i64, i64)) -> bool {
    let half = 1i128 << (8 * width).saturating_sub(1);
    i128::from(lo) >= -half && i128::from(hi) < half
}

/// Verifying key of the seal circuit for one batch size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySet {
    /// Inferences in a seal, a power of two.
    pub batch: usize,
    /// log2 of the circuit's rows.
    pub k: usize,
    /// Commitment rows a seal carries: mask row included and last, rows of private input and output not.
    pub witness_rows: usize,
    /// halo2's transcript representation of the verifying key.
    pub transcript_repr: Fr,
    /// Commitments of the fixed columns.
    pub fixed: [G1Affine; FIXED_COLUMNS],
    /// Commitments of the permutation's columns.
    pub permutation: [G1Affine; PERMUTATION_COLUMNS],
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Digest of the model, see [`crate::weights`].
    pub graph_digest: [u8; WORD],
    /// Digest of the SRS, see [`crate::commitment::srs`].
    pub srs_digest: [u8; WORD],
    /// `b`: a committed row has `2^b` entries.
    pub row_log: usize,
    /// Visibility and profile.
    pub flags: Flags,
    /// The input of a slot.
    pub input: Port,
    /// Smallest and largest legal input value.
    pub input_range: (i64, i64),
    /// The output of a slot.
    pub output: Port,
    /// Commitments of the model's rows.
    pub model_rows: Vec<G1Affine>,
    /// One per batch size, smallest first; none in profile `fast`.
    pub key_sets: Vec<KeySet>,
}

impl Record {
    /// The name of the record.
    pub fn hash(&self) -> [u8; WORD] {
        Keccak256::digest(self.encode()).into()
    }

    /// The key set for `batch` inferences.
    pub fn key_set(&self, batch: usize) -> Option<&KeySet> {
        self.key_sets.iter().find(|set| set.batch == batch)
    }

    /// Rows of private input and output in a batch.
    pub fn port_rows(&self, batch: usize) -> usize {
        batch * (self.input.commitment_rows() + self.output.commitment_rows())
    }

    /// Rows a seal of `set` opens.
    pub fn opened_rows(&self, set: &KeySet) -> usize {
        self.model_rows.len() + self.port_rows(set.batch) + set.witness_rows
    }

    /// The bytes of the record.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(&Keccak256::digest(TAG));
        out.extend_from_slice(&self.graph_digest);
        out.extend_from_slice(&self.srs_digest);
        push(&mut out, self.row_log);
        push(&mut out, self.flags.encode());
        push_port(&mut out, &self.input);
        push_signed(&mut out, self.input_range.0);
        push_signed(&mut out, self.input_range.1);
        push_port(&mut out, &self.output);
        push(&mut out, self.model_rows.len());
        push(&mut out, self.key_sets.len());
        for set in &self.key_sets {
            push(&mut out, set.batch);
            push(&mut out, set.k);
            push(&mut out, set.witness_rows);
            out.extend_from_slice(&scalar_bytes(&set.transcript_repr));
        }
        for row in &self.model_rows {
            out.extend_from_slice(&point_bytes(row));
        }
        for set in &self.key_sets {
            for point in set.fixed.iter().chain(&set.permutation) {
                out.extend_from_slice(&point_bytes(point));
            }
        }
        out
    }

    /// Reads a record.
    ///
    /// # Errors
    /// The bytes are not a record of this version, exactly.
    pub fn decode(bytes: &[u8]) -> Result<Self, VerifyError> {
        let malformed = |why: &str| VerifyError::Malformed { what: WHAT, why: why.to_string() };
        let mut reader = Reader::new(WHAT, bytes);
        let reader = &mut reader;
        if reader.word()? != <[u8; WORD]>::from(Keccak256::digest(TAG)) {
            return Err(malformed("not a record of this version"));
        }
        let graph_digest = reader.word()?;
        let srs_digest = reader.word()?;
        let row_log = bounded(reader, ROW_LOG, "the row length is out of range")?;
        let flags = Flags::decode(number(reader)?).ok_or(malformed("unknown flags"))?;
        let input = Port::decode(reader, flags.private_input, "record, input")?;
        let input_range = (signed(reader)?, signed(reader)?);
        if input_range.0 > input_range.1 {
            return Err(malformed("the input range is empty"));
        }
        if !flags.private_input && !holds(input.width, input_range) {
            return Err(malformed("input values have too few bytes for their range"));
        }
        let output = Port::decode(reader, flags.private_output, "record, output")?;
        let models = bounded(reader, 0..=MAX_ROWS - 1, "too many model rows")?;
        let sets = bounded(reader, 0..=6, "too many key sets")?;
        if flags.fast != (sets == 0) {
            return Err(malformed("key sets belong to sealed profiles, and to all of them"));
        }
        let keys = (0..sets).map(|_| Key::decode(reader)).collect::<Result<Vec<_>, _>>()?;
        if !keys.is_sorted_by(|a, b| a.batch < b.batch) {
            return Err(malformed("key sets are not in increasing order of batch size"));
        }
        let model_rows = reader.points(models)?;
        let key_sets = keys.into_iter().map(|key| key.with_points(reader)).collect::<Result<Vec<_>, _>>()?;
        reader.clone().end()?;
        let record =
            Self { graph_digest, srs_digest, row_log, flags, input, input_range, output, model_rows, key_sets };
        match record.key_sets.iter().all(|set| record.opened_rows(set) < MAX_ROWS) {
            true => Ok(record),
            false => Err(malformed("too many rows")),
        }
    }
}

/// The header of a key set.
struct Key {
    batch: usize,
    k: usize,
    witness_rows: usize,
    transcript_repr: Fr,
}

impl Key {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, VerifyError> {
        let batch = bounded(reader, 1..=MAX_BATCH, "the batch size is out of range")?;
        if !batch.is_power_of_two() {
            return Err(VerifyError::Malformed { what: WHAT, why: "the batch size is no power of two".to_string() });
        }
        Ok(Self {
            batch,
            k: bounded(reader, CIRCUIT_LOG, "the circuit size is out of range")?,
            witness_rows: bounded(reader, 1..=MAX_ROWS - 1, "the number of witness rows is out of range")?,
            transcript_repr: reader.scalar()?,
        })
    }

    fn with_points(self, reader: &mut Reader<'_>) -> Result<KeySet, VerifyError> {
        Ok(KeySet {
            batch: self.batch,
            k: self.k,
            witness_rows: self.witness_rows,
            transcript_repr: self.transcript_repr,
            fixed: points(reader)?,
            permutation: points(reader)?,
        })
    }
}

/// The next `N` points.
fn points<const N: usize>(reader: &mut Reader<'_>) -> Result<[G1Affine; N], VerifyError> {
    let points = reader.points(N)?;
    let got = points.len();
    points.try_into().map_err(|_| VerifyError::Length { what: WHAT, expected: N, got })
}

fn number(reader: &mut Reader<'_>) -> Result<usize, VerifyError> {
    let value = reader.number()?;
    usize::try_from(value).map_err(|e| VerifyError::Malformed { what: WHAT, why: e.to_string() })
}

fn bounded(reader: &mut Reader<'_>, range: RangeInclusive<usize>, why: &str) -> Result<usize, VerifyError> {
    let value = number(reader)?;
    match range.contains(&value) {
        true => Ok(value),
        false => Err(VerifyError::Malformed { what: WHAT, why: format!("{why}: {value}") }),
    }
}

/// The next word as 256-bit two's complement that fits 64 bits.
fn signed(reader: &mut Reader<'_>) -> Result<i64, VerifyError> {
    let word = reader.word()?;
    let low = word.last_chunk::<8>().copied().unwrap_or_default();
    let value = i64::from_be_bytes(low);
    match signed_word(value) == word {
        true => Ok(value),
        false => Err(VerifyError::Malformed { what: WHAT, why: "an input bound does not fit 64 bits".to_string() }),
    }
}

fn signed_word(value: i64) -> [u8; WORD] {
    let mut word = [if value < 0 { 0xff } else { 0 }; WORD];
    if let Some(low) = word.last_chunk_mut::<8>() {
        *low = value.to_be_bytes();
    }
    word
}

fn push_port(out: &mut Vec<u8>, port: &Port) {
    push(out, port.bytes);
    push(out, port.width);
    push(out, port.rows);
    push(out, port.cols);
    push(out, usize::try_from(port.log_cols).unwrap_or_default());
}

fn push_signed(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(&signed_word(value));
}

fn push(out: &mut Vec<u8>, value: usize) {
    let mut word = [0; WORD];
    if let Some(low) = word.last_chunk_mut::<8>() {
        *low = u64::try_from(value).unwrap_or(u64::MAX).to_be_bytes();
    }
    out.extend_from_slice(&word);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ports that are legal, or one number away from it. `verifier-contract/test/unit/SealShape.t.sol` has the same.
    #[test]
    fn legal_ports() {
        let max = MAX_VALUES;
        #[rustfmt::skip]
        let ports = [
            // private, bytes, width, rows, cols, log_cols, legal
            (false, 1, 1, 1, 1, 0, true),
            (false, 15, 1, 3, 5, 3, true),
            (false, 2352, 3, 28, 28, 5, true),
            (false, 96 * 8, 8, 96, 1, 0, true),
            (false, 5 * 9 * 4, 4, 5, 9, 4, true),
            (false, 1000, 1, 1000, 1, 0, true),
            (false, 14, 1, 3, 5, 3, false),
            (false, 16, 1, 3, 5, 3, false),
            (false, 32, 1, 3, 5, 3, false),
            (false, 15, 1, 3, 5, 2, false),
            (false, 15, 1, 3, 5, 4, false),
            (false, 15, 0, 3, 5, 3, false),
            (false, 135, 9, 3, 5, 3, false),
            (false, 0, 1, 0, 5, 3, false),
            (false, 0, 1, 3, 0, 0, false),
            (false, 3, 1, 3, 1, 1, false),
            (false, 6, 1, 3, 2, 2, false),
            (false, max, 1, max, 1, 0, true),
            (false, max - 1, 1, max - 1, 1, 0, true),
            (false, max + 1, 1, max + 1, 1, 0, false),
            (false, max, 1, 1, max, 24, true),
            (false, max + 1, 1, 1, max + 1, 25, false),
            (false, (max / 8) * 5, 1, max / 8, 5, 3, true),
            (false, (max / 8 - 1) * 5, 1, max / 8 - 1, 5, 3, true),
            (false, (max / 8 + 1) * 5, 1, max / 8 + 1, 5, 3, false),
            (true, 64, 0, 3, 5, 3, true),
            (true, 64 * 65535, 0, 3, 5, 3, true),
            (true, 64 * 65536, 0, 3, 5, 3, false),
            (true, 0, 0, 3, 5, 3, false),
            (true, 32, 0, 3, 5, 3, false),
            (true, 64, 1, 3, 5, 3, false),
            (true, 64, 0, 0, 5, 3, false),
            (true, 64, 0, 3, 5, 2, false),
        ];
        for case @ (private, bytes, width, rows, cols, log_cols, legal) in ports {
            let port = Port { bytes, width, rows, cols, log_cols };
            assert_eq!(port.check(private, "port").is_ok(), legal, "{case:?}");
        }
    }

    /// Ranges of inputs, and whether so many bytes hold all their values.
    #[test]
    fn bytes_of_a_range() {
        for (width, lo, hi, fits) in [
            (1, -128, 127, true),
            (1, -129, 127, false),
            (1, -128, 128, false),
            (1, 5, 5, true),
            (2, -32768, 32767, true),
            (2, -32769, 0, false),
            (2, 0, 32768, false),
            (3, 8_388_607, 8_388_607, true),
            (3, 8_388_608, 8_388_608, false),
            (8, i64::MIN, i64::MAX, true),
        ] {
            assert_eq!(holds(width, (lo, hi)), fits, "{lo} ..= {hi} in {width} bytes");
        }
    }

    #[test]
    fn rows_are_padded_to_a_power_of_two() {
        for (rows, log_rows) in [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (96, 7), (128, 7), (129, 8)] {
            assert_eq!(Port { bytes: 0, width: 1, rows, cols: 1, log_cols: 0 }.log_rows(), log_rows, "{rows} rows");
        }
    }
}
