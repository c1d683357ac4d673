//! Writes `.ptau` files as snarkjs lays them out. Sections are whole, but only the first powers and those with an exponent
//! that is a power of two are there; the others are holes.

#![allow(dead_code, reason = "each test file uses some of it")]

use ark_bn254::{Fq, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{BigInteger, Field, One, PrimeField};
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

/// Where the sections' points begin: the preamble, the header and one section header each.
pub const G1_AT: u64 = 12 + (12 + 44) + 12;

/// Place of `[tau^i]_1`.
pub fn g1_at(i: u64) -> u64 {
    G1_AT + 64 * i
}

/// Place of `[tau^i]_2`.
pub fn g2_at(power: u32, i: u64) -> u64 {
    g1_at((2 << power) - 1) + 12 + 128 * i
}

/// Writes the file of `power` for `tau`, with its first `first` powers.
pub fn write(path: &Path, power: u32, tau: Fr, first: u64) {
    let mut file = File::create(path).unwrap();
    let points = (2u64 << power) - 1;
    file.write_all(b"ptau").unwrap();
    file.write_all(&[1u32.to_le_bytes(), 3u32.to_le_bytes()].concat()).unwrap();
    section(&mut file, 1, 44);
    file.write_all(&32u32.to_le_bytes()).unwrap();
    file.write_all(&Fq::MODULUS.to_bytes_le()).unwrap();
    file.write_all(&[power.to_le_bytes(), power.to_le_bytes()].concat()).unwrap();
    section(&mut file, 2, points * 64);
    let mut power_of_tau = Fr::one();
    for i in 0..first.min(points) {
        put(&mut file, g1_at(i), &g1(&(G1Projective::generator() * power_of_tau).into_affine()));
        power_of_tau *= tau;
    }
    let exponents = || (0..=power).map(|b| 1u64 << b);
    for i in exponents() {
        put(&mut file, g1_at(i), &g1(&(G1Projective::generator() * tau.pow([i])).into_affine()));
    }
    file.seek(SeekFrom::Start(g1_at(points))).unwrap();
    section(&mut file, 3, (1u64 << power) * 128);
    put(&mut file, g2_at(power, 0), &g2(&G2Affine::generator()));
    for i in exponents().take(power as usize) {
        put(&mut file, g2_at(power, i), &g2(&(G2Projective::generator() * tau.pow([i])).into_affine()));
    }
    file.set_len(g2_at(power, 1 << power)).unwrap();
}

/// Overwrites bytes of a file.
pub fn patch(path: &Path, at: u64, bytes: &[u8]) {
    let mut file = File::options().write(true).open(path).unwrap();
    put(&mut file, at, bytes);
}

/// A point as the file has it.
pub fn g1(p: &G1Affine) -> Vec<u8> {
    [coordinate(&p.x), coordinate(&p.y)].concat()
}

/// A point of the second group as the file has it.
pub fn g2(p: &G2Affine) -> Vec<u8> {
    [coordinate(&p.x.c0), coordinate(&p.x.c1), coordinate(&p.y.c0), coordinate(&p.y.c1)].concat()
}

fn coordinate(c: &Fq) -> Vec<u8> {
    // Montgomery form: the residue times 2^256, little-endian.
    let shifted = *c * Fq::from(2u64).pow([256]);
    shifted.into_bigint().to_bytes_le()
}

fn section(file: &mut File, kind: u32, length: u64) {
    file.write_all(&kind.to_le_bytes()).unwrap();
    file.write_all(&length.to_le_bytes()).unwrap();
}

fn put(file: &mut File, at: u64, bytes: &[u8]) {
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(bytes).unwrap();
}
