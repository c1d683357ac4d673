//! `Add` and `Sum`: the sum of all operands, broadcast.

use super::{Context, Value};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let operands = context.operands()?;
    let dims = context.broadcast(&operands.iter().collect::<Vec<_>>())?;
    let kind = context.kind(&operands);
    let terms = operands.iter().map(|x| context.term(1.0, x, &dims)).collect();
    context.sum(terms, dims, kind)
}
