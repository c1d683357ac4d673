//! Decoders on bytes nobody meant: never a panic, and whatever is read is written back the same.

use crate::seals::{self, Shape};
use ark_bn254::Fr;
use ark_ff::{Field, Zero};
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::packing::Packing;
use verin_circuits::plonk::seal::verify_seal;
use verin_circuits::record::{Port, Record};
use verin_circuits::statement::{decode_value, encode_value, io_point, io_sum};

/// Records with a few random words replaced, often by numbers a header might hold.
#[test]
fn records_never_panic_and_have_one_encoding() {
    let shape = Shape { batch: 1, row_log: 4, ..crate::public() };
    let sealed = seals::seal(shape, 11);
    let bytes = sealed.record.encode();
    let rng = &mut ChaCha20Rng::seed_from_u64(12);
    for _ in 0..20_000 {
        let mut changed = bytes.clone();
        for _ in 0..rng.gen_range(1..4) {
            let word = if rng.gen_bool(0.8) { rng.gen_range(0..23) } else { rng.gen_range(0..bytes.len() / 32) };
            let mut value = [0u8; 32];
            match rng.gen_range(0..4) {
                0 => value[31] = rng.gen_range(0..40),
                1 => value[28..].copy_from_slice(&rng.next_u32().to_be_bytes()),
                2 => value[24..].copy_from_slice(&(1u64 << rng.gen_range(0..64)).to_be_bytes()),
                _ => rng.fill_bytes(&mut value),
            }
            changed[32 * word..32 * (word + 1)].copy_from_slice(&value);
        }
        if let Ok(record) = Record::decode(&changed) {
            assert_eq!(record.encode(), changed);
            let verdict = verify_seal(&record, VerifierSrs::insecure(), &sealed.statement, &sealed.seal);
            assert!(changed == bytes || verdict.is_err());
        }
        let cut = rng.gen_range(0..bytes.len());
        assert!(Record::decode(&changed[..cut]).is_err());
    }
}

#[test]
fn values_are_twos_complement() {
    let rng = &mut ChaCha20Rng::seed_from_u64(13);
    for width in 1..=8 {
        let limit = 1i128 << (8 * width - 1);
        for value in [0, 1, -1, limit - 1, -limit].into_iter().chain((0..100).map(|_| rng.gen_range(-limit..limit))) {
            let value = i64::try_from(value).unwrap();
            assert_eq!(decode_value(&encode_value(value, width)), value);
        }
    }
}

/// Horner against the definition: value (slot s, row m, column j) has exponent `(s << (log2 padded rows + log2 padded columns)) +
/// (m << log2 padded columns) + j`.
#[test]
fn io_sum_is_the_sum() {
    let rng = &mut ChaCha20Rng::seed_from_u64(14);
    for _ in 0..50 {
        let (rows, cols, width) = (rng.gen_range(1..5usize), rng.gen_range(1..9usize), rng.gen_range(1..9usize));
        let log_cols = cols.next_power_of_two().trailing_zeros();
        let port = Port { bytes: rows * cols * width, width, rows, cols, log_cols };
        let mut bytes = vec![0; 3 * port.bytes];
        rng.fill_bytes(&mut bytes);
        let z = Fr::from(rng.next_u64());
        let mut expected = Fr::zero();
        for (n, value) in bytes.chunks(width).enumerate() {
            let (slot, row) = (n / cols / rows, n / cols % rows);
            let padded_rows = rows.next_power_of_two();
            let exponent = ((slot * padded_rows + row) << log_cols) + n % cols;
            expected += Fr::from(decode_value(value)) * z.pow([exponent as u64]);
        }
        assert_eq!(io_sum(&port, &bytes, &Packing::NONE, z), expected);
    }
}

/// The vectors in docs/formats.md.
#[test]
fn golden_digests() {
    let srs = VerifierSrs::insecure();
    let statement =
        verin_circuits::statement::Statement { context: [0x22; 32], input: vec![1, 2, 3], output: vec![4, 5] };
    let generator = ark_bn254::G1Affine::new(1u64.into(), 2u64.into());
    let s0 = statement.digest(&[0x11; 32], &[generator]);
    let text = include_str!("../../../docs/formats.md");
    let z = verin_circuits::encoding::scalar_bytes(&io_point(&s0));
    for (name, value) in [("insecure SRS digest", srs.digest), ("S0", s0), ("z", z)] {
        let line = format!("{name} = {}", crate::hex(&value));
        assert!(text.contains(&line), "docs/formats.md lacks: {line}");
    }
}
