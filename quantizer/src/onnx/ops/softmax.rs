//! `Softmax` and `LogSoftmax`: `exp(x - max) / sum(exp(x - max))`, and its logarithm.

use super::{Context, Value, extreme, reduce};
use crate::error::Error;
use crate::float::Function;
use crate::onnx::tensor::Kind;

pub(super) fn softmax(context: &mut Context) -> Result<Value, Error> {
    let parts = parts(context)?;
    let exps = context.map(&parts.centred, vec![Function::Exp], false)?;
    let sum = reduce::sum_over(context, &exps, &parts.axes, true, 1.0)?;
    let reciprocal = context.map(&sum, vec![Function::Reciprocal], false)?;
    let product = context.product(1.0, &exps, &reciprocal, exps.dims());
    context.sum(vec![product], exps.dims().to_vec(), Kind::Float)
}

pub(super) fn log_softmax(context: &mut Context) -> Result<Value, Error> {
    let parts = parts(context)?;
    let exps = context.map(&parts.centred, vec![Function::Exp], false)?;
    let sum = reduce::sum_over(context, &exps, &parts.axes, true, 1.0)?;
    let log = context.map(&sum, vec![Function::Log], false)?;
    let dims = exps.dims();
    let terms = vec![context.term(1.0, &parts.centred, dims), context.term(-1.0, &log, dims)];
    context.sum(terms, dims.to_vec(), Kind::Float)
}

struct Parts {
    /// `x - max(x)`
    centred: Value,
    /// Axes that one distribution extends over.
    axes: Vec<usize>,
}

fn parts(context: &mut Context) -> Result<Parts, Error> {
    let x = context.input(0)?;
    let rank = x.dims().len();
    let default = if context.opset < 13 { 1 } else { -1 };
    let value = context.int("axis", default)?;
    // Before operator set 13 all axes from `axis` on were one, and there could be none.
    let axes = match usize::try_from(value) {
        Ok(at) if context.opset < 13 && at == rank => Vec::new(),
        _ => {
            let axis = context.axis("axis", value, rank)?;
            (axis..if context.opset < 13 { rank } else { axis + 1 }).collect()
        }
    };
    let mut max = x.clone();
    for axis in &axes {
        max = extreme::along(context, &max, *axis, 1.0)?;
    }
    let dims = x.dims().to_vec();
    let terms = vec![context.term(1.0, &x, &dims), context.term(-1.0, &max, &dims)];
    Ok(Parts { centred: context.sum(terms, dims, Kind::Float)?, axes })
}
