//! `Unsqueeze`: inserts dimensions of 1. Axes are an attribute before operator set 13, an input from then on.

use super::{Context, Value, reshape};
use crate::error::Error;
use crate::ir::MAX_DIMS;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let axes = context.ints_by_opset("axes", 1, 13)?.ok_or_else(|| context.malformed("`axes`", "none"))?;
    let rank = x.dims().len() + axes.len();
    if rank > MAX_DIMS {
        return Err(context.malformed(format!("axes for at most {MAX_DIMS} dimensions"), format!("{axes:?}")));
    }
    let inserted = context.axes("axes", &axes, rank)?;
    let mut old = x.dims().iter().copied();
    let dims = (0..rank).map(|i| if inserted.contains(&i) { 1 } else { old.next().unwrap_or(1) }).collect();
    reshape::view(context, &x, dims)
}
