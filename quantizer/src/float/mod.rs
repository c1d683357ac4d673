//! The float model: the same form as the integer program, over real numbers and unpadded tensors.
//!
//! Import lowers every ONNX operator to three kinds of node: sums of moved tensors and products, functions applied to each
//! element, and maxima of two tensors. Quantization keeps that form and chooses integers.

mod builder;
mod function;
mod run;

pub use crate::view::{Link, Move, Product, Source, Term, View};
pub use builder::Builder;
pub use function::Function;

/// A model in floating point.
#[derive(Clone, Debug, PartialEq)]
pub struct FloatModel {
    /// File it came from, for messages.
    pub source: String,
    /// Inputs, in order.
    pub inputs: Vec<Input>,
    /// Constants.
    pub constants: Vec<Constant>,
    /// Nodes in topological order.
    pub nodes: Vec<Node>,
    /// Outputs, in order.
    pub outputs: Vec<Output>,
}

/// An input. As a tensor, input `i` is [`Source::Tensor`]`(i)`; node `i` is `Tensor(inputs.len() + i)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Name in the source model.
    pub name: String,
    /// Dimensions; a dynamic batch is 1.
    pub dims: Vec<u32>,
    /// Elements are integers, or 0 and 1 for truth: quantization keeps them as they are, where they fit the bits.
    pub whole: bool,
}

/// An output.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Name in the source model.
    pub name: String,
    /// Dimensions; as many elements, in the same order, as the tensor has.
    pub dims: Vec<u32>,
    /// The tensor.
    pub tensor: usize,
}

/// A constant tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Name in the source model.
    pub name: String,
    /// Dimensions.
    pub dims: Vec<u32>,
    /// Elements, row-major; finite.
    pub data: Vec<f64>,
}

/// One node and its result.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Name of the node in the source model; the last one, where several were folded.
    pub name: String,
    /// Dimensions of the result.
    pub dims: Vec<u32>,
    /// What it computes.
    pub op: Op,
}

/// What a node computes.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A sum of terms.
    Sum(Vec<Term<f64>>),
    /// Functions applied one after another to each element of a tensor; none is the identity.
    Map {
        /// The tensor.
        input: usize,
        /// The functions, first to last.
        functions: Vec<Function>,
        /// Quantization keeps every integer of the input apart: no bits are dropped, nothing is clipped but by the
        /// functions themselves. For comparisons and rounding, which act on exact differences.
        exact: bool,
    },
    /// Element by element the larger of two moved tensors. Both are quantized at one scale, and the choice is exact.
    Max {
        /// One operand.
        left: Move<f64>,
        /// The other.
        right: Move<f64>,
    },
}

impl FloatModel {
    /// Dimensions of tensor `id`.
    pub fn dims(&self, id: usize) -> &[u32] {
        match id.checked_sub(self.inputs.len()) {
            None => self.inputs.get(id).map_or(&[], |i| &i.dims),
            Some(node) => self.nodes.get(node).map_or(&[], |n| &n.dims),
        }
    }
    /// Dimensions of what a view reads.
    pub fn source_dims(&self, source: Source) -> &[u32] {
        match source {
            Source::Tensor(id) => self.dims(id),
            Source::Constant(i) => self.constants.get(i).map_or(&[], |c| &c.dims),
        }
    }
    /// Number of elements of all inputs.
    pub fn input_len(&self) -> usize {
        self.inputs.iter().map(|i| cells(&i.dims)).sum()
    }
    /// Number of elements of all outputs.
    pub fn output_len(&self) -> usize {
        self.outputs.iter().map(|o| cells(&o.dims)).sum()
    }
}

/// Number of elements.
pub fn cells(dims: &[u32]) -> usize {
    dims.iter().map(|n| *n as usize).product()
}
