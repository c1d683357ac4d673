//! A halo2 proof of the seal circuit, read in the order its transcript demands.

use super::gates::{ADVICE, LANES};
use crate::encoding::Reader;
use crate::error::VerifyError;
use crate::record::{FIXED_COLUMNS, KeySet, PERMUTATION_COLUMNS};
use crate::transcript::keccak::KeccakTranscript;
use ark_bn254::{Fr, G1Affine};

/// Pieces of the quotient polynomial: the constraint degree minus one.
pub const QUOTIENT_PIECES: usize = 7;
/// Words of a proof.
pub const PROOF_WORDS: usize =
    2 * (ADVICE + 2 + QUOTIENT_PIECES + 2) + ADVICE + LANES + FIXED_COLUMNS + 1 + PERMUTATION_COLUMNS + 2;

/// Commitments, claimed evaluations and the challenges drawn between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Advice columns.
    pub advice: [G1Affine; ADVICE],
    /// The permutation's challenges.
    pub beta: Fr,
    /// The permutation's challenges.
    pub gamma: Fr,
    /// The permutation's product.
    pub product: G1Affine,
    /// A random polynomial.
    pub random: G1Affine,
    /// Combines the constraints.
    pub y: Fr,
    /// Pieces of the quotient, low first.
    pub quotient: [G1Affine; QUOTIENT_PIECES],
    /// Where everything is evaluated.
    pub x: Fr,
    /// Advice at x.
    pub advice_at: [Fr; ADVICE],
    /// `a0..a2` on the row after x.
    pub advice_next: [Fr; LANES],
    /// Fixed columns at x.
    pub fixed_at: [Fr; FIXED_COLUMNS],
    /// The random polynomial at x.
    pub random_at: Fr,
    /// The permutation's columns at x.
    pub permutation_at: [Fr; PERMUTATION_COLUMNS],
    /// The permutation's product at x.
    pub product_at: Fr,
    /// The permutation's product on the row after x.
    pub product_next: Fr,
    /// Combines the polynomials that are opened at the same points.
    pub inner: Fr,
    /// Combines the sets of points.
    pub outer: Fr,
    /// First SHPLONK quotient.
    pub w1: G1Affine,
    /// Where the quotients are compared.
    pub u: Fr,
    /// Second SHPLONK quotient.
    pub w2: G1Affine,
}

impl Proof {
    /// Reads a proof for `key` and `instances`; the last point is absorbed.
    ///
    /// # Errors
    /// It is too short, or holds something that is no scalar or no point.
    pub fn read(
        key: &KeySet,
        instances: &[Fr],
        transcript: &mut KeccakTranscript,
        reader: &mut Reader<'_>,
    ) -> Result<Self, VerifyError> {
        transcript.absorb_scalar(&key.transcript_repr);
        instances.iter().for_each(|instance| transcript.absorb_scalar(instance));
        let mut source = Source { transcript, reader };
        let advice = source.points()?;
        source.transcript.challenge(); // theta, for lookups: there are none
        let beta = source.transcript.challenge();
        let gamma = source.transcript.challenge();
        let [product, random] = source.points()?;
        let y = source.transcript.challenge();
        let quotient = source.points()?;
        let x = source.transcript.challenge();
        let advice_at = source.scalars()?;
        let advice_next = source.scalars()?;
        let fixed_at = source.scalars()?;
        let [random_at] = source.scalars()?;
        let permutation_at = source.scalars()?;
        let [product_at, product_next] = source.scalars()?;
        let inner = source.transcript.challenge();
        let outer = source.transcript.challenge();
        let [w1] = source.points()?;
        let u = source.transcript.challenge();
        let [w2] = source.points()?;
        Ok(Self {
            advice,
            beta,
            gamma,
            product,
            random,
            y,
            quotient,
            x,
            advice_at,
            advice_next,
            fixed_at,
            random_at,
            permutation_at,
            product_at,
            product_next,
            inner,
            outer,
            w1,
            u,
            w2,
        })
    }
}

/// Reads and absorbs.
struct Source<'s, 'a> {
    transcript: &'s mut KeccakTranscript,
    reader: &'s mut Reader<'a>,
}

impl Source<'_, '_> {
    fn points<const N: usize>(&mut self) -> Result<[G1Affine; N], VerifyError> {
        let mut out = [G1Affine::default(); N];
        for slot in &mut out {
            *slot = self.reader.point()?;
            self.transcript.absorb_point(slot);
        }
        Ok(out)
    }

    fn scalars<const N: usize>(&mut self) -> Result<[Fr; N], VerifyError> {
        let mut out = [Fr::default(); N];
        for slot in &mut out {
            *slot = self.reader.scalar()?;
            self.transcript.absorb_scalar(slot);
        }
        Ok(out)
    }
}
