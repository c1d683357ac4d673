//! Maxima of many elements, as trees of maxima of two. A minimum is the negated maximum of what is negated.

use super::{Context, Value};
use crate::error::Error;
use crate::float::{Link, Move, Term, View};
use crate::onnx::tensor::Kind;

/// Which extreme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extreme {
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

impl Extreme {
    /// Factor of what a maximum is taken of, and of that maximum.
    pub(super) fn sign(self) -> f64 {
        match self {
            Extreme::Max => 1.0,
            Extreme::Min => -1.0,
        }
    }

    /// The extreme itself, from the maximum of what was multiplied by its sign.
    pub(super) fn of_max(self, context: &mut Context, max: Value) -> Result<Value, Error> {
        match self {
            Extreme::Max => Ok(max),
            Extreme::Min => {
                let (dims, kind) = (max.dims().to_vec(), max.kind());
                let term = context.term(-1.0, &max, &dims);
                context.sum(vec![term], dims, kind)
            }
        }
    }
}

/// The maximum of `moves` over a result of dimensions `dims`: combined pairwise, so that as few as can be wait for others.
pub(super) fn tree(context: &mut Context, mut moves: Vec<Move<f64>>, dims: &[u32], kind: Kind) -> Result<Value, Error> {
    loop {
        let mut pairs = moves.into_iter();
        let mut next = Vec::new();
        while let Some(left) = pairs.next() {
            next.push(match pairs.next() {
                Some(right) => {
                    let value = context.max(left, right, dims.to_vec(), kind)?;
                    if pairs.len() == 0 && next.is_empty() {
                        return Ok(value);
                    }
                    Move { coefficient: 1.0, view: context.view(&value, dims) }
                }
                None if next.is_empty() => return context.sum(vec![Term::Move(left)], dims.to_vec(), kind),
                None => left,
            });
        }
        moves = next;
    }
}

/// The maximum of `sign * x` along `axis`, of which one element is left: halves against each other.
pub(super) fn along(context: &mut Context, x: &Value, axis: usize, sign: f64) -> Result<Value, Error> {
    let (mut value, mut sign) = (x.clone(), sign);
    loop {
        let n = value.dims().get(axis).copied().unwrap_or(1);
        if n <= 1 {
            let dims = value.dims().to_vec();
            if sign == 1.0 {
                return Ok(value);
            }
            let term = context.term(sign, &value, &dims);
            return context.sum(vec![term], dims, value.kind());
        }
        let half = n.div_ceil(2);
        let mut dims = value.dims().to_vec();
        if let Some(dim) = dims.get_mut(axis) {
            *dim = half;
        }
        // The middle of an odd number meets itself.
        let left: Vec<u32> = (0..half).collect();
        let right: Vec<u32> = (half - n % 2..n).collect();
        let mut part = |of: Vec<u32>| Move { coefficient: sign, view: taken(context, &value, axis, &of) };
        let (left, right) = (part(left), part(right));
        value = context.max(left, right, dims, value.kind())?;
        sign = 1.0;
    }
}

/// Elements `index` of `axis`, in their order, of `x`.
pub(super) fn taken(context: &mut Context, x: &Value, axis: usize, index: &[u32]) -> View {
    let dims = x.dims().iter().enumerate().filter(|(_, n)| **n > 1);
    let link = |(i, n): (usize, &u32)| {
        if i == axis {
            let index: Vec<_> = index.iter().copied().map(Some).collect();
            crate::onnx::link::select(i, i, *n, &index)
        } else {
            Some(Link::identity(i, i))
        }
    };
    let links = dims.filter_map(link).collect();
    View { source: context.source(x), links }
}
