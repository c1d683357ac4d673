//! Columnwise products: `acc(m, c) - bias(c) = sum_j eq(c, j) weight(j) x(m, j)`.

use super::{AccumulatorClaim, Points, replace_suffix};
use crate::arithmetic::Arithmetic;
use crate::multilinear::{eq, suffix};

/// Where the sumcheck ends in the weights and in the value read.
pub fn points<F: Clone>(claim: &AccumulatorClaim<'_, F>, inner: &[F]) -> Points<F> {
    let cols_log = claim.relation.cols_log as usize;
    Points { weight: inner.to_vec(), source: replace_suffix(&claim.point, cols_log, inner) }
}

/// The summand at the end of the sumcheck, `eq * weight * source`.
pub fn term<A: Arithmetic>(
    a: &mut A,
    claim: &AccumulatorClaim<'_, A::F>,
    inner: &[A::F],
    weight: &A::F,
    source: &A::F,
) -> A::F {
    let selector = eq(a, suffix(&claim.point, claim.relation.cols_log as usize), inner);
    let product = a.mul(weight, source);
    a.mul(&selector, &product)
}
