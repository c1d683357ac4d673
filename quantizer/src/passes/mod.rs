//! From a model as imported to one whose operations the integer program has.
//!
//! The rewrites (one per file) run until none applies; each keeps the function that the model computes. Then
//! [`normal_form`] makes sums read values only, and functions sums only.

mod absorb_affine;
mod compose;
mod compose_maps;
mod drop_dead;
mod drop_units;
mod fold_before;
mod graph;
mod hoist_maps;
mod inline_sums;
mod merge_moves;
mod merge_terms;
mod normal_form;
mod recognize;
mod share;
mod sink_reshapes;
mod split_labels;

pub use normal_form::normal_form;

use crate::float::FloatModel;

/// One rewrite wherever it applies: true if it changed the model.
type Pass = fn(&mut FloatModel) -> bool;

const PASSES: &[Pass] = &[
    drop_dead::apply,
    merge_moves::apply,
    merge_terms::apply,
    inline_sums::apply,
    fold_before::apply,
    compose_maps::apply,
    hoist_maps::apply,
    sink_reshapes::apply,
    split_labels::apply,
];

/// Applies every rewrite wherever it applies.
pub fn optimize(model: &FloatModel) -> FloatModel {
    let mut model = model.clone();
    drop_units::apply(&mut model);
    share::apply(&mut model);
    to_fixed_point(&mut model, PASSES);
    // Only now: a factor that weights can take makes the better table.
    to_fixed_point(&mut model, &[absorb_affine::apply, compose_maps::apply, recognize::apply, drop_dead::apply]);
    merge_terms::plain_constants(&mut model);
    share::apply(&mut model);
    drop_dead::apply(&mut model);
    model
}

fn to_fixed_point(model: &mut FloatModel, passes: &[Pass]) {
    // Every rewrite leaves fewer nodes, fewer reads of moved tensors, or functions nearer to the inputs; so this ends.
    while passes.iter().fold(false, |changed, pass| pass(model) | changed) {}
}
