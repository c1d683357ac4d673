//! `Mean`: the sum of all operands, broadcast, over their number.

use super::{Context, Value};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let operands = context.operands()?;
    let dims = context.broadcast(&operands.iter().collect::<Vec<_>>())?;
    let kind = context.kind(&operands);
    let share = 1.0 / operands.len() as f64;
    let terms = operands.iter().map(|x| context.term(share, x, &dims)).collect();
    context.sum(terms, dims, kind)
}
