//! The float executor, against which quantization is measured.

use super::{Affine, FloatModel, Function, Layer, LayerOp, Linear};
use rayon::prelude::*;

impl FloatModel {
    /// The output for one input of [`FloatModel::input_len`] elements.
    pub fn run(&self, input: &[f32]) -> Vec<f64> {
        let input = input.iter().map(|x| f64::from(*x)).collect();
        self.layers.iter().fold(input, |x, layer| layer.run(&x))
    }
}

impl Layer {
    /// The result of this layer for `x`, row-major.
    pub fn run(&self, x: &[f64]) -> Vec<f64> {
        match &self.op {
            LayerOp::Linear(linear) => linear.run(x),
            LayerOp::Affine(affine) => affine.run(x),
            LayerOp::Map(functions) => x.iter().map(|x| Function::eval_all(functions, *x)).collect(),
        }
    }
}

impl Linear {
    fn run(&self, x: &[f64]) -> Vec<f64> {
        let row = |x: &[f64]| {
            let rows = self.weight.par_chunks_exact(self.inputs).with_min_len(64).zip(&self.bias);
            rows.map(|(w, b)| b + w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>()).collect::<Vec<_>>()
        };
        x.chunks_exact(self.inputs).flat_map(row).collect()
    }
}

impl Affine {
    fn run(&self, x: &[f64]) -> Vec<f64> {
        let factors = self.mul.iter().zip(&self.add).cycle();
        x.iter().zip(factors).map(|(x, (mul, add))| mul * x + add).collect()
    }
}
