//! The deferred opening: `sum_i s_i C_i` opens to `v` at the multilinear point `zeta`.
//!
//! HyperKZG (Zhao et al.) with folds of [`ARITY`] instead of two, and one SHPLONK quotient (Boneh, Drake, Fisch,
//! Gabizon, ePrint 2020/081); the formulas are in `docs/formats.md`. `f_0` is the combination of rows; with
//! `f_i = sum_k X^k g_k(X^ARITY)`, `f_{i+1}` is the extension of `g_0, g_1, ..` at the lowest coordinates of `zeta` that
//! are left. The last fold `f_m` is sent as it is, those between are committed. No degree bound on `f_0` is needed: a part
//! of it beyond `X^(2^b)` contributes nothing to `v` but the demand that its own folds vanish.
//!
//! What is claimed of `f_i` is its remainder modulo `X^ARITY - s`, whose coefficients are the `g_k(s)`: SHPLONK divides by
//! vanishing polynomials and does not ask for their roots.

use super::pairing::PairingClaim;
use super::srs::VerifierSrs;
use crate::encoding::Reader;
use crate::error::VerifyError;
use crate::transcript::keccak::KeccakTranscript;
use ark_bn254::{Fr, G1Affine};
use ark_ec::AffineRepr;
use ark_ff::{Field, One};

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

/// Coordinates that one fold binds.
pub const FOLD_LOG: usize = 3;
/// Coefficients of a polynomial that become one of its fold.
pub const ARITY: usize = 1 << FOLD_LOG;

/// Folds of rows with `2^b` entries: `f_1 .. f_m`, the last of which is not committed but sent.
pub const fn folds(b: usize) -> usize {
    b.saturating_sub(1) / FOLD_LOG
}

/// log2 of the coefficients of the last fold; at least 1.
pub const fn tail_log(b: usize) -> usize {
    b - FOLD_LOG * folds(b)
}

/// Folds that are committed: `f_1 .. f_{m-1}`.
pub const fn committed_folds(b: usize) -> usize {
    folds(b).saturating_sub(1)
}

/// Words of an opening of rows with `2^b` entries: the blind, folds, coefficients, remainders and two quotients.
pub const fn opening_words(b: usize) -> usize {
    1 + 2 * committed_folds(b) + (1 << tail_log(b)) + ARITY * folds(b) + 4
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
    let tail = reader.scalars(1 << tail_log(b))?;
    tail.iter().for_each(|coefficient| transcript.absorb_scalar(coefficient));
    let s = transcript.challenge();
    let remainders = reader.scalars(ARITY * (folds.len() + 1))?;
    remainders.iter().for_each(|value| transcript.absorb_scalar(value));
    let y = transcript.challenge();
    let quotient = reader.point()?;
    transcript.absorb_point(&quotient);
    let x = transcript.challenge();
    let last = reader.point()?;
    transcript.absorb_point(&last);

    let points = Points::new(s, x)?;
    let (last_coordinates, coordinates) = opening.zeta.split_at(tail_log(b));
    // sum_i y^i c_i R_i(x); meanwhile f_i(s) goes from fold to fold.
    let mut total = Fr::default();
    let mut weight = Fr::one();
    let mut at_s = None;
    for (remainder, ys) in remainders.chunks_exact(ARITY).zip(coordinates.rchunks_exact(FOLD_LOG)) {
        let at_x = match at_s {
            None => points.c_0 * evaluate(remainder, x),
            Some(value) => evaluate(remainder, x) + points.last * (value - evaluate(remainder, s)),
        };
        total += weight * at_x;
        weight *= y;
        at_s = Some(fold_all(remainder, ys));
    }
    if at_s != Some(evaluate(&tail, s)) {
        return Err(VerifyError::Rejected { check: "opening: last committed fold folds to the coefficients" });
    }
    if fold_all(&tail, last_coordinates) != opening.v {
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
    claim.left.push(-total, G1Affine::generator());
    claim.left.push(-points.vanishing, quotient);
    claim.left.push(x, last);
    claim.right.push(Fr::one(), last);
    Ok(claim)
}

/// The polynomial with these coefficients, lowest first, at `x`.
fn evaluate(f: &[Fr], x: Fr) -> Fr {
    f.iter().rev().fold(Fr::default(), |sum, c| sum * x + c)
}

/// The extension of `2^n` values at `n` coordinates, most significant index bit first.
fn fold_all(values: &[Fr], coordinates: &[Fr]) -> Fr {
    let folded = coordinates
        .iter()
        .rev()
        .fold(values.to_vec(), |f, y| f.chunks_exact(2).map(|pair| pair[0] + *y * (pair[1] - pair[0])).collect());
    folded.first().copied().unwrap_or_default()
}

/// Constants of the challenges `s` and `x`.
struct Points {
    /// `x - s`
    c_0: Fr,
    /// `(x^ARITY - s) / (s^ARITY - s)`: 0 modulo `X^ARITY - s`, 1 at `s`.
    last: Fr,
    /// `(x^ARITY - s) (x - s)`
    vanishing: Fr,
}

impl Points {
    fn new(s: Fr, x: Fr) -> Result<Self, VerifyError> {
        let power = |base: Fr| (0..FOLD_LOG).fold(base, |power, _| power.square());
        // Zero where X - s divides X^ARITY - s.
        let inverse = (power(s) - s).inverse();
        let inverse = inverse.ok_or(VerifyError::Rejected { check: "opening: challenge is no root of X^8 - X" })?;
        let (c_0, all) = (x - s, power(x) - s);
        Ok(Self { c_0, last: all * inverse, vanishing: all * c_0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where `X - s` divides `X^8 - s`, what is claimed at `s` and modulo `X^8 - s` is not independent: such challenges are refused.
    #[test]
    fn challenges_that_are_roots_are_refused() {
        for s in [0u64, 1] {
            let refused = Points::new(Fr::from(s), Fr::from(5u64)).err();
            assert!(matches!(refused, Some(VerifyError::Rejected { .. })), "{s}");
        }
        let points = Points::new(Fr::from(3u64), Fr::from(5u64)).expect("3^8 is not 3");
        assert_eq!(points.vanishing, points.c_0 * (Fr::from(5u64).pow([8]) - Fr::from(3u64)));
        // The last factor is 1 at s.
        assert_eq!(Points::new(Fr::from(3u64), Fr::from(3u64)).map(|p| p.last), Ok(Fr::one()));
    }

    /// Every row length has folds enough to end in two to eight coefficients.
    #[test]
    fn folds_of_every_row_length() {
        for b in crate::record::ROW_LOG {
            assert!(folds(b) >= 1 && (1..=FOLD_LOG).contains(&tail_log(b)), "{b}");
            assert_eq!(FOLD_LOG * folds(b) + tail_log(b), b);
            assert_eq!(opening_words(b), 10 * folds(b) + 3 + (1 << tail_log(b)), "as docs/formats.md counts them");
        }
    }
}
