//! An affine layer next to a linear one, before or after, becomes part of its weights.

use super::replace_pair;
use crate::float::{Affine, Layer, LayerOp, Linear};

pub(super) fn apply(layers: &mut Vec<Layer>, i: usize) -> bool {
    let folded = match (layers.get(i).map(|l| &l.op), layers.get(i + 1).map(|l| &l.op)) {
        (Some(LayerOp::Affine(affine)), Some(LayerOp::Linear(linear)))
            if linear.inputs.is_multiple_of(affine.period()) =>
        {
            before(affine, linear)
        }
        (Some(LayerOp::Linear(linear)), Some(LayerOp::Affine(affine)))
            if linear.outputs.is_multiple_of(affine.period()) =>
        {
            after(linear, affine)
        }
        _ => return false,
    };
    replace_pair(layers, i, LayerOp::Linear(folded))
}

/// `W (mul x + add) + b = (W mul) x + (b + W add)`
fn before(affine: &Affine, linear: &Linear) -> Linear {
    let affine = affine.repeated(linear.inputs);
    let mut folded = linear.clone();
    for (row, bias) in folded.weight.chunks_exact_mut(linear.inputs).zip(&mut folded.bias) {
        for ((w, mul), add) in row.iter_mut().zip(&affine.mul).zip(&affine.add) {
            *bias += *w * add;
            *w *= mul;
        }
    }
    folded
}

/// `mul (W x + b) + add = (mul W) x + (mul b + add)`
fn after(linear: &Linear, affine: &Affine) -> Linear {
    let affine = affine.repeated(linear.outputs);
    let mut folded = linear.clone();
    let rows = folded.weight.chunks_exact_mut(linear.inputs).zip(&mut folded.bias);
    for ((row, bias), (mul, add)) in rows.zip(affine.mul.iter().zip(&affine.add)) {
        row.iter_mut().for_each(|w| *w *= mul);
        *bias = *bias * mul + add;
    }
    folded
}
