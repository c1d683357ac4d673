//! Nodes and constants that no output needs go.

use super::graph::{rename, tensors, views, views_mut};
use crate::float::{FloatModel, Source};

pub(super) fn apply(model: &mut FloatModel) -> bool {
    let inputs = model.inputs.len();
    let mut needed = vec![false; inputs + model.nodes.len()];
    let mark = |needed: &mut Vec<bool>, id: usize| {
        if let Some(slot) = needed.get_mut(id) {
            *slot = true;
        }
    };
    model.outputs.iter().for_each(|output| mark(&mut needed, output.tensor));
    // Readers come after what they read.
    for (i, node) in model.nodes.iter().enumerate().rev() {
        if needed.get(inputs + i) == Some(&true) {
            tensors(&node.op).into_iter().for_each(|id| mark(&mut needed, id));
        }
    }
    needed.iter_mut().take(inputs).for_each(|slot| *slot = true);
    let live = |id: usize| needed.get(id) == Some(&true);
    let mut constants = vec![false; model.constants.len()];
    for node in model.nodes.iter().enumerate().filter(|(i, _)| live(inputs + i)).map(|(_, node)| node) {
        for view in views(&node.op) {
            if let Source::Constant(i) = view.source
                && let Some(slot) = constants.get_mut(i)
            {
                *slot = true;
            }
        }
    }
    if needed.iter().chain(&constants).all(|live| *live) {
        return false;
    }
    let (tensor_places, constant_places) = (places(&needed), places(&constants));
    retain(&mut model.nodes, needed.get(inputs..).unwrap_or_default());
    retain(&mut model.constants, &constants);
    let place = |places: &[usize], id: usize| places.get(id).copied().unwrap_or(id);
    for node in &mut model.nodes {
        rename(&mut node.op, &mut |id| place(&tensor_places, id));
        for view in views_mut(&mut node.op) {
            if let Source::Constant(i) = view.source {
                view.source = Source::Constant(place(&constant_places, i));
            }
        }
    }
    for output in &mut model.outputs {
        output.tensor = place(&tensor_places, output.tensor);
    }
    true
}

fn places(live: &[bool]) -> Vec<usize> {
    let mut next = 0;
    let mut place = |live: &bool| {
        let at = next;
        next += usize::from(*live);
        at
    };
    live.iter().map(&mut place).collect()
}

fn retain<T>(items: &mut Vec<T>, live: &[bool]) {
    let mut live = live.iter();
    items.retain(|_| live.next().copied().unwrap_or(true));
}
