//! `acc[m, j] = weight[j] * x[m, j] + bias[j]`.

use super::{Mismatch, affine_range, check_limits, require_eq};
use crate::ir::{Scale, Shape};

/// Lengths and shapes agree.
///
/// # Errors
/// They do not.
pub fn check(scale: &Scale, input: Shape, result: Shape) -> Result<(), Mismatch> {
    require_eq("the shape of the input,", input, result)?;
    require_eq("weights:", result.cols as usize, scale.weight.len())?;
    require_eq("biases:", result.cols as usize, scale.bias.len())
}

/// Weights and biases are in range.
///
/// # Errors
/// One is not.
pub fn check_entries(scale: &Scale) -> Result<(), Mismatch> {
    check_limits(&scale.weight, &scale.bias)
}

/// Exact bounds of the stored cells for inputs in `bounds`.
pub fn range(scale: &Scale, result: Shape, bounds: (i64, i64)) -> (i128, i128) {
    let pad = (result.cols < 1 << result.cols_log()).then_some((0, 0));
    let columns = scale.weight.iter().zip(&scale.bias);
    let columns = columns.map(|(w, b)| affine_range((*w).max(0).into(), (*w).min(0).into(), *b, bounds));
    columns.chain(pad).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0, 0))
}

/// All stored cells of the result.
pub fn evaluate(scale: &Scale, input: &[i64], result: Shape) -> Vec<i64> {
    let mut acc = vec![0; result.cells()];
    let stored = 1 << result.cols_log();
    for (acc, x) in acc.chunks_exact_mut(stored).zip(input.chunks_exact(stored)) {
        for (((acc, x), w), b) in acc.iter_mut().zip(x).zip(&scale.weight).zip(&scale.bias) {
            *acc = i64::from(*w) * x + b;
        }
    }
    acc
}
