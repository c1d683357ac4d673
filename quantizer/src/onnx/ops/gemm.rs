//! `Gemm`: `alpha * A' B' + beta * C`, `A` computed, `B` and `C` constant.

use super::elementwise::shortest_period;
use super::matmul::{linear, transpose};
use super::{Computed, Context, Value};
use crate::error::Error;
use crate::float::{Affine, LayerOp, Linear};
use crate::onnx::shape::{broadcast, expand};

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = match context.input(0)? {
        Value::Computed(x) => x,
        Value::Constant(_) => {
            return Err(context.unsupported("A is a constant", "make the computed operand the first"));
        }
    };
    let b = context.constant(1, "B")?.ok_or_else(|| context.malformed("input B", "none"))?;
    let (&[rows, cols], &[b0, b1]) = (x.dims.as_slice(), b.dims.as_slice()) else {
        return Err(context.malformed("two dimensions each", format!("{:?} and {:?}", x.dims, b.dims)));
    };
    let (alpha, beta) = (context.float("alpha", 1.0)?, context.float("beta", 1.0)?);
    let (m, k) = match context.int("transA", 0) {
        0 => (rows, cols),
        // A row or column has the same elements in the same order when transposed.
        _ if rows == 1 || cols == 1 => (cols, rows),
        _ => return Err(context.unsupported("transA of a matrix", "transpose it before, outside the model")),
    };
    let (weight, inner, n) = match context.int("transB", 0) {
        0 => (transpose(&b.floats(), b0, b1), b0, b1),
        _ => (b.floats(), b1, b0),
    };
    if inner != k {
        return Err(context.malformed(format!("B with {k} rows"), format!("{inner}")));
    }
    let weight = weight.into_iter().map(|w| w * alpha).collect();
    let bias = bias(context, m, n, beta)?;
    let dims = vec![m, n];
    if bias.len() == n {
        return linear(context, &x, Linear { inputs: k, outputs: n, weight, bias }, dims);
    }
    // A bias that differs from row to row is no part of the matrix.
    let product = linear(context, &x, Linear { inputs: k, outputs: n, weight, bias: vec![0.0; n] }, dims.clone())?;
    let Value::Computed(Computed { layer, .. }) = product else { return Ok(product) };
    let affine = Affine { mul: vec![1.0; bias.len()], add: bias };
    Ok(context.push(&Computed { layer, dims: dims.clone() }, LayerOp::Affine(affine), dims))
}

/// `beta * C`: one row where all are equal, else all.
fn bias(context: &Context, m: usize, n: usize, beta: f64) -> Result<Vec<f64>, Error> {
    let Some(c) = context.constant(2, "C")? else { return Ok(vec![0.0; n]) };
    let dims = [m, n];
    let fits = c.dims.len() <= 2 && broadcast(&c.dims, &dims).as_deref() == Some(&dims[..]);
    if !fits || m.checked_mul(n).is_none_or(|cells| cells > crate::onnx::reader::MAX_CELLS) {
        return Err(context.malformed(format!("C that broadcasts to {dims:?}"), format!("dimensions {:?}", c.dims)));
    }
    let full: Vec<f64> = expand(&c.floats(), &c.dims, &dims).into_iter().map(|v| v * beta).collect();
    let row = shortest_period(full, &dims);
    Ok(if row.len() == 1 { vec![row.first().copied().unwrap_or(0.0); n] } else { row })
}
