//! The whole way: model and samples in, program and report out.

use crate::calibrate::layout::layout;
use crate::calibrate::ranges::{Observed, observe};
use crate::calibrate::{plan, search};
use crate::error::Error;
use crate::float::FloatModel;
use crate::ir::{Graph, Op, Table};
use crate::report::{LayerReport, Report};
use crate::samples::Samples;
use crate::{execute, onnx, passes};
use rand::{Rng, SeedableRng};

/// Random samples that stand in where there are none.
const RANDOM_SAMPLES: usize = 32;
/// Products and float cells that running the samples may cost; of a larger file, the first samples are used.
const MAX_PRODUCTS: usize = 1 << 31;
const MAX_CELLS: usize = 1 << 26;

/// What a user chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Bits of inputs, weights and activations, 4..=16; `None` lets cost and accuracy decide.
    pub bits: Option<u8>,
    /// Seed of random samples, used only where no samples are given.
    pub seed: u64,
}

/// A program and how it came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantized {
    /// The program, valid.
    pub graph: Graph,
    /// How far it is from the model, and what it costs.
    pub report: Report,
}

/// Quantizes the ONNX model in `bytes`; `file` is for messages.
///
/// # Errors
/// Anything wrong with model, samples or options.
pub fn quantize(bytes: &[u8], file: &str, samples: Option<&Samples>, options: &Options) -> Result<Quantized, Error> {
    quantize_model(&onnx::read(bytes, file)?, samples, options)
}

/// Quantizes a model that has been read.
///
/// # Errors
/// Anything wrong with samples or options, or a model that no program can express.
pub fn quantize_model(model: &FloatModel, samples: Option<&Samples>, options: &Options) -> Result<Quantized, Error> {
    if let Some(bits) = options.bits
        && !(4..=16).contains(&bits)
    {
        return Err(Error::Option { option: "--bits", expected: "4 to 16".into(), got: bits.to_string() });
    }
    let random;
    let given = match samples {
        Some(samples) => samples,
        None => {
            random = random_samples(model, options.seed)?;
            &random
        }
    };
    let mut rows = given.rows(model.input_len())?;
    let mut stages = passes::normal_form(&passes::optimize(model));
    let layout = layout(model, &mut stages)?;
    let cells: usize = layout.stages.iter().map(|stage| 2 * stage.result.cells()).sum();
    rows.truncate((MAX_PRODUCTS / model.products().max(1)).min(MAX_CELLS / cells.max(1)).max(1));
    let observed = observe(&stages, &rows);
    let graph = match options.bits {
        Some(bits) => plan::build(model, &stages, &layout, &observed, &search::fixed(bits))?,
        None => search::search(model, &stages, &layout, &observed, &rows)?,
    };
    graph.validate()?;
    let mut report = measure(model, &graph, &observed, &rows, given.labels())?;
    report.bits = options.bits;
    report.calibration = given.source.clone();
    report.random_calibration = samples.is_none();
    Ok(Quantized { graph, report })
}

impl Graph {
    /// Fraction of labelled samples whose largest output (the first of equals) is at the label; `None` without labels.
    ///
    /// # Errors
    /// Samples of another model.
    pub fn accuracy(&self, samples: &Samples) -> Result<Option<f64>, Error> {
        let rows = samples.rows(self.input_len())?;
        let outputs = rows.iter().map(|row| self.run(row)).collect::<Result<Vec<_>, Error>>()?;
        Ok(samples.labels().map(|labels| fraction(outputs.iter().zip(labels).map(hit))))
    }

    /// Output of the program as real numbers, for one real input.
    ///
    /// # Errors
    /// An input of another length, or one that is not finite.
    pub fn run(&self, input: &[f32]) -> Result<Vec<f64>, Error> {
        let trace = execute(self, &self.quantize_input(input)?.values)?;
        Ok(self.dequantize_output(&trace.output_real(self)))
    }
}

impl FloatModel {
    /// Fraction of labelled samples whose largest output is at the label; `None` without labels.
    ///
    /// # Errors
    /// Samples of another model.
    pub fn accuracy(&self, samples: &Samples) -> Result<Option<f64>, Error> {
        let outputs: Vec<_> = samples.rows(self.input_len())?.iter().map(|row| self.run(row)).collect();
        Ok(samples.labels().map(|labels| fraction(outputs.iter().zip(labels).map(hit))))
    }
}

fn hit((output, label): (&Vec<f64>, &i64)) -> bool {
    i64::try_from(argmax(output)).is_ok_and(|at| at == *label)
}

/// Place of the largest value, the first of equals.
fn argmax(values: &[f64]) -> usize {
    let best = values.iter().enumerate().reduce(|best, v| if v.1 > best.1 { v } else { best });
    best.map_or(0, |(at, _)| at)
}

fn fraction(hits: impl Iterator<Item = bool>) -> f64 {
    let (mut hit, mut all) = (0.0, 0.0);
    for h in hits {
        hit += f64::from(u8::from(h));
        all += 1.0;
    }
    if all > 0.0 { hit / all } else { 0.0 }
}

fn random_samples(model: &FloatModel, seed: u64) -> Result<Samples, Error> {
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(seed);
    let count = RANDOM_SAMPLES.min((1 << 24) / model.input_len().max(1)).max(1);
    let data = (0..count * model.input_len()).map(|_| rng.r#gen::<f32>() * 2.0 - 1.0).collect();
    let source = format!("{count} RANDOM samples in [-1, 1) (seed {seed}); pass real ones with --samples");
    Samples::new(&source, (vec![count, model.input_len()], data), None)
}

fn measure(
    model: &FloatModel,
    graph: &Graph,
    observed: &Observed,
    rows: &[&[f32]],
    labels: Option<&[i64]>,
) -> Result<Report, Error> {
    let mut layers: Vec<LayerReport> = graph.nodes.iter().map(describe).collect();
    let (mut wrong, mut size, mut cells) = (0.0, 0.0, 0.0);
    let (mut outputs, mut float_outputs, mut saturated_inputs) = (Vec::new(), Vec::new(), 0);
    for (row, results) in rows.iter().zip(&observed.results) {
        let input = graph.quantize_input(row)?;
        saturated_inputs += input.saturated;
        let trace = execute(graph, &input.values)?;
        for ((layer, node), (stored, float)) in
            layers.iter_mut().zip(&graph.nodes).zip(trace.tensors.iter().skip(1).zip(results))
        {
            let scale = f64::powi(2.0, -node.exponent);
            for (int, float) in node.shape.real(stored).iter().zip(float) {
                let error = (*int as f64 * scale - float).abs();
                layer.max_error = layer.max_error.max(error);
                layer.mean_error += error;
            }
        }
        // The output against the model as it was read, before any rewrite.
        let (output, float) = (graph.dequantize_output(&trace.output_real(graph)), model.run(row));
        for (int, float) in output.iter().zip(&float) {
            wrong += (int - float).powi(2);
            size += float.powi(2);
        }
        cells += 1.0;
        outputs.push(output);
        float_outputs.push(float);
    }
    for layer in &mut layers {
        layer.mean_error = finite(layer.mean_error / (f64::max(cells, 1.0) * (layer.rows * layer.cols) as f64));
        layer.max_error = finite(layer.max_error);
    }
    let agreement = fraction(outputs.iter().zip(&float_outputs).map(|(a, b)| argmax(a) == argmax(b)));
    Ok(Report {
        source: model.source.clone(),
        samples: rows.len(),
        layers,
        output_error: finite(if size > 0.0 { f64::sqrt(wrong / size) } else { f64::sqrt(wrong) }),
        argmax_agreement: agreement,
        float_accuracy: labels.map(|labels| fraction(float_outputs.iter().zip(labels).map(hit))),
        accuracy: labels.map(|labels| fraction(outputs.iter().zip(labels).map(hit))),
        saturated_inputs,
        cost: graph.cost(),
        ..Report::default()
    })
}

/// Reports are JSON, which has neither NaN nor infinities.
fn finite(error: f64) -> f64 {
    if error.is_finite() { error } else { f64::MAX }
}

fn describe(node: &crate::ir::Node) -> LayerReport {
    let bits = |weights: &[i32]| {
        let reach = weights.iter().map(|w| w.unsigned_abs()).max().unwrap_or(0);
        Some(u32::BITS - reach.leading_zeros() + 1)
    };
    let (kind, weight_bits, activation) = match &node.op {
        Op::Dense(dense) => ("dense", bits(&dense.weight), None),
        Op::Scale(scale) => ("scale", bits(&scale.weight), None),
        Op::Activation(a) => {
            let kind = match a.table {
                Table::Clamp { .. } => "clamp",
                Table::Relu { .. } => "relu",
                Table::Values(_) => "table",
            };
            (kind, None, Some((a.shift, a.domain_bits, a.high_bits)))
        }
    };
    LayerReport {
        name: node.name.clone(),
        kind: kind.into(),
        rows: node.shape.rows() as u64,
        cols: node.shape.cols.into(),
        exponent: node.exponent,
        bounds: (node.lo, node.hi),
        activation,
        weight_bits,
        max_error: 0.0,
        mean_error: 0.0,
    }
}
