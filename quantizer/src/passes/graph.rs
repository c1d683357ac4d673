//! What every rewrite needs: who reads what, replacing and inserting nodes, constants computed from constants.

use crate::float::{Constant, FloatModel, Link, Move, Node, Op, Output, Product, Source, Term, View};

/// Largest constant that a rewrite makes, in elements.
pub(super) const MAX_CONSTANT: usize = 1 << 24;

/// All views of `op`.
pub(super) fn views(op: &Op) -> Vec<&View> {
    match op {
        Op::Sum(terms) => terms
            .iter()
            .flat_map(|term| match term {
                Term::Move(moved) => vec![&moved.view],
                Term::Product(product) => vec![&product.left, &product.right],
            })
            .collect(),
        Op::Map { .. } => vec![],
        Op::Max { left, right } => vec![&left.view, &right.view],
    }
}

/// All views of `op`.
pub(super) fn views_mut(op: &mut Op) -> Vec<&mut View> {
    match op {
        Op::Sum(terms) => terms
            .iter_mut()
            .flat_map(|term| match term {
                Term::Move(moved) => vec![&mut moved.view],
                Term::Product(product) => vec![&mut product.left, &mut product.right],
            })
            .collect(),
        Op::Map { .. } => vec![],
        Op::Max { left, right } => vec![&mut left.view, &mut right.view],
    }
}

/// The tensors that `op` reads, once for each time.
pub(super) fn tensors(op: &Op) -> Vec<usize> {
    let viewed = views(op).into_iter().filter_map(|view| match view.source {
        Source::Tensor(id) => Some(id),
        Source::Constant(_) => None,
    });
    let mapped = match op {
        Op::Map { input, .. } => Some(*input),
        Op::Sum(_) | Op::Max { .. } => None,
    };
    viewed.chain(mapped).collect()
}

/// Replaces every tensor that `op` reads.
pub(super) fn rename(op: &mut Op, f: &mut impl FnMut(usize) -> usize) {
    for view in views_mut(op) {
        if let Source::Tensor(id) = view.source {
            view.source = Source::Tensor(f(id));
        }
    }
    match op {
        Op::Map { input, .. } => *input = f(*input),
        Op::Sum(_) | Op::Max { .. } => {}
    }
}

/// How often each tensor is read, by nodes and as an output.
pub(super) fn reads(model: &FloatModel) -> Vec<usize> {
    let mut reads = vec![0usize; model.inputs.len() + model.nodes.len()];
    let all = model.nodes.iter().flat_map(|node| tensors(&node.op)).chain(model.outputs.iter().map(|o| o.tensor));
    for id in all {
        if let Some(count) = reads.get_mut(id) {
            *count += 1;
        }
    }
    reads
}

/// What computes tensor `id`, unless it is an input.
pub(super) fn node(model: &FloatModel, id: usize) -> Option<&Node> {
    model.nodes.get(id.checked_sub(model.inputs.len())?)
}

/// The terms of tensor `id`, where it is a sum.
pub(super) fn terms(model: &FloatModel, id: usize) -> Option<&[Term<f64>]> {
    match node(model, id).map(|n| &n.op) {
        Some(Op::Sum(terms)) => Some(terms),
        _ => None,
    }
}

/// Makes every reader of `from` read `to`.
pub(super) fn redirect(model: &mut FloatModel, from: usize, to: usize) {
    for node in &mut model.nodes {
        rename(&mut node.op, &mut |id| if id == from { to } else { id });
    }
    for output in &mut model.outputs {
        if output.tensor == from {
            output.tensor = to;
        }
    }
}

/// Inserts `node` as tensor `id`: it may read earlier tensors; tensors from `id` on move up by one.
pub(super) fn insert(model: &mut FloatModel, id: usize, node: Node) {
    let mut up = |read: usize| if read >= id { read + 1 } else { read };
    for later in &mut model.nodes {
        rename(&mut later.op, &mut up);
    }
    for output in &mut model.outputs {
        output.tensor = up(output.tensor);
    }
    let at = id.saturating_sub(model.inputs.len()).min(model.nodes.len());
    model.nodes.insert(at, node);
}

/// A name for what is made of the node `name`, no longer than names may be.
pub(super) fn derived(name: &str, what: &str) -> String {
    let keep = crate::ir::MAX_NAME.saturating_sub(what.len() + 1);
    let end = (0..=keep.min(name.len())).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    format!("{}.{what}", name.get(..end).unwrap_or_default())
}

/// Elements of a node of dimensions `dims` that reads constants of `model` alone.
pub(super) fn evaluate(model: &FloatModel, dims: &[u32], op: &Op) -> Vec<f64> {
    let mut op = op.clone();
    let mut constants = Vec::new();
    for view in views_mut(&mut op) {
        if let Source::Constant(i) = view.source {
            constants.extend(model.constants.get(i).cloned());
            view.source = Source::Constant(constants.len().saturating_sub(1));
        }
    }
    let node = Node { name: String::new(), dims: dims.to_vec(), op };
    let outputs = vec![Output { name: String::new(), dims: dims.to_vec(), tensor: 0 }];
    FloatModel { source: String::new(), inputs: vec![], constants, nodes: vec![node], outputs }.run(&[])
}

/// Adds a constant.
pub(super) fn add_constant(model: &mut FloatModel, name: String, dims: Vec<u32>, data: Vec<f64>) -> Source {
    model.constants.push(Constant { name, dims, data });
    Source::Constant(model.constants.len() - 1)
}

/// Labels that `view` uses, in order.
pub(super) fn labels(view: &View) -> Vec<usize> {
    let mut labels: Vec<usize> = view.links.iter().flat_map(Link::labels).collect();
    labels.sort_unstable();
    labels
}

/// Extents of `labels`.
pub(super) fn extents_of(labels: &[usize], extents: &[u32]) -> Vec<u32> {
    labels.iter().map(|l| extents.get(*l).copied().unwrap_or(1)).collect()
}

/// The view of a constant whose axes are `labels`.
pub(super) fn over(source: Source, labels: &[usize]) -> View {
    View { source, links: labels.iter().enumerate().map(|(axis, label)| Link::identity(*label, axis)).collect() }
}

/// The name of a constant.
pub(super) fn constant_name(model: &FloatModel, source: Source) -> String {
    match source {
        Source::Constant(i) => model.constants.get(i).map(|c| c.name.clone()).unwrap_or_default(),
        Source::Tensor(_) => String::new(),
    }
}

/// `coefficient * product of the factors`, each a view of a constant over labels of `extents`, summed over `sums`, as
/// one constant over the other labels that they use; `None` where that is too large.
pub(super) fn multiplied(
    model: &mut FloatModel,
    coefficient: f64,
    [left, right]: [&View; 2],
    extents: &[u32],
    sums: &[usize],
) -> Option<View> {
    let mut kept: Vec<usize> = labels(left).into_iter().chain(labels(right)).collect();
    kept.sort_unstable();
    kept.dedup();
    kept.retain(|l| !sums.contains(l));
    let dims = extents_of(&kept, extents);
    if dims.iter().fold(1usize, |t, n| t.saturating_mul(*n as usize)) > MAX_CONSTANT {
        return None;
    }
    // Kept labels become the axes, summed ones follow.
    let place = |label: usize| {
        let summed = || sums.iter().position(|s| *s == label).map(|i| kept.len() + i);
        kept.iter().position(|k| *k == label).or_else(summed)
    };
    let renamed = |view: &View| relabel(view, place);
    let product =
        Product { coefficient, sums: extents_of(sums, extents), left: renamed(left)?, right: renamed(right)? };
    let data = evaluate(model, &dims, &Op::Sum(vec![Term::Product(product)]));
    let name = constant_name(model, left.source);
    let source = add_constant(model, name, dims, data);
    Some(over(source, &kept))
}

/// `coefficient * view` of a constant as a constant over the labels that it uses.
pub(super) fn materialized(model: &mut FloatModel, coefficient: f64, view: &View, extents: &[u32]) -> Option<View> {
    let kept = labels(view);
    let dims = extents_of(&kept, extents);
    if dims.iter().fold(1usize, |t, n| t.saturating_mul(*n as usize)) > MAX_CONSTANT {
        return None;
    }
    let view = relabel(view, |label| kept.iter().position(|k| *k == label))?;
    let name = constant_name(model, view.source);
    let data = evaluate(model, &dims, &Op::Sum(vec![Term::Move(Move { coefficient, view })]));
    let source = add_constant(model, name, dims, data);
    Some(over(source, &kept))
}

/// `view` with label `l` called `place(l)`; `None` where that gives none.
pub(super) fn relabel(view: &View, place: impl Fn(usize) -> Option<usize>) -> Option<View> {
    let links = view.links.iter().map(|link| {
        Some(match link {
            Link::Affine { labels, windows, axes, offset } => Link::Affine {
                labels: labels.iter().map(|(l, s)| Some((place(*l)?, *s))).collect::<Option<_>>()?,
                windows: windows.clone(),
                axes: axes.clone(),
                offset: *offset,
            },
            Link::Table { label, axis, index } => {
                Link::Table { label: place(*label)?, axis: *axis, index: index.clone() }
            }
        })
    });
    Some(View { source: view.source, links: links.collect::<Option<_>>()? })
}

/// Label and axis, where `link` ties one label to one axis index for index.
pub(super) fn identity(link: &Link, extents: &[u32], dims: &[u32]) -> Option<(usize, usize)> {
    match link {
        Link::Affine { labels, windows, axes, offset: 0 } if windows.is_empty() => match (&labels[..], &axes[..]) {
            ([(label, 1)], [axis]) if extents.get(*label) == dims.get(*axis) => Some((*label, *axis)),
            _ => None,
        },
        _ => None,
    }
}

/// Label of each axis of more than one element, where all links of `view` are identities.
pub(super) fn identities(view: &View, extents: &[u32], dims: &[u32]) -> Option<Vec<(usize, usize)>> {
    view.links.iter().map(|link| identity(link, extents, dims)).collect()
}

/// Extents of all labels of a term of a node of dimensions `dims`.
pub(super) fn extents(dims: &[u32], sums: &[u32]) -> Vec<u32> {
    dims.iter().chain(sums).copied().collect()
}
