//! `Reshape`, and what all operators do that only change dimensions.

use super::{Computed, Context, Value};
use crate::error::Error;
use crate::ir::MAX_DIMS;
use crate::onnx::tensor::Tensor;
use std::rc::Rc;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let shape = context.constant(1, "the shape")?;
    let shape = shape.as_ref().and_then(|s| s.ints()).ok_or_else(|| context.malformed("integers as shape", "none"))?;
    let allow_zero = context.int("allowzero", 0) != 0;
    let dims = resolve(x.dims(), shape, allow_zero);
    let dims = dims.ok_or_else(|| context.malformed(format!("a shape for {:?}", x.dims()), format!("{shape:?}")))?;
    view(context, x, dims)
}

/// 0 copies a dimension, one -1 takes what is left.
fn resolve(from: &[usize], shape: &[i64], allow_zero: bool) -> Option<Vec<usize>> {
    let total: usize = from.iter().product();
    let mut dims = Vec::new();
    let mut rest = None;
    for (i, d) in shape.iter().enumerate() {
        dims.push(match d {
            0 if !allow_zero => *from.get(i)?,
            -1 if rest.is_none() => {
                rest = Some(i);
                1
            }
            d => usize::try_from(*d).ok()?,
        });
    }
    if let Some(rest) = rest {
        let known = dims.iter().try_fold(1usize, |n, d| n.checked_mul(*d)).filter(|n| *n > 0)?;
        *dims.get_mut(rest)? = total / known;
    }
    Some(dims)
}

/// The same elements with other dimensions.
pub(super) fn view(context: &Context, x: Value, dims: Vec<usize>) -> Result<Value, Error> {
    let count = |dims: &[usize]| dims.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
    if count(&dims) != count(x.dims()) || dims.len() > MAX_DIMS {
        return Err(context.malformed(format!("dimensions with the elements of {:?}", x.dims()), format!("{dims:?}")));
    }
    Ok(match x {
        Value::Constant(t) => Value::Constant(Rc::new(Tensor { dims, data: t.data.clone() })),
        Value::Computed(c) => Value::Computed(Computed { layer: c.layer, dims }),
    })
}
