//! From a chain as imported to one the integer program can express.
//!
//! The rewrites (one per file) run until none applies; then [`normal_form`] makes the chain alternate between
//! linear or affine layers (which give accumulators) and functions (which requantize them).

mod absorb_affine;
mod compose_linear;
mod compose_maps;
mod drop_noops;
mod fold_affine;
mod merge_affines;
mod normal_form;

pub use normal_form::{Kernel, Stage, normal_form};

use crate::float::{FloatModel, Layer};

/// One rewrite at one place: true if it changed the chain.
type Pass = fn(&mut Vec<Layer>, usize) -> bool;

const PASSES: &[Pass] =
    &[drop_noops::apply, merge_affines::apply, fold_affine::apply, compose_maps::apply, compose_linear::apply];

/// Applies every rewrite wherever it applies.
pub fn optimize(model: &FloatModel) -> FloatModel {
    let mut model = model.clone();
    to_fixed_point(&mut model.layers, PASSES);
    // Only now: a factor that a dense layer can take makes the better table.
    to_fixed_point(&mut model.layers, &[absorb_affine::apply, compose_maps::apply]);
    model
}

fn to_fixed_point(layers: &mut Vec<Layer>, passes: &[Pass]) {
    // Every rewrite removes a layer, so this ends.
    while passes.iter().any(|pass| (0..layers.len()).any(|i| pass(layers, i))) {}
}

/// Replaces layers `i` and `i + 1` by one that has the name of the second.
fn replace_pair(layers: &mut Vec<Layer>, i: usize, op: crate::float::LayerOp) -> bool {
    if i + 1 < layers.len() {
        let second = layers.remove(i + 1);
        if let Some(first) = layers.get_mut(i) {
            *first = Layer { name: second.name, op };
        }
    }
    true
}
