//! `Unsqueeze`: inserts dimensions of 1. Axes are an attribute before operator set 13, an input from then on.

use super::{Context, Value, reshape};
use crate::error::Error;
use crate::ir::MAX_DIMS;
use crate::onnx::shape;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let axes = context.ints_by_opset("axes", 13)?.ok_or_else(|| context.malformed("axes", "none"))?;
    let rank = x.dims().len() + axes.len();
    if rank > MAX_DIMS {
        return Err(context.unsupported(format!("{rank} dimensions"), "at most 8 are supported"));
    }
    let bad = || context.malformed(format!("distinct axes of {rank} dimensions"), format!("{axes:?}"));
    let mut inserted = vec![false; rank];
    for axis in &axes {
        let at = shape::axis(*axis, rank).ok_or_else(bad)?;
        let slot = inserted.get_mut(at).filter(|slot| !**slot).ok_or_else(bad)?;
        *slot = true;
    }
    let mut old = x.dims().iter().copied();
    let dims = inserted.iter().map(|new| if *new { 1 } else { old.next().unwrap_or(1) }).collect();
    reshape::view(context, x, dims)
}
