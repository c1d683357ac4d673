//! `Transpose`: dimensions in another order, reversed unless `perm` gives it.

use super::{Context, Value};
use crate::error::Error;
use crate::float::Link;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let rank = x.dims().len();
    let order = match context.ints("perm")? {
        None => (0..rank).rev().collect(),
        Some(perm) => {
            let order = context.axes("perm", perm, rank)?;
            if order.len() != rank {
                return Err(context.malformed(format!("`perm` of {rank} axes"), format!("{perm:?}")));
            }
            order
        }
    };
    permuted(context, &x, &order)
}

/// Axis `order[i]` of `x` becomes axis `i`.
pub(super) fn permuted(context: &mut Context, x: &Value, order: &[usize]) -> Result<Value, Error> {
    let dim = |axis: &usize| x.dims().get(*axis).copied().unwrap_or(1);
    let dims: Vec<u32> = order.iter().map(dim).collect();
    if order.iter().copied().eq(0..order.len()) {
        return Ok(x.clone());
    }
    let links = order.iter().enumerate().filter(|(_, axis)| dim(axis) > 1).map(|(i, axis)| Link::identity(i, *axis));
    context.moved(x, links.collect(), dims)
}
