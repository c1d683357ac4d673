//! The default bits: the cheapest program that is accurate enough.
//!
//! Every plan of a small grid is built and run on the samples. Cost is the depth of the lookup tree (with a private input, so that either choice later is cheap), as that is what
//! proving time and verifier work grow with; within one depth, accuracy is free, so the most accurate plan wins.

use super::layout::Layout;
use super::plan::{Plan, build};
use super::ranges::Observed;
use crate::error::Error;
use crate::execute;
use crate::float::FloatModel;
use crate::ir::Graph;
use crate::passes::Stage;

/// Relative error of the output (root of summed squares) that is accurate enough.
pub const TOLERANCE: f64 = 0.02;
/// Samples on which plans are compared.
const SAMPLES: usize = 64;
/// Products that comparing one plan may cost; fewer samples are used for large models, at least [`MIN_SAMPLES`].
const PRODUCTS: usize = 1 << 24;
const MIN_SAMPLES: usize = 4;

/// The plan that `--bits` names: that many bits for inputs, weights and activations.
pub fn fixed(bits: u8) -> Plan {
    let bits = u32::from(bits);
    Plan { input_bits: bits, activation_bits: bits, weight_bits: bits, last_bits: bits, shift: None, headroom: 0 }
}

/// The plans that compete, roughly from cheap to dear. Bits of the last layer's weights and of a public input cost
/// no lookup; a private input brings a range table of its bits.
fn grid() -> impl Iterator<Item = Plan> {
    let plan = |activation_bits: u32, shift: u32, (input_bits, headroom): (u32, i32)| Plan {
        input_bits,
        activation_bits,
        weight_bits: 16,
        last_bits: 10,
        shift: Some(shift),
        headroom,
    };
    let rest = |bits: u32| [(8.max(bits), 0), (8.max(bits), -1), (10.max(bits), 0), (10.max(bits), -1)];
    (6..=12).flat_map(move |bits| (5..=11).flat_map(move |shift| rest(bits).map(|rest| plan(bits, shift, rest))))
}

/// The best program on `samples`.
///
/// # Errors
/// No plan gives a valid program: the error of the last.
pub fn search(
    model: &FloatModel,
    stages: &[Stage],
    layout: &Layout,
    observed: &Observed,
    samples: &[&[f32]],
) -> Result<Graph, Error> {
    let count = (PRODUCTS / model.products().max(1)).clamp(MIN_SAMPLES, SAMPLES);
    let samples = samples.get(..count.min(samples.len())).unwrap_or(samples);
    let mut best: Option<(Score, Graph)> = None;
    let mut failure = None;
    for plan in grid() {
        // Its tables alone cost this much.
        let tables = (2u64 << plan.activation_bits) + plan.shift.map_or(0, |s| 1 << s) + (1 << plan.input_bits);
        let floor = tables.next_power_of_two().trailing_zeros();
        if best.as_ref().is_some_and(|(score, _)| score.accurate && floor > score.tree_log) {
            continue;
        }
        let graph = match build(model, stages, layout, observed, &plan) {
            Ok(graph) => graph,
            Err(e) => {
                failure = Some(e);
                continue;
            }
        };
        let tree_log = graph.cost().private_tree_log(layout.input, plan.input_bits);
        if best.as_ref().is_some_and(|(score, _)| score.accurate && tree_log > score.tree_log) {
            continue;
        }
        let error = output_error(&graph, observed, samples)?;
        let score = Score { accurate: error <= TOLERANCE, tree_log, error };
        if best.as_ref().is_none_or(|(other, _)| score.beats(other)) {
            best = Some((score, graph));
        }
    }
    match (best, failure) {
        (Some((_, graph)), _) => Ok(graph),
        (None, Some(failure)) => Err(failure),
        (None, None) => Err(Error::Option { option: "samples", expected: "some".into(), got: "none".into() }),
    }
}

struct Score {
    accurate: bool,
    tree_log: u32,
    error: f64,
}

impl Score {
    fn beats(&self, other: &Self) -> bool {
        match (self.accurate, other.accurate) {
            (true, true) if self.tree_log != other.tree_log => self.tree_log < other.tree_log,
            (true, false) => true,
            (false, true) => false,
            _ => self.error < other.error,
        }
    }
}

/// Distance of the outputs from the float model's, relative to their size.
fn output_error(graph: &Graph, observed: &Observed, samples: &[&[f32]]) -> Result<f64, Error> {
    let (mut wrong, mut size) = (0.0, 0.0);
    for (sample, results) in samples.iter().zip(&observed.results) {
        let trace = execute(graph, &graph.quantize_input(sample)?.values)?;
        let output = graph.dequantize_output(&trace.output_real(graph));
        for (int, float) in output.iter().zip(results.last().map_or(&[][..], Vec::as_slice)) {
            wrong += (int - float).powi(2);
            size += float.powi(2);
        }
    }
    Ok(if size > 0.0 { (wrong / size).sqrt() } else { wrong.sqrt() })
}
