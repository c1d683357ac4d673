//! Functions in a row are one table.

use super::replace_pair;
use crate::float::{Layer, LayerOp};

pub(super) fn apply(layers: &mut Vec<Layer>, i: usize) -> bool {
    let (Some(LayerOp::Map(a)), Some(LayerOp::Map(b))) =
        (layers.get(i).map(|l| &l.op), layers.get(i + 1).map(|l| &l.op))
    else {
        return false;
    };
    let functions = a.iter().chain(b).cloned().collect();
    replace_pair(layers, i, LayerOp::Map(functions))
}
