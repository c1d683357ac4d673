//! Reductions over axes: sums, means, extremes, norms.

use super::extreme::{Extreme, along};
use super::{Context, Value, reshape};
use crate::error::Error;
use crate::float::{Function, Link, Move, Term, View};

/// The axes a node reduces and whether they stay as dimensions of 1; nothing where the node leaves its input as it is. They are
/// an attribute before operator set `since`, an input from then on.
fn axes(context: &Context, x: &Value, since: i64) -> Result<Option<(Vec<usize>, bool)>, Error> {
    let keep = context.int("keepdims", 1)? != 0;
    let given = context.ints_by_opset("axes", 1, since)?.unwrap_or_default();
    if !given.is_empty() {
        return Ok(Some((context.axes("axes", &given, x.dims().len())?, keep)));
    }
    let noop = context.int("noop_with_empty_axes", 0)? != 0;
    Ok((!noop).then(|| ((0..x.dims().len()).collect(), keep)))
}

/// `coefficient` times the sum over `axes`.
pub(super) fn sum_over(
    context: &mut Context,
    x: &Value,
    axes: &[usize],
    keep: bool,
    coefficient: f64,
) -> Result<Value, Error> {
    let (mut dims, mut links) = (Vec::new(), Vec::new());
    for (axis, n) in x.dims().iter().enumerate() {
        let reduced = axes.contains(&axis);
        if *n > 1 {
            links.push(if reduced {
                Link::Affine { labels: vec![], windows: vec![(*n, 1)], axes: vec![axis], offset: 0 }
            } else {
                Link::identity(dims.len(), axis)
            });
        }
        if !reduced {
            dims.push(*n);
        } else if keep {
            dims.push(1);
        }
    }
    let view = View { source: context.source(x), links };
    context.sum(vec![Term::Move(Move { coefficient, view })], dims, x.kind())
}

/// The mean over `axes`.
pub(super) fn mean_over(context: &mut Context, x: &Value, axes: &[usize], keep: bool) -> Result<Value, Error> {
    let reduced = x.dims().iter().enumerate().filter(|(i, _)| axes.contains(i));
    let count: f64 = reduced.map(|(_, n)| f64::from(*n)).product();
    if count == 0.0 {
        return Err(context.malformed("a mean of something", "no elements"));
    }
    sum_over(context, x, axes, keep, 1.0 / count)
}

/// `ReduceSum`
pub(super) fn sum(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let Some((axes, keep)) = axes(context, &x, 13)? else { return Ok(x) };
    sum_over(context, &x, &axes, keep, 1.0)
}

/// `ReduceMean`
pub(super) fn mean(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let Some((axes, keep)) = axes(context, &x, 18)? else { return Ok(x) };
    mean_over(context, &x, &axes, keep)
}

/// `ReduceL1`: the sum of magnitudes.
pub(super) fn l1(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let magnitudes = context.map(&x, vec![Function::Abs], false)?;
    let Some((axes, keep)) = axes(context, &x, 18)? else { return Ok(magnitudes) };
    sum_over(context, &magnitudes, &axes, keep, 1.0)
}

/// `ReduceSumSquare`: the sum of squares.
pub(super) fn sum_square(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let (axes, keep) = axes(context, &x, 18)?.unwrap_or_default();
    let (mut dims, mut sums) = (Vec::new(), Vec::new());
    for (axis, n) in x.dims().iter().enumerate() {
        if axes.contains(&axis) { sums.push(*n) } else { dims.push(*n) }
    }
    let (mut kept, mut summed) = (0.., dims.len()..);
    let label = |axis: usize| if axes.contains(&axis) { summed.next() } else { kept.next() };
    let labels: Vec<usize> = (0..x.dims().len()).filter_map(label).collect();
    let term = context.contraction(1.0, (&x, &labels), (&x, &labels), &dims, &sums);
    let result = context.sum(vec![term], dims, x.kind())?;
    if !keep {
        return Ok(result);
    }
    let kept = x.dims().iter().enumerate().map(|(axis, n)| if axes.contains(&axis) { 1 } else { *n }).collect();
    reshape::view(context, &result, kept)
}

/// `ReduceL2`: the square root of the sum of squares.
pub(super) fn l2(context: &mut Context) -> Result<Value, Error> {
    let squares = sum_square(context)?;
    context.map(&squares, vec![Function::Sqrt], false)
}

/// `ReduceMax`
pub(super) fn max(context: &mut Context) -> Result<Value, Error> {
    extreme(context, Extreme::Max)
}

/// `ReduceMin`
pub(super) fn min(context: &mut Context) -> Result<Value, Error> {
    extreme(context, Extreme::Min)
}

fn extreme(context: &mut Context, extreme: Extreme) -> Result<Value, Error> {
    let x = context.input(0)?;
    let Some((axes, keep)) = axes(context, &x, 18)? else { return Ok(x) };
    if axes.iter().any(|axis| x.dims().get(*axis) == Some(&0)) {
        return Err(context.malformed("an extreme of something", format!("dimensions {:?}", x.dims())));
    }
    let (mut value, mut sign) = (x.clone(), extreme.sign());
    for axis in &axes {
        if value.dims().get(*axis).is_some_and(|n| *n > 1) {
            value = along(context, &value, *axis, sign)?;
            sign = 1.0;
        }
    }
    // No axis has more elements than one: nothing was negated.
    if sign == extreme.sign() && extreme == Extreme::Min {
        value = x;
    } else {
        value = extreme.of_max(context, value)?;
    }
    if keep {
        return Ok(value);
    }
    let kept = value.dims().iter().enumerate().filter(|(i, _)| !axes.contains(i)).map(|(_, n)| *n).collect();
    reshape::view(context, &value, kept)
}
