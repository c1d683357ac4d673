//! A network: its files, and how its program compares with it.

use prost::Message;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use verin_quantizer::calibrate::search::products;
use verin_quantizer::float::{FloatModel, cells};
use verin_quantizer::onnx::proto::{ModelProto, data_type};
use verin_quantizer::{Graph, Options, Samples, execute, onnx, passes, quantize_model};
use zip::ZipArchive;

/// Samples that programs are compared on where there is no test set.
const FRESH: usize = 32;

/// A network and the samples for it.
pub struct Network {
    pub name: &'static str,
    pub parameters: usize,
    pub float: FloatModel,
    /// onnxruntime's output for one input.
    pub reference: (Vec<f32>, Vec<f32>),
    /// Scales are chosen by these.
    pub calibration: Samples,
    /// Programs are compared with the network on these.
    pub test: Samples,
}

/// How far a program is from its network.
pub struct Measured {
    pub graph: Graph,
    pub input_bits: u32,
    /// log2 of the size of the lookup tree.
    pub tree_log: u32,
    /// Distances of outputs from the float model's, relative to the largest of those.
    pub max_error: f64,
    pub mean_error: f64,
    /// Samples whose largest output is at the same place, of all.
    pub agree: (usize, usize),
    /// Fractions of labelled samples that float model and program get right.
    pub accuracy: Option<(f64, f64)>,
}

impl Network {
    /// Reads a network of `models/`, or of `target/models`, where `cargo xtask models` puts what is too large for the former.
    pub fn read(name: &'static str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let find = |file: String| ["models", "target/models"].map(|folder| root.join(folder).join(&file));
        let file = |extension: &str| find(format!("{name}.{extension}")).into_iter().find(|path| path.exists());
        let needed = |extension: &str| -> PathBuf {
            file(extension).unwrap_or_else(|| panic!("{name}.{extension} is not there: run `cargo xtask models`"))
        };
        let bytes = fs::read(needed("onnx")).unwrap();
        let float = onnx::read(&bytes, name).unwrap();
        let mut archive = ZipArchive::new(File::open(needed("npz")).unwrap()).unwrap();
        let mut array = |name: &str, length: usize| {
            let mut bytes = Vec::new();
            archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
            Samples::parse(&bytes, name).unwrap().single(length).unwrap().to_vec()
        };
        let reference = (array("x.npy", float.input_len()), array("y.npy", float.output_len()));
        let samples = Samples::read(&needed("calib.npz")).unwrap();
        let (calibration, test) = match file("test.npz") {
            Some(test) => (samples, Samples::read(&test).unwrap()),
            None => {
                let test = mixed(&samples, float.input_len());
                (samples, test)
            }
        };
        Self { name, parameters: parameters(&bytes), float, reference, calibration, test }
    }

    /// Multiplications of an inference, normalization folded into the layers before it.
    pub fn multiplications(&self) -> u64 {
        products(&passes::optimize(&self.float))
    }

    /// The largest distance of the float model from onnxruntime, relative to the largest output.
    pub fn float_error(&self) -> f64 {
        let (x, y) = &self.reference;
        let largest = y.iter().fold(0.0, |most, y| f64::max(most, y.abs().into()));
        let distance = self.float.run(x).into_iter().zip(y).map(|(got, y)| (got - f64::from(*y)).abs());
        distance.fold(0.0, f64::max) / largest
    }

    /// Quantizes for the default target and compares.
    pub fn measure(&self) -> Measured {
        let quantized = quantize_model(&self.float, Some(&self.calibration), &Options::default()).unwrap();
        let graph = quantized.graph;
        let (mut sum, mut count, mut max, mut largest, mut same) = (0.0, 0, 0.0, 0.0, 0);
        let rows = self.test.rows(self.float.input_len()).unwrap();
        for row in &rows {
            let (got, expected) = (graph.run(row).unwrap(), self.float.run(row));
            for (got, expected) in got.iter().zip(&expected) {
                let error = (got - expected).abs();
                (sum, count, max) = (sum + error, count + 1, f64::max(max, error));
                largest = f64::max(largest, expected.abs());
            }
            same += usize::from(argmax(&got) == argmax(&expected));
        }
        let accuracy = |of: Option<f64>| of.map(|fraction| 100.0 * fraction);
        let float = accuracy(self.float.accuracy(&self.test).unwrap());
        Measured {
            input_bits: quantized.report.input_bits,
            tree_log: quantized.report.cost.tree_log,
            max_error: max / largest,
            mean_error: sum / f64::from(count) / largest,
            agree: (same, rows.len()),
            accuracy: float.zip(accuracy(graph.accuracy(&self.test).unwrap())),
            graph,
        }
    }

    /// Integers of the reference input and of the program's output for it.
    pub fn run(&self, graph: &Graph) -> (Vec<i64>, Vec<i64>) {
        let input = graph.quantize_input(&self.reference.0).unwrap().values;
        let output = execute(graph, &input).unwrap().output_real(graph);
        (input, output)
    }
}

fn argmax(values: &[f64]) -> Option<usize> {
    (0..values.len()).reduce(|best, i| if values[i] > values[best] { i } else { best })
}

/// Numbers in the initializers of floats that are no scalars.
fn parameters(bytes: &[u8]) -> usize {
    let graph = ModelProto::decode(bytes).unwrap().graph.unwrap();
    let weights = graph.initializer.iter().filter(|t| t.data_type == data_type::FLOAT && !t.dims.is_empty());
    weights.map(|t| cells(&t.dims.iter().map(|n| u32::try_from(*n).unwrap()).collect::<Vec<_>>())).sum()
}

/// Samples whose values are drawn from all values of `samples`: as good as any where inputs are independent of each other, as
/// those of networks with random weights are.
fn mixed(samples: &Samples, length: usize) -> Samples {
    let values = samples.rows(length).unwrap().concat();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let data = (0..FRESH * length).map(|_| values[rng.gen_range(0..values.len())]).collect();
    Samples::new("fresh samples", (vec![FRESH, length], data), None).unwrap()
}
