//! `acc[m, o] = bias[o] + sum_j weight[o, j] * x[m, j]`.

use super::{Mismatch, affine_range, check_limits, require_eq};
use crate::ir::{Dense, Shape};
use ndarray::{Array2, ArrayView1, ArrayView2, Zip, s};
use rayon::prelude::*;

/// Products below which threads cost more than they bring.
const PARALLEL_FROM: usize = 1 << 16;

/// Lengths and views agree.
///
/// # Errors
/// They do not.
pub fn check(dense: &Dense, input: Shape, result: Shape) -> Result<(), Mismatch> {
    if dense.in_log > input.log() {
        return Err(Mismatch::new(format!("a view of at most 2^{} cells", input.log()), format!("2^{}", dense.in_log)));
    }
    if dense.in_log < input.cols_log() && !input.cols.is_power_of_two() {
        return Err(Mismatch::new("a view of whole rows, as these are padded", format!("2^{} cells", dense.in_log)));
    }
    require_eq("rows, as log2,", input.log() - dense.in_log, result.rows_log)?;
    require_eq("weights:", (result.cols as usize) << dense.in_log, dense.weight.len())?;
    require_eq("biases:", result.cols as usize, dense.bias.len())
}

/// Weights are in range, and 0 where they meet padding.
///
/// # Errors
/// One is not.
pub fn check_entries(dense: &Dense, input: Shape) -> Result<(), Mismatch> {
    check_limits(&dense.weight, &dense.bias)?;
    let (stored, real) = (1usize << input.cols_log(), input.cols as usize);
    if stored == real {
        return Ok(());
    }
    // Padded rows divide the view, so the position inside a row of the input is the index modulo its length.
    for (row, weights) in dense.weight.chunks_exact(stored).enumerate() {
        if let Some(w) = weights.iter().skip(real).find(|w| **w != 0) {
            return Err(Mismatch::new(format!("weights of 0 at padded columns of block {row}"), w));
        }
    }
    Ok(())
}

/// Exact bounds of the stored cells for inputs in `bounds`.
pub fn range(dense: &Dense, result: Shape, bounds: (i64, i64)) -> (i128, i128) {
    let pad = (result.cols < 1 << result.cols_log()).then_some((0, 0));
    let of_row = |(weights, bias): (&[i32], &i64)| {
        let (mut positive, mut negative) = (0i64, 0i64);
        for w in weights {
            positive += i64::from((*w).max(0));
            negative += i64::from((*w).min(0));
        }
        affine_range(positive, negative, *bias, bounds)
    };
    let rows = dense.weight.par_chunks_exact(1 << dense.in_log).zip(&dense.bias).with_min_len(64).map(of_row);
    let joined = rows.chain(pad).reduce_with(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    joined.unwrap_or((0, 0))
}

/// All stored cells of the result. Empty when [`check`] would fail.
pub fn evaluate(dense: &Dense, input: &[i64], result: Shape) -> Vec<i64> {
    let (n, cols) = (1usize << dense.in_log, result.cols as usize);
    let (Ok(x), Ok(weight)) =
        (ArrayView2::from_shape((result.rows(), n), input), ArrayView2::from_shape((cols, n), &dense.weight))
    else {
        return Vec::new();
    };
    let bias = ArrayView1::from(&dense.bias);
    let mut acc = Array2::<i64>::zeros((result.rows(), 1 << result.cols_log()));
    for (x, mut acc) in x.rows().into_iter().zip(acc.rows_mut()) {
        let dot = |acc: &mut i64, weight: ArrayView1<i32>, bias: &i64| {
            *acc = bias + weight.iter().zip(x).map(|(w, x)| i64::from(*w) * x).sum::<i64>();
        };
        let zip = Zip::from(acc.slice_mut(s![..cols])).and(weight.rows()).and(bias);
        if cols * n >= PARALLEL_FROM { zip.par_for_each(dot) } else { zip.for_each(dot) }
    }
    acc.into_raw_vec_and_offset().0
}
