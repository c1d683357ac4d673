//! Two affine layers in a row are one.

use super::replace_pair;
use crate::float::{Affine, Layer, LayerOp};

pub(super) fn apply(layers: &mut Vec<Layer>, i: usize) -> bool {
    let (Some(LayerOp::Affine(a)), Some(LayerOp::Affine(b))) =
        (layers.get(i).map(|l| &l.op), layers.get(i + 1).map(|l| &l.op))
    else {
        return false;
    };
    let period = a.period().max(b.period());
    if !period.is_multiple_of(a.period()) || !period.is_multiple_of(b.period()) {
        return false;
    }
    let (a, b) = (a.repeated(period), b.repeated(period));
    let merged = Affine {
        mul: a.mul.iter().zip(&b.mul).map(|(a, b)| a * b).collect(),
        add: a.add.iter().zip(&b.mul).zip(&b.add).map(|((a, m), b)| a * m + b).collect(),
    };
    replace_pair(layers, i, LayerOp::Affine(merged))
}
