//! The evaluation domain of the circuit, with halo2's choice of generator.

use crate::error::VerifyError;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, FftField, Field, One, PrimeField, Zero, batch_inversion};

/// Rows halo2 blinds: one more than the queries a column is opened at, and one for good measure, at least 5.
pub const BLINDING_ROWS: usize = 5;
/// The generator halo2's curve library takes for the multiplicative group.
const GENERATOR: u64 = 7;

/// Lagrange polynomials at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lagrange {
    /// `x^n - 1`
    pub vanishing: Fr,
    /// 1 over that.
    pub vanishing_inverse: Fr,
    /// Of the first row.
    pub first: Fr,
    /// Of the last usable row.
    pub last: Fr,
    /// Of all blinding rows, summed.
    pub blind: Fr,
    /// Of the rows from the first on that hold instances.
    pub instances: Vec<Fr>,
}

/// Generator of the domain of `2^k` rows.
pub fn omega(k: usize) -> Fr {
    let adicity = Fr::TWO_ADICITY;
    let root = Fr::from(GENERATOR).pow(Fr::TRACE);
    (k..usize::try_from(adicity).unwrap_or_default()).fold(root, |root, _| root.square())
}

/// Generator of the cosets that tell the permutation's columns apart.
pub fn delta() -> Fr {
    (0..Fr::TWO_ADICITY).fold(Fr::from(GENERATOR), |g, _| g.square())
}

/// Lagrange polynomials of the domain of `2^k` rows at `x`, those of the first `instances` rows included.
///
/// # Errors
/// There are more instances than usable rows, or `x` is in the domain.
pub fn lagrange(k: usize, x: Fr, instances: usize) -> Result<Lagrange, VerifyError> {
    let usable = 1usize.checked_shl(u32::try_from(k).unwrap_or(u32::MAX)).unwrap_or_default();
    let usable = usable.saturating_sub(BLINDING_ROWS + 1);
    if instances > usable {
        let why = format!("{instances} instances do not fit {usable} rows");
        return Err(VerifyError::Malformed { what: "key set", why });
    }
    let omega = omega(k);
    let omega_inverse = omega.inverse().unwrap_or_default();
    let x_n = (0..k).fold(x, |power, _| power.square());
    let vanishing = x_n - Fr::one();
    if vanishing.is_zero() {
        return Err(VerifyError::Rejected { check: "halo2: challenge x is outside the domain" });
    }

    // omega^-6 .. omega^-1, omega^0 .. ; all x - omega^i are non-zero, for x^n is not 1.
    let start = (0..=BLINDING_ROWS).fold(Fr::one(), |power, _| power * omega_inverse);
    let powers: Vec<Fr> = core::iter::successors(Some(start), |power| Some(*power * omega))
        .take(BLINDING_ROWS + 1 + instances.max(1))
        .collect();
    let mut inverses: Vec<Fr> = powers.iter().map(|power| x - power).collect();
    inverses.push(vanishing);
    inverses.push((0..k).fold(Fr::one(), |n, _| n.double()));
    batch_inversion(&mut inverses);
    let n_inverse = inverses.pop().unwrap_or_default();
    let vanishing_inverse = inverses.pop().unwrap_or_default();

    let common = vanishing * n_inverse;
    let mut values = powers.iter().zip(&inverses).map(|(power, inverse)| common * power * inverse);
    let last = values.next().unwrap_or_default();
    let blind = values.by_ref().take(BLINDING_ROWS).sum();
    let mut rows: Vec<Fr> = values.collect();
    let first = rows.first().copied().unwrap_or_default();
    rows.truncate(instances);
    Ok(Lagrange { vanishing, vanishing_inverse, first, last, blind, instances: rows })
}
