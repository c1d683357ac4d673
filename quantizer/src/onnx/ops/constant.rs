//! `Constant`: a tensor, number or list of numbers as attribute.

use super::{Context, Value};
use crate::error::Error;
use crate::onnx::tensor::{Data, Tensor};
use std::rc::Rc;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let name = context.name.clone();
    let tensor = if let Some(proto) = context.tensor("value")? {
        Tensor::read(context.file, &name, proto)?
    } else if context.has("value_float") {
        Tensor { name, dims: vec![], data: Data::Float(vec![context.float("value_float", 0.0)?]) }
    } else if let Some(floats) = context.floats("value_floats")? {
        let data = floats.iter().map(|v| f64::from(*v)).collect();
        Tensor { name, dims: vec![floats.len() as u32], data: Data::Float(data) }
    } else if context.has("value_int") {
        Tensor::of_ints(&name, vec![], vec![context.int("value_int", 0)?])
    } else if let Some(ints) = context.ints("value_ints")? {
        Tensor::of_ints(&name, vec![ints.len() as u32], ints.to_vec())
    } else {
        return Err(context.malformed("value, value_float(s) or value_int(s)", "none of them"));
    };
    if let Data::Float(values) = &tensor.data
        && let Some((index, got)) = values.iter().copied().enumerate().find(|(_, v)| !v.is_finite())
    {
        return Err(Error::NonFiniteWeight { file: context.file.into(), tensor: context.name.clone(), index, got });
    }
    Ok(Value::Constant(Rc::new(tensor)))
}
