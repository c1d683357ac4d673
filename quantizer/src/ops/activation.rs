//! `out = table(clamp(floor((acc + 2^(shift-1)) / 2^shift)))`: requantization and function in one.

use super::{ENTRY_LIMIT, Mismatch, require_eq};
use crate::fixed::rescale;
use crate::ir::{Activation, Shape, Table};
use rayon::prelude::*;

/// Largest [`Activation::shift`].
pub const MAX_SHIFT: u32 = 32;
/// Largest [`Activation::domain_bits`].
pub const MAX_DOMAIN_BITS: u32 = 20;
/// Smallest and largest [`Activation::high_bits`] that are not 0.
pub const HIGH_BITS: std::ops::RangeInclusive<u32> = 2..=16;
/// Largest bound of a clamp or ReLU, as log2: with it, results have 17 bits with sign.
pub const MAX_BOUND_BITS: u32 = 16;

/// Shapes and parameters agree, the table has all its entries.
///
/// # Errors
/// They do not.
pub fn check(activation: &Activation, input: &Shape, result: &Shape) -> Result<(), Mismatch> {
    let Activation { shift, domain_bits, high_bits, table, .. } = activation;
    require_eq("the dimensions of the input,", input.dims(), result.dims())?;
    if *shift > MAX_SHIFT {
        return Err(Mismatch::new(format!("a shift of at most {MAX_SHIFT}"), shift));
    }
    if !(1..=MAX_DOMAIN_BITS).contains(domain_bits) {
        return Err(Mismatch::new(format!("domain bits in 1..={MAX_DOMAIN_BITS}"), domain_bits));
    }
    if *high_bits != 0 && !HIGH_BITS.contains(high_bits) {
        return Err(Mismatch::new(format!("high bits of 0 or in {HIGH_BITS:?}"), high_bits));
    }
    match table {
        Table::Clamp { bits } | Table::Relu { bits } if *bits >= *domain_bits || *bits > MAX_BOUND_BITS => {
            Err(Mismatch::new(
                format!("a bound below 2^{} and of at most 2^{MAX_BOUND_BITS}", domain_bits),
                format!("2^{bits}"),
            ))
        }
        Table::Clamp { .. } | Table::Relu { .. } => Ok(()),
        Table::Values(values) => require_eq("table entries:", 1usize << domain_bits, values.len()),
    }
}

/// Table entries are in range.
///
/// # Errors
/// One is not.
pub fn check_entries(activation: &Activation) -> Result<(), Mismatch> {
    let Table::Values(values) = &activation.table else { return Ok(()) };
    match values.iter().enumerate().find(|(_, v)| !(-ENTRY_LIMIT..ENTRY_LIMIT).contains(*v)) {
        Some((i, v)) => Err(Mismatch::new(format!("table entry {i} in {}..{ENTRY_LIMIT}", -ENTRY_LIMIT), v)),
        None => Ok(()),
    }
}

/// The domain, extended by `high_bits` where there are any, holds every `q` that `acc` in `bounds` gives.
///
/// # Errors
/// It does not.
pub fn check_domain(activation: &Activation, bounds: (i64, i64)) -> Result<(), Mismatch> {
    let q = (rescale(bounds.0, activation.shift), rescale(bounds.1, activation.shift));
    match needed_high_bits(q, activation.domain_bits) {
        Some(needed) if needed <= activation.high_bits => Ok(()),
        needed => {
            let needed = needed.map_or("more than 16".to_string(), |n| n.to_string());
            Err(Mismatch::new(format!("{needed} high bits for q in {}..={}", q.0, q.1), activation.high_bits))
        }
    }
}

/// Fewest high bits (0, or 2 and more) with which `q` in `q.0..=q.1` can be represented; `None` if 16 are too few.
pub fn needed_high_bits(q: (i64, i64), domain_bits: u32) -> Option<u32> {
    let inside = |bits: u32| {
        let half = 1i64 << (domain_bits - 1);
        let (offset, span) = match bits {
            0 => (half, 1i64 << domain_bits),
            h => ((1i64 << (domain_bits + h - 1)) + half, 1i64 << (domain_bits + h)),
        };
        q.0 + offset >= 0 && q.1 + offset < span
    };
    std::iter::once(0).chain(HIGH_BITS).find(|bits| inside(*bits))
}

/// Exact bounds of the stored cells for accumulators in `bounds`.
pub fn range(activation: &Activation, bounds: (i64, i64)) -> (i64, i64) {
    let q = (rescale(bounds.0, activation.shift), rescale(bounds.1, activation.shift));
    activation.table.range(q.0, q.1, activation.domain_bits)
}

/// All stored cells of the result.
pub fn evaluate(activation: &Activation, input: &[i64]) -> Vec<i64> {
    let cells = input.par_iter().with_min_len(1 << 12);
    cells.map(|acc| activation.table.get(rescale(*acc, activation.shift), activation.domain_bits)).collect()
}
