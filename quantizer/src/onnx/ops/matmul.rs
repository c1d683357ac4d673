//! `MatMul` by a constant matrix: each row of the computed operand is multiplied by it.

use super::{Computed, Context, Value};
use crate::error::Error;
use crate::float::{LayerOp, Linear};
use crate::onnx::tensor::Tensor;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    match (context.input(0)?, context.input(1)?) {
        (Value::Computed(x), Value::Constant(matrix)) => right(context, &x, &matrix),
        (Value::Constant(matrix), Value::Computed(x)) => left(context, &matrix, &x),
        (Value::Computed(_), Value::Computed(_)) => {
            Err(context.unsupported("both operands are computed from the input", "one must be a constant"))
        }
        (Value::Constant(_), Value::Constant(_)) => {
            Err(context.unsupported("both operands are constants", "fold constants when exporting the model"))
        }
    }
}

/// Rows and columns of a constant matrix; leading dimensions of 1 do not count, a vector is one column.
fn matrix_dims(context: &Context, matrix: &Tensor) -> Result<(usize, usize), Error> {
    match matrix.dims.as_slice() {
        [k] => Ok((*k, 1)),
        [ones @ .., k, n] if ones.iter().all(|d| *d == 1) => Ok((*k, *n)),
        dims => Err(context.unsupported(format!("a constant of dimensions {dims:?}"), "only one matrix is supported")),
    }
}

/// `x [.., k] * M [k, n]`
fn right(context: &mut Context, x: &Computed, matrix: &Tensor) -> Result<Value, Error> {
    let (k, n) = matrix_dims(context, matrix)?;
    let mut dims = x.dims.clone();
    if dims.pop() != Some(k) {
        return Err(context.malformed(format!("a last dimension of {k}"), format!("dimensions {:?}", x.dims)));
    }
    if matrix.dims.len() > 1 {
        dims.push(n);
    }
    // A constant with more dimensions than `x` has lends it its leading ones.
    while dims.len() + usize::from(x.dims.len() == 1) < matrix.dims.len() {
        dims.insert(0, 1);
    }
    let weight = transpose(&matrix.floats(), k, n);
    linear(context, x, Linear { inputs: k, outputs: n, weight, bias: vec![0.0; n] }, dims)
}

/// `M [m, k] * x` for a vector `x` or one column.
fn left(context: &mut Context, matrix: &Tensor, x: &Computed) -> Result<Value, Error> {
    let (&[m, k], true) = (matrix.dims.as_slice(), matches!(x.dims.as_slice(), [_] | [_, 1])) else {
        let remedy = "put the constant on the right, or make the computed operand one column";
        return Err(context.unsupported("the constant is the left operand", remedy));
    };
    if x.dims.first() != Some(&k) {
        return Err(context.malformed(format!("a first dimension of {k}"), format!("dimensions {:?}", x.dims)));
    }
    let mut dims = x.dims.clone();
    if let Some(d) = dims.first_mut() {
        *d = m;
    }
    linear(context, x, Linear { inputs: k, outputs: m, weight: matrix.floats(), bias: vec![0.0; m] }, dims)
}

/// Appends `linear` after checking that nothing is empty or too large.
pub(super) fn linear(context: &mut Context, x: &Computed, linear: Linear, dims: Vec<usize>) -> Result<Value, Error> {
    let cells = dims.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
    if linear.inputs == 0 || linear.outputs == 0 {
        return Err(context.malformed("a matrix that is not empty", format!("{} by {}", linear.inputs, linear.outputs)));
    }
    if cells.is_none_or(|n| n > crate::onnx::reader::MAX_CELLS) {
        return Err(context.unsupported(format!("a result of dimensions {dims:?}"), "use smaller tensors"));
    }
    Ok(context.push(x, LayerOp::Linear(linear), dims))
}

/// `[n, k]` from `[k, n]`, row-major.
pub(super) fn transpose(values: &[f64], k: usize, n: usize) -> Vec<f64> {
    let mut out = vec![0.0; values.len()];
    for (row, i) in values.chunks_exact(n.max(1)).zip(0..) {
        for (v, j) in row.iter().zip(0..) {
            let at: usize = j * k + i;
            if let Some(slot) = out.get_mut(at) {
                *slot = *v;
            }
        }
    }
    out
}
