//! `Reshape`, and what all operators do that only change dimensions.

use super::{Context, Value};
use crate::error::Error;
use crate::ir::MAX_DIMS;
use crate::onnx::link;
use crate::onnx::tensor::Tensor;
use std::rc::Rc;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let shape = context.constant_ints(1, "the shape")?.ok_or_else(|| context.malformed("a shape", "none"))?;
    let allow_zero = context.int("allowzero", 0)? != 0;
    let dims = resolve(x.dims(), &shape, allow_zero);
    let dims = dims.ok_or_else(|| context.malformed(format!("a shape for {:?}", x.dims()), format!("{shape:?}")))?;
    view(context, &x, dims)
}

/// 0 copies a dimension, one -1 takes what is left.
fn resolve(from: &[u32], shape: &[i64], allow_zero: bool) -> Option<Vec<u32>> {
    let count = |dims: &[u32]| dims.iter().try_fold(1u64, |n, d| n.checked_mul(u64::from(*d)));
    let mut dims = Vec::new();
    let mut rest = None;
    for (i, d) in shape.iter().enumerate() {
        dims.push(match d {
            0 if !allow_zero => *from.get(i)?,
            -1 if rest.is_none() => {
                rest = Some(i);
                1
            }
            d => u32::try_from(*d).ok()?,
        });
    }
    if let Some(rest) = rest {
        let left = count(from)?.checked_div(count(&dims)?)?;
        *dims.get_mut(rest)? = u32::try_from(left).ok()?;
    }
    Some(dims)
}

/// The same elements, in the same order, with other dimensions.
pub(super) fn view(context: &mut Context, x: &Value, dims: Vec<u32>) -> Result<Value, Error> {
    let count = |dims: &[u32]| dims.iter().try_fold(1u64, |n, d| n.checked_mul(u64::from(*d)));
    if count(&dims).is_none() || count(&dims) != count(x.dims()) || dims.len() > MAX_DIMS {
        let expected = format!("at most {MAX_DIMS} dimensions with the elements of {:?}", x.dims());
        return Err(context.malformed(expected, format!("{dims:?}")));
    }
    match x {
        _ if x.dims() == dims => Ok(x.clone()),
        Value::Constant(t) => {
            context.made(t.len())?;
            Ok(Value::Constant(Rc::new(Tensor { name: t.name.clone(), dims, data: t.data.clone() })))
        }
        Value::Computed(_) => {
            let links = link::reshape(x.dims(), &dims);
            context.moved(x, links, dims)
        }
    }
}
