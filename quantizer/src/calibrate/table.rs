//! From functions to tables.

use crate::fixed::{domain, quantize};
use crate::float::Function;
use crate::ir::Table;
use crate::ops::ENTRY_LIMIT;

/// How functions are tabulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// ReLU: structured, and of the scale of its index.
    Relu,
    /// Identity: structured, and of the scale of its index.
    Clamp,
    /// Anything else: entry by entry.
    Values,
}

pub(super) fn form(functions: &[Function]) -> Form {
    match functions {
        [] => Form::Clamp,
        [Function::Relu] => Form::Relu,
        _ => Form::Values,
    }
}

/// log2, rounded up, of the steepest slope of `functions` in `lo..=hi`; at least -4 so that indices stay fine.
pub(super) fn slope_log(functions: &[Function], lo: f64, hi: f64) -> i32 {
    const POINTS: usize = 1024;
    let step = ((hi - lo) / POINTS as f64).max(f64::MIN_POSITIVE);
    let at = |i: usize| Function::eval_all(functions, lo + step * i as f64);
    let steepest =
        (0..POINTS).map(|i| ((at(i + 1) - at(i)) / step).abs()).filter(|s| s.is_finite()).fold(0.0, f64::max);
    if steepest > 0.0 { (steepest.log2() - 1e-6).ceil().clamp(-4.0, 16.0) as i32 } else { 0 }
}

/// Entry of `functions` at index `q` of exponent `e_q`, a result of exponent `e_out` clamped to `lo..=hi`; `None` where the
/// functions have no value.
fn entry(functions: &[Function], q: i64, e_q: i32, e_out: i32, (lo, hi): (i64, i64)) -> Option<i64> {
    let value = Function::eval_all(functions, q as f64 * f64::powi(2.0, -e_q));
    (!value.is_nan()).then(|| quantize(value, e_out, lo, hi))
}

/// Entries of `functions` for all indices; where they have no value, that of the nearest index that has one.
pub(super) fn tabulate(
    functions: &[Function],
    domain_bits: u32,
    e_q: i32,
    e_out: i32,
    out: (i64, i64),
) -> Option<Table> {
    let (first, last) = domain(domain_bits);
    let entries: Vec<Option<i64>> = (first..=last).map(|q| entry(functions, q, e_q, e_out, out)).collect();
    let mut values: Vec<i32> = Vec::with_capacity(entries.len());
    let mut latest = entries.iter().flatten().next().copied()?;
    for (i, entry) in entries.iter().enumerate() {
        // Beyond the last that has a value, the last; in a gap, the nearer side would do as well.
        latest = entry.or_else(|| (i == 0).then_some(latest)).unwrap_or(latest);
        values.push(latest as i32);
    }
    Some(Table::Values(values))
}

/// The coarsest exponent, from 0, at which results of `functions` for indices of exponent `e_q` in `lo..=hi` are integers;
/// `None` where none up to 15 is.
pub(super) fn exact_exponent(functions: &[Function], e_q: i32, (lo, hi): (i64, i64)) -> Option<i32> {
    const POINTS: i64 = 1 << 12;
    let step = ((hi - lo) / POINTS).max(1);
    let mut values = (0..=(hi - lo) / step).map(|i| (lo + i * step) as f64 * f64::powi(2.0, -e_q));
    let mut exponent = 0;
    let fits = values.all(|x| {
        let value = Function::eval_all(functions, x);
        let whole = |e: i32| (value * f64::powi(2.0, e)).fract() == 0.0;
        while exponent < 16 && !whole(exponent) {
            exponent += 1;
        }
        exponent < 16 && (value * f64::powi(2.0, exponent)).abs() < f64::from(ENTRY_LIMIT)
    });
    fits.then_some(exponent)
}

/// The smallest domain, as log2, that with saturation has every value of `functions` on indices in `lo..=hi`: beyond it
/// they are constant. `None` where it would be larger than `most`, or finding it takes too long.
pub(super) fn exact_domain(
    functions: &[Function],
    e_q: i32,
    e_out: i32,
    (lo, hi): (i64, i64),
    out: (i64, i64),
    most: u32,
) -> Option<u32> {
    const POINTS: i64 = 1 << 22;
    let at = |q: i64| entry(functions, q, e_q, e_out, out);
    let (low, high) = (at(lo), at(hi));
    // First index whose value differs from the lowest, last whose value differs from the highest.
    let (from, to) = if functions.iter().all(Function::is_monotone) {
        let search = |differs: &dyn Fn(i64) -> bool, mut same: i64, mut other: i64| {
            while (same - other).abs() > 1 {
                let middle = same.midpoint(other);
                *(if differs(middle) { &mut other } else { &mut same }) = middle;
            }
            other
        };
        if low == high {
            return Some(1);
        }
        (search(&|q| at(q) != low, lo, hi), search(&|q| at(q) != high, hi, lo))
    } else if hi - lo <= POINTS {
        match ((lo..=hi).find(|q| at(*q) != low), (lo..=hi).rev().find(|q| at(*q) != high)) {
            (Some(from), Some(to)) => (from, to),
            _ if low == high => return Some(1),
            _ => (lo, hi),
        }
    } else {
        return None;
    };
    // One index with the lowest and one with the highest value belong to the domain.
    (1..=most).find(|bits| {
        let (first, last) = domain(*bits);
        (first < from || first <= lo) && (last > to || last >= hi)
    })
}
