//! Two linear layers with nothing between are one, where that has no more weights.

use super::replace_pair;
use crate::float::{Layer, LayerOp, Linear};

pub(super) fn apply(layers: &mut Vec<Layer>, i: usize) -> bool {
    let (Some(LayerOp::Linear(a)), Some(LayerOp::Linear(b))) =
        (layers.get(i).map(|l| &l.op), layers.get(i + 1).map(|l| &l.op))
    else {
        return false;
    };
    if a.outputs != b.inputs || a.inputs * b.outputs > a.weight.len() + b.weight.len() {
        return false;
    }
    let mut weight = Vec::with_capacity(a.inputs * b.outputs);
    let mut bias = Vec::with_capacity(b.outputs);
    for (row, b) in b.weight.chunks_exact(b.inputs).zip(&b.bias) {
        let mut sums = vec![0.0; a.inputs];
        for (w, inner) in row.iter().zip(a.weight.chunks_exact(a.inputs)) {
            sums.iter_mut().zip(inner).for_each(|(sum, x)| *sum += w * x);
        }
        weight.extend(sums);
        bias.push(b + row.iter().zip(&a.bias).map(|(w, x)| w * x).sum::<f64>());
    }
    let composed = Linear { inputs: a.inputs, outputs: b.outputs, weight, bias };
    replace_pair(layers, i, LayerOp::Linear(composed))
}
