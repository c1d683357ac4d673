//! Axes and summed labels of one element go: they have no index, so no view mentions them.

use super::graph::relabel;
use crate::float::{FloatModel, Link, Op, Term, View};

pub(super) fn apply(model: &mut FloatModel) -> bool {
    let unit = |dims: &[u32]| dims.contains(&1);
    let summed = |op: &Op| match op {
        Op::Sum(terms) => terms.iter().any(|t| matches!(t, Term::Product(p) if unit(&p.sums))),
        _ => false,
    };
    let changed = model.inputs.iter().any(|i| unit(&i.dims))
        || model.constants.iter().any(|c| unit(&c.dims))
        || model.nodes.iter().any(|n| unit(&n.dims) || summed(&n.op));
    if !changed {
        return false;
    }
    let sources = model.clone();
    for node in &mut model.nodes {
        let dims = node.dims.clone();
        let squeeze = |view: &mut View, extents: &[u32]| {
            let axes = places(sources.source_dims(view.source));
            let labels = places(extents);
            if let Some(renamed) = relabel(view, |l| labels.get(l).copied().flatten()) {
                *view = rename_axes(renamed, &axes);
            }
        };
        match &mut node.op {
            Op::Sum(terms) => {
                for term in terms {
                    match term {
                        Term::Move(moved) => squeeze(&mut moved.view, &dims),
                        Term::Product(product) => {
                            let extents = super::graph::extents(&dims, &product.sums);
                            squeeze(&mut product.left, &extents);
                            squeeze(&mut product.right, &extents);
                            product.sums.retain(|n| *n > 1);
                        }
                    }
                }
            }
            Op::Map { .. } => {}
            Op::Max { left, right } => {
                squeeze(&mut left.view, &dims);
                squeeze(&mut right.view, &dims);
            }
        }
        node.dims.retain(|n| *n > 1);
    }
    model.inputs.iter_mut().for_each(|input| input.dims.retain(|n| *n > 1));
    model.constants.iter_mut().for_each(|constant| constant.dims.retain(|n| *n > 1));
    true
}

/// Where each axis goes.
fn places(dims: &[u32]) -> Vec<Option<usize>> {
    let mut next = 0;
    let mut place = |n: &u32| {
        let at = (*n > 1).then_some(next);
        next += usize::from(*n > 1);
        at
    };
    dims.iter().map(&mut place).collect()
}

fn rename_axes(view: View, places: &[Option<usize>]) -> View {
    let place = |axis: usize| places.get(axis).copied().flatten().unwrap_or(axis);
    let links = view.links.into_iter().map(|link| match link {
        Link::Affine { labels, windows, axes, offset } => {
            Link::Affine { labels, windows, axes: axes.into_iter().map(place).collect(), offset }
        }
        Link::Table { label, axis, index } => Link::Table { label, axis: place(axis), index },
    });
    View { source: view.source, links: links.collect() }
}
