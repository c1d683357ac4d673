//! What ties accumulators to the tensors they come from.
//!
//! The claim on each accumulator at its point is split into claims on its terms, which the prover states (all but the first,
//! which the others leave). Then, for the terms of all relations at once:
//!
//! - [`products`]: one batched sumcheck over bound labels turns each product into a claim on its left factor and one on its
//!   right;
//! - [`moves`]: one batched sumcheck over source axes turns claims on tensors seen through views into claims on the tensors.
//!   Where a view is free there is nothing to sum: the claim is one on the tensor already.
//!
//! Sumchecks of one batch are combined with powers of one challenge; shorter ones join late, so that one of `n` rounds ends
//! at the last `n` challenges.

pub mod links;
pub mod moves;
pub mod point;
pub mod products;

use crate::arithmetic::Arithmetic;
use crate::channel::Channel;
use crate::claims::Claim;
use crate::error::VerifyError;
use crate::multilinear::signed;
use crate::schedule::{Accumulator, Reading, Relation, Schedule, TermKind};
use ark_bn254::Fr;
use ark_ff::{Field, One, Zero};
use point::LabelPoint;

/// An accumulator at a point, to be explained by `relation`.
#[derive(Clone, Debug)]
pub struct AccumulatorClaim<'s, F> {
    /// What explains it.
    pub relation: &'s Relation,
    /// Slot bits, then those of each axis.
    pub point: Vec<F>,
    /// The accumulator's extension there.
    pub value: F,
}

/// A tensor seen through a view, at a point over the labels.
#[derive(Clone, Debug)]
pub struct ViewClaim<'s, F> {
    /// The view.
    pub reading: &'s Reading,
    /// Where.
    pub at: LabelPoint<F>,
    /// Its value.
    pub value: F,
    /// What `at` is a function of, where several views may share it: bits of the labels whose coordinates are a suffix of
    /// the point of the lookups.
    pub shared: Option<Vec<u32>>,
}

/// Verifies all relations; gives claims on the tensors that they read.
///
/// # Errors
/// A sumcheck does not end in the products of those claims.
pub fn verify<A: Arithmetic>(
    channel: &mut Channel<'_, A>,
    schedule: &Schedule,
    accumulators: &[AccumulatorClaim<'_, A::F>],
) -> Result<Vec<Claim<A::F>>, VerifyError> {
    let stated = channel.read(stated_terms(accumulators.iter().map(|claim| claim.relation)))?;
    let (mut views, products) = split(channel.a, schedule, accumulators, &stated)?;
    let (mut claims, factors) = products::verify(channel, &products)?;
    views.extend(factors);
    claims.extend(moves::verify(channel, views)?);
    Ok(claims)
}

/// Number of term values that the prover states: all but the first of each relation.
pub fn stated_terms<'s>(relations: impl Iterator<Item = &'s Relation>) -> usize {
    relations.map(|relation| relation.terms.len().saturating_sub(1)).sum()
}

/// Claims on views and on products.
pub type TermClaims<'s, F> = (Vec<ViewClaim<'s, F>>, Vec<products::ProductClaim<'s, F>>);

/// Splits the claims on accumulators into claims on their terms, with the values stated for them.
///
/// # Errors
/// Values are missing, or a relation is not one that a schedule has.
pub fn split<'s, A: Arithmetic>(
    a: &mut A,
    schedule: &Schedule,
    accumulators: &[AccumulatorClaim<'s, A::F>],
    stated: &[A::F],
) -> Result<TermClaims<'s, A::F>, VerifyError> {
    let inconsistent = || VerifyError::Inconsistent { what: "the terms of a relation" };
    let mut stated = stated.iter();
    let (mut views, mut products) = (Vec::new(), Vec::new());
    for claim in accumulators {
        let at = LabelPoint::of(&claim.relation.shape, schedule.options.batch_log, &claim.point);
        let (first, rest) = claim.relation.terms.split_first().ok_or_else(inconsistent)?;
        let mut left = claim.value.clone();
        let mut values = Vec::new();
        for term in rest {
            let value = stated.next().ok_or_else(inconsistent)?.clone();
            let scaled = scale(a, &value, signed(term.coefficient));
            left = a.sub(&left, &scaled);
            values.push(value);
        }
        let inverse = signed(first.coefficient).inverse().ok_or_else(inconsistent)?;
        values.insert(0, scale(a, &left, inverse));
        let shape = &claim.relation.shape;
        let logs = || (0..shape.rank()).map(|axis| shape.axis_log(axis)).collect();
        let shared = matches!(claim.relation.accumulator, Accumulator::Columns(_)).then(logs);
        for (term, value) in claim.relation.terms.iter().zip(values) {
            match &term.kind {
                TermKind::Move(reading) => {
                    views.push(ViewClaim { reading, at: at.clone(), value, shared: shared.clone() });
                }
                TermKind::Product(product) => {
                    products.push(products::ProductClaim { product, at: at.clone(), value });
                }
            }
        }
    }
    Ok((views, products))
}

fn scale<A: Arithmetic>(a: &mut A, value: &A::F, factor: Fr) -> A::F {
    if factor.is_one() { value.clone() } else { a.affine(value, factor, Fr::zero()) }
}
