//! `IsNaN` and `IsInf`: nothing that is computed is either, as inputs and weights are finite.

use super::{Context, Value};
use crate::error::Error;
use crate::onnx::tensor::Kind;

pub(super) fn is_nan(context: &mut Context) -> Result<Value, Error> {
    build(context, f64::is_nan)
}

/// `IsInf`: either sign only where its attribute is set.
pub(super) fn is_inf(context: &mut Context) -> Result<Value, Error> {
    let positive = context.int("detect_positive", 1)? != 0;
    let negative = context.int("detect_negative", 1)? != 0;
    build(context, |v| v == f64::INFINITY && positive || v == f64::NEG_INFINITY && negative)
}

fn build(context: &mut Context, holds: impl Fn(f64) -> bool) -> Result<Value, Error> {
    let x = context.input(0)?;
    let values = match &x {
        Value::Constant(constant) => constant.floats().into_iter().map(|v| f64::from(u8::from(holds(v)))).collect(),
        Value::Computed(_) => vec![0.0; crate::float::cells(x.dims())],
    };
    context.made(values.len())?;
    Ok(context.tensor_of(x.dims().to_vec(), values).of_kind(Kind::Int))
}
