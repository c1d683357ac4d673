//! `Squeeze`: drops dimensions of 1. Axes are an attribute before operator set 13, an input from then on.

use super::{Context, Value, reshape};
use crate::error::Error;
use crate::onnx::shape;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let rank = x.dims().len();
    let dropped: Vec<usize> = match context.ints_by_opset("axes", 13)? {
        None => (0..rank).filter(|i| x.dims().get(*i) == Some(&1)).collect(),
        Some(axes) => {
            let resolve = |a: &i64| shape::axis(*a, rank).filter(|i| x.dims().get(*i) == Some(&1));
            let resolved: Option<Vec<_>> = axes.iter().map(resolve).collect();
            resolved
                .ok_or_else(|| context.malformed(format!("axes of {:?} that are 1", x.dims()), format!("{axes:?}")))?
        }
    };
    let kept = x.dims().iter().enumerate().filter(|(i, _)| !dropped.contains(i)).map(|(_, d)| *d).collect();
    reshape::view(context, x, kept)
}
