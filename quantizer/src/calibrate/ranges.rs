//! What the samples reach, stage by stage, in floating point.

use crate::passes::Stage;

/// Smallest and largest value seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Smallest.
    pub lo: f64,
    /// Largest.
    pub hi: f64,
}

impl Range {
    const EMPTY: Self = Self { lo: 0.0, hi: 0.0 };

    /// Widest magnitude; 1 where nothing but zeros was seen.
    pub fn reach(&self) -> f64 {
        let reach = self.hi.max(-self.lo);
        if reach > 0.0 && reach.is_finite() { reach } else { 1.0 }
    }

    fn widen(&mut self, values: &[f64]) {
        for v in values {
            self.lo = self.lo.min(*v);
            self.hi = self.hi.max(*v);
        }
    }
}

/// Every tensor of every sample, and what they reach. All ranges include 0.
#[derive(Clone, Debug)]
pub struct Observed {
    /// Range of the input.
    pub input: Range,
    /// Range of the accumulators of each stage.
    pub accumulators: Vec<Range>,
    /// Range of the result of each stage's functions.
    pub values: Vec<Range>,
    /// By sample: the results, accumulators and values in the order of the program's nodes.
    pub results: Vec<Vec<Vec<f64>>>,
}

/// Runs `stages` on every sample.
pub fn observe(stages: &[Stage], samples: &[&[f32]]) -> Observed {
    let layers: Vec<_> = stages.iter().map(Stage::layers).collect();
    let mut observed = Observed {
        input: Range::EMPTY,
        accumulators: vec![Range::EMPTY; stages.len()],
        values: vec![Range::EMPTY; stages.len()],
        results: Vec::new(),
    };
    for sample in samples {
        let mut x: Vec<f64> = sample.iter().map(|v| f64::from(*v)).collect();
        observed.input.widen(&x);
        let mut results = Vec::new();
        let ranges = observed.accumulators.iter_mut().zip(&mut observed.values);
        for ((kernel, map), (accumulators, values)) in layers.iter().zip(ranges) {
            x = kernel.run(&x);
            accumulators.widen(&x);
            results.push(x.clone());
            if let Some(map) = map {
                x = map.run(&x);
                values.widen(&x);
                results.push(x.clone());
            }
        }
        observed.results.push(results);
    }
    observed
}
