//! `Mul`: the product of two operands, broadcast.

use super::{Context, Value};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let dims = context.broadcast(&[&a, &b])?;
    let product = context.product(1.0, &a, &b, &dims);
    context.sum(vec![product], dims, a.kind())
}
