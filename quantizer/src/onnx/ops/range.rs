//! `Range`: `start, start + delta, ..`, before `limit`; all three constant.

use super::{Context, Value};
use crate::error::Error;
use crate::onnx::tensor::{Kind, Tensor};
use std::rc::Rc;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let mut kind = Kind::Int;
    let mut number = |i, what: &str| {
        let constant = context.constant_scalar(i, what)?.ok_or_else(|| context.malformed(what, "none"))?;
        if context.input(i)?.kind() == Kind::Float {
            kind = Kind::Float;
        }
        Ok::<f64, Error>(constant)
    };
    let (start, limit, delta) = (number(0, "the start")?, number(1, "the limit")?, number(2, "the step")?);
    if delta == 0.0 {
        return Err(context.malformed("a step other than 0", "0"));
    }
    let count = ((limit - start) / delta).ceil().max(0.0);
    let dims = context.bounded(&[count as u64])?;
    let values = (0..count as u64).map(|i| start + i as f64 * delta).collect();
    context.made(count as usize)?;
    Ok(Value::Constant(Rc::new(Tensor::new(&context.name, dims, values, kind))))
}
