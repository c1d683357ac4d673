//! What a proof is about: a record, a context, the inputs and the outputs of a batch.
//!
//! The verifier computes everything here itself: `S0`, which binds all of it and every commitment of the
//! proof, the point `z` and the two sums that stand for public values inside the circuit. The layout is in
//! `docs/formats.md`.

use crate::encoding::{Reader, WORD, point_bytes};
use crate::error::VerifyError;
use crate::packing::{Packing, looked_up};
use crate::record::{MAX_BATCH, Port, Record};
use ark_bn254::{Fr, G1Affine};
use ark_ff::{Field, PrimeField, Zero};
use sha3::{Digest, Keccak256};

/// Hashed, the first word of the statement's preimage.
pub const TAG: &[u8] = b"verin.statement.v1";
/// Separates `z` from the transcript's challenges.
pub const IO_TAG: &[u8] = b"io";

/// A statement about a record; slots are concatenated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What the proof is bound to beyond model and data.
    pub context: [u8; WORD],
    /// Inputs: values when public, commitment points when private.
    pub input: Vec<u8>,
    /// Outputs, likewise.
    pub output: Vec<u8>,
}

/// A statement and the proof's commitments, turned into what the proof is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Number of slots.
    pub batch: usize,
    /// Where every transcript starts.
    pub s0: [u8; WORD],
    /// The point public values are summed at.
    pub z: Fr,
    /// `sum_k P_k z^k` over the packs of the input, when it is public.
    pub input_sum: Option<Fr>,
    /// `sum_i output_i z^i`, when the output is public.
    pub output_sum: Option<Fr>,
    /// Commitment rows of private inputs, slot after slot, then those of private outputs.
    pub port_rows: Vec<G1Affine>,
}

impl Bound {
    /// `S0`, modulo the group order.
    pub fn s0_scalar(&self) -> Fr {
        Fr::from_be_bytes_mod_order(&self.s0)
    }

    /// The instances that come from the statement: `S0`, then `z` and the sums of what is public.
    pub fn instances(&self) -> Vec<Fr> {
        let sums = [self.input_sum, self.output_sum];
        let z = sums.iter().any(Option::is_some).then_some(self.z);
        let [input, output] = sums;
        [Some(self.s0_scalar()), z, input, output].into_iter().flatten().collect()
    }
}

impl Statement {
    /// Number of slots, from the lengths of input and output.
    ///
    /// # Errors
    /// The lengths are no power of two, at most [`MAX_BATCH`], of slots.
    pub fn batch(&self, record: &Record) -> Result<usize, VerifyError> {
        let length = |what, expected, got| VerifyError::Length { what, expected, got };
        let batch = self.input.len().checked_div(record.input.bytes).unwrap_or_default();
        if batch * record.input.bytes != self.input.len() || !batch.is_power_of_two() || batch > MAX_BATCH {
            return Err(length("input", record.input.bytes, self.input.len()));
        }
        let expected = batch * record.output.bytes;
        if self.output.len() != expected {
            return Err(length("output", expected, self.output.len()));
        }
        Ok(batch)
    }

    /// `S0`, for the witness rows of a proof.
    pub fn digest(&self, record_hash: &[u8; WORD], witness_rows: &[G1Affine]) -> [u8; WORD] {
        let mut hash = Keccak256::new();
        hash.update(Keccak256::digest(TAG));
        hash.update(record_hash);
        hash.update(self.context);
        hash.update(Keccak256::digest(&self.input));
        hash.update(Keccak256::digest(&self.output));
        for row in witness_rows {
            hash.update(point_bytes(row));
        }
        hash.finalize().into()
    }

    /// Whether a public input lies in the range that the record declares. Where it is packed that follows from the proof, by a
    /// lookup: no verdict rests on it then, and [`Statement::explain`] uses it to say why there can be no proof.
    ///
    /// # Errors
    /// A value is outside the range: the first one.
    pub fn check_range(&self, record: &Record) -> Result<(), VerifyError> {
        if record.flags.private_input {
            return Ok(());
        }
        let (lo, hi) = record.input_range;
        let values = self.input.chunks_exact(record.input.width.max(1)).map(decode_value);
        match values.enumerate().find(|(_, value)| !(lo..=hi).contains(value)) {
            Some((index, got)) => Err(VerifyError::OutOfRange { what: "input", index, got, lo, hi }),
            None => Ok(()),
        }
    }

    /// Why a proof of this was refused: where a check rejected it and its input is out of range, that; or else `error`.
    pub fn explain(&self, record: &Record, error: VerifyError) -> VerifyError {
        match error {
            VerifyError::Rejected { .. } => self.check_range(record).err().unwrap_or(error),
            _ => error,
        }
    }

    /// Binds the statement to `record` and to the witness rows of a proof.
    ///
    /// # Errors
    /// Lengths do not fit the record, a public input that no lookup confines is out of range, a private slot holds no points.
    pub fn bind(&self, record: &Record, witness_rows: &[G1Affine]) -> Result<Bound, VerifyError> {
        let batch = self.batch(record)?;
        let s0 = self.digest(&record.hash(), witness_rows);
        let z = io_point(&s0);
        let mut port_rows = Vec::new();
        let mut read = |what, port: &Port, bytes: &[u8], private: bool, range: Option<(i64, i64)>| {
            if !private {
                let packing = range.map_or(Packing::NONE, |range| Packing::of(port, range));
                return Ok(Some(io_sum(port, bytes, &packing, z)));
            }
            let mut reader = Reader::new(what, bytes);
            port_rows.extend(reader.points(batch * port.commitment_rows())?);
            reader.end().map(|()| None)
        };
        let flags = record.flags;
        if !looked_up(record.input_range) {
            self.check_range(record)?;
        }
        let input_sum = read("input", &record.input, &self.input, flags.private_input, Some(record.input_range))?;
        let output_sum = read("output", &record.output, &self.output, flags.private_output, None)?;
        Ok(Bound { batch, s0, z, input_sum, output_sum, port_rows })
    }
}

/// `z`, the point public values are summed at.
pub fn io_point(s0: &[u8; WORD]) -> Fr {
    let mut hash = Keccak256::new();
    hash.update(s0);
    hash.update(IO_TAG);
    Fr::from_be_bytes_mod_order(&hash.finalize())
}

/// `sum_k P_k z^k` over the packs of all slots: value (slot `s`, row `m`, column `j`) has index
/// `i = (s << (ceil_log2(rows) + log_cols)) + (m << log_cols) + j`, rows and columns padded with zeros to powers of two, and is in
/// the pack `k = i >> g`. Where nothing is packed that is `sum_i value_i z^i`.
pub fn io_sum(port: &Port, bytes: &[u8], packing: &Packing, z: Fr) -> Fr {
    let base = packing.base();
    let slot_log = port.log_cols + port.log_rows();
    // Packs of less than a row end with their row, others with their slot.
    let (run, run_log) = match packing.log < port.log_cols {
        true => (port.cols, port.log_cols),
        false => (port.rows * port.cols, slot_log),
    };
    let step = |log: u32| raise(z, log.saturating_sub(packing.log));
    let (run_step, slot_step) = (step(run_log), step(slot_log));
    // Horner's rule thrice, from the last slot, run and pack.
    let mut sum = Fr::zero();
    for slot in bytes.rchunks_exact(port.bytes.max(1)) {
        let mut slot_sum = Fr::zero();
        for run in slot.rchunks_exact((run * port.width).max(1)) {
            let mut run_sum = Fr::zero();
            for pack in run.chunks((packing.values * port.width).max(1)).rev() {
                let mut integer = Fr::zero();
                let mut weight = base.pow([(packing.values - pack.len() / port.width.max(1)) as u64]);
                for value in pack.rchunks_exact(port.width.max(1)) {
                    integer += weight * Fr::from(decode_value(value));
                    weight *= base;
                }
                run_sum = run_sum * z + integer;
            }
            slot_sum = slot_sum * run_step + run_sum;
        }
        sum = sum * slot_step + slot_sum;
    }
    sum
}

/// `base^(2^log)`.
fn raise(base: Fr, log: u32) -> Fr {
    (0..log).fold(base, |power, _| power.square())
}

/// Big-endian two's complement of up to 8 bytes.
pub fn decode_value(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|b| b & 0x80 != 0);
    bytes.iter().fold(if negative { -1 } else { 0 }, |value, b| value << 8 | i64::from(*b))
}

/// The value in `width` bytes, big-endian two's complement.
pub fn encode_value(value: i64, width: usize) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    bytes.iter().skip(bytes.len().saturating_sub(width)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arithmetic::Native;
    use crate::io::PowerPoint;
    use crate::record::Flags;
    use std::collections::HashMap;

    const SHAPES: [(usize, usize); 12] =
        [(1, 1), (1, 10), (3, 1), (3, 5), (4, 5), (28, 28), (31, 8), (96, 3), (75, 7), (2, 35), (3, 32), (5, 64)];

    /// Values of `width` bytes that take all of them, of both signs.
    fn values(count: usize, width: usize) -> Vec<i64> {
        let mut state = 1u64;
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            decode_value(&state.to_be_bytes()[..width])
        };
        (0..count).map(next).collect()
    }

    fn port(rows: usize, cols: usize, width: usize) -> Port {
        Port { bytes: rows * cols * width, width, rows, cols, log_cols: cols.next_power_of_two().trailing_zeros() }
    }

    fn encoded(values: &[i64], width: usize) -> Vec<u8> {
        values.iter().flat_map(|value| encode_value(*value, width)).collect()
    }

    /// The sum against its definition, value by value.
    #[test]
    fn sum_over_any_number_of_rows() {
        let z = Fr::from(0x1234_5678_9abc_def1_u64);
        for (rows, cols) in SHAPES {
            for width in [1, 2, 3, 8] {
                for batch in [1, 2, 8] {
                    let port = port(rows, cols, width);
                    let values = values(batch * rows * cols, width);
                    let mut expected = Fr::zero();
                    for (i, value) in values.iter().enumerate() {
                        let (slot, row, col) = (i / (rows * cols), i / cols % rows, i % cols);
                        let padded = (rows.next_power_of_two(), cols.next_power_of_two());
                        let exponent = (slot * padded.0 + row) * padded.1 + col;
                        expected += Fr::from(*value) * z.pow([exponent as u64]);
                    }
                    let sum = io_sum(&port, &encoded(&values, width), &Packing::NONE, z);
                    assert_eq!(sum, expected, "{rows} x {cols}, {width} bytes, batch {batch}");
                }
            }
        }
    }

    /// The same of packs: the value at index `i` is in pack `i >> g`, and as many places from its end as values follow it there.
    #[test]
    fn sum_of_packs() {
        let z = Fr::from(0x1234_5678_9abc_def1_u64);
        for (rows, cols) in SHAPES {
            for (width, batch) in [(1, 1), (1, 8), (2, 2), (3, 1), (8, 2)] {
                let port = port(rows, cols, width);
                let packing = Packing::of(&port, (-1, 0));
                assert!(rows * cols == 1 || packing.log > 0, "{rows} x {cols}, {width} bytes");
                let values = values(batch * rows * cols, width);
                let mut expected = Fr::zero();
                let mut places: HashMap<usize, usize> = HashMap::new();
                for (i, value) in values.iter().enumerate() {
                    let (slot, row, col) = (i / (rows * cols), i / cols % rows, i % cols);
                    let index = (slot * rows.next_power_of_two() + row) * cols.next_power_of_two() + col;
                    let place = places.entry(index >> packing.log).or_default();
                    *place += 1;
                    assert!(*place <= packing.values && 8 * width * packing.values <= 248);
                    let weight = Fr::from(256u64).pow([(width * (packing.values - *place)) as u64]);
                    expected += Fr::from(*value) * weight * z.pow([(index >> packing.log) as u64]);
                }
                let sum = io_sum(&port, &encoded(&values, width), &packing, z);
                assert_eq!(sum, expected, "{rows} x {cols}, {width} bytes, batch {batch}");
            }
        }
    }

    /// What is packed enters the core verifier as the stored tensor's extension at a point.
    #[test]
    fn sum_of_packs_is_an_extension() {
        let z = Fr::from(0x1234_5678_9abc_def1_u64);
        for (rows, cols) in SHAPES {
            for (width, batch) in [(1, 1), (1, 4), (2, 2), (8, 1)] {
                for range in [(-1, 0), (i64::MIN, i64::MAX)] {
                    let port = port(rows, cols, width);
                    let packing = Packing::of(&port, range);
                    let values = values(batch * rows * cols, width);
                    let sum = io_sum(&port, &encoded(&values, width), &packing, z);
                    let log = port.log_cols + port.log_rows() + batch.trailing_zeros();
                    let powers = PowerPoint::new(&mut Native, &z, log - packing.log).unwrap();
                    let point = powers.point(&mut Native, log, &packing);
                    assert_eq!(point.len(), log as usize);
                    let mut expected = Fr::zero();
                    for (i, value) in values.iter().enumerate() {
                        let (slot, row, col) = (i / (rows * cols), i / cols % rows, i % cols);
                        let index = (slot * rows.next_power_of_two() + row) * cols.next_power_of_two() + col;
                        let bit = |(k, p): (usize, &Fr)| if index >> k & 1 == 1 { *p } else { Fr::ONE - p };
                        expected += Fr::from(*value) * point.iter().rev().enumerate().map(bit).product::<Fr>();
                    }
                    let value = powers.value(&mut Native, &sum, log, &packing);
                    assert_eq!(value, expected, "{rows} x {cols}, {width} bytes, batch {batch}");
                }
            }
        }
    }

    /// The first value of a batch that is out of range is named, wherever it is; bounds themselves are legal.
    #[test]
    fn values_out_of_range_are_named() {
        let port = port(3, 5, 2);
        let output = Port { bytes: 0, width: 1, rows: 1, cols: 1, log_cols: 0 };
        let (graph_digest, srs_digest, flags) = ([0; WORD], [0; WORD], Flags::default());
        let (model_rows, key_sets, input_range) = (Vec::new(), Vec::new(), (-300, 700));
        let record = Record {
            graph_digest,
            srs_digest,
            row_log: 6,
            flags,
            input: port,
            input_range,
            output,
            model_rows,
            key_sets,
        };
        let mut values = vec![0; 2 * 15];
        for i in [0, 14, 15, 29] {
            for (value, legal) in [(-301, false), (-300, true), (700, true), (701, false)] {
                values[i] = value;
                let statement = Statement { context: [0; WORD], input: encoded(&values, 2), output: Vec::new() };
                let error = VerifyError::OutOfRange { what: "input", index: i, got: value, lo: -300, hi: 700 };
                assert_eq!(statement.check_range(&record).err(), (!legal).then_some(error));
            }
            values[i] = 0;
        }
    }
}
