//! How good a program is, and which of two is better.

use super::build::{Program, Task};
use crate::cost::Cost;
use crate::error::Error;
use crate::execute;
use serde::{Deserialize, Serialize};

/// What quantization aims at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// An error of the output of at most 0.5 %.
    Accuracy,
    /// An error of the output of at most 2 %.
    #[default]
    Balanced,
    /// The least cost with an error of at most 8 %, or of 25 % and the same class for 97 % of at least 32 samples.
    Speed,
}

impl Target {
    /// All of them, from dear to cheap.
    pub const ALL: [Self; 3] = [Self::Accuracy, Self::Balanced, Self::Speed];

    /// Whether a program is accurate enough.
    pub fn accepts(self, score: &Score) -> bool {
        match self {
            Self::Accuracy => score.error <= 0.005,
            Self::Balanced => score.error <= 0.02,
            Self::Speed => {
                let same_class = score.samples >= 32 && score.agreement >= 0.97;
                score.error <= 0.08 || (score.error <= 0.25 && same_class)
            }
        }
    }

    /// Whether `score` is better than `other`: accurate enough, then cheap, then accurate.
    ///
    /// Cost is the depth of the lookup tree, as that is what proving time and verifier work grow with; within one depth
    /// accuracy is free, so it decides. For speed, the leaves decide before.
    pub fn prefers(self, score: &Score, other: &Score) -> bool {
        let (accurate, than) = (self.accepts(score), self.accepts(other));
        if accurate != than {
            return accurate;
        }
        let closer = (score.agreement, -score.error) > (other.agreement, -other.error);
        if !accurate {
            return score.error < other.error;
        }
        // A public input of one byte a value costs a contract about half of what wider ones do.
        let cost = |s: &Score| (s.tree_log, s.input_bytes, if self == Self::Speed { s.leaves } else { 0 });
        cost(score) < cost(other) || (cost(score) == cost(other) && closer)
    }
}

/// Cost of a program and its distance from the float model, on samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// log2 of the size of the lookup tree, with a private input, so that either choice later is cheap.
    pub tree_log: u32,
    /// Bytes of an input value.
    pub input_bytes: u32,
    /// Leaves of the lookup tree.
    pub leaves: u64,
    /// Distance of the output from the float model's, relative to its size: root of summed squares over root of summed
    /// squares; of several outputs, the largest.
    pub error: f64,
    /// Fraction of samples for which the first output has its maximum at the same place.
    pub agreement: f64,
    /// Samples that were run.
    pub samples: usize,
}

/// Cost of `program`.
pub fn cost(program: &Program) -> (u32, u64) {
    let cost = Cost::of_graph(&program.graph);
    (cost.tree_log, cost.leaves())
}

/// Bits of the input, with sign.
fn input_bits(program: &Program) -> u32 {
    u64::BITS - program.graph.input.hi.unsigned_abs().leading_zeros() + 1
}

/// Runs `program` on the first samples of `task` and compares outputs.
///
/// # Errors
/// Samples of another model.
pub fn score(task: Task, program: &Program, rows: &[&[f32]]) -> Result<Score, Error> {
    let (tree_log, leaves) = cost(program);
    let graph = &program.graph;
    let mut errors = vec![Distance::default(); graph.output.parts.len()];
    let (mut agreed, mut all) = (0.0, 0.0);
    for (row, expected) in rows.iter().zip(&task.observed.outputs) {
        let trace = execute(graph, &graph.quantize_input(row)?.values)?;
        let output = graph.dequantize_output(&trace.output_real(graph));
        let mut start = 0;
        for (i, (part, distance)) in graph.output.parts.iter().zip(&mut errors).enumerate() {
            let cells = start..start + part.cells();
            let (got, expected) = (output.get(cells.clone()).unwrap_or(&[]), expected.get(cells).unwrap_or(&[]));
            distance.add(got, expected);
            if i == 0 {
                agreed += f64::from(u8::from(argmax(got) == argmax(expected)));
                all += 1.0;
            }
            start += part.cells();
        }
    }
    let error = errors.iter().map(Distance::relative).fold(0.0, f64::max);
    let input_bytes = input_bits(program).div_ceil(8);
    Ok(Score { tree_log, input_bytes, leaves, error, agreement: agreed / f64::max(all, 1.0), samples: all as usize })
}

/// Distance between outputs, summed up over samples.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Distance {
    wrong: f64,
    size: f64,
}

impl Distance {
    pub(crate) fn add(&mut self, got: &[f64], expected: &[f64]) {
        for (got, expected) in got.iter().zip(expected) {
            self.wrong += (got - expected).powi(2);
            self.size += expected.powi(2);
        }
    }

    /// Relative to the size of what was expected; finite.
    pub(crate) fn relative(&self) -> f64 {
        let error = if self.size > 0.0 { (self.wrong / self.size).sqrt() } else { self.wrong.sqrt() };
        if error.is_finite() { error } else { f64::MAX }
    }
}

/// Place of the largest value, the first of equals.
pub(crate) fn argmax(values: &[f64]) -> usize {
    let best = values.iter().enumerate().reduce(|best, v| if v.1 > best.1 { v } else { best });
    best.map_or(0, |(at, _)| at)
}
