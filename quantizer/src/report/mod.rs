//! What quantization did to a model, for a person to judge.

mod plot;

pub use plot::{plot, plot_svg};

use crate::cost::Cost;
use serde::{Deserialize, Serialize};

/// How a program came about and how far it is from the float model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The source model's file name.
    pub source: String,
    /// Where the samples came from; says so when they are random.
    pub calibration: String,
    /// Whether scales come from random samples, so that real data may saturate or be coarse.
    pub random_calibration: bool,
    /// Samples that were run.
    pub samples: usize,
    /// `--bits`, if it was given.
    pub bits: Option<u8>,
    /// What was aimed at, if `--bits` was not given: accuracy, balanced or speed.
    pub target: Option<String>,
    /// What each target would have had from the programs that were tried.
    pub alternatives: Vec<Alternative>,
    /// Programs that were run to choose this one.
    pub tried: usize,
    /// Bits of the inputs, with sign.
    pub input_bits: u32,
    /// One entry per node of the program.
    pub layers: Vec<LayerReport>,
    /// Error of the output relative to the float model: root of summed squares over root of summed squares; of several
    /// outputs, the largest.
    pub output_error: f64,
    /// Fraction of samples for which integer and float model have the maximum of the first output at the same place.
    pub argmax_agreement: f64,
    /// Fraction of labelled samples the float model gets right.
    pub float_accuracy: Option<f64>,
    /// Fraction of labelled samples the program gets right.
    pub accuracy: Option<f64>,
    /// Input values outside the range of the program, over all samples.
    pub saturated_inputs: usize,
    /// Leaves of the lookup argument.
    pub cost: Cost,
}

/// The best program for one target among those that were tried, on the samples they were compared on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// Accuracy, balanced or speed.
    pub target: String,
    /// Whether it is accurate enough for that target.
    pub reached: bool,
    /// log2 of the size of the lookup tree, with a private input.
    pub tree_log: u32,
    /// Leaves of the lookup tree, with a public input.
    pub leaves: u64,
    /// Error of the output, as in the report.
    pub output_error: f64,
    /// Agreement, as in the report.
    pub argmax_agreement: f64,
}

/// One node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LayerReport {
    /// Its name.
    pub name: String,
    /// Sum, relu, clamp, table, copy or max.
    pub kind: String,
    /// Dimensions of the result.
    pub dims: Vec<u32>,
    /// `real = integer * 2^-exponent`.
    pub exponent: i32,
    /// Static bounds.
    pub bounds: (i64, i64),
    /// Bits of a value by its bounds: unsigned where it cannot be negative, else with sign.
    pub bits: Option<u32>,
    /// Shift, domain bits and high bits of an activation.
    pub activation: Option<(u32, u32, u32)>,
    /// Domain bits of a maximum.
    pub maximum: Option<u32>,
    /// Bits of the largest weight, with sign.
    pub weight_bits: Option<u32>,
    /// Looked-up cells: its own leaves of the lookup tree.
    pub leaves: u64,
    /// Cells that a table clamped, over all samples.
    pub saturated: u64,
    /// Largest distance from the float model over all samples and cells.
    pub max_error: f64,
    /// Mean distance.
    pub mean_error: f64,
    /// Distance relative to the size of the tensor: root of summed squares over root of summed squares.
    pub relative_error: f64,
}
