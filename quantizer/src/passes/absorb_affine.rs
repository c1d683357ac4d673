//! A uniform factor and summand after a function become part of its table.

use super::replace_pair;
use crate::float::{Function, Layer, LayerOp};

pub(super) fn apply(layers: &mut Vec<Layer>, i: usize) -> bool {
    let (Some(LayerOp::Map(map)), Some(LayerOp::Affine(affine))) =
        (layers.get(i).map(|l| &l.op), layers.get(i + 1).map(|l| &l.op))
    else {
        return false;
    };
    let ([mul], [add]) = (affine.mul.as_slice(), affine.add.as_slice()) else { return false };
    let mut functions = map.clone();
    functions.push(Function::Affine { mul: *mul, add: *add });
    replace_pair(layers, i, LayerOp::Map(functions))
}
