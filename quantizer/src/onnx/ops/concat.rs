//! `Concat`: tensors one after another along an axis: the sum of all of them, each moved to its place.

use super::{Context, Value};
use crate::error::Error;
use crate::float::{Link, Move, Term, View};
use crate::onnx::link;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let operands = context.operands()?;
    let first = context.input(0)?;
    let axis = context.axis("axis", context.int("axis", 1)?, first.dims().len())?;
    let apart = |dims: &[u32]| dims.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, n)| *n).collect::<Vec<_>>();
    let same = |x: &&Value| x.dims().len() != first.dims().len() || apart(x.dims()) != apart(first.dims());
    if let Some(other) = operands.iter().find(same) {
        let expected = format!("operands that have the dimensions of {:?} but along axis {axis}", first.dims());
        return Err(context.malformed(expected, format!("{:?}", other.dims())));
    }
    let along = |x: &Value| x.dims().get(axis).copied().unwrap_or(1);
    let kind = context.kind(&operands);
    // Empty ones add nothing.
    let operands: Vec<Value> = operands.into_iter().filter(|x| along(x) > 0).collect();
    let [one, _, ..] = operands.as_slice() else { return Ok(operands.into_iter().next().unwrap_or(first)) };
    let total = operands.iter().map(|x| u64::from(along(x))).sum();
    let dims: Vec<u64> =
        one.dims().iter().enumerate().map(|(i, n)| if i == axis { total } else { (*n).into() }).collect();
    let dims = context.bounded(&dims)?;
    let (mut terms, mut start) = (Vec::new(), 0);
    for x in &operands {
        let link = |(i, n): (usize, &u32)| match i == axis {
            // Several operands, none empty: the result has more elements than one along the axis.
            true => Some(link::shifted(i, i, *n, start)),
            false => (*n > 1).then(|| Link::identity(i, i)),
        };
        let links = x.dims().iter().enumerate().filter_map(link).collect();
        let view = View { source: context.source(x), links };
        terms.push(Term::Move(Move { coefficient: 1.0, view }));
        start += along(x) as i32;
    }
    context.sum(terms, dims, kind)
}
