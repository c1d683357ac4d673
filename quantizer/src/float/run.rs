//! The float executor, against which quantization is measured.

use super::{FloatModel, Function, Op, Source, cells};
use crate::ops::{Cells, Layout, Operand, max, sum};
use rayon::prelude::*;

impl FloatModel {
    /// The outputs, one after another, for inputs given one after another: [`FloatModel::input_len`] elements.
    pub fn run(&self, inputs: &[f32]) -> Vec<f64> {
        let tensors = self.run_all(inputs);
        self.outputs.iter().filter_map(|o| tensors.get(o.tensor)).flatten().copied().collect()
    }

    /// Every tensor, by its number: inputs, then results of nodes.
    pub fn run_all(&self, inputs: &[f32]) -> Vec<Vec<f64>> {
        let mut values = inputs.iter().copied().map(f64::from);
        let mut tensors: Vec<Vec<f64>> = Vec::with_capacity(self.inputs.len() + self.nodes.len());
        for input in &self.inputs {
            tensors.push(values.by_ref().take(cells(&input.dims)).collect());
        }
        for node in &self.nodes {
            let source = |source: Source| {
                let data = match source {
                    Source::Tensor(id) => tensors.get(id)?,
                    Source::Constant(i) => &self.constants.get(i)?.data,
                };
                Some(Operand { cells: Cells::Wide(data), dims: self.source_dims(source), layout: Layout::Dense })
            };
            let result = match &node.op {
                Op::Sum(terms) => sum::evaluate(terms, &node.dims, Layout::Dense, &source),
                Op::Max { left, right } => max::evaluate([left, right], &node.dims, Layout::Dense, &source),
                Op::Map { input, functions, .. } => {
                    let cells = tensors.get(*input).map_or(&[][..], Vec::as_slice).par_iter().with_min_len(1 << 10);
                    cells.map(|x| Function::eval_all(functions, *x)).collect()
                }
            };
            tensors.push(result);
        }
        tensors
    }
}
