//! `MaxPool` and `GlobalMaxPool`: the largest element of each window, one axis after another.

use super::extreme::{along, taken, tree};
use super::window::{Window, kernel_shape, refuse_empty, spatial, windows};
use super::{Context, Value};
use crate::error::Error;
use crate::float::Move;

/// `MaxPool`
pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let (_, _, axes) = spatial(context, x.dims())?;
    let kernel = kernel_shape(context, axes.len())?.ok_or_else(|| context.malformed("`kernel_shape`", "none"))?;
    let windows = windows(context, axes, &kernel)?;
    refuse_empty(context, &windows)?;
    let mut value = x.clone();
    for (axis, window) in (2..).zip(&windows) {
        value = pool(context, &value, axis, window)?;
    }
    Ok(value)
}

/// `GlobalMaxPool`
pub(super) fn global(context: &mut Context) -> Result<Value, Error> {
    let mut value = context.input(0)?;
    let rank = value.dims().len();
    spatial(context, value.dims())?;
    for axis in 2..rank {
        value = along(context, &value, axis, 1.0)?;
    }
    Ok(value)
}

/// Most taps that are compared one by one.
const MAX_TAPS: u32 = 64;

/// The maxima of the windows along `axis`.
fn pool(context: &mut Context, x: &Value, axis: usize, window: &Window) -> Result<Value, Error> {
    if (window.kernel, window.stride, window.out) == (1, 1, window.n) {
        return Ok(x.clone());
    }
    if window.out == 1 {
        return whole(context, x, axis, window);
    }
    let runs = runs(window);
    let by_runs: u64 = runs.iter().map(|(_, length)| u64::from(*length)).sum();
    let by_taps = u64::from(window.kernel - 1) * u64::from(window.out);
    if window.dilation == 1 && (by_runs < by_taps || window.kernel > MAX_TAPS) {
        return by_doubling(context, x, axis, window, &runs);
    }
    if window.kernel > MAX_TAPS {
        let reason = format!("{} taps, dilated", window.kernel);
        return Err(context.unsupported(reason, "use at most 64 taps along an axis, or no dilation"));
    }
    let dims = with(x.dims(), axis, window.out);
    context.bounded(&dims.iter().map(|n| u64::from(*n)).collect::<Vec<_>>())?;
    let mut moves: Vec<Move<f64>> = Vec::new();
    for u in 0..window.kernel {
        let index: Vec<u32> = tap(window, u).collect();
        let tap = Move { coefficient: 1.0, view: taken(context, x, axis, &index) };
        if moves.last() != Some(&tap) {
            moves.push(tap);
        }
    }
    tree(context, moves, &dims, x.kind())
}

/// `dims` with `n` elements along `axis`.
fn with(dims: &[u32], axis: usize, n: u32) -> Vec<u32> {
    dims.iter().enumerate().map(|(i, own)| if i == axis { n } else { *own }).collect()
}

/// What tap `u` of each window reads. Where it lies on padding, that is what a tap of the same window on an element reads: no
/// maximum changes.
fn tap(window: &Window, u: u32) -> impl Iterator<Item = u32> {
    (0..window.out).filter_map(move |i| {
        let inside = window.inside(i)?;
        u32::try_from(window.position(i, u.clamp(*inside.start(), *inside.end()))).ok()
    })
}

/// The maximum of the only window.
fn whole(context: &mut Context, x: &Value, axis: usize, window: &Window) -> Result<Value, Error> {
    let index: Vec<u32> = window.inside(0).into_iter().flatten().flat_map(|u| tap(window, u)).collect();
    if index.len() as u32 == window.n {
        return along(context, x, axis, 1.0);
    }
    let dims = with(x.dims(), axis, index.len() as u32);
    let view = taken(context, x, axis, &index);
    let part = context.sum_of(view, dims, x.kind())?;
    along(context, &part, axis, 1.0)
}

/// Lengths of runs of neighbours whose maxima are compared in turn, each with the number of such runs: those of the length before
/// are compared with themselves, shifted.
fn runs(window: &Window) -> Vec<(u32, u32)> {
    let (mut runs, mut run) = (Vec::new(), 1);
    let places = (window.out - 1).saturating_mul(window.stride.unsigned_abs());
    while run < window.kernel {
        run = (2 * run).min(window.kernel);
        let last = run == window.kernel;
        runs.push((run, if last { window.out } else { places.saturating_add(window.kernel - run + 1) }));
    }
    runs
}

/// Maxima of 2, 4, .. neighbours, then of two such runs that overlap.
fn by_doubling(
    context: &mut Context,
    x: &Value,
    axis: usize,
    window: &Window,
    runs: &[(u32, u32)],
) -> Result<Value, Error> {
    let largest = runs.iter().map(|(_, length)| u64::from(*length)).max().unwrap_or(0);
    context.bounded(&[largest])?;
    // Padding reads the element at the border, which is in every window that reaches over it.
    let at = |i: u32| (i64::from(i) - i64::from(window.begin)).clamp(0, i64::from(window.n) - 1) as u32;
    let (mut value, mut before) = (x.clone(), 1);
    for (run, length) in runs {
        let stride = if *run == window.kernel { window.stride.unsigned_abs() } else { 1 };
        let place = |i: u32, shift: u32| if before == 1 { at(i * stride + shift) } else { i * stride + shift };
        let mut side = |shift: u32| {
            let index: Vec<u32> = (0..*length).map(|i| place(i, shift)).collect();
            Move { coefficient: 1.0, view: taken(context, &value, axis, &index) }
        };
        let (left, right) = (side(0), side(run - before));
        let dims = with(value.dims(), axis, *length);
        value = context.max(left, right, dims, value.kind())?;
        before = *run;
    }
    Ok(value)
}
