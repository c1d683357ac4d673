//! Drops affine layers that change nothing, and functions that the one before makes superfluous.

use crate::float::{Function, Layer, LayerOp};

pub(super) fn apply(layers: &mut Vec<Layer>, i: usize) -> bool {
    let noop = match layers.get_mut(i).map(|l| &mut l.op) {
        Some(LayerOp::Affine(affine)) => affine.mul.iter().all(|m| *m == 1.0) && affine.add.iter().all(|a| *a == 0.0),
        Some(LayerOp::Map(functions)) => {
            functions.dedup_by(|second, first| match (&first, &second) {
                (Function::Relu | Function::Sigmoid, Function::Relu) => true,
                (Function::Clip { lo, hi }, Function::Relu) => *lo >= 0.0 && *hi >= 0.0,
                _ => false,
            });
            functions.is_empty()
        }
        _ => false,
    };
    if noop {
        layers.remove(i);
    }
    noop
}
