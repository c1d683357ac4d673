//! Dense layers: `acc(m, o) - bias(o) = sum_j weight(o, j) x(m, j)` over all stored `j` (weights that meet
//! padding are zero). A dense layer over a *view* of its source only splits the index bits elsewhere.

use super::{AccumulatorClaim, Points, replace_suffix};
use crate::arithmetic::Arithmetic;
use crate::multilinear::suffix;

/// The summand at the end of the sumcheck, `weight * source`, and where the two were evaluated.
pub fn term<A: Arithmetic>(
    a: &mut A,
    claim: &AccumulatorClaim<'_, A::F>,
    inner: &[A::F],
    weight: &A::F,
    source: &A::F,
) -> (A::F, Points<A::F>) {
    let cols_log = claim.relation.cols_log as usize;
    let weight_point = suffix(&claim.point, cols_log).iter().chain(inner).cloned().collect();
    let source_point = replace_suffix(&claim.point, cols_log, inner);
    (a.mul(weight, source), Points { weight: weight_point, source: source_point })
}
