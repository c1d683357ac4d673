//! What is done element by element to a reshaped sum is done before the reshape, where the sum takes it in (normalization
//! after a convolution in groups).

use super::compose::is_reshape;
use super::graph::{add_constant, constant_name, identities, insert, node, reads, terms};
use crate::float::{FloatModel, Link, Move, Node, Op, Product, Source, Term, View};

pub(super) fn apply(model: &mut FloatModel) -> bool {
    let mut changed = false;
    let mut id = model.inputs.len();
    while id < model.inputs.len() + model.nodes.len() {
        changed |= sink(model, id).is_some();
        id += 1;
    }
    changed
}

fn sink(model: &mut FloatModel, id: usize) -> Option<()> {
    let Node { name, dims, op: Op::Sum(all) } = node(model, id)?.clone() else { return None };
    if matches!(&all[..], [Term::Move(_)]) {
        return None;
    }
    // The one view of a tensor.
    let mut computed = all.iter().filter_map(|term| match term {
        Term::Move(m) if matches!(m.view.source, Source::Constant(_)) => None,
        Term::Move(m) => Some(Some(&m.view)),
        Term::Product(p) if p.sums.is_empty() && matches!(p.left.source, Source::Constant(_)) => Some(Some(&p.right)),
        Term::Product(_) => Some(None),
    });
    let (Some(Some(view)), None) = (computed.next(), computed.next()) else { return None };
    let Source::Tensor(from) = view.source else { return None };
    let before = model.dims(from).to_vec();
    let reshapes = view.links.iter().all(|link| link.labels().len() == 1 && is_reshape(link, &dims, &before));
    let split = view.links.iter().any(|link| link.axes().len() > 1);
    let whole = view.links.len() == dims.iter().filter(|n| **n > 1).count();
    if !reshapes || !split || !whole || terms(model, from).is_none() || reads(model).get(from) != Some(&1) {
        return None;
    }
    let view = view.clone();
    let axes = |label: usize| view.links.iter().find(|link| link.labels() == [label]).map(Link::axes);
    let mut constants = Vec::new();
    let mut sunk = |constant: &View| {
        let of_constant = model.source_dims(constant.source);
        let mut pairs = identities(constant, &dims, of_constant)?;
        pairs.sort_by_key(|(_, axis)| *axis);
        let all: Vec<usize> = pairs.into_iter().map(|(label, _)| axes(label)).collect::<Option<Vec<_>>>()?.concat();
        let sizes: Vec<u32> = all.iter().map(|axis| before.get(*axis).copied().unwrap_or(1)).collect();
        let links = all.iter().enumerate().map(|(axis, label)| Link::identity(*label, axis)).collect();
        constants.push((constant.source, sizes));
        Some(View { source: Source::Constant(model.constants.len() + constants.len() - 1), links })
    };
    let right = View::identity(Source::Tensor(from), &before);
    let sunk_terms = all.iter().map(|term| {
        Some(match term {
            Term::Move(m) if matches!(m.view.source, Source::Constant(_)) => {
                Term::Move(Move { coefficient: m.coefficient, view: sunk(&m.view)? })
            }
            Term::Move(m) => Term::Move(Move { coefficient: m.coefficient, view: right.clone() }),
            Term::Product(p) => Term::Product(Product { left: sunk(&p.left)?, right: right.clone(), ..p.clone() }),
        })
    });
    let sunk_terms = sunk_terms.collect::<Option<Vec<_>>>()?;
    for (source, sizes) in constants {
        let Source::Constant(i) = source else { continue };
        let data = model.constants.get(i).map(|c| c.data.clone()).unwrap_or_default();
        add_constant(model, constant_name(model, source), sizes, data);
    }
    let reshaped =
        Op::Sum(vec![Term::Move(Move { coefficient: 1.0, view: View { source: Source::Tensor(id), ..view } })]);
    insert(model, id, Node { name: name.clone(), dims: before, op: Op::Sum(sunk_terms) });
    // What was tensor `id` is the reshape now, and all readers read it.
    let at = id + 1 - model.inputs.len();
    *model.nodes.get_mut(at)? = Node { name, dims, op: reshaped };
    Some(())
}
