//! From many claims on tensors to one claim on one combination of rows.
//!
//! Claims are combined with powers of one challenge. A tensor's claim is a sum over rows: chunk `i` of a tensor
//! at `(row, offset)` contributes `eq(high coordinates, i) * sum_j eq(low coordinates, j) row[offset + j]`. A
//! sumcheck of `b` rounds over the position in the row brings all claims to one point `zeta`; the weight of each row
//! there is computed here, and the last running claim is the value that the combination of rows takes.

use crate::arithmetic::Arithmetic;
use crate::channel::Channel;
use crate::claims::{Claim, Opening};
use crate::error::VerifyError;
use crate::multilinear::{PrefixEq, eq_factor, suffix};
use crate::schedule::Schedule;
use crate::sumcheck::round;
use ark_bn254::Fr;
use ark_ff::{One, Zero};
use std::collections::HashMap;

/// Verifies the reduction. `mask` is the claim on the mask row (a point of `b` coordinates and the value read),
/// which is absorbed, like every claim, before the combination challenge.
///
/// # Errors
/// The proof is too short, or a claim's point is not as long as its tensor's index.
pub fn verify<A: Arithmetic>(
    channel: &mut Channel<'_, A>,
    schedule: &Schedule,
    claims: &[Claim<A::F>],
    mask: Option<(&[A::F], &A::F)>,
) -> Result<Opening<A::F>, VerifyError> {
    let combination = channel.challenge();
    let mut coefficient = channel.a.constant(Fr::one());
    let mut running = channel.a.constant(Fr::zero());
    let mut coefficients = Vec::new();
    for value in claims.iter().map(|c| &c.value).chain(mask.iter().map(|(_, value)| *value)) {
        running = channel.a.mul_add(&coefficient, value, &running);
        coefficients.push(coefficient.clone());
        coefficient = channel.a.mul(&coefficient, &combination);
    }

    let b = schedule.options.b as usize;
    let zeta = (0..b).map(|_| round(channel, 2, &mut running)).collect::<Result<Vec<A::F>, _>>()?;

    let a = &mut *channel.a;
    let mut scalars: Vec<Option<A::F>> = vec![None; schedule.rows.total()];
    let mut offsets = PrefixEq::new(&zeta);
    let mut lows = SuffixEq::new(&zeta);
    for (claim, coefficient) in claims.iter().zip(&coefficients) {
        let tensor = schedule.tensors.get(claim.tensor).filter(|t| t.log as usize == claim.point.len());
        let tensor = tensor.ok_or(VerifyError::Inconsistent { what: "a claim's point" })?;
        let placement =
            tensor.placement.as_ref().ok_or(VerifyError::Inconsistent { what: "a claim on a virtual tensor" })?;
        let chunk_log = placement.chunk_log as usize;
        let (high, low) = claim.point.split_at(claim.point.len().saturating_sub(chunk_log));
        let low = lows.get(a, low);
        let weight = a.mul(coefficient, &low);
        for (chunk, eq_high) in placement.chunks.iter().zip(expand(a, high, weight)) {
            let Some(cell) = chunk else { continue };
            let at = offsets.get(a, b - chunk_log, cell.offset >> chunk_log);
            add_to(a, &mut scalars, cell.row, &eq_high, &at, chunk_log == b)?;
        }
    }
    if let (Some((point, _)), Some(coefficient)) = (mask, coefficients.last()) {
        let low = lows.get(a, point);
        let one = a.constant(Fr::one());
        let row = schedule.rows.total().saturating_sub(1);
        let weight = a.mul(coefficient, &low);
        add_to(a, &mut scalars, row, &weight, &one, true)?;
    }
    let scalars = scalars.into_iter().map(|s| s.unwrap_or_else(|| a.constant(Fr::zero()))).collect();
    Ok(Opening { scalars, zeta, value: running })
}

fn add_to<A: Arithmetic>(
    a: &mut A,
    scalars: &mut [Option<A::F>],
    row: usize,
    weight: &A::F,
    at: &A::F,
    whole: bool,
) -> Result<(), VerifyError> {
    let slot = scalars.get_mut(row).ok_or(VerifyError::Inconsistent { what: "a row" })?;
    *slot = Some(match (slot.take(), whole) {
        (None, true) => weight.clone(),
        (None, false) => a.mul(weight, at),
        (Some(sum), true) => a.add(&sum, weight),
        (Some(sum), false) => a.mul_add(weight, at, &sum),
    });
    Ok(())
}

/// `start * eq(point, i)` for all `i`, in order.
fn expand<A: Arithmetic>(a: &mut A, point: &[A::F], start: A::F) -> Vec<A::F> {
    let mut table = vec![start];
    for coordinate in point {
        let mut next = Vec::with_capacity(2 * table.len());
        for entry in &table {
            let one = a.mul(entry, coordinate);
            next.push(a.sub(entry, &one));
            next.push(one);
        }
        table = next;
    }
    table
}

/// `eq` of points with the suffix of `zeta` of their length. Suffixes that several points share (claims at the
/// leaves of one lookup argument) are computed once, where the arithmetic can tell.
struct SuffixEq<F> {
    zeta: Vec<F>,
    known: HashMap<Vec<usize>, F>,
}

impl<F: Clone> SuffixEq<F> {
    fn new(zeta: &[F]) -> Self {
        Self { zeta: zeta.to_vec(), known: HashMap::new() }
    }

    fn get<A: Arithmetic<F = F>>(&mut self, a: &mut A, point: &[F]) -> F {
        let mut product = a.constant(Fr::one());
        let mut names = Some(Vec::new());
        for (p, z) in point.iter().zip(suffix(&self.zeta, point.len())).rev() {
            names = match (names, a.identity(p)) {
                (Some(mut names), Some(name)) => {
                    names.push(name);
                    Some(names)
                }
                _ => None,
            };
            if let Some(known) = names.as_ref().and_then(|n| self.known.get(n)) {
                product = known.clone();
                continue;
            }
            let factor = eq_factor(a, p, z);
            product = a.mul(&product, &factor);
            if let Some(names) = &names {
                self.known.insert(names.clone(), product.clone());
            }
        }
        product
    }
}
