//! The float model: a chain of row-major operations from one input to one output.
//!
//! Every supported operator has one computed operand, so what leads to the output is a chain. Each layer says on
//! its own how it cuts the flat row-major data: a [`Linear`] acts on consecutive runs of `inputs` elements, an
//! [`Affine`] repeats with the length of its factors, a function acts on each element. So a reshape, which keeps the
//! order of elements, leaves no trace here.

mod function;
mod run;

pub use function::Function;

/// A model in floating point.
#[derive(Clone, Debug, PartialEq)]
pub struct FloatModel {
    /// File it came from, for messages.
    pub source: String,
    /// Name of the input.
    pub input_name: String,
    /// Dimensions of the input; a dynamic batch is 1.
    pub input_dims: Vec<usize>,
    /// Dimensions of the output.
    pub output_dims: Vec<usize>,
    /// Layers, first to last.
    pub layers: Vec<Layer>,
}

/// One layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Name of the node in the source model; the last one, where several were folded.
    pub name: String,
    /// What it computes.
    pub op: LayerOp,
}

/// What a layer computes.
#[derive(Clone, Debug, PartialEq)]
pub enum LayerOp {
    /// A matrix applied to runs of elements.
    Linear(Linear),
    /// A factor and a summand per element.
    Affine(Affine),
    /// Functions applied one after another to each element; none is the identity.
    Map(Vec<Function>),
}

/// `y[m, o] = bias[o] + sum_j weight[o, j] * x[m, j]` for rows of `inputs` consecutive elements.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// Length of a row of the input.
    pub inputs: usize,
    /// Length of a row of the output.
    pub outputs: usize,
    /// `outputs` rows of `inputs` entries.
    pub weight: Vec<f64>,
    /// `outputs` entries.
    pub bias: Vec<f64>,
}

/// `y[i] = mul[i mod p] * x[i] + add[i mod p]`, `p` the length of both.
#[derive(Clone, Debug, PartialEq)]
pub struct Affine {
    /// Factors.
    pub mul: Vec<f64>,
    /// Summands.
    pub add: Vec<f64>,
}

impl FloatModel {
    /// Number of input elements.
    pub fn input_len(&self) -> usize {
        self.input_dims.iter().product()
    }
    /// Number of output elements.
    pub fn output_len(&self) -> usize {
        self.output_dims.iter().product()
    }
    /// Products of one inference.
    pub fn products(&self) -> usize {
        let mut length = self.input_len();
        let mut products = 0;
        for layer in &self.layers {
            if let LayerOp::Linear(linear) = &layer.op {
                let rows = length / linear.inputs.max(1);
                products += rows * linear.weight.len();
                length = rows * linear.outputs;
            }
        }
        products
    }
}

impl Layer {
    /// Number of stored factors and summands.
    pub fn len(&self) -> usize {
        match &self.op {
            LayerOp::Linear(linear) => linear.weight.len() + linear.bias.len(),
            LayerOp::Affine(affine) => 2 * affine.mul.len(),
            LayerOp::Map(_) => 0,
        }
    }
    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Affine {
    /// The same operation with factors repeated to length `period`, a multiple of theirs.
    pub fn repeated(&self, period: usize) -> Self {
        let repeat = |v: &[f64]| v.iter().copied().cycle().take(period).collect();
        Self { mul: repeat(&self.mul), add: repeat(&self.add) }
    }
    /// Number of factors.
    pub fn period(&self) -> usize {
        self.mul.len()
    }
}
