//! `ArgMax` and `ArgMin`: where along an axis the extreme is, the first of equals unless the last is asked for.
//!
//! An element is a hit where it equals the extreme, which is exact, as that is one of the elements. The number of elements at
//! which there has been no hit yet is the index of the first.

use super::extreme::{Extreme, along};
use super::{Context, Value, reshape};
use crate::error::Error;
use crate::float::{Function, Link, Move, Term, View};
use crate::onnx::tensor::Kind;

/// `ArgMax`
pub(super) fn max(context: &mut Context) -> Result<Value, Error> {
    build(context, Extreme::Max)
}

/// `ArgMin`
pub(super) fn min(context: &mut Context) -> Result<Value, Error> {
    build(context, Extreme::Min)
}

/// Most elements along the axis: one link ties each of them to all of them, and links have at most 2^20 index tuples.
const MAX_ELEMENTS: u32 = 1 << 10;

fn build(context: &mut Context, extreme: Extreme) -> Result<Value, Error> {
    let x = context.input(0)?;
    let rank = x.dims().len();
    let axis = context.axis("axis", context.int("axis", 0)?, rank)?;
    let keep = context.int("keepdims", 1)? != 0;
    let last = context.int("select_last_index", 0)? != 0;
    let n = x.dims().get(axis).copied().unwrap_or(1);
    let kept =
        x.dims().iter().enumerate().filter(|(i, _)| *i != axis || keep).map(|(i, n)| if i == axis { 1 } else { *n });
    let kept: Vec<u32> = kept.collect();
    if n == 1 {
        let zeros = vec![0.0; crate::float::cells(&kept)];
        return Ok(context.tensor_of(kept, zeros).of_kind(Kind::Int));
    }
    if n == 0 {
        return Err(context.malformed(format!("elements along axis {axis}"), "none"));
    }
    if n > MAX_ELEMENTS {
        let remedy = "reduce over fewer elements, or output the scores";
        return Err(context.unsupported(format!("axis {axis} of {n} elements, more than {MAX_ELEMENTS}"), remedy));
    }
    let dims = x.dims().to_vec();
    let sign = extreme.sign();
    let max = along(context, &x, axis, sign)?;
    // 0 at hits, negative elsewhere.
    let terms = vec![context.term(sign, &x, &dims), context.term(-1.0, &max, &dims)];
    let below = context.sum(terms, dims.clone(), x.kind())?;
    let hits = context.map(&below, vec![Function::NonNegative], true)?.of_kind(Kind::Int);
    // Hits up to each element, or from it on.
    let mut links: Vec<Link> =
        dims.iter().enumerate().filter(|(i, n)| *i != axis && **n > 1).map(|(i, _)| Link::identity(i, i)).collect();
    let direction = if last { 1 } else { -1 };
    links.push(Link::Affine { labels: vec![(axis, 1)], windows: vec![(n, direction)], axes: vec![axis], offset: 0 });
    let view = View { source: context.source(&hits), links };
    let count = context.sum(vec![Term::Move(Move { coefficient: 1.0, view })], dims.clone(), Kind::Int)?;
    let seen = context.map(&count, vec![Function::Positive], true)?;
    // The first: elements less those that have seen a hit. The last: those that will see one, less one.
    let mut out = dims;
    if let Some(dim) = out.get_mut(axis) {
        *dim = 1;
    }
    let link = |(i, n): (usize, &u32)| match i == axis {
        true => Link::Affine { labels: vec![], windows: vec![(*n, 1)], axes: vec![i], offset: 0 },
        false => Link::identity(i, i),
    };
    let links = x.dims().iter().enumerate().filter(|(_, n)| **n > 1).map(link).collect();
    let view = View { source: context.source(&seen), links };
    let (coefficient, constant) = if last { (1.0, -1.0) } else { (-1.0, f64::from(n)) };
    let constant = context.scalar(constant);
    let terms = vec![Term::Move(Move { coefficient, view }), context.term(1.0, &constant, &out)];
    let index = context.sum(terms, out, Kind::Int)?;
    reshape::view(context, &index, kept)
}
