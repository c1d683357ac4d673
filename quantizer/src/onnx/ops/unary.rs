//! Operators that apply functions to each element of one operand.

use super::{Context, Value};
use crate::error::Error;
use crate::float::Function;
use crate::onnx::tensor::Kind;

/// An operator that is one function, without attributes.
pub(in crate::onnx) fn build(context: &mut Context, function: Function) -> Result<Value, Error> {
    let x = context.input(0)?;
    apply(context, &x, &[function])
}

/// `functions`, first to last, of each element of `x`.
pub(super) fn apply(context: &mut Context, x: &Value, functions: &[Function]) -> Result<Value, Error> {
    // Next to a jump the smallest change of an argument shows, and integers are to stay what they are.
    let exact = x.kind() == Kind::Int || functions.iter().any(Function::is_step);
    context.map(x, functions.to_vec(), exact)
}

/// `x`, repeated to have dimensions `dims`.
pub(super) fn broadcast(context: &mut Context, x: &Value, dims: &[u32]) -> Result<Value, Error> {
    if x.dims() == dims {
        return Ok(x.clone());
    }
    let term = context.term(1.0, x, dims);
    context.sum(vec![term], dims.to_vec(), x.kind())
}
