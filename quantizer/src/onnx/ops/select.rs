//! `Where`: elements of one tensor where a condition holds, of another elsewhere.

use super::fold::expand;
use super::{Constant, Context, Value};
use crate::error::Error;
use crate::float::Term;
use crate::onnx::shape;
use crate::onnx::tensor::{Data, Tensor};
use std::rc::Rc;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let (condition, a, b) = (context.input(0)?, context.input(1)?, context.input(2)?);
    let dims = context.broadcast(&[&condition, &a, &b])?;
    let terms = match (&condition, &a, &b) {
        (Value::Constant(condition), Value::Constant(a), Value::Constant(b)) => {
            context.made(crate::float::cells(&dims))?;
            return Ok(Value::Constant(Rc::new(constants(context, condition, a, b, &dims))));
        }
        (Value::Constant(condition), ..) => {
            let holds: Vec<bool> = condition.floats().into_iter().map(|v| v != 0.0).collect();
            let fails = holds.iter().map(|v| !v).collect();
            let [a, b] = [(&a, holds), (&b, fails)].map(|(x, mask)| masked(context, x, &condition.dims, mask, &dims));
            a?.into_iter().chain(b?).collect()
        }
        (Value::Computed(_), ..) => {
            for value in [&a, &b] {
                finite(context, value)?;
            }
            // b - condition b + condition a: in this order what is not chosen leaves no rounding behind.
            let mut terms = Vec::new();
            if !is_zero(&b) {
                terms.extend([context.term(1.0, &b, &dims), context.product(-1.0, &condition, &b, &dims)]);
            }
            if !is_zero(&a) {
                terms.push(context.product(1.0, &condition, &a, &dims));
            }
            terms
        }
    };
    if terms.is_empty() {
        let zero = context.scalar(0.0);
        let term = context.term(1.0, &zero, &dims);
        return context.sum(vec![term], dims, a.kind());
    }
    context.sum(terms, dims, a.kind())
}

fn is_zero(value: &Value) -> bool {
    matches!(value, Value::Constant(constant) if constant.uniform() == Some(0.0))
}

/// Nothing is 0 times infinite.
fn finite(context: &Context, value: &Value) -> Result<(), Error> {
    let Value::Constant(constant) = value else { return Ok(()) };
    match constant.floats().into_iter().find(|v| !v.is_finite()) {
        Some(got) => Err(context.unsupported(
            format!("a computed condition chooses between `{}`, which holds {got}, and others", constant.name),
            "export the model with a finite number in its place, such as -10000 before a softmax",
        )),
        None => Ok(()),
    }
}

fn constants(context: &Context, condition: &Constant, a: &Constant, b: &Constant, dims: &[u32]) -> Tensor {
    fn choose<T: Copy>(holds: &[f64], a: Vec<T>, b: Vec<T>) -> Vec<T> {
        let pairs = holds.iter().zip(a.into_iter().zip(b));
        pairs.map(|(holds, (a, b))| if *holds != 0.0 { a } else { b }).collect()
    }
    let holds = expand(&condition.floats(), &condition.dims, dims);
    let data = match (&a.data, &b.data) {
        (Data::Int(x), Data::Int(y)) => Data::Int(choose(&holds, expand(x, &a.dims, dims), expand(y, &b.dims, dims))),
        _ => Data::Float(choose(&holds, expand(&a.floats(), &a.dims, dims), expand(&b.floats(), &b.dims, dims))),
    };
    Tensor { name: context.name.clone(), dims: dims.to_vec(), data }
}

/// `value` where `mask` (of dimensions `mask_dims`) holds and 0 elsewhere; nothing where that is 0 everywhere.
fn masked(
    context: &mut Context,
    value: &Value,
    mask_dims: &[u32],
    mask: Vec<bool>,
    dims: &[u32],
) -> Result<Option<Term<f64>>, Error> {
    if !mask.contains(&true) {
        return Ok(None);
    }
    if !mask.contains(&false) {
        return Ok(Some(context.term(1.0, value, dims)));
    }
    match value {
        Value::Computed(_) => {
            let factors = mask.into_iter().map(|v| f64::from(u8::from(v))).collect();
            let factors = context.tensor_of(mask_dims.to_vec(), factors);
            Ok(Some(context.product(1.0, &factors, value, dims)))
        }
        Value::Constant(constant) => {
            // Both broadcast to `dims`, so to each other.
            let own = shape::broadcast(mask_dims, &constant.dims).unwrap_or_else(|| dims.to_vec());
            let pairs =
                expand(&mask, mask_dims, &own).into_iter().zip(expand(&constant.floats(), &constant.dims, &own));
            let values: Vec<f64> = pairs.map(|(holds, v)| if holds { v } else { 0.0 }).collect();
            context.made(values.len())?;
            let value = context.tensor_of(own, values);
            Ok((!is_zero(&value)).then(|| context.term(1.0, &value, dims)))
        }
    }
}
