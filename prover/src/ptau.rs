//! Powers of tau from a `.ptau` file, the format in which snarkjs publishes ceremonies.
//!
//! ```text
//! "ptau" u32(version 1) u32(number of sections) ( u32(kind) u64(length) bytes )*
//! kind 1: u32(32) q u32(power) u32(power of the ceremony)
//! kind 2: [tau^i]_1 for i < 2^(power+1) - 1       kind 3: [tau^i]_2 for i < 2^power
//! ```
//!
//! Everything is little-endian; coordinates are 32 bytes in Montgomery form, as [`Fq`] holds them. Other sections are not
//! read. Nothing is believed: every point read is checked to be canonical and on the curve, and pairings check that the points
//! are powers of one secret. A verifier's constants `[tau^(2^b)]_1` are checked by a ladder that needs no other power,
//! `e(T_b, [tau^(2^b)]_2) = e(T_(b+1), [1]_2)`; runs of powers by random combinations, `e(sum r_i P_i, [tau]_2) = e(sum r_i
//! P_(i+1), [1]_2)`, twice with 64 random bits.

use crate::srs::Srs;
use ark_bn254::{Bn254, Fq, Fq2, G1Affine, G1Projective, G2Affine};
use ark_ec::pairing::Pairing;
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{BigInt, BigInteger, PrimeField, Zero};
use rand::RngCore;
use rayon::prelude::*;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use verin_circuits::commitment::srs::{ROW_LOG, VerifierSrs};

/// Bytes of a coordinate.
const COORDINATE: usize = 32;
/// Bytes of a point of G1.
const G1: u64 = 2 * COORDINATE as u64;
/// Bytes of a point of G2.
const G2: u64 = 2 * G1;
/// Points read at a time.
const CHUNK: u64 = 1 << 16;
/// Most sections a file may have.
const MAX_SECTIONS: u32 = 64;
/// Largest power of a file; the largest ceremony has 28.
const MAX_POWER: u32 = 28;

/// Why a file is no SRS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PtauError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// It is no `.ptau` file of this curve, or a damaged one.
    #[error("not a .ptau file for BN254: {why}; download it again")]
    Malformed {
        /// What is wrong.
        why: String,
    },
    /// It has too few powers.
    #[error(
        "the SRS is too small: it holds powers up to 2^{power}, {needed} are needed; use a .ptau file of power {at_least} or more"
    )]
    TooSmall {
        /// Its power.
        power: u32,
        /// Powers needed.
        needed: u64,
        /// Power of a file that has them.
        at_least: u32,
    },
    /// Its points are no powers of one secret.
    #[error("not powers of one tau: {check} does not hold; the file is damaged or forged, do not use it")]
    NotPowers {
        /// What was checked.
        check: String,
    },
}

/// An open file whose header has been read.
#[derive(Debug)]
pub struct Ptau {
    file: File,
    power: u32,
    g1_at: u64,
    g2_at: u64,
}

impl Ptau {
    /// Opens a file and reads its sections' places, not yet their points.
    ///
    /// # Errors
    /// It is no `.ptau` file, is cut off, or has too few powers for a verifier's constants.
    pub fn open(path: &Path) -> Result<Self, PtauError> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut head = Head { file: &mut file, at: 0, size };
        if head.take::<4>("its name")? != *b"ptau" {
            return Err(malformed("it does not begin with `ptau`"));
        }
        let version = head.u32("its version")?;
        if version != 1 {
            return Err(malformed(&format!("version {version}, expected 1")));
        }
        let count = head.u32("the number of sections")?;
        if count > MAX_SECTIONS {
            return Err(malformed(&format!("{count} sections, expected at most {MAX_SECTIONS}")));
        }
        let mut found = [None; 4];
        for _ in 0..count {
            let kind = head.u32("the kind of a section")?;
            let length = u64::from_le_bytes(head.take("the length of a section")?);
            let start = head.at;
            if let Some(place) = found.get_mut(kind as usize)
                && place.replace((start, length)).is_some()
            {
                return Err(malformed(&format!("section {kind} is there twice")));
            }
            head.skip(kind, length)?;
        }
        if head.at != size {
            return Err(malformed(&format!("{} bytes after the last section", size - head.at)));
        }
        let [_, header, g1, g2] = found;
        let section =
            |place: Option<(u64, u64)>, kind| place.ok_or_else(|| malformed(&format!("section {kind} is missing")));
        let (header_at, header_length) = section(header, 1)?;
        let power = Self::header(&mut file, header_at, header_length, size)?;
        let ((g1_at, g1_length), (g2_at, g2_length)) = (section(g1, 2)?, section(g2, 3)?);
        let sizes = [(2, g1_length, ((2u64 << power) - 1) * G1), (3, g2_length, (1u64 << power) * G2)];
        for (kind, got, expected) in sizes {
            if got != expected {
                return Err(malformed(&format!("section {kind} has {got} bytes, power {power} makes it {expected}")));
            }
        }
        let ptau = Self { file, power, g1_at, g2_at };
        ptau.enough((1 << ROW_LOG.end()) + 1)?;
        Ok(ptau)
    }

    fn header(file: &mut File, at: u64, length: u64, size: u64) -> Result<u32, PtauError> {
        file.seek(SeekFrom::Start(at))?;
        let mut head = Head { file, at, size };
        let width = head.u32("the size of the field")?;
        if length != 44 || width as usize != COORDINATE {
            return Err(malformed(&format!(
                "a header of {length} bytes for coordinates of {width}, expected 44 and 32"
            )));
        }
        let modulus: [u8; COORDINATE] = head.take("the modulus")?;
        if modulus.as_slice() != Fq::MODULUS.to_bytes_le() {
            return Err(malformed("it is for another curve"));
        }
        match head.u32("the power")? {
            power if (1..=MAX_POWER).contains(&power) => Ok(power),
            power => Err(malformed(&format!("power {power}, expected 1 to {MAX_POWER}"))),
        }
    }

    /// Its power: it holds `2^(power + 1) - 1` powers of tau in G1.
    pub fn power(&self) -> u32 {
        self.power
    }

    /// Powers of tau in G1.
    pub fn len(&self) -> u64 {
        (2u64 << self.power) - 1
    }

    /// Never: the smallest file has some.
    pub fn is_empty(&self) -> bool {
        false
    }

    fn enough(&self, needed: u64) -> Result<(), PtauError> {
        if needed <= self.len() {
            return Ok(());
        }
        let at_least = (needed + 1).next_power_of_two().trailing_zeros().saturating_sub(1);
        Err(PtauError::TooSmall { power: self.power, needed, at_least })
    }

    /// A verifier's constants, each checked.
    ///
    /// # Errors
    /// A point is malformed, or they are no powers of one tau.
    pub fn verifier(&mut self) -> Result<VerifierSrs, PtauError> {
        let one = G2Affine::generator();
        if self.g2(0)? != one {
            return Err(not_powers("[tau^0]_2 = the generator"));
        }
        let base = self.g1_range(0, 1)?;
        if base != [G1Affine::generator()] {
            return Err(not_powers("[tau^0]_1 = the generator"));
        }
        let last = *ROW_LOG.end();
        let mut ladder = Vec::with_capacity(last + 1);
        let mut tau_g2 = one;
        for b in 0..=last {
            let point = self.g1_range(1 << b, 1)?.pop().ok_or_else(|| malformed("a point is missing"))?;
            if let Some(before) = ladder.last() {
                // The second power in G2 is checked against the one in G1, then squares it.
                let square = self.g2(1 << (b - 1))?;
                if b == 1 {
                    tau_g2 = square;
                }
                if !equal(G1Affine::generator(), square, *before, one) || !equal(*before, square, point, one) {
                    return Err(not_powers(&format!("[tau^(2^{b})]_1 is the square of [tau^(2^{})]_1", b - 1)));
                }
            }
            ladder.push(point);
        }
        if tau_g2 == one {
            return Err(not_powers("tau is not 1"));
        }
        Ok(VerifierSrs::new(tau_g2, ladder.split_off(*ROW_LOG.start())))
    }

    /// The first `n` powers and the verifier's part, checked.
    ///
    /// # Errors
    /// There are fewer, a point is malformed, or they are no powers of one tau.
    pub fn load(&mut self, n: usize) -> Result<Srs, PtauError> {
        self.enough(n as u64)?;
        let verifier = self.verifier()?;
        let powers = self.g1_range(0, n as u64)?;
        let mut chain = Chain::default();
        chain.extend(&powers);
        chain.check(verifier.tau_g2)?;
        Ok(Srs { powers, verifier })
    }

    /// Checks the first `n` powers without keeping them; `progress` hears how many are read.
    ///
    /// # Errors
    /// As [`Ptau::load`].
    pub fn check(&mut self, n: u64, progress: &mut dyn FnMut(u64)) -> Result<VerifierSrs, PtauError> {
        self.enough(n)?;
        let verifier = self.verifier()?;
        let mut chain = Chain::default();
        let mut at = 0;
        while at + 1 < n {
            // Chunks overlap by one, so that every step is in one of them.
            let count = CHUNK.min(n - at);
            chain.extend(&self.g1_range(at, count)?);
            at += count - 1;
            progress(at + 1);
        }
        chain.check(verifier.tau_g2)?;
        Ok(verifier)
    }

    fn g1_range(&mut self, from: u64, count: u64) -> Result<Vec<G1Affine>, PtauError> {
        let mut bytes = vec![0; (count * G1) as usize];
        self.file.seek(SeekFrom::Start(self.g1_at + from * G1))?;
        self.file.read_exact(&mut bytes)?;
        let (points, _) = bytes.as_chunks::<{ G1 as usize }>();
        let read = |(i, bytes): (usize, &[u8; G1 as usize])| {
            g1_from(bytes).ok_or_else(|| malformed(&format!("[tau^{}]_1 is not a point of the curve", from + i as u64)))
        };
        points.par_iter().enumerate().map(read).collect()
    }

    fn g2(&mut self, index: u64) -> Result<G2Affine, PtauError> {
        let mut bytes = [0; G2 as usize];
        self.file.seek(SeekFrom::Start(self.g2_at + index * G2))?;
        self.file.read_exact(&mut bytes)?;
        g2_from(&bytes).ok_or_else(|| malformed(&format!("[tau^{index}]_2 is not a point of the group")))
    }
}

/// Random combinations of the powers, and of the powers one step further.
#[derive(Default)]
struct Chain {
    sums: [(G1Projective, G1Projective); 2],
}

impl Chain {
    fn extend(&mut self, powers: &[G1Affine]) {
        let steps = powers.len().saturating_sub(1);
        for (low, high) in &mut self.sums {
            let mut rng = rand::rngs::OsRng;
            let random: Vec<u64> = (0..steps).map(|_| rng.next_u64()).collect();
            *low += G1Projective::msm_u64(&powers[..steps], &random);
            *high += G1Projective::msm_u64(&powers[steps.min(1)..][..steps], &random);
        }
    }

    fn check(&self, tau_g2: G2Affine) -> Result<(), PtauError> {
        let holds = |(low, high): &(G1Projective, G1Projective)| {
            equal(low.into_affine(), tau_g2, high.into_affine(), G2Affine::generator())
        };
        match self.sums.iter().all(holds) {
            true => Ok(()),
            false => Err(not_powers("every power is tau times the one before")),
        }
    }
}

/// `e(a, b) = e(c, d)`
fn equal(a: G1Affine, b: G2Affine, c: G1Affine, d: G2Affine) -> bool {
    Bn254::multi_pairing([a, -c], [b, d]).is_zero()
}

fn malformed(why: &str) -> PtauError {
    PtauError::Malformed { why: why.into() }
}

fn not_powers(check: &str) -> PtauError {
    PtauError::NotPowers { check: check.into() }
}

/// A coordinate in Montgomery form, if it is reduced.
fn coordinate(bytes: &[u8; COORDINATE]) -> Option<Fq> {
    let (limbs, _) = bytes.as_chunks::<8>();
    let limbs: [u64; 4] = limbs.iter().map(|l| u64::from_le_bytes(*l)).collect::<Vec<_>>().try_into().ok()?;
    let value = BigInt::new(limbs);
    (value < Fq::MODULUS).then(|| Fq::new_unchecked(value))
}

fn g1_from(bytes: &[u8; G1 as usize]) -> Option<G1Affine> {
    let (coordinates, _) = bytes.as_chunks::<COORDINATE>();
    let [x, y] = coordinates else { return None };
    // The cofactor is 1. The identity, zeros, is no power of tau.
    let point = G1Affine::new_unchecked(coordinate(x)?, coordinate(y)?);
    (point.is_on_curve() && !point.is_zero()).then_some(point)
}

fn g2_from(bytes: &[u8; G2 as usize]) -> Option<G2Affine> {
    let (coordinates, _) = bytes.as_chunks::<COORDINATE>();
    let [x0, x1, y0, y1] = coordinates else { return None };
    let x = Fq2::new(coordinate(x0)?, coordinate(x1)?);
    let y = Fq2::new(coordinate(y0)?, coordinate(y1)?);
    let point = G2Affine::new_unchecked(x, y);
    let sound = point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve() && !point.is_zero();
    sound.then_some(point)
}

/// The beginning of the file, read piece by piece.
struct Head<'f> {
    file: &'f mut File,
    at: u64,
    size: u64,
}

impl Head<'_> {
    fn take<const N: usize>(&mut self, what: &str) -> Result<[u8; N], PtauError> {
        let mut bytes = [0; N];
        match self.file.read_exact(&mut bytes) {
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
                Err(malformed(&format!("it ends before {what}")))
            }
            other => {
                other?;
                self.at += N as u64;
                Ok(bytes)
            }
        }
    }

    fn u32(&mut self, what: &str) -> Result<u32, PtauError> {
        Ok(u32::from_le_bytes(self.take(what)?))
    }

    fn skip(&mut self, kind: u32, length: u64) -> Result<(), PtauError> {
        match self.at.checked_add(length) {
            Some(end) if end <= self.size => {
                self.at = end;
                self.file.seek(SeekFrom::Start(end))?;
                Ok(())
            }
            _ => Err(malformed(&format!("section {kind} of {length} bytes is cut off"))),
        }
    }
}
