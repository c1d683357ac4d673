//! Columnwise products: `acc(m, c) - bias(c) = sum_j eq(c, j) weight(j) x(m, j)`.

use super::{AccumulatorClaim, Points, replace_suffix};
use crate::arithmetic::Arithmetic;
use crate::multilinear::{eq, suffix};

/// The summand at the end of the sumcheck, `eq * weight * source`, and where they were evaluated.
pub fn term<A: Arithmetic>(
    a: &mut A,
    claim: &AccumulatorClaim<'_, A::F>,
    inner: &[A::F],
    weight: &A::F,
    source: &A::F,
) -> (A::F, Points<A::F>) {
    let cols_log = claim.relation.cols_log as usize;
    let selector = eq(a, suffix(&claim.point, cols_log), inner);
    let product = a.mul(weight, source);
    let points = Points { weight: inner.to_vec(), source: replace_suffix(&claim.point, cols_log, inner) };
    (a.mul(&selector, &product), points)
}
