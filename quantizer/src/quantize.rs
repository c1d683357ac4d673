//! The whole way: model and samples in, program and report out.

use crate::calibrate::build::{Program, Task, build};
use crate::calibrate::exponents::reach;
use crate::calibrate::plan::Plan;
use crate::calibrate::ranges::observe;
use crate::calibrate::score::{Distance, Target, argmax};
use crate::calibrate::search::{Found, products, search};
use crate::cost::limbs;
use crate::error::Error;
use crate::fixed::{domain, rescale};
use crate::float::{FloatModel, cells};
use crate::ir::{Activation, Entries, Graph, Node, Op, Part, Source, Table, Term};
use crate::report::{Alternative, LayerReport, Report};
use crate::samples::Samples;
use crate::{execute, onnx, passes};
use rand::{Rng, SeedableRng};

/// Random samples that stand in where there are none.
const RANDOM_SAMPLES: usize = 32;
/// Products and float cells that running the samples may cost; of a larger file, the first samples are used.
const MAX_PRODUCTS: u64 = 1 << 31;
const MAX_CELLS: usize = 1 << 24;

/// What a user chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Bits of inputs, weights and activations, 4..=16; `None` lets cost and accuracy decide, value by value.
    pub bits: Option<u8>,
    /// What decides, where `bits` does not.
    pub target: Target,
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
    let given = match samples {
        Some(samples) => {
            samples.arranged(&model.inputs.iter().map(|i| (&i.name[..], cells(&i.dims))).collect::<Vec<_>>())?
        }
        None => std::borrow::Cow::Owned(random_samples(model, options.seed)?),
    };
    let mut rows = given.rows(model.input_len())?;
    let normal = passes::normal_form(&passes::optimize(model))?;
    let all: usize = normal.nodes.iter().map(|node| cells(&node.dims)).sum();
    let most = (MAX_PRODUCTS / products(&normal).max(1)).min((MAX_CELLS / all.max(1)) as u64).max(1);
    rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let observed = observe(&normal, &rows)?;
    let reaches: Vec<f64> = normal.constants.iter().map(|constant| reach(&constant.data)).collect();
    let task = Task { source: model, model: &normal, observed: &observed, reaches: &reaches };
    let (program, found) = match options.bits {
        Some(bits) => (build(task, &Plan::fixed(&normal, bits), None)?, None),
        None => {
            let found = search(task, &rows, options.target)?;
            (found.program.clone(), Some(found))
        }
    };
    program.graph.validate()?;
    let mut report = measure(task, &program, &rows, given.labels())?;
    report.bits = options.bits;
    if let Some(found) = &found {
        report.target = Some(name(options.target));
        report.alternatives = Target::ALL.iter().filter_map(|target| alternative(found, *target)).collect();
        report.tried = found.tried.len();
    }
    report.calibration = given.source.clone();
    report.random_calibration = samples.is_none();
    Ok(Quantized { graph: program.graph, report })
}

fn name(target: Target) -> String {
    format!("{target:?}").to_lowercase()
}

/// What `target` would have chosen.
fn alternative(found: &Found, target: Target) -> Option<Alternative> {
    let scores = found.tried.iter().map(|tried| tried.score);
    let best = scores.reduce(|best, score| if target.prefers(&score, &best) { score } else { best })?;
    Some(Alternative {
        target: name(target),
        reached: target.accepts(&best),
        tree_log: best.tree_log,
        leaves: best.leaves,
        output_error: finite(best.error),
        argmax_agreement: best.agreement,
    })
}

impl Graph {
    /// Fraction of labelled samples whose largest output (the first of equals, of the first output) is at the label;
    /// `None` without labels.
    ///
    /// # Errors
    /// Samples of another model.
    pub fn accuracy(&self, samples: &Samples) -> Result<Option<f64>, Error> {
        let samples = samples.arranged(&self.inputs())?;
        let rows = samples.rows(self.input_len())?;
        let outputs = rows.iter().map(|row| self.run(row)).collect::<Result<Vec<_>, Error>>()?;
        let first = self.output.parts.first().map_or(0, Part::cells);
        Ok(samples.labels().map(|labels| accuracy(&outputs, first, labels)))
    }

    /// Names and lengths of the inputs, in order: what [`Samples::arranged`] wants to know.
    pub fn inputs(&self) -> Vec<(&str, usize)> {
        self.input.parts.iter().map(|part| (&part.name[..], part.cells())).collect()
    }

    /// All outputs of the program, one after another, as real numbers, for all real inputs, one after another.
    ///
    /// # Errors
    /// Inputs of another length, or one that is not finite.
    pub fn run(&self, input: &[f32]) -> Result<Vec<f64>, Error> {
        let trace = execute(self, &self.quantize_input(input)?.values)?;
        Ok(self.dequantize_output(&trace.output_real(self)))
    }
}

impl FloatModel {
    /// Fraction of labelled samples whose largest output (of the first output) is at the label; `None` without labels.
    ///
    /// # Errors
    /// Samples of another model.
    pub fn accuracy(&self, samples: &Samples) -> Result<Option<f64>, Error> {
        let inputs: Vec<_> = self.inputs.iter().map(|i| (&i.name[..], cells(&i.dims))).collect();
        let samples = samples.arranged(&inputs)?;
        let outputs: Vec<_> = samples.rows(self.input_len())?.iter().map(|row| self.run(row)).collect();
        let first = self.outputs.first().map_or(0, |output| cells(&output.dims));
        Ok(samples.labels().map(|labels| accuracy(&outputs, first, labels)))
    }
}

/// Fraction of `outputs` with the largest of their `first` values at the label.
fn accuracy(outputs: &[Vec<f64>], first: usize, labels: &[i64]) -> f64 {
    let hit = |(output, label): (&Vec<f64>, &i64)| {
        i64::try_from(argmax(output.get(..first).unwrap_or(output))).is_ok_and(|at| at == *label)
    };
    fraction(outputs.iter().zip(labels).map(hit))
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

/// Runs `program` on all samples and compares every tensor, and the outputs with those of the model as it was read.
fn measure(task: Task, program: &Program, rows: &[&[f32]], labels: Option<&[i64]>) -> Result<Report, Error> {
    let graph = &program.graph;
    let mut layers: Vec<LayerReport> = graph.nodes.iter().map(|node| describe(graph, node)).collect();
    let mut distances = vec![Distance::default(); layers.len()];
    let mut of_outputs = vec![Distance::default(); graph.output.parts.len()];
    let (mut outputs, mut float_outputs, mut saturated_inputs) = (Vec::new(), Vec::new(), 0);
    for (row, floats) in rows.iter().zip(&task.observed.samples) {
        let input = graph.quantize_input(row)?;
        saturated_inputs += input.saturated;
        let trace = execute(graph, &input.values)?;
        for (id, float) in floats.iter().enumerate() {
            let Some(at) = program.tensors.get(id).copied().flatten().and_then(|tensor| tensor.checked_sub(1)) else {
                continue;
            };
            let (Some(node), Some(stored)) = (graph.nodes.get(at), trace.tensors.get(at + 1)) else { continue };
            let (Some(layer), Some(distance)) = (layers.get_mut(at), distances.get_mut(at)) else { continue };
            let scale = f64::powi(2.0, -node.exponent);
            let got: Vec<f64> = node.shape.real(stored).into_iter().map(|int| int as f64 * scale).collect();
            for (got, float) in got.iter().zip(float) {
                let error = (got - float).abs();
                layer.max_error = layer.max_error.max(error);
                layer.mean_error += error;
            }
            distance.add(&got, float);
        }
        for (layer, node) in layers.iter_mut().zip(&graph.nodes) {
            if let Op::Activation(activation) = &node.op {
                let sums = trace.tensors.get(activation.input).map_or(&[][..], Vec::as_slice);
                layer.saturated += saturated(activation, &node.shape.real(sums));
            }
        }
        let (output, float) = (graph.dequantize_output(&trace.output_real(graph)), task.source.run(row));
        let mut start = 0;
        for (part, distance) in graph.output.parts.iter().zip(&mut of_outputs) {
            let cells = start..start + part.cells();
            distance.add(output.get(cells.clone()).unwrap_or(&[]), float.get(cells).unwrap_or(&[]));
            start += part.cells();
        }
        outputs.push(output);
        float_outputs.push(float);
    }
    for ((layer, distance), node) in layers.iter_mut().zip(&distances).zip(&graph.nodes) {
        layer.mean_error = finite(layer.mean_error / (rows.len().max(1) * node.shape.real_cells()) as f64);
        layer.max_error = finite(layer.max_error);
        layer.relative_error = distance.relative();
    }
    let first = graph.output.parts.first().map_or(0, Part::cells);
    let class = |output: &Vec<f64>| argmax(output.get(..first).unwrap_or(output));
    Ok(Report {
        source: task.source.source.clone(),
        samples: rows.len(),
        input_bits: bits_of(graph.input.lo, graph.input.hi),
        layers,
        output_error: of_outputs.iter().map(Distance::relative).fold(0.0, f64::max),
        argmax_agreement: fraction(outputs.iter().zip(&float_outputs).map(|(a, b)| class(a) == class(b))),
        float_accuracy: labels.map(|labels| accuracy(&float_outputs, first, labels)),
        accuracy: labels.map(|labels| accuracy(&outputs, first, labels)),
        saturated_inputs,
        cost: graph.cost(),
        ..Report::default()
    })
}

/// Cells whose index lies beyond the table, or beyond the bound of a structured one.
fn saturated(activation: &Activation, sums: &[i64]) -> u64 {
    let (mut lo, mut hi) = domain(activation.domain_bits);
    match activation.table {
        Table::Clamp { bits } => (lo, hi) = (lo.max(-(1 << bits)), hi.min((1 << bits) - 1)),
        Table::Relu { bits } => hi = hi.min((1 << bits) - 1),
        Table::Values(_) => {}
    }
    sums.iter().map(|sum| rescale(*sum, activation.shift)).filter(|q| *q < lo || *q > hi).count() as u64
}

/// Reports are JSON, which has neither NaN nor infinities.
fn finite(error: f64) -> f64 {
    if error.is_finite() { error } else { f64::MAX }
}

/// Bits that hold `lo..=hi`: unsigned where nothing is negative, else with sign.
fn bits_of(lo: i64, hi: i64) -> u32 {
    let magnitude = hi.max(-1 - lo).max(0) as u64;
    u64::BITS - magnitude.leading_zeros() + u32::from(lo < 0)
}

fn describe(graph: &Graph, node: &Node) -> LayerReport {
    let cells = 1u64 << node.shape.log();
    let (kind, activation, maximum, leaves) = match &node.op {
        Op::Sum(_) => ("sum", None, None, 0),
        Op::Copy { .. } => ("copy", None, None, 0),
        Op::Max(max) => ("max", None, Some(max.domain_bits), cells),
        Op::Activation(a) => {
            let kind = match a.table {
                Table::Clamp { .. } => "clamp",
                Table::Relu { .. } => "relu",
                Table::Values(_) => "table",
            };
            let lookups = 1 + limbs(a.shift).len() as u64 + u64::from(a.high_bits > 0);
            (kind, Some((a.shift, a.domain_bits, a.high_bits)), None, lookups * cells)
        }
    };
    LayerReport {
        name: node.name.clone(),
        kind: kind.into(),
        dims: node.shape.dims().to_vec(),
        exponent: node.exponent,
        bounds: (node.lo, node.hi),
        bits: (!matches!(node.op, Op::Sum(_))).then(|| bits_of(node.lo, node.hi)),
        activation,
        maximum,
        weight_bits: weight_bits(graph, node),
        leaves,
        ..LayerReport::default()
    }
}

/// Bits of the largest weight of the products of a sum, with sign.
fn weight_bits(graph: &Graph, node: &Node) -> Option<u32> {
    let Op::Sum(terms) = &node.op else { return None };
    let weights = terms.iter().filter_map(|term| match term {
        Term::Product(product) => match product.left.source {
            Source::Constant(i) => graph.constants.get(i),
            Source::Tensor(_) => None,
        },
        Term::Move(_) => None,
    });
    let reach = weights.filter_map(|constant| match &constant.entries {
        Entries::Narrow(entries) => entries.iter().map(|w| w.unsigned_abs()).max(),
        Entries::Wide(_) => None,
    });
    reach.max().map(|reach| u32::BITS - reach.leading_zeros() + 1)
}
