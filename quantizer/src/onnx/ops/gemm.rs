//! `Gemm`: `alpha * A' B' + beta * C`.

use super::{Context, Value};
use crate::error::Error;
use crate::onnx::shape::broadcast;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let (alpha, beta) = (context.finite("alpha", 1.0)?, context.finite("beta", 1.0)?);
    let (&[a0, a1], &[b0, b1]) = (a.dims(), b.dims()) else {
        return Err(context.malformed("two dimensions each", format!("{:?} and {:?}", a.dims(), b.dims())));
    };
    // Labels: row 0, column 1, summed 2.
    let (m, k, a_labels) = if context.int("transA", 0)? == 0 { (a0, a1, [0, 2]) } else { (a1, a0, [2, 0]) };
    let (inner, n, b_labels) = if context.int("transB", 0)? == 0 { (b0, b1, [2, 1]) } else { (b1, b0, [1, 2]) };
    if inner != k {
        return Err(context.malformed(format!("B with {k} rows"), format!("{inner}")));
    }
    let dims = vec![m, n];
    if alpha == 0.0 || k == 0 {
        return Err(context.unsupported(format!("alpha of {alpha}, inner dimension of {k}"), "remove the node"));
    }
    let mut terms = vec![context.contraction(alpha, (&a, &a_labels), (&b, &b_labels), &dims, &[k])];
    if let Some(c) = context.optional(2).filter(|_| beta != 0.0) {
        if c.dims().len() > 2 || broadcast(c.dims(), &dims).as_ref() != Some(&dims) {
            return Err(
                context.malformed(format!("C that broadcasts to {dims:?}"), format!("dimensions {:?}", c.dims()))
            );
        }
        terms.push(context.term(beta, &c, &dims));
    }
    let kind = context.kind(&[a, b]);
    context.sum(terms, dims, kind)
}
