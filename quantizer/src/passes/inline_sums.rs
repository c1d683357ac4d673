//! A sum that only one other sum reads, cell for cell, becomes part of it: also scaled by a constant, which its own
//! constants take in (batch normalization after a convolution), or summed along whole axes (a mean of squares).

use super::compose::{Masks, compose};
use super::graph::{extents, identity, labels, multiplied, node, reads, relabel, terms};
use crate::float::{FloatModel, Link, Move, Op, Product, Source, Term, View};

/// A scaled constant may have this many times the elements of the constant.
const GROWTH: usize = 2;
/// Constants of no more elements may grow anyway.
const SMALL: usize = 1 << 12;

pub(super) fn apply(model: &mut FloatModel) -> bool {
    let mut changed = false;
    for i in 0..model.nodes.len() {
        while inline(model, i).is_some() {
            changed = true;
        }
    }
    changed
}

fn inline(model: &mut FloatModel, i: usize) -> Option<()> {
    let id = model.inputs.len() + i;
    let outer = terms(model, id)?.to_vec();
    let reads = reads(model);
    let once = |source: Source| match source {
        Source::Tensor(inner) if reads.get(inner) == Some(&1) => terms(model, inner).map(|_| inner),
        _ => None,
    };
    let candidates: Vec<(usize, usize, Factor, View)> = outer
        .iter()
        .enumerate()
        .filter_map(|(at, term)| match term {
            Term::Move(m) => Some((at, once(m.view.source)?, Factor::Number(m.coefficient), m.view.clone())),
            Term::Product(p) if p.sums.is_empty() && matches!(p.left.source, Source::Constant(_)) => {
                let factor = Factor::Constant(p.coefficient, p.left.clone());
                Some((at, once(p.right.source)?, factor, p.right.clone()))
            }
            Term::Product(_) => None,
        })
        .collect();
    candidates.into_iter().find_map(|(at, inner, factor, view)| {
        let kept = model.constants.len();
        let Some(inlined) = scaled(model, id, inner, &factor, &view) else {
            model.constants.truncate(kept);
            return None;
        };
        let mut all = outer.clone();
        all.splice(at..=at, inlined);
        model.nodes.get_mut(i)?.op = Op::Sum(all);
        Some(())
    })
}

/// What a sum is multiplied by where it is read.
enum Factor {
    Number(f64),
    Constant(f64, View),
}

/// The terms of tensor `inner`, as `factor` times `view` of it makes them terms of tensor `outer`.
fn scaled(model: &mut FloatModel, outer: usize, inner: usize, factor: &Factor, view: &View) -> Option<Vec<Term<f64>>> {
    let out = model.dims(outer).to_vec();
    let middle = node(model, inner)?.dims.clone();
    let (windows, rest): (Vec<&Link>, Vec<&Link>) = view.links.iter().partition(|link| summed(link, &middle).is_some());
    let pairs: Option<Vec<(usize, usize)>> = rest.into_iter().map(|link| identity(link, &out, &middle)).collect();
    let windows: Vec<usize> = windows.into_iter().filter_map(|link| summed(link, &middle)).collect();
    let place = |axis: usize, pairs: &[(usize, usize)]| pairs.iter().find(|(_, a)| *a == axis).map(|(l, _)| *l);
    let whole = pairs.as_ref().is_some_and(|pairs| pairs.len() == out.iter().filter(|n| **n > 1).count());
    let inner_terms = terms(model, inner)?.to_vec();
    let mut made = Vec::new();
    for term in inner_terms {
        made.push(match term {
            Term::Move(moved) => {
                let dims = model.source_dims(moved.view.source).to_vec();
                let through = compose(view, &moved.view, &out, &middle, &dims, &[], Masks::Keep)?;
                match factor {
                    Factor::Number(c) => Term::Move(Move { coefficient: c * moved.coefficient, view: through }),
                    Factor::Constant(c, constant) => match moved.view.source {
                        Source::Tensor(_) => Term::Product(Product {
                            coefficient: c * moved.coefficient,
                            sums: vec![],
                            left: constant.clone(),
                            right: through,
                        }),
                        Source::Constant(_) => {
                            let view = multiplied(model, c * moved.coefficient, [constant, &through], &out, &[])?;
                            Term::Move(Move { coefficient: 1.0, view })
                        }
                    },
                }
            }
            Term::Product(product) => {
                // Every cell of the sum is computed once, as before.
                let pairs = pairs.as_ref().filter(|_| whole || product.sums.is_empty())?;
                // An axis that is summed whole is one more summed label, if both factors have it.
                let first = out.len() + product.sums.len();
                let window = |axis: usize| windows.iter().position(|w| *w == axis).map(|at| first + at);
                let relabeled = |view: &View| {
                    relabel(view, |l| match l.checked_sub(middle.len()) {
                        Some(sum) => Some(out.len() + sum),
                        None => place(l, pairs).or_else(|| window(l)),
                    })
                };
                let (left, right) = (relabeled(&product.left)?, relabeled(&product.right)?);
                if !(first..first + windows.len()).all(|label| left.uses(label) && right.uses(label)) {
                    return None;
                }
                let of_windows = windows.iter().filter_map(|axis| middle.get(*axis)).copied();
                let product = Product { sums: product.sums.iter().copied().chain(of_windows).collect(), ..product };
                match factor {
                    Factor::Number(c) => {
                        Term::Product(Product { coefficient: c * product.coefficient, left, right, ..product })
                    }
                    Factor::Constant(c, constant) => {
                        let extents = extents(&out, &product.sums);
                        let left = grown(model, *c, constant, &left, &extents)?;
                        Term::Product(Product { left, right, ..product })
                    }
                }
            }
        });
    }
    Some(made)
}

/// The axis that `link` sums from end to end.
fn summed(link: &Link, dims: &[u32]) -> Option<usize> {
    let Link::Affine { labels, windows, axes, offset: 0 } = link else { return None };
    match (&labels[..], &windows[..], &axes[..]) {
        ([], [(n, 1)], [axis]) if dims.get(*axis) == Some(n) => Some(*axis),
        _ => None,
    }
}

/// `c * factor * left` as one constant, if `left` is one and it does not grow too much.
pub(super) fn grown(model: &mut FloatModel, c: f64, factor: &View, left: &View, extents: &[u32]) -> Option<View> {
    let Source::Constant(_) = left.source else { return None };
    let size = |labels: &[usize]| {
        labels.iter().fold(1usize, |t, l| t.saturating_mul(extents.get(*l).copied().unwrap_or(1) as usize))
    };
    let before = size(&labels(left));
    let mut union: Vec<usize> = labels(left).into_iter().chain(labels(factor)).collect();
    union.sort_unstable();
    union.dedup();
    if size(&union) > SMALL.max(before.saturating_mul(GROWTH)) {
        return None;
    }
    multiplied(model, c, [factor, left], extents, &[])
}
