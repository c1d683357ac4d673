//! From functions to tables.

use crate::fixed::{domain, quantize};
use crate::float::Function;
use crate::ir::Table;

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
    let steepest = (0..POINTS).map(|i| ((at(i + 1) - at(i)) / step).abs()).fold(0.0, f64::max);
    if steepest.is_finite() && steepest > 0.0 { (steepest.log2() - 1e-6).ceil().clamp(-4.0, 16.0) as i32 } else { 0 }
}

/// Entries of `functions` for indices of exponent `e_q`, results of exponent `e_out` clamped to `lo..=hi`.
pub(super) fn tabulate(functions: &[Function], domain_bits: u32, e_q: i32, e_out: i32, (lo, hi): (i64, i64)) -> Table {
    let (first, last) = domain(domain_bits);
    let scale = f64::powi(2.0, -e_q);
    let entry = |q: i64| {
        let value = Function::eval_all(functions, q as f64 * scale);
        // A function may be undefined far out (0 * infinity); its entry is then 0.
        quantize(if value.is_nan() { 0.0 } else { value }, e_out, lo, hi) as i32
    };
    Table::Values((first..=last).map(entry).collect())
}
