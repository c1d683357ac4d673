//! `Slice`: every `step`-th element from `start` to before `end` along each of some axes. They are attributes before operator
//! set 10, inputs from then on.

use super::{Context, Value};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let missing = |what: &str| context.malformed(format!("`{what}`"), "none");
    let starts = context.ints_by_opset("starts", 1, 10)?.ok_or_else(|| missing("starts"))?;
    let ends = context.ints_by_opset("ends", 2, 10)?.ok_or_else(|| missing("ends"))?;
    let axes = context.ints_by_opset("axes", 3, 10)?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = context.ints_by_opset("steps", 4, 10)?.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
        let got = format!("{} starts, {} ends, {} axes, {} steps", starts.len(), ends.len(), axes.len(), steps.len());
        return Err(context.malformed("as many starts as ends, axes and steps", got));
    }
    let axes = context.axes("axes", &axes, x.dims().len())?;
    let mut index: Vec<Vec<Option<u32>>> = x.dims().iter().map(|n| Context::all(*n)).collect();
    for (((axis, start), end), step) in axes.into_iter().zip(starts).zip(ends).zip(steps) {
        let Some(index) = index.get_mut(axis) else { continue };
        *index = selected(index.len() as i64, start, end, step)
            .ok_or_else(|| context.malformed("steps other than 0", "0"))?;
    }
    context.selected(&x, &index)
}

/// Elements of an axis of `n` that a slice takes.
fn selected(n: i64, start: i64, end: i64, step: i64) -> Option<Vec<Option<u32>>> {
    let from_end = |i: i64| if i < 0 { i.saturating_add(n) } else { i };
    let element = |i: &i64| u32::try_from(*i).ok();
    // A step longer than the axis ends it.
    let stride = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
    Some(match step {
        0 => return None,
        _ if n == 0 => Vec::new(),
        1.. => {
            let range = from_end(start).clamp(0, n)..from_end(end).clamp(0, n);
            range.step_by(stride).map(|i| element(&i)).collect()
        }
        _ => {
            let (first, last) = (from_end(start).clamp(0, n - 1), from_end(end).clamp(-1, n - 1));
            (last + 1..first + 1).rev().step_by(stride).map(|i| element(&i)).collect()
        }
    })
}
