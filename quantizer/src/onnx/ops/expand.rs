//! `Expand`: repeated along dimensions of 1, so as to have a given shape or one that it broadcasts to.

use super::{Context, Value};
use crate::error::Error;
use crate::onnx::shape::broadcast;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let shape = context.constant_ints(1, "the shape")?.ok_or_else(|| context.malformed("a shape", "none"))?;
    let to: Option<Vec<u32>> = shape.iter().map(|n| u32::try_from(*n).ok()).collect();
    let dims = to.and_then(|to| broadcast(x.dims(), &to));
    let dims = dims.ok_or_else(|| {
        context.malformed(format!("a shape that {:?} broadcasts with", x.dims()), format!("{shape:?}"))
    })?;
    if dims == x.dims() {
        return Ok(x);
    }
    let dims = context.bounded(&dims.into_iter().map(u64::from).collect::<Vec<_>>())?;
    let view = context.view(&x, &dims);
    context.sum_of(view, dims, x.kind())
}
