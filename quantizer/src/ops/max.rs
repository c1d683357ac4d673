//! `max(left, right)`, cell by cell.

use super::Mismatch;
use super::activation::MAX_DOMAIN_BITS;
use super::check::{self, Shapes};
use super::dot::Scalar;
use super::gather::{Layout, Operand};
use super::sum::add_move;
use crate::fixed::domain;
use crate::ir::{Max, Shape};
use crate::view::{Move, Source};

/// Both operands fit the result, at least one is computed, and there is a domain.
///
/// # Errors
/// They do not.
pub fn check(max: &Max, result: &Shape, shapes: &Shapes<'_>) -> Result<(), Mismatch> {
    for operand in [&max.left, &max.right] {
        check::moved(operand, result, shapes)?;
    }
    if [&max.left, &max.right].iter().all(|operand| matches!(operand.view.source, Source::Constant(_))) {
        return Err(Mismatch::new("an operand that is computed", "two constants"));
    }
    if !(1..=MAX_DOMAIN_BITS).contains(&max.domain_bits) {
        return Err(Mismatch::new(format!("domain bits in 1..={MAX_DOMAIN_BITS}"), max.domain_bits));
    }
    Ok(())
}

/// The domain holds every `left - right` in `difference`.
///
/// # Errors
/// It does not.
pub fn check_domain(max: &Max, difference: (i64, i64)) -> Result<(), Mismatch> {
    let needed = needed_domain_bits(difference);
    if needed <= max.domain_bits {
        return Ok(());
    }
    let expected = format!("{needed} domain bits for differences in {}..={}", difference.0, difference.1);
    Err(Mismatch::new(expected, max.domain_bits))
}

/// Fewest domain bits that hold every integer in `lo..=hi`; more than [`MAX_DOMAIN_BITS`] where so many do not.
pub fn needed_domain_bits((lo, hi): (i64, i64)) -> u32 {
    let holds = |bits: &u32| {
        let (first, last) = domain(*bits);
        first <= lo && hi <= last
    };
    (1..=62).find(holds).unwrap_or(63)
}

/// The larger of two moved tensors, over a result of dimensions `dims`: all cells that `layout` stores.
///
/// Needs views that [`crate::view::View::check`] accepts; anything that `source` does not give reads 0.
pub fn evaluate<'a, T: Scalar>(
    [left, right]: [&Move<T>; 2],
    dims: &[u32],
    layout: Layout,
    source: &dyn Fn(Source) -> Option<Operand<'a, T>>,
) -> Vec<T> {
    let [mut left, right] = [left, right].map(|operand| {
        let mut out = vec![T::default(); layout.cells(dims)];
        if let Some(cells) = source(operand.view.source) {
            add_move(&mut out, operand, dims, layout, cells);
        }
        out
    });
    for (left, right) in left.iter_mut().zip(right) {
        if *left < right {
            *left = right;
        }
    }
    left
}
