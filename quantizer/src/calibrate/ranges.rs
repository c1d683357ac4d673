//! What the samples reach, tensor by tensor, in floating point.

use crate::error::Error;
use crate::float::FloatModel;

/// Smallest and largest value seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Smallest, or 0 if that is smaller.
    pub lo: f64,
    /// Largest, or 0 if that is larger.
    pub hi: f64,
    /// Smallest and largest without 0, unless it was seen; empty where nothing was.
    pub seen: (f64, f64),
}

impl Default for Range {
    fn default() -> Self {
        Self { lo: 0.0, hi: 0.0, seen: (f64::INFINITY, f64::NEG_INFINITY) }
    }
}

impl Range {
    /// Widest magnitude; 1 where nothing but zeros was seen.
    pub fn reach(&self) -> f64 {
        let reach = self.hi.max(-self.lo);
        if reach > 0.0 && reach.is_finite() { reach } else { 1.0 }
    }

    fn widen(&mut self, values: &[f64]) {
        for v in values {
            self.lo = self.lo.min(*v);
            self.hi = self.hi.max(*v);
            self.seen = (self.seen.0.min(*v), self.seen.1.max(*v));
        }
    }
}

/// Every tensor of every sample, and what they reach.
#[derive(Clone, Debug)]
pub struct Observed {
    /// By tensor.
    pub ranges: Vec<Range>,
    /// By sample: every tensor.
    pub samples: Vec<Vec<Vec<f64>>>,
    /// By sample: the outputs, one after another.
    pub outputs: Vec<Vec<f64>>,
}

/// Runs `model` on every sample.
///
/// # Errors
/// A sample for which a tensor is not finite.
pub fn observe(model: &FloatModel, samples: &[&[f32]]) -> Result<Observed, Error> {
    let count = model.inputs.len() + model.nodes.len();
    let mut observed = Observed { ranges: vec![Range::default(); count], samples: Vec::new(), outputs: Vec::new() };
    for (sample, input) in samples.iter().enumerate() {
        let tensors = model.run_all(input);
        for (id, (range, values)) in observed.ranges.iter_mut().zip(&tensors).enumerate() {
            if let Some((index, value)) = values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
                return Err(Error::Calibration {
                    file: model.source.clone(),
                    node: name(model, id).into(),
                    expected: "finite values on all samples".into(),
                    got: format!("{value} at index {index} for sample {sample}"),
                    remedy: "give samples that the model is defined for (--samples)",
                });
            }
            range.widen(values);
        }
        let outputs = model.outputs.iter().filter_map(|output| tensors.get(output.tensor));
        observed.outputs.push(outputs.flatten().copied().collect());
        observed.samples.push(tensors);
    }
    Ok(observed)
}

/// Name of tensor `id`.
pub fn name(model: &FloatModel, id: usize) -> &str {
    match id.checked_sub(model.inputs.len()) {
        None => model.inputs.get(id).map_or("", |input| &input.name),
        Some(i) => model.nodes.get(i).map_or("", |node| &node.name),
    }
}
