//! Functions in a row are one table; functions that the one before makes superfluous go.

use super::graph::{node, reads};
use crate::float::{FloatModel, Function, Op};

pub(super) fn apply(model: &mut FloatModel) -> bool {
    let mut changed = false;
    for i in 0..model.nodes.len() {
        changed |= compose(model, i).is_some() | simplify(model, i).is_some();
    }
    changed
}

fn compose(model: &mut FloatModel, i: usize) -> Option<()> {
    // What is exact acts on the integers of what it reads, so that has to stay.
    let Op::Map { input, functions, exact: false } = &model.nodes.get(i)?.op else { return None };
    if reads(model).get(*input) != Some(&1) {
        return None;
    }
    let Op::Map { input, functions: first, exact } = &node(model, *input)?.op else { return None };
    let functions = first.iter().chain(functions).copied().collect();
    let op = Op::Map { input: *input, functions, exact: *exact };
    model.nodes.get_mut(i)?.op = op;
    Some(())
}

fn simplify(model: &mut FloatModel, i: usize) -> Option<()> {
    let Op::Map { functions, exact, input } = &mut model.nodes.get_mut(i)?.op else { return None };
    let before = functions.len();
    functions.retain(|f| !matches!(f, Function::Affine { mul: 1.0, add: 0.0 }));
    functions.dedup_by(|second, first| match (&first, &second) {
        (Function::Relu | Function::Sigmoid | Function::Abs, Function::Relu) => true,
        (Function::Clip { lo, hi }, Function::Relu) => *lo >= 0.0 && *hi >= 0.0,
        _ => false,
    });
    let changed = functions.len() < before;
    if functions.is_empty() && !*exact {
        let (from, id) = (*input, model.inputs.len() + i);
        let read = reads(model).get(id).is_some_and(|n| *n > 0);
        super::graph::redirect(model, id, from);
        return read.then_some(());
    }
    changed.then_some(())
}
