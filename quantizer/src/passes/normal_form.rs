//! The form that integers have: sums and maxima read values, functions read sums.
//!
//! A value is an input, the result of functions or a maximum. A sum that something other than a function reads is
//! requantized: functions without any function. A function of a value reads a sum of that value alone.

use super::graph::{add_constant, derived, extents, extents_of, insert, labels, node, over, relabel, views, views_mut};
use crate::error::Error;
use crate::float::{FloatModel, Link, Move, Node, Op, Product, Source, Term, View};

/// The normal form of `model`, which has been optimized.
///
/// # Errors
/// A node that depends on no input.
pub fn normal_form(model: &FloatModel) -> Result<FloatModel, Error> {
    let mut model = model.clone();
    for node in &model.nodes {
        let computed = |view: &&View| matches!(view.source, Source::Tensor(_));
        if !matches!(node.op, Op::Map { .. }) && !views(&node.op).iter().any(computed) {
            return Err(Error::Model {
                file: model.source.clone(),
                at: format!("node `{}`", node.name),
                expected: "a result that depends on an input".into(),
                got: "a constant".into(),
            });
        }
    }
    zeros(&mut model);
    each(&mut model, |model, id| factor(model, id).or_else(|| operand(model, id)));
    zeros(&mut model);
    super::drop_dead::apply(&mut model);
    each(&mut model, requantize);
    each(&mut model, unit);
    Ok(model)
}

/// Applies `step`, which gives the number of tensors it inserted up to and including `id`, to each tensor until it does
/// nothing.
fn each(model: &mut FloatModel, step: impl Fn(&mut FloatModel, usize) -> Option<usize>) {
    let mut id = model.inputs.len();
    while id < model.inputs.len() + model.nodes.len() {
        id = step(model, id).map_or(id + 1, |inserted| id + inserted);
    }
}

fn node_mut(model: &mut FloatModel, id: usize) -> Option<&mut Node> {
    let at = id.checked_sub(model.inputs.len())?;
    model.nodes.get_mut(at)
}

/// Nothing computed is multiplied by the coefficient 0: it is added up and multiplied by the constant 0.
fn zeros(model: &mut FloatModel) {
    let computed = |term: &Term<f64>| match term {
        Term::Move(m) if m.coefficient == 0.0 => Some(m.view.source),
        Term::Product(p) if p.coefficient == 0.0 => Some(p.right.source),
        _ => None,
    };
    let zero = |term: &Term<f64>| computed(term).filter(|source| matches!(source, Source::Tensor(_)));
    let any = |node: &Node| matches!(&node.op, Op::Sum(terms) if terms.iter().any(|term| zero(term).is_some()));
    if !model.nodes.iter().any(any) {
        return;
    }
    let left = View { source: add_constant(model, "zero".into(), vec![], vec![0.0]), links: vec![] };
    let sources = model.clone();
    for node in &mut model.nodes {
        let Op::Sum(terms) = &mut node.op else { continue };
        for term in terms.iter_mut() {
            let Some(source) = zero(term) else { continue };
            let axes = sources.source_dims(source).iter().enumerate().filter(|(_, n)| **n > 1);
            let whole = |(axis, n): (usize, &u32)| Link::Affine {
                labels: vec![],
                windows: vec![(*n, 1)],
                axes: vec![axis],
                offset: 0,
            };
            let right = View { source, links: axes.map(whole).collect() };
            *term = Term::Product(Product { coefficient: 1.0, sums: vec![], left: left.clone(), right });
        }
    }
}

/// A left factor that is computed and not read bit for bit gets a tensor of its own.
fn factor(model: &mut FloatModel, id: usize) -> Option<usize> {
    let Node { name, dims, op: Op::Sum(terms) } = node(model, id)? else { return None };
    let (at, left, extents) = terms.iter().enumerate().find_map(|(at, term)| match term {
        Term::Product(p) if matches!(p.left.source, Source::Tensor(_)) => {
            let extents = extents(dims, &p.sums);
            let free = p.left.is_free(&extents, model.source_dims(p.left.source));
            (!free).then_some((at, &p.left, extents))
        }
        _ => None,
    })?;
    let labels = labels(left);
    let view = relabel(left, |l| labels.iter().position(|k| *k == l))?;
    let sum = Op::Sum(vec![Term::Move(Move { coefficient: 1.0, view })]);
    let moved = Node { name: derived(name, "left"), dims: extents_of(&labels, &extents), op: sum };
    insert(model, id, moved);
    if let Some(Node { op: Op::Sum(terms), .. }) = node_mut(model, id + 1)
        && let Some(Term::Product(product)) = terms.get_mut(at)
    {
        product.left = over(Source::Tensor(id), &labels);
    }
    Some(1)
}

/// An operand of a maximum that is scaled by other than a power of two gets a tensor of its own.
fn operand(model: &mut FloatModel, id: usize) -> Option<usize> {
    let Node { name, dims, op: Op::Max { left, right } } = node(model, id)? else { return None };
    let scaled =
        |m: &Move<f64>| m.coefficient.abs().log2().fract() != 0.0 && matches!(m.view.source, Source::Tensor(_));
    let first = scaled(left);
    let operand = [left, right].into_iter().find(|m| scaled(m))?.clone();
    let (dims, name) = (dims.clone(), derived(name, "scaled"));
    insert(model, id, Node { name, dims: dims.clone(), op: Op::Sum(vec![Term::Move(operand)]) });
    if let Some(Node { op: Op::Max { left, right }, .. }) = node_mut(model, id + 1) {
        let view = View::identity(Source::Tensor(id), &dims);
        *(if first { left } else { right }) = Move { coefficient: 1.0, view };
    }
    Some(1)
}

/// A sum that views read is read requantized.
fn requantize(model: &mut FloatModel, id: usize) -> Option<usize> {
    let Node { name, dims, op: Op::Sum(_) } = node(model, id)? else { return None };
    let source = Source::Tensor(id);
    if !model.nodes.iter().any(|node| views(&node.op).iter().any(|view| view.source == source)) {
        return None;
    }
    let op = Op::Map { input: id, functions: vec![], exact: false };
    let value = Node { name: derived(name, "requantize"), dims: dims.clone(), op };
    insert(model, id + 1, value);
    for view in model.nodes.iter_mut().flat_map(|node| views_mut(&mut node.op)) {
        if view.source == source {
            view.source = Source::Tensor(id + 1);
        }
    }
    Some(2)
}

/// A function of a value reads a sum of it.
fn unit(model: &mut FloatModel, id: usize) -> Option<usize> {
    let Node { name, dims, op: Op::Map { input, .. } } = node(model, id)? else { return None };
    if matches!(node(model, *input).map(|n| &n.op), Some(Op::Sum(_))) {
        return None;
    }
    let view = View::identity(Source::Tensor(*input), dims);
    let op = Op::Sum(vec![Term::Move(Move { coefficient: 1.0, view })]);
    insert(model, id, Node { name: derived(name, "unit"), dims: dims.clone(), op });
    if let Some(Node { op: Op::Map { input, .. }, .. }) = node_mut(model, id + 1) {
        *input = id;
    }
    Some(2)
}
