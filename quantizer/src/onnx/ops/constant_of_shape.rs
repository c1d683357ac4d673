//! `ConstantOfShape`: one number everywhere, 0 unless given.

use super::{Context, Value};
use crate::error::Error;
use crate::onnx::tensor::{Data, Tensor};
use std::rc::Rc;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let shape = context.constant_ints(0, "the shape")?.ok_or_else(|| context.malformed("a shape", "none"))?;
    let dims: Option<Vec<u64>> = shape.iter().map(|n| u64::try_from(*n).ok()).collect();
    let dims = dims.ok_or_else(|| context.malformed("a shape that is not negative", format!("{shape:?}")))?;
    let dims = context.bounded(&dims)?;
    let count = crate::float::cells(&dims);
    context.made(count)?;
    let value = match context.tensor("value")? {
        None => Data::Float(vec![0.0]),
        Some(proto) => Tensor::read(context.file, &context.name, proto)?.data,
    };
    let data = match value {
        Data::Float(one) if one.len() == 1 => Data::Float(one.repeat(count)),
        Data::Int(one) if one.len() == 1 => Data::Int(one.repeat(count)),
        _ => return Err(context.malformed("a `value` of one element", "another number of elements")),
    };
    Ok(Value::Constant(Rc::new(Tensor { name: context.name.clone(), dims, data })))
}
