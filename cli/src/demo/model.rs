//! The convolutional network for digits, its test digits, and its quantization. Everything is embedded, so that an installed binary has it.

use super::checks::Checks;
use super::report::ModelFacts;
use crate::error::{CliError, Kind};
use crate::output::Output;
use verin_quantizer::{Graph, Options, Samples, execute, onnx, quantize_model};

const MODEL: &[u8] = include_bytes!("../../../models/cnn_digits.onnx");
const CALIBRATION: &[u8] = include_bytes!("../../../models/cnn_digits.calib.npz");
const TEST: &[u8] = include_bytes!("../../../models/cnn_digits.test.npz");
/// Accuracy may drop by a fifth of a point: by no digit of 450, on balance.
const MOST_LOST: f64 = 0.002;

/// The integer program, and digits that neither training nor calibration has seen.
#[derive(Debug)]
pub(super) struct Digits {
    pub(super) graph: Graph,
    images: Vec<Vec<f32>>,
    labels: Vec<i64>,
    pub(super) facts: ModelFacts,
}

impl Digits {
    /// Quantizes the network and measures what that cost.
    pub(super) fn quantize(output: &Output, checks: &mut Checks) -> Result<Self, CliError> {
        let progress = output.spinner("quantizing the network");
        let model = onnx::read(MODEL, "cnn_digits.onnx")?;
        let calibration = Samples::parse(CALIBRATION, "cnn_digits.calib.npz")?;
        let test = Samples::parse(TEST, "cnn_digits.test.npz")?;
        let graph = quantize_model(&model, Some(&calibration), &Options::default())?.graph;
        progress.say("running 450 test digits");
        let unlabelled = || CliError::new(Kind::Internal, "the embedded test digits have no labels");
        let float = model.accuracy(&test)?.ok_or_else(unlabelled)?;
        let accuracy = graph.accuracy(&test)?.ok_or_else(unlabelled)?;
        drop(progress);

        let images: Vec<_> = test.rows(graph.input_len())?.into_iter().map(<[f32]>::to_vec).collect();
        let labels = test.labels().ok_or_else(unlabelled)?.to_vec();
        let facts = ModelFacts {
            name: "cnn_digits",
            test_digits: images.len(),
            float_accuracy: float,
            accuracy,
            graph_digest: hex(&graph.digest()),
        };
        checks.holds(
            "accuracy lost by quantization",
            "at most 0.2 points",
            format!("{:.2} points", 100.0 * (float - accuracy)),
            float - accuracy <= MOST_LOST,
        );
        output.fact("test digits", images.len());
        output.fact("accuracy, float", format_args!("{:.2} %", 100.0 * float));
        output.fact(
            "accuracy, integer",
            format_args!("{:.2} % ({:+.2} points)", 100.0 * accuracy, 100.0 * (accuracy - float)),
        );
        Ok(Self { graph, images, labels, facts })
    }

    /// Integer input of test digit `i`.
    pub(super) fn input(&self, i: usize) -> Result<Vec<i64>, CliError> {
        let missing = || CliError::new(Kind::Internal, format!("there is no test digit {i}"));
        Ok(self.graph.quantize_input(self.images.get(i).ok_or_else(missing)?)?.values)
    }

    /// What the reference executor says the output is.
    pub(super) fn output(&self, i: usize) -> Result<Vec<i64>, CliError> {
        Ok(execute(&self.graph, &self.input(i)?)?.output_real(&self.graph))
    }

    /// What a person said it is.
    pub(super) fn label(&self, i: usize) -> i64 {
        self.labels.get(i).copied().unwrap_or(-1)
    }

    /// Draws it.
    pub(super) fn draw(&self, i: usize, output: &Output) {
        let shades = [' ', '.', ':', '+', '#', '@'];
        for row in self.images.get(i).map(Vec::as_slice).unwrap_or_default().chunks(8) {
            let shade = |v: &f32| shades.get((v * 5.0).round() as usize).copied().unwrap_or('@');
            output.line(format_args!("    {}", row.iter().flat_map(|v| [shade(v), shade(v)]).collect::<String>()));
        }
    }
}

/// The place of the largest output.
pub(super) fn digit(output: &[i64]) -> i64 {
    let best = output.iter().enumerate().reduce(|best, v| if v.1 > best.1 { v } else { best });
    best.and_then(|(at, _)| i64::try_from(at).ok()).unwrap_or(-1)
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
