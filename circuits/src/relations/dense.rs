//! Dense layers: `acc(m, o) - bias(o) = sum_j weight(o, j) x(m, j)` over all stored `j` (weights that meet
//! padding are zero). A dense layer over a *view* of its source only splits the index bits elsewhere.

use super::{AccumulatorClaim, Points, replace_suffix};
use crate::arithmetic::Arithmetic;
use crate::multilinear::suffix;

/// Where the sumcheck ends in the weights and in the value read.
pub fn points<F: Clone>(claim: &AccumulatorClaim<'_, F>, inner: &[F]) -> Points<F> {
    let cols_log = claim.relation.cols_log as usize;
    let weight = suffix(&claim.point, cols_log).iter().chain(inner).cloned().collect();
    Points { weight, source: replace_suffix(&claim.point, cols_log, inner) }
}

/// The summand at the end of the sumcheck, `weight * source`.
pub fn term<A: Arithmetic>(a: &mut A, weight: &A::F, source: &A::F) -> A::F {
    a.mul(weight, source)
}
