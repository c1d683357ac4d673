//! A function of moved elements, or of maxima, is applied before they are moved or compared: to a sum, which has to be
//! requantized there anyway.

use super::compose::in_range;
use super::graph::{insert, node, reads, rename, tensors};
use crate::float::{FloatModel, Function, Link, Move, Node, Op, Source, Term, View, cells};

pub(super) fn apply(model: &mut FloatModel) -> bool {
    let mut changed = false;
    for i in 0..model.nodes.len() {
        changed |= before_move(model, i).is_some() || before_maxima(model, i).is_some();
    }
    changed
}

fn is_sum(model: &FloatModel, id: usize) -> bool {
    // A mere move of one tensor is no reason to requantize.
    match node(model, id).map(|n| &n.op) {
        Some(Op::Sum(terms)) => terms.len() > 1 || matches!(terms.first(), Some(Term::Product(_))),
        _ => false,
    }
}

/// Whether each cell reads at most one element, and one element exactly where functions do not map 0 to 0.
fn picks(view: &View, extents: &[u32], dims: &[u32], functions: &[Function]) -> bool {
    let zero = Function::eval_all(functions, 0.0) == 0.0;
    let single = |link: &Link| !matches!(link, Link::Affine { windows, .. } if !windows.is_empty());
    let tied = |link: &Link| !link.axes().is_empty() || link.labels().is_empty();
    view.links.iter().all(|link| {
        // Without labels and windows a link is one index; without axes, a mask.
        single(link) && (zero || tied(link) && in_range(link, extents, dims))
    })
}

fn before_move(model: &mut FloatModel, i: usize) -> Option<()> {
    let id = model.inputs.len() + i;
    let Op::Map { input, functions, exact } = model.nodes.get(i)?.op.clone() else { return None };
    let moved = node(model, input)?;
    let Op::Sum(terms) = &moved.op else { return None };
    let [Term::Move(Move { coefficient: 1.0, view })] = &terms[..] else { return None };
    let Source::Tensor(from) = view.source else { return None };
    let (view, extents, dims) = (view.clone(), moved.dims.clone(), model.dims(from).to_vec());
    let reads = reads(model);
    let once = |id: usize| reads.get(id) == Some(&1);
    let cheaper = once(from) || cells(&dims) <= cells(&extents);
    if !once(input) || !is_sum(model, from) || !cheaper || !picks(&view, &extents, &dims, &functions) {
        return None;
    }
    let name = model.nodes.get(i)?.name.clone();
    *model.nodes.get_mut(input - model.inputs.len())? =
        Node { name, dims, op: Op::Map { input: from, functions, exact } };
    let view = View { source: Source::Tensor(input), ..view };
    let slot = model.nodes.get_mut(id - model.inputs.len())?;
    slot.op = Op::Sum(vec![Term::Move(Move { coefficient: 1.0, view })]);
    Some(())
}

fn before_maxima(model: &mut FloatModel, i: usize) -> Option<()> {
    let id = model.inputs.len() + i;
    let Op::Map { input, functions, exact: false } = model.nodes.get(i)?.op.clone() else { return None };
    let rising = |f: &Function| f.is_monotone() && f.eval(-1.0) <= f.eval(1.0);
    if !functions.iter().all(rising) {
        return None;
    }
    // All maxima that lead here, and the one tensor that they compare.
    let (mut maxima, mut open, mut leaf) = (vec![], vec![input], None);
    while let Some(next) = open.pop() {
        match node(model, next) {
            Some(node @ Node { op: Op::Max { left, right }, .. }) => {
                let plain = |m: &Move<f64>| {
                    let dims = model.source_dims(m.view.source);
                    m.coefficient == 1.0 && picks(&m.view, &node.dims, dims, &functions)
                };
                if !plain(left) || !plain(right) || tensors(&node.op).len() < 2 {
                    return None;
                }
                if !maxima.contains(&next) {
                    maxima.push(next);
                    open.extend(tensors(&node.op));
                }
            }
            _ if leaf.is_none_or(|l| l == next) => leaf = Some(next),
            _ => return None,
        }
    }
    let leaf = leaf.filter(|leaf| *leaf != input && is_sum(model, *leaf))?;
    // Nothing else may read them.
    let reads = reads(model);
    let inside = |of: usize| {
        let nodes = maxima.iter().filter_map(|m| node(model, *m));
        nodes.flat_map(|n| tensors(&n.op)).filter(|id| *id == of).count() + usize::from(of == input)
    };
    if !maxima.iter().chain([&leaf]).all(|of| reads.get(*of) == Some(&inside(*of))) {
        return None;
    }
    let name = model.nodes.get(i)?.name.clone();
    let mapped = Node { name, dims: model.dims(leaf).to_vec(), op: Op::Map { input: leaf, functions, exact: false } };
    insert(model, leaf + 1, mapped);
    for m in maxima {
        let at = m + 1 - model.inputs.len();
        rename(&mut model.nodes.get_mut(at)?.op, &mut |id| if id == leaf { leaf + 1 } else { id });
    }
    super::graph::redirect(model, id + 1, input + 1);
    Some(())
}
