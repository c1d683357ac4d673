//! `Cast` between float types: the identity, as programs have their own precision. Constants also become integers.

use super::{Context, Value};
use crate::error::Error;
use crate::onnx::proto::data_type;
use crate::onnx::tensor::{Data, Tensor};
use std::rc::Rc;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    use data_type::{BFLOAT16, DOUBLE, FLOAT, FLOAT16, INT32, INT64};
    let to = i32::try_from(context.int("to", 0)).unwrap_or(0);
    let to_float = [FLOAT, DOUBLE, FLOAT16, BFLOAT16].contains(&to);
    match context.input(0)? {
        Value::Computed(x) if to_float => Ok(Value::Computed(x)),
        Value::Constant(tensor) if to_float || [INT32, INT64].contains(&to) => {
            let floats = tensor.floats();
            let data = if to_float {
                Data::Float(floats)
            } else {
                Data::Int(floats.iter().map(|v| v.trunc() as i64).collect())
            };
            Ok(Value::Constant(Rc::new(Tensor { dims: tensor.dims.clone(), data })))
        }
        _ => {
            Err(context
                .unsupported(format!("a cast to element type {to}"), "only casts between float types are supported"))
        }
    }
}
