//! What elementwise operators share: functions of one operand, and affine ones of an operand and a constant.

use super::{Computed, Context, Value};
use crate::error::Error;
use crate::float::{Affine, Function, LayerOp};
use crate::onnx::shape::{broadcast, expand};
use crate::onnx::tensor::{Data, Tensor};
use std::rc::Rc;

/// Applies `function` to input 0.
pub(super) fn map(context: &mut Context, function: Function) -> Result<Value, Error> {
    match context.input(0)? {
        Value::Constant(tensor) => {
            let data = Data::Float(tensor.floats().into_iter().map(|x| function.eval(x)).collect());
            Ok(Value::Constant(Rc::new(Tensor { dims: tensor.dims.clone(), data })))
        }
        Value::Computed(x) => {
            let dims = x.dims.clone();
            Ok(context.push(&x, LayerOp::Map(vec![function]), dims))
        }
    }
}

/// An operator of two operands that is affine in each: `left(c) = (mul, add)` makes `c op x = mul x + add`,
/// `right(c)` makes `x op c`.
pub(super) fn binary(
    context: &mut Context,
    left: fn(f64) -> (f64, f64),
    right: fn(f64) -> (f64, f64),
) -> Result<Value, Error> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let dims = broadcast(a.dims(), b.dims()).ok_or_else(|| {
        context.malformed("operands that broadcast", format!("dimensions {:?} and {:?}", a.dims(), b.dims()))
    })?;
    match (a, b) {
        (Value::Computed(x), Value::Constant(c)) => affine(context, &x, &c, dims, right),
        (Value::Constant(c), Value::Computed(x)) => affine(context, &x, &c, dims, left),
        (Value::Constant(a), Value::Constant(b)) => {
            check_size(context, &dims)?;
            let (x, y) = (expand(&a.floats(), &a.dims, &dims), expand(&b.floats(), &b.dims, &dims));
            let values = x.iter().zip(&y).map(|(x, c)| {
                let (mul, add) = right(*c);
                mul * x + add
            });
            let data = match (&a.data, &b.data) {
                (Data::Int(_), Data::Int(_)) => Data::Int(values.map(|v| v as i64).collect()),
                _ => Data::Float(values.collect()),
            };
            Ok(Value::Constant(Rc::new(Tensor { dims, data })))
        }
        (Value::Computed(_), Value::Computed(_)) => {
            Err(context.unsupported("both operands are computed from the input", "one must be a constant"))
        }
    }
}

fn check_size(context: &Context, dims: &[usize]) -> Result<(), Error> {
    let cells = dims.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
    if cells.is_none_or(|n| n > crate::onnx::reader::MAX_CELLS) {
        return Err(context.unsupported(format!("a result of dimensions {dims:?}"), "use smaller tensors"));
    }
    Ok(())
}

fn affine(
    context: &mut Context,
    x: &Computed,
    constant: &Tensor,
    dims: Vec<usize>,
    parts: fn(f64) -> (f64, f64),
) -> Result<Value, Error> {
    if x.dims.iter().product::<usize>() != dims.iter().product::<usize>() {
        let reason = format!("the constant repeats a tensor of dimensions {:?} to {dims:?}", x.dims);
        return Err(context.unsupported(reason, "give the constant the dimensions of the tensor, or 1"));
    }
    check_size(context, &dims)?;
    let full = shortest_period(expand(&constant.floats(), &constant.dims, &dims), &dims);
    let (mul, add) = full.into_iter().map(parts).unzip();
    Ok(context.push(x, LayerOp::Affine(Affine { mul, add }), dims))
}

/// One value if all are equal, one last dimension if it repeats, else all.
pub(super) fn shortest_period(mut values: Vec<f64>, dims: &[usize]) -> Vec<f64> {
    let repeats = |values: &[f64], period: usize| values.iter().skip(period).zip(values).all(|(a, b)| a == b);
    if let Some(period) = [1].into_iter().chain(dims.last().copied()).find(|p| *p > 0 && repeats(&values, *p)) {
        values.truncate(period);
    }
    values
}
