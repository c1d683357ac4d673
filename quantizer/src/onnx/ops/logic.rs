//! Logic on tensors of 0 and 1, as arithmetic.

use super::{Context, Value};
use crate::error::Error;
use crate::onnx::tensor::Kind;

/// `and`: `a b`.
pub(super) fn and(context: &mut Context) -> Result<Value, Error> {
    build(context, 0.0, 1.0)
}

/// `or`: `a + b - a b`.
pub(super) fn or(context: &mut Context) -> Result<Value, Error> {
    build(context, 1.0, -1.0)
}

/// `xor`: `a + b - 2 a b`.
pub(super) fn xor(context: &mut Context) -> Result<Value, Error> {
    build(context, 1.0, -2.0)
}

/// `not`: `1 - a`.
pub(super) fn not(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let (one, dims) = (context.scalar(1.0), x.dims().to_vec());
    let terms = vec![context.term(1.0, &one, &dims), context.term(-1.0, &x, &dims)];
    context.sum(terms, dims, Kind::Int)
}

fn build(context: &mut Context, each: f64, both: f64) -> Result<Value, Error> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let dims = context.broadcast(&[&a, &b])?;
    let mut terms = vec![context.product(both, &a, &b, &dims)];
    if each != 0.0 {
        terms.extend([context.term(each, &a, &dims), context.term(each, &b, &dims)]);
    }
    context.sum(terms, dims, Kind::Int)
}
