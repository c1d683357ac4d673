//! A uniform factor and summand next to a function become part of its table.

use super::graph::{identities, node, reads, terms};
use crate::float::{FloatModel, Function, Move, Op, Source, Term};

pub(super) fn apply(model: &mut FloatModel) -> bool {
    let mut changed = false;
    for i in 0..model.nodes.len() {
        changed |= after(model, i).is_some() || before(model, i).is_some();
    }
    changed
}

/// `mul * x + add`, cell for cell, where that is all that tensor `id` is: `x`, `mul`, `add`.
fn affine(model: &FloatModel, id: usize) -> Option<(usize, f64, f64)> {
    let (mut tensor, mut add) = (None, 0.0);
    for term in terms(model, id)? {
        let Term::Move(Move { coefficient, view }) = term else { return None };
        match view.source {
            Source::Tensor(from) => {
                let dims = model.dims(id);
                let pairs = identities(view, dims, model.dims(from))?;
                if tensor.is_some() || dims != model.dims(from) || pairs.iter().any(|(l, a)| l != a) {
                    return None;
                }
                tensor = Some((from, *coefficient));
            }
            Source::Constant(i) => match &model.constants.get(i)?.data[..] {
                [value] if view.links.is_empty() => add += coefficient * value,
                _ => return None,
            },
        }
    }
    tensor.map(|(from, mul)| (from, mul, add))
}

fn after(model: &mut FloatModel, i: usize) -> Option<()> {
    let (from, mul, add) = affine(model, model.inputs.len() + i)?;
    let Op::Map { input, functions, exact } = &node(model, from)?.op else { return None };
    // A sign stays where it is, so that results of exact functions stay small integers.
    if reads(model).get(from) != Some(&1) || *exact {
        return None;
    }
    let functions = functions.iter().copied().chain([Function::Affine { mul, add }]).collect();
    let op = Op::Map { input: *input, functions, exact: false };
    model.nodes.get_mut(i)?.op = op;
    Some(())
}

fn before(model: &mut FloatModel, i: usize) -> Option<()> {
    let Op::Map { input, functions, exact: false } = &model.nodes.get(i)?.op else { return None };
    let (from, mul, add) = affine(model, *input)?;
    // Of a sum, factors are weights; of a value, they are better not rounded.
    let value = !matches!(node(model, from).map(|n| &n.op), Some(Op::Sum(_)));
    if !value || reads(model).get(*input) != Some(&1) || functions.is_empty() || (mul, add) == (1.0, 0.0) {
        return None;
    }
    let functions = [Function::Affine { mul, add }].into_iter().chain(functions.iter().copied()).collect();
    model.nodes.get_mut(i)?.op = Op::Map { input: from, functions, exact: false };
    Some(())
}
