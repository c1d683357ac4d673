//! `Gather`: elements along an axis by constant indices.

use super::{Context, Value, reshape};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let rank = x.dims().len();
    let axis = context.axis("axis", context.int("axis", 0)?, rank)?;
    let indices = context.constant(1, "the indices")?.ok_or_else(|| context.malformed("indices", "none"))?;
    let ints = indices.ints().ok_or_else(|| context.malformed("integers as indices", "floats"))?;
    let n = x.dims().get(axis).copied().unwrap_or(1);
    let resolve = |i: &i64| {
        let at = if *i < 0 { i.saturating_add(n.into()) } else { *i };
        let at = u32::try_from(at).ok().filter(|at| *at < n);
        at.map(Some).ok_or_else(|| context.malformed(format!("indices in -{n}..{n}"), i.to_string()))
    };
    let along = ints.iter().map(resolve).collect::<Result<Vec<_>, _>>()?;
    let sizes = x.dims().iter().enumerate().map(|(i, n)| if i == axis { along.len() as u64 } else { (*n).into() });
    context.bounded(&sizes.collect::<Vec<_>>())?;
    let all = |(i, n): (usize, &u32)| if i == axis { along.clone() } else { Context::all(*n) };
    let index: Vec<Vec<_>> = x.dims().iter().enumerate().map(all).collect();
    let flat = context.selected(&x, &index)?;
    let (before, after) = (x.dims().iter().take(axis), x.dims().iter().skip(axis + 1));
    let dims = before.chain(&indices.dims).chain(after).copied().collect();
    reshape::view(context, &flat, dims)
}
