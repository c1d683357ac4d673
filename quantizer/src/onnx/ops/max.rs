//! `Max` and `Min` of any number of operands, broadcast.

use super::extreme::{Extreme, tree};
use super::{Context, Value};
use crate::error::Error;
use crate::float::{Function, Move};

/// `Max`
pub(super) fn max(context: &mut Context) -> Result<Value, Error> {
    build(context, Extreme::Max)
}

/// `Min`
pub(super) fn min(context: &mut Context) -> Result<Value, Error> {
    build(context, Extreme::Min)
}

fn build(context: &mut Context, extreme: Extreme) -> Result<Value, Error> {
    let operands = context.operands()?;
    let dims = context.broadcast(&operands.iter().collect::<Vec<_>>())?;
    let kind = context.kind(&operands);
    let sign = extreme.sign();
    let (constants, computed): (Vec<_>, Vec<_>) = operands.iter().partition(|x| matches!(x, Value::Constant(_)));
    let mut moves = |values: &[&Value]| -> Vec<_> {
        values.iter().map(|x| Move { coefficient: sign, view: context.view(x, &dims) }).collect()
    };
    let (constants, computed) = (moves(&constants), moves(&computed));
    if computed.is_empty() {
        let max = tree(context, constants, &dims, kind)?;
        return extreme.of_max(context, max);
    }
    let mut max = tree(context, computed, &dims, kind)?;
    if !constants.is_empty() {
        let constant = tree(context, constants, &dims, kind)?;
        let uniform = match &constant {
            Value::Constant(tensor) => tensor.uniform(),
            Value::Computed(_) => None,
        };
        max = match uniform {
            Some(lo) => context.map(&max, vec![Function::Clip { lo, hi: f64::INFINITY }], false)?,
            None => {
                // max(x, c) = relu(x - c) + c
                let terms = vec![context.term(1.0, &max, &dims), context.term(-1.0, &constant, &dims)];
                let above = context.sum(terms, dims.clone(), kind)?;
                let above = context.map(&above, vec![Function::Relu], false)?;
                let terms = vec![context.term(1.0, &above, &dims), context.term(1.0, &constant, &dims)];
                context.sum(terms, dims.clone(), kind)?
            }
        };
    }
    extreme.of_max(context, max)
}
