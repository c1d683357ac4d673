//! What ties accumulators to the values and weights they come from.
//!
//! The claim on each accumulator at its point becomes a sum over one layer's columns; all layers run in
//! one batched sumcheck, combined with powers of one challenge. Shorter ones join late, so that a layer
//! of `n` rounds ends at the last `n` challenges.
//!
//! - [`dense`]: `acc(m, o) - bias(o) = sum_j weight(o, j) x(m, j)`
//! - [`scale`]: `acc(m, c) - bias(c) = sum_j eq(c, j) weight(j) x(m, j)`
//! - [`accumulator`]: the accumulator an activation read, from its table index and remainder

pub mod accumulator;
pub mod dense;
pub mod scale;

use crate::arithmetic::Arithmetic;
use crate::channel::Channel;
use crate::claims::Claim;
use crate::error::VerifyError;
use crate::multilinear::suffix;
use crate::schedule::{Relation, RelationKind, Schedule};
use crate::sumcheck::round;
use ark_bn254::Fr;
use ark_ff::{One, Zero};

/// An accumulator at a point, to be explained by `relation`.
#[derive(Clone, Debug)]
pub struct AccumulatorClaim<'s, F> {
    /// What explains it.
    pub relation: &'s Relation,
    /// Slot, row and column bits.
    pub point: Vec<F>,
    /// The accumulator's extension there.
    pub value: F,
}

/// Verifies all relations; gives claims on weights, biases and the values read.
///
/// # Errors
/// The batched sumcheck does not end in the products of those claims.
pub fn verify<A: Arithmetic>(
    channel: &mut Channel<'_, A>,
    schedule: &Schedule,
    accumulators: &[AccumulatorClaim<'_, A::F>],
) -> Result<Vec<Claim<A::F>>, VerifyError> {
    let mut claims = Vec::new();
    let biases = channel.read(accumulators.len())?;
    let batching = channel.challenge();

    // (coefficient, coefficient * (accumulator - bias)) of each relation
    let mut sums = Vec::new();
    let mut coefficient = channel.a.constant(Fr::one());
    for (claim, bias) in accumulators.iter().zip(&biases) {
        let point = suffix(&claim.point, claim.relation.cols_log as usize).to_vec();
        claims.push(Claim { tensor: claim.relation.bias, point, value: bias.clone() });
        let without = channel.a.sub(&claim.value, bias);
        let weighted = channel.a.mul(&coefficient, &without);
        sums.push((coefficient.clone(), weighted));
        coefficient = channel.a.mul(&coefficient, &batching);
    }

    let rounds = schedule.relation_rounds();
    let degree = schedule.relation_degree();
    let mut running = channel.a.constant(Fr::zero());
    let mut bound = Vec::new();
    for left in (0..=rounds).rev() {
        for (claim, (_, sum)) in accumulators.iter().zip(&sums) {
            if claim.relation.rounds() == left {
                running = channel.a.add(&running, sum);
            }
        }
        if left > 0 {
            bound.push(round(channel, degree, &mut running)?);
        }
    }

    let factors = channel.read(2 * accumulators.len())?;
    let mut total = channel.a.constant(Fr::zero());
    for ((claim, (coefficient, _)), pair) in accumulators.iter().zip(&sums).zip(factors.chunks(2)) {
        let [weight, source] = pair else { return Err(VerifyError::Inconsistent { what: "a relation's factors" }) };
        let inner = suffix(&bound, claim.relation.rounds() as usize);
        let term = match claim.relation.kind {
            RelationKind::Dense { .. } => dense::term(channel.a, weight, source),
            RelationKind::Scale => scale::term(channel.a, claim, inner, weight, source),
        };
        let points = points(claim, inner);
        total = channel.a.mul_add(coefficient, &term, &total);
        claims.push(Claim { tensor: claim.relation.weight, point: points.weight, value: weight.clone() });
        claims.push(Claim { tensor: claim.relation.source, point: points.source, value: source.clone() });
    }
    channel.a.assert_equal(&total, &running, "products of the relations")?;
    Ok(claims)
}

/// Where a relation's sumcheck ends in its weights and in the value it reads.
#[derive(Clone, Debug)]
pub struct Points<F> {
    /// Point of the weights.
    pub weight: Vec<F>,
    /// Point of the value read.
    pub source: Vec<F>,
}

/// Where the sumcheck of `claim`'s relation, bound at `inner`, ends in its weights and in the value it reads.
pub fn points<F: Clone>(claim: &AccumulatorClaim<'_, F>, inner: &[F]) -> Points<F> {
    match claim.relation.kind {
        RelationKind::Dense { .. } => dense::points(claim, inner),
        RelationKind::Scale => scale::points(claim, inner),
    }
}

/// The leading coordinates of `point`, all but the last `n`, followed by `inner`.
pub(crate) fn replace_suffix<F: Clone>(point: &[F], n: usize, inner: &[F]) -> Vec<F> {
    point.iter().take(point.len().saturating_sub(n)).chain(inner).cloned().collect()
}
