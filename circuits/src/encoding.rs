//! Words: 32 bytes, big-endian, canonical. Scalars are one word, points two (x, y), as the EVM's
//! precompiles read them. The identity has no encoding, but in the openings of unsealed proofs, where it is two zero words.

use crate::error::VerifyError;
use ark_bn254::{Fq, Fr, G1Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInteger, PrimeField};

/// Bytes of a word.
pub const WORD: usize = 32;

/// A scalar as a word.
pub fn scalar_bytes(s: &Fr) -> [u8; WORD] {
    word(&s.into_bigint().to_bytes_be())
}

/// A point as two words; the identity as zeros, which only some readers take.
pub fn point_bytes(p: &G1Affine) -> [u8; 2 * WORD] {
    let mut out = [0; 2 * WORD];
    if let Some((x, y)) = p.xy() {
        out[..WORD].copy_from_slice(&word(&x.into_bigint().to_bytes_be()));
        out[WORD..].copy_from_slice(&word(&y.into_bigint().to_bytes_be()));
    }
    out
}

fn word(bytes: &[u8]) -> [u8; WORD] {
    let mut out = [0; WORD];
    let n = bytes.len().min(WORD);
    out[WORD - n..].copy_from_slice(&bytes[bytes.len() - n..]);
    out
}

fn canonical<F: PrimeField>(bytes: &[u8]) -> Option<F> {
    let value = F::from_be_bytes_mod_order(bytes);
    (word(&value.into_bigint().to_bytes_be()) == *bytes).then_some(value)
}

/// Reads words in order and knows how many are left.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    what: &'static str,
    bytes: &'a [u8],
    index: usize,
    identity: bool,
}

impl<'a> Reader<'a> {
    /// A reader of `bytes`, which errors call `what`.
    pub fn new(what: &'static str, bytes: &'a [u8]) -> Self {
        Self { what, bytes, index: 0, identity: false }
    }

    /// The same reader, for which two zero words are the identity. Openings without a mask need it: quotients and folds of
    /// rows with few entries can vanish. Two zero words are off the curve, so that nothing else is written like it.
    pub fn with_identity(self) -> Self {
        Self { identity: true, ..self }
    }

    /// The next `n` bytes.
    ///
    /// # Errors
    /// Fewer are left.
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], VerifyError> {
        match self.bytes.split_at_checked(n) {
            Some((head, tail)) => {
                self.bytes = tail;
                self.index += 1;
                Ok(head)
            }
            None => Err(VerifyError::Length { what: self.what, expected: n, got: self.bytes.len() }),
        }
    }

    /// The next word.
    ///
    /// # Errors
    /// Fewer than 32 bytes are left.
    pub fn word(&mut self) -> Result<[u8; WORD], VerifyError> {
        let mut out = [0; WORD];
        out.copy_from_slice(self.take(WORD)?);
        Ok(out)
    }

    /// The next word as a number below 2^32.
    ///
    /// # Errors
    /// It is missing or larger.
    pub fn number(&mut self) -> Result<u32, VerifyError> {
        let bytes = self.word()?;
        let (high, low) = bytes.split_at(WORD - 4);
        let index = self.index;
        if high.iter().any(|b| *b != 0) {
            return Err(VerifyError::Malformed {
                what: self.what,
                why: format!("word {index} is not a 32-bit number"),
            });
        }
        Ok(low.iter().fold(0, |n, b| n << 8 | u32::from(*b)))
    }

    /// The next word as a scalar.
    ///
    /// # Errors
    /// It is missing or not canonical.
    pub fn scalar(&mut self) -> Result<Fr, VerifyError> {
        let bytes = self.take(WORD)?;
        canonical(bytes).ok_or(VerifyError::NotCanonical { what: self.what, index: self.index })
    }

    /// The next two words as a point.
    ///
    /// # Errors
    /// It is missing, not canonical, off the curve or the identity (see [`Reader::with_identity`]).
    pub fn point(&mut self) -> Result<G1Affine, VerifyError> {
        let bytes = self.take(2 * WORD)?;
        let (what, index) = (self.what, self.index);
        if self.identity && bytes.iter().all(|b| *b == 0) {
            return Ok(G1Affine::zero());
        }
        let (x, y) = bytes.split_at(WORD);
        let not_canonical = VerifyError::NotCanonical { what, index };
        let x: Fq = canonical(x).ok_or(not_canonical.clone())?;
        let y: Fq = canonical(y).ok_or(not_canonical)?;
        let point = G1Affine::new_unchecked(x, y);
        // The cofactor of G1 is 1: on the curve is in the group. (0, 0) is off the curve.
        if point.is_on_curve() && !point.is_zero() { Ok(point) } else { Err(VerifyError::BadPoint { what, index }) }
    }

    /// `n` scalars.
    ///
    /// # Errors
    /// As [`Reader::scalar`].
    pub fn scalars(&mut self, n: usize) -> Result<Vec<Fr>, VerifyError> {
        (0..n).map(|_| self.scalar()).collect()
    }

    /// `n` points.
    ///
    /// # Errors
    /// As [`Reader::point`].
    pub fn points(&mut self, n: usize) -> Result<Vec<G1Affine>, VerifyError> {
        (0..n).map(|_| self.point()).collect()
    }

    /// Demands that nothing is left.
    ///
    /// # Errors
    /// There are trailing bytes.
    pub fn end(self) -> Result<(), VerifyError> {
        if self.bytes.is_empty() {
            Ok(())
        } else {
            Err(VerifyError::Length { what: self.what, expected: 0, got: self.bytes.len() })
        }
    }
}
