//! `MatMul`: products of matrices, as many as their outer dimensions say, broadcast. A vector on the left is a row, on the right a
//! column, and the result has no such dimension.

use super::{Context, Value, reshape};
use crate::error::Error;
use crate::onnx::shape::broadcast;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    if a.dims().is_empty() || b.dims().is_empty() {
        return Err(context.malformed("vectors or matrices", format!("{:?} and {:?}", a.dims(), b.dims())));
    }
    let (row, column) = (a.dims().len() == 1, b.dims().len() == 1);
    let (a_dims, b_dims) = ([&[1][..row.into()], a.dims()].concat(), [b.dims(), &[1][..column.into()]].concat());
    let ([a_outer @ .., m, k], [b_outer @ .., inner, n]) = (&a_dims[..], &b_dims[..]) else {
        return Err(context.malformed("matrices", format!("{:?} and {:?}", a.dims(), b.dims())));
    };
    let outer = broadcast(a_outer, b_outer).filter(|_| k == inner && *k > 0);
    let Some(outer) = outer else {
        let expected = "a last dimension of A that is the last but one of B, and outer ones that broadcast,";
        return Err(context.malformed(expected, format!("{:?} and {:?}", a.dims(), b.dims())));
    };
    let batch = outer.len();
    // Labels: outer ones, row, column, summed.
    let dims = [&outer[..], &[*m, *n]].concat();
    let a_labels: Vec<usize> = (batch - a_outer.len()..batch).chain([batch, batch + 2]).collect();
    let b_labels: Vec<usize> = (batch - b_outer.len()..batch).chain([batch + 2, batch + 1]).collect();
    let (a_full, b_full) = (reshape::view(context, &a, a_dims.clone())?, reshape::view(context, &b, b_dims.clone())?);
    let term = context.contraction(1.0, (&a_full, &a_labels), (&b_full, &b_labels), &dims, &[*k]);
    let kind = context.kind(&[a, b]);
    let result = context.sum(vec![term], dims, kind)?;
    let kept = outer.iter().chain((!row).then_some(m)).chain((!column).then_some(n)).copied().collect();
    reshape::view(context, &result, kept)
}
