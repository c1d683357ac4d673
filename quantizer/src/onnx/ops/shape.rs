//! `Shape` and `Size`: dimensions, known now.

use super::{Context, Value};
use crate::error::Error;
use crate::onnx::tensor::Tensor;
use std::rc::Rc;

/// `Shape`: the dimensions from `start` to before `end`.
pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let rank = x.dims().len() as i64;
    let clamp = |i: i64| (if i < 0 { i.saturating_add(rank) } else { i }).clamp(0, rank) as usize;
    let (start, end) = (clamp(context.int("start", 0)?), clamp(context.int("end", rank)?));
    let dims: Vec<i64> = x.dims().iter().take(end).skip(start).map(|n| i64::from(*n)).collect();
    Ok(Value::Constant(Rc::new(Tensor::of_ints(&context.name, vec![dims.len() as u32], dims))))
}

/// `Size`: the number of elements.
pub(super) fn size(context: &mut Context) -> Result<Value, Error> {
    let count = crate::float::cells(context.input(0)?.dims());
    Ok(Value::Constant(Rc::new(Tensor::of_ints(&context.name, vec![], vec![count as i64]))))
}
