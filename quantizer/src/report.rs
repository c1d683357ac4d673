//! What quantization did to a model, for a person to judge.

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
    /// One entry per node of the program.
    pub layers: Vec<LayerReport>,
    /// Error of the output relative to the float model: root of summed squares over root of summed squares.
    pub output_error: f64,
    /// Fraction of samples for which integer and float model have their maximum at the same place.
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

/// One node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LayerReport {
    /// Its name.
    pub name: String,
    /// Dense, scale, relu, clamp or table.
    pub kind: String,
    /// Rows.
    pub rows: u64,
    /// Real columns.
    pub cols: u64,
    /// `real = integer * 2^-exponent`.
    pub exponent: i32,
    /// Static bounds.
    pub bounds: (i64, i64),
    /// Shift, domain bits and high bits of an activation.
    pub activation: Option<(u32, u32, u32)>,
    /// Bits of the largest weight, with sign.
    pub weight_bits: Option<u32>,
    /// Largest distance from the float model over all samples and cells.
    pub max_error: f64,
    /// Mean distance.
    pub mean_error: f64,
}
