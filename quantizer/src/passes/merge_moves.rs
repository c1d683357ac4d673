//! A tensor that is another one moved is read where it is moved from: permutations, broadcasts, slices, padding, reshapes,
//! window sums.
//!
//! A mere renaming of axes is undone for each reader that allows it. Anything else only where all readers do, so that
//! nothing is moved twice.

use super::compose::{Masks, compose, is_reshape};
use super::graph::{identities, reads, redirect, terms};
use crate::float::{FloatModel, Link, Move, Op, Source, Term, View};

pub(super) fn apply(model: &mut FloatModel) -> bool {
    let mut changed = false;
    for id in model.inputs.len()..model.inputs.len() + model.nodes.len() {
        changed |= output(model, id) || merge(model, id);
    }
    changed
}

/// The move that tensor `id` is, if it is one of a tensor.
fn moved(model: &FloatModel, id: usize) -> Option<Move<f64>> {
    match terms(model, id)? {
        [Term::Move(moved)] if matches!(moved.view.source, Source::Tensor(_)) => Some(moved.clone()),
        _ => None,
    }
}

fn merge(model: &mut FloatModel, id: usize) -> bool {
    let Some(inner) = moved(model, id) else { return false };
    let (middle, dims) = (model.dims(id).to_vec(), model.source_dims(inner.view.source).to_vec());
    if inner.coefficient == 1.0
        && middle == dims
        && identities(&inner.view, &middle, &dims).is_some_and(|pairs| pairs.iter().all(|(l, a)| l == a))
        && let Source::Tensor(from) = inner.view.source
    {
        let read = reads(model).get(id).is_some_and(|n| *n > 0);
        redirect(model, id, from);
        return read;
    }
    let renaming = identities(&inner.view, &middle, &dims).is_some();
    let all = reads(model).get(id).copied().unwrap_or(0);
    let (mut merged, mut nodes) = (0, model.nodes.clone());
    for node in &mut nodes {
        merged += merge_into(&mut node.op, &node.dims, id, &inner, &middle, &dims);
    }
    if merged == 0 || !renaming && merged < all {
        return false;
    }
    model.nodes = nodes;
    true
}

/// How many of the views of tensor `id` in `op` now read through `inner`.
fn merge_into(op: &mut Op, out: &[u32], id: usize, inner: &Move<f64>, middle: &[u32], dims: &[u32]) -> usize {
    let reads = |view: &View| view.source == Source::Tensor(id);
    let through = |view: &View, extents: &[u32]| compose(view, &inner.view, extents, middle, dims, &[], Masks::Keep);
    let mut merged = 0;
    match op {
        Op::Sum(terms) => {
            for term in terms {
                match term {
                    Term::Move(moved) => {
                        if reads(&moved.view)
                            && let Some(view) = through(&moved.view, out)
                        {
                            *moved = Move { coefficient: moved.coefficient * inner.coefficient, view };
                            merged += 1;
                        }
                    }
                    Term::Product(product) => {
                        let extents = super::graph::extents(out, &product.sums);
                        if reads(&product.left)
                            && let Some(view) = through(&product.left, &extents)
                            && view.is_free(&extents, dims)
                            && (0..product.sums.len()).all(|s| view.uses(out.len() + s))
                        {
                            product.left = view;
                            product.coefficient *= inner.coefficient;
                            merged += 1;
                        }
                        if reads(&product.right)
                            && let Some(view) = through(&product.right, &extents)
                            && (0..product.sums.len()).all(|s| view.uses(out.len() + s))
                        {
                            product.right = view;
                            product.coefficient *= inner.coefficient;
                            merged += 1;
                        }
                    }
                }
            }
        }
        Op::Map { .. } => {}
        Op::Max { left, right } => {
            for operand in [left, right] {
                // Maxima compare integers of one scale: only a power of two is exact.
                let exact = inner.coefficient > 0.0 && inner.coefficient.log2().fract() == 0.0;
                if reads(&operand.view)
                    && exact
                    && let Some(view) = through(&operand.view, out)
                {
                    *operand = Move { coefficient: operand.coefficient * inner.coefficient, view };
                    merged += 1;
                }
            }
        }
    }
    merged
}

/// An output that is a reshape in row-major order is the tensor itself.
fn output(model: &mut FloatModel, id: usize) -> bool {
    let Some(inner) = moved(model, id).filter(|m| m.coefficient == 1.0) else { return false };
    let Source::Tensor(from) = inner.view.source else { return false };
    let (middle, dims) = (model.dims(id).to_vec(), model.dims(from).to_vec());
    if !keeps_order(&inner.view, &middle, &dims) {
        return false;
    }
    let mut changed = false;
    for output in model.outputs.iter_mut().filter(|o| o.tensor == id) {
        output.tensor = from;
        changed = true;
    }
    changed
}

/// Whether row-major order of labels is row-major order of axes.
fn keeps_order(view: &View, extents: &[u32], dims: &[u32]) -> bool {
    if !view.links.iter().all(|link| is_reshape(link, extents, dims)) {
        return false;
    }
    let mut links: Vec<&Link> = view.links.iter().collect();
    links.sort_by_key(|link| link.labels().first().copied());
    let labels: Vec<usize> = links.iter().flat_map(|link| link.labels()).collect();
    let axes: Vec<usize> = links.iter().flat_map(|link| link.axes()).collect();
    let long = |sizes: &[u32]| (0..sizes.len()).filter(|i| sizes.get(*i).is_some_and(|n| *n > 1)).collect::<Vec<_>>();
    labels == long(extents) && axes == long(dims)
}
