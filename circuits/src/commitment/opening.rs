//! The deferred opening: `sum_i s_i C_i` opens to `v` at the multilinear point `zeta`.
//!
//! HyperKZG (Zhao et al.) with one SHPLONK quotient (Boneh, Drake, Fisch, Gabizon, ePrint 2020/081); the
//! formulas are in `docs/formats.md`. `f_0` is the combination of rows, `f_{i+1}` its fold at
//! `y_i = zeta[b-1-i]`, `f_b = v`. The folds before `f_{b-3}` are committed, `f_{b-3}` is sent as it is. No
//! degree bound on `f_0` is needed: a part of it beyond `X^(2^b)` contributes nothing to `v` but the demand
//! that its own folds vanish.

use super::pairing::PairingClaim;
use super::srs::VerifierSrs;
use crate::encoding::Reader;
use crate::error::VerifyError;
use crate::transcript::keccak::KeccakTranscript;
use ark_bn254::{Fr, G1Affine};
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, Field, One};

/// What is to be shown. The caller's transcript has absorbed the rows (through `S0`) and all scalars.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// `C_i`
    pub rows: &'a [G1Affine],
    /// `s_i`, as many.
    pub scalars: &'a [Fr],
    /// The point, most significant index bit first.
    pub zeta: &'a [Fr],
    /// The value.
    pub v: Fr,
}

/// The last folds, which the verifier computes: `f_{b-TAIL}` is sent in the clear, as `2^TAIL` coefficients.
/// Less than the smallest `b` of a record, so `f_0` is never the one.
pub const TAIL: usize = 3;

/// Folds that are committed, of rows with `2^b` entries: `f_1 .. f_{b-TAIL-1}`.
pub const fn committed_folds(b: usize) -> usize {
    b.saturating_sub(TAIL + 1)
}

/// Words of an opening of rows with `2^b` entries: the blind, folds, coefficients, values and two quotients.
pub const fn opening_words(b: usize) -> usize {
    let folds = committed_folds(b);
    1 + 2 * folds + (1 << TAIL) + 2 * (folds + 1) + 4
}

/// Reads a proof of `opening` and reduces it to one pairing claim. The last point read is absorbed, so a
/// challenge drawn from `transcript` next depends on the whole claim.
///
/// # Errors
/// The proof is malformed or an equation other than the pairing's does not hold.
pub fn verify_opening(
    opening: &Opening<'_>,
    transcript: &mut KeccakTranscript,
    reader: &mut Reader<'_>,
    srs: &VerifierSrs,
) -> Result<PairingClaim, VerifyError> {
    let b = opening.zeta.len();
    let (got, expected) = (opening.scalars.len(), opening.rows.len());
    if got != expected {
        return Err(VerifyError::Length { what: "opening, scalars", expected, got });
    }
    let tau_b = srs.tau_power(b).ok_or(VerifyError::Malformed {
        what: "opening",
        why: format!("rows of 2^{b} entries are outside the SRS constants"),
    })?;

    let blind = reader.scalar()?;
    transcript.absorb_scalar(&blind);
    let folds = reader.points(committed_folds(b))?;
    folds.iter().for_each(|fold| transcript.absorb_point(fold));
    let tail = reader.scalars(1 << TAIL)?;
    tail.iter().for_each(|coefficient| transcript.absorb_scalar(coefficient));
    let r = transcript.challenge();
    let values = reader.scalars(2 * (folds.len() + 1))?;
    values.iter().for_each(|value| transcript.absorb_scalar(value));
    let y = transcript.challenge();
    let quotient = reader.point()?;
    transcript.absorb_point(&quotient);
    let x = transcript.challenge();
    let last = reader.point()?;
    transcript.absorb_point(&last);

    let points = Points::new(r, x)?;
    // Remainders: sum_i y^i c_i R_i(x); meanwhile f_i(r^2) goes from fold to fold.
    let mut remainder = Fr::default();
    let mut weight = Fr::one();
    let mut at_square = None;
    for (pair, y_i) in values.chunks_exact(2).zip(opening.zeta.iter().rev()) {
        let [plus, minus] = pair else { continue };
        let even = (*plus + minus) * points.half;
        let odd = (*plus - minus) * points.half_over_r;
        let mut at_x = even + odd * x;
        match at_square {
            None => at_x *= points.c_0,
            Some(value) => at_x += points.third * (value - even - odd * points.square),
        }
        remainder += weight * at_x;
        weight *= y;
        at_square = Some(even + *y_i * (odd - even));
    }
    let tail_at_square = tail.iter().rev().fold(Fr::default(), |sum, c| sum * points.square + c);
    if at_square != Some(tail_at_square) {
        return Err(VerifyError::Rejected { check: "opening: last committed fold folds to the coefficients" });
    }
    let last_fold = opening.zeta[..TAIL].iter().rev().fold(tail, |f, y_i| fold(&f, *y_i));
    if last_fold != [opening.v] {
        return Err(VerifyError::Rejected { check: "opening: last fold equals v" });
    }

    let mut claim = PairingClaim::default();
    for (row, s) in opening.rows.iter().zip(opening.scalars) {
        claim.left.push(points.c_0 * s, *row);
    }
    claim.left.push(-points.c_0 * blind, tau_b);
    let mut weight = y;
    for commitment in folds {
        claim.left.push(weight, commitment);
        weight *= y;
    }
    claim.left.push(-remainder, G1Affine::generator());
    claim.left.push(-points.vanishing, quotient);
    claim.left.push(x, last);
    claim.right.push(Fr::one(), last);
    Ok(claim)
}

/// `(1 - y) even + y odd`, for `f = even(X^2) + X odd(X^2)`.
fn fold(f: &[Fr], y: Fr) -> Vec<Fr> {
    f.chunks_exact(2).map(|pair| pair[0] + y * (pair[1] - pair[0])).collect()
}

/// Constants of the points `{r, -r, r^2}` and of `x`.
struct Points {
    half: Fr,
    /// `1 / (2 r)`
    half_over_r: Fr,
    /// `r^2`
    square: Fr,
    /// `x - r^2`
    c_0: Fr,
    /// `(x^2 - r^2) / (r^4 - r^2)`: 1 at `r^2`, 0 at `r` and `-r`.
    third: Fr,
    /// `(x^2 - r^2) (x - r^2)`
    vanishing: Fr,
}

impl Points {
    fn new(r: Fr, x: Fr) -> Result<Self, VerifyError> {
        let one = Fr::one();
        let square = r.square();
        // 2 r^2 (r^2 - 1) is zero exactly for r in {0, 1, -1}.
        let excess = square - one;
        let inverse = (square.double() * excess).inverse();
        let inverse = inverse.ok_or(VerifyError::Rejected { check: "opening: challenge is none of 0, 1, -1" })?;
        let c_0 = x - square;
        let pair = x.square() - square;
        Ok(Self {
            half: (square * excess) * inverse,
            half_over_r: r * excess * inverse,
            square,
            c_0,
            third: pair * inverse.double(),
            vanishing: pair * c_0,
        })
    }
}
