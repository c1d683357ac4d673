//! Moves: `value = sum_h links(labels, h) tensor(free axes, h)` over the axes of links that are not free, all in one sumcheck.
//!
//! Views of one tensor at one point that differ in links only (the taps of a pool) are one summand: their links are added up with
//! their factors, and the tensor is claimed once.

use super::ViewClaim;
use super::links::{EqTables, evaluate};
use super::point::source_point;
use crate::arithmetic::Arithmetic;
use crate::channel::Channel;
use crate::claims::Claim;
use crate::error::VerifyError;
use crate::multilinear::suffix;
use crate::sumcheck::batched;
use ark_bn254::Fr;
use ark_ff::Zero;

/// Verifies all views; gives claims on their tensors, those of free views first.
///
/// # Errors
/// The sumcheck does not end in the tensors' values that the prover states.
pub fn verify<A: Arithmetic>(
    channel: &mut Channel<'_, A>,
    views: Vec<ViewClaim<'_, A::F>>,
) -> Result<Vec<Claim<A::F>>, VerifyError> {
    let (free, groups) = grouped(views);
    let mut claims: Vec<Claim<A::F>> = free.iter().map(free_claim).collect();
    if groups.is_empty() {
        return Ok(claims);
    }
    let sums: Vec<_> = groups.iter().flatten().map(|view| (view.reading.rounds(), view.value.clone())).collect();
    let batch = batched(channel, 2, &sums)?;

    let values = channel.read(groups.len())?;
    let mut total = channel.a.constant(Fr::zero());
    let mut tables = EqTables::default();
    let mut coefficients = batch.coefficients.iter();
    for (group, value) in groups.iter().zip(values) {
        let mut links: Option<A::F> = None;
        for (view, coefficient) in group.iter().zip(coefficients.by_ref()) {
            let inner = suffix(&batch.point, view.reading.rounds() as usize);
            let own = evaluate(channel.a, &mut tables, view.reading, &view.at, inner);
            links = Some(match links {
                Some(sum) => channel.a.mul_add(coefficient, &own, &sum),
                None => channel.a.mul(coefficient, &own),
            });
        }
        let (Some(first), Some(links)) = (group.first(), links) else { continue };
        total = channel.a.mul_add(&links, &value, &total);
        let inner = suffix(&batch.point, first.reading.rounds() as usize);
        claims.push(Claim {
            tensor: first.reading.tensor,
            point: source_point(first.reading, &first.at, inner),
            value,
        });
    }
    channel.a.assert_equal(&total, &batch.running, "moves of the relations")?;
    Ok(claims)
}

/// Free views, and the others in groups that share a claim on their tensor, in order of first occurrence.
pub fn grouped<F>(views: Vec<ViewClaim<'_, F>>) -> (Vec<ViewClaim<'_, F>>, Vec<Vec<ViewClaim<'_, F>>>) {
    let (free, moved): (Vec<_>, Vec<_>) = views.into_iter().partition(|view| view.reading.is_free());
    let mut groups: Vec<Vec<ViewClaim<'_, F>>> = Vec::new();
    for view in moved {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| share(first, &view))) {
            Some(group) => group.push(view),
            None => groups.push(vec![view]),
        }
    }
    (free, groups)
}

/// Whether the sumchecks of two views end in the same claim: one tensor, one point, the same axes free through the same links.
fn share<F>(a: &ViewClaim<'_, F>, b: &ViewClaim<'_, F>) -> bool {
    let free = |view: &ViewClaim<'_, F>| {
        let mut ties: Vec<_> = view.reading.ties.iter().filter(|tie| tie.solutions.is_none()).cloned().collect();
        ties.sort_by(|a, b| a.axes.cmp(&b.axes));
        ties
    };
    a.shared.is_some()
        && a.shared == b.shared
        && a.reading.tensor == b.reading.tensor
        && a.reading.summed_axes() == b.reading.summed_axes()
        && free(a) == free(b)
}

/// A free view is its tensor at another point.
pub fn free_claim<F: Clone>(view: &ViewClaim<'_, F>) -> Claim<F> {
    let point = source_point(view.reading, &view.at, &[]);
    Claim { tensor: view.reading.tensor, point, value: view.value.clone() }
}
