//! Nodes that compute the same are one; so are equal constants.

use super::graph::{reads, redirect, views_mut};
use crate::float::{Constant, FloatModel, Source};

pub(super) fn apply(model: &mut FloatModel) -> bool {
    let mut changed = constants(model);
    let inputs = model.inputs.len();
    for i in 0..model.nodes.len() {
        let Some(node) = model.nodes.get(i) else { break };
        if reads(model).get(inputs + i) == Some(&0) {
            continue;
        }
        let first = model.nodes.iter().take(i).position(|other| other.dims == node.dims && other.op == node.op);
        if let Some(first) = first {
            redirect(model, inputs + i, inputs + first);
            changed = true;
        }
    }
    changed
}

fn constants(model: &mut FloatModel) -> bool {
    let first = |(i, constant): (usize, &Constant)| {
        let same = |other: &Constant| other.dims == constant.dims && other.data == constant.data;
        model.constants.iter().take(i).position(same).unwrap_or(i)
    };
    let places: Vec<usize> = model.constants.iter().enumerate().map(first).collect();
    let mut changed = false;
    for view in model.nodes.iter_mut().flat_map(|node| views_mut(&mut node.op)) {
        if let Source::Constant(i) = view.source
            && let Some(place) = places.get(i)
            && *place != i
        {
            view.source = Source::Constant(*place);
            changed = true;
        }
    }
    changed
}
