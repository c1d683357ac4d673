//! `Sub`: the difference of two operands, broadcast.

use super::{Context, Value};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let dims = context.broadcast(&[&a, &b])?;
    let terms = vec![context.term(1.0, &a, &dims), context.term(-1.0, &b, &dims)];
    context.sum(terms, dims, a.kind())
}
