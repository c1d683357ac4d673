//! What operators make of two constants: element by element, in the arithmetic of their kind.

use super::{Context, Value};
use crate::error::Error;
use crate::onnx::tensor::{Data, Kind, Tensor};
use std::rc::Rc;

/// A function of two integers, `None` where it has no value, and the same of two numbers.
pub(super) struct Rule<I, F> {
    pub(super) ints: I,
    pub(super) floats: F,
}

/// `rule` of `a` and `b`, broadcast to `dims`. The result is of kind `kind`.
pub(super) fn fold(
    context: &mut Context,
    (a, b): (&Tensor, &Tensor),
    dims: &[u32],
    kind: Kind,
    rule: Rule<impl Fn(i64, i64) -> Option<i64>, impl Fn(f64, f64) -> f64>,
) -> Result<Value, Error> {
    let dims = &context.bounded(&dims.iter().map(|n| u64::from(*n)).collect::<Vec<_>>())?[..];
    context.made(crate::float::cells(dims))?;
    let data = match (&a.data, &b.data) {
        (Data::Int(x), Data::Int(y)) => {
            let pairs = expand(x, &a.dims, dims).into_iter().zip(expand(y, &b.dims, dims));
            let ints = pairs.map(|(x, y)| (rule.ints)(x, y).ok_or((x, y))).collect::<Result<Vec<_>, _>>();
            let ints = ints.map_err(|(x, y)| {
                context.malformed("integers for which the result is one of 64 bits", format!("{x} and {y}"))
            })?;
            Data::Int(ints)
        }
        _ => {
            let pairs = expand(&a.floats(), &a.dims, dims).into_iter().zip(expand(&b.floats(), &b.dims, dims));
            Data::Float(pairs.map(|(x, y)| (rule.floats)(x, y)).collect())
        }
    };
    let value = Value::Constant(Rc::new(Tensor { name: context.name.clone(), dims: dims.to_vec(), data }));
    Ok(value.of_kind(kind))
}

/// `values` of dimensions `from`, repeated to have dimensions `to`, which `from` broadcasts to.
pub(super) fn expand<T: Copy>(values: &[T], from: &[u32], to: &[u32]) -> Vec<T> {
    let mut indices = vec![0usize];
    let first = to.len().saturating_sub(from.len());
    for (i, n) in to.iter().enumerate() {
        let own = i.checked_sub(first).and_then(|i| from.get(i)).copied().unwrap_or(1);
        // Row-major, axis by axis; along a repeated one the index stays.
        let step = |base: usize| (0..*n as usize).map(move |j| if own == 1 { base } else { base * own as usize + j });
        indices = indices.into_iter().flat_map(step).collect();
    }
    indices.into_iter().filter_map(|i| values.get(i).copied()).collect()
}
