//! The integer program that is proved.
//!
//! A [`Graph`] is a list of nodes over integer tensors of any rank, stored padded ([`Shape`]). The program is defined on the
//! whole storage, padding included: constants and the input are 0 there, and every node says what it gives for padded cells
//! (see [`crate::view`]). So every stored cell has exactly one legal value, which is what makes proofs of it unambiguous.
//!
//! Tensors are of two kinds. *Values* (the input, results of activations, copies and maxima) are committed to by a proof; any
//! node may read them. *Accumulators* (results of sums) are never committed: they are read only by activations and copies, or
//! are the output.
//!
//! A batch of inferences is one more, outermost axis of every tensor but constants. It is left to the prover; no node sees it.

mod declare;
mod decode;
mod digest;
mod encode;
mod io;
mod shape;
mod validate;

pub use crate::view::{Link, Move, Product, Solution, Source, Term, View};
pub use decode::decode_structure;
pub use digest::DIGEST_TAG;
pub use encode::{VERSION, encode_structure};
pub use io::InputCells;
pub use shape::{Shape, bits};
pub use validate::{
    MAX_CELLS_LOG, MAX_CONSTANTS, MAX_DECLARED_BITS, MAX_DIMS, MAX_EXPONENT, MAX_INPUT_BITS, MAX_NAME, MAX_NODES,
    MAX_PARTS, MAX_TERMS,
};

/// Index of a tensor: 0 is the input of the graph, `i + 1` the result of node `i`.
pub type TensorId = usize;

/// An exact integer program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// The input tensor; several inputs of a model lie one after another in it.
    pub input: Input,
    /// Weights, biases and other constants.
    pub constants: Vec<Constant>,
    /// Nodes in topological order.
    pub nodes: Vec<Node>,
    /// The result.
    pub output: Output,
}

/// The input of a graph: integers `lo..=hi`. All its axes but the first and the last are powers of two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Storage.
    pub shape: Shape,
    /// Smallest legal value, `-2^(w-1)` for a width of `w` bits; always <= 0.
    pub lo: i64,
    /// Largest legal value, `2^(w-1) - 1`; always >= 0.
    pub hi: i64,
    /// The inputs of the source model, in order: together, all real cells.
    pub parts: Vec<Part>,
}

/// The result of a graph: an accumulator, 0 in every padded cell. All its axes but the first and the last are powers of two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The result of a sum.
    pub tensor: TensorId,
    /// The outputs of the source model, in order: together, all real cells.
    pub parts: Vec<Part>,
}

/// One input or output of the source model: a run of real cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Name in the source model.
    pub name: String,
    /// Dimensions as the source model names them; their product is the number of cells.
    pub dims: Vec<u32>,
    /// `real = integer * 2^-exponent`.
    pub exponent: i32,
}

impl Part {
    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.dims.iter().map(|n| *n as usize).product()
    }
}

/// A constant tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Name in the source model.
    pub name: String,
    /// Storage.
    pub shape: Shape,
    /// The range that stands for the entries wherever bounds are computed, as bits with sign: entries lie in
    /// `-2^(bits-1)..2^(bits-1)`. `None` to let the entries speak for themselves.
    pub declared: Option<u32>,
    /// Real cells, row-major: padding is 0 and not kept.
    pub entries: Entries,
}

/// Entries of a constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entries {
    /// At most 17 bits with sign: weights.
    Narrow(Vec<i32>),
    /// Inside the accumulator limit: biases.
    Wide(Vec<i64>),
}

impl Entries {
    /// Number of entries.
    pub fn len(&self) -> usize {
        match self {
            Entries::Narrow(v) => v.len(),
            Entries::Wide(v) => v.len(),
        }
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Entry `i`; 0 beyond the last.
    pub fn get(&self, i: usize) -> i64 {
        match self {
            Entries::Narrow(v) => v.get(i).copied().map_or(0, i64::from),
            Entries::Wide(v) => v.get(i).copied().unwrap_or(0),
        }
    }
}

/// One node and its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Name in the source model (of the last node folded into this one).
    pub name: String,
    /// What is computed.
    pub op: Op,
    /// Storage of the result.
    pub shape: Shape,
    /// `real = integer * 2^-exponent`; for messages and reports.
    pub exponent: i32,
    /// Static bound: for every legal input, every stored cell of the result lies in `lo..=hi`.
    pub lo: i64,
    /// See `lo`.
    pub hi: i64,
}

/// What a node computes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// The sum of at least one term over values and constants: an accumulator.
    Sum(Vec<Term<i64>>),
    /// Requantization and a function of one variable: reads a sum, gives a value.
    Activation(Activation),
    /// Reads a sum, gives the same integers as a value.
    Copy {
        /// The sum.
        input: TensorId,
    },
    /// Cell by cell the larger of two moved values: a value.
    Max(Max),
}

/// `max(left, right)`, proved as `max - right = relu(left - right)` with one lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Max {
    /// One operand.
    pub left: Move<i64>,
    /// The other.
    pub right: Move<i64>,
    /// log2 of the domain `[-2^(domain_bits-1), 2^(domain_bits-1))`, which holds every reachable `left - right`.
    pub domain_bits: u32,
}

/// Requantization and a non-linear function in one: `out = table(clamp(q))` with
/// `q = floor((acc + 2^(shift-1)) / 2^shift)` (`q = acc` when `shift` is 0).
///
/// `q` is clamped to the table's domain `[-2^(domain_bits-1), 2^(domain_bits-1))` before the table is
/// read. Where the static bound of `acc` keeps `q` inside, `high_bits` is 0 and nothing is clamped;
/// otherwise `q + off = 2^domain_bits * h + l` with `h` in `[0, 2^high_bits)` and
/// `off = 2^domain_bits * 2^(high_bits-1) + 2^(domain_bits-1)`, so that `h = 2^(high_bits-1)` means
/// inside, smaller means below, larger means above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// The sum that is read.
    pub input: TensorId,
    /// Bits dropped, 0..=32.
    pub shift: u32,
    /// log2 of the number of table entries, 1..=20.
    pub domain_bits: u32,
    /// 0, or the bits of `h` (see above), 2..=16.
    pub high_bits: u32,
    /// The function.
    pub table: Table,
}

/// A function from `q` to an output integer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Table {
    /// `min(max(q, -2^bits), 2^bits - 1)`, `bits < domain_bits`.
    Clamp {
        /// log2 of the bound.
        bits: u32,
    },
    /// `min(max(q, 0), 2^bits - 1)`, `bits < domain_bits`.
    Relu {
        /// log2 of the bound.
        bits: u32,
    },
    /// Entry `q + 2^(domain_bits-1)`; `2^domain_bits` entries, each of at most 17 bits with sign.
    Values(Vec<i32>),
}

impl Graph {
    /// Storage of tensor `id`.
    pub fn shape(&self, id: TensorId) -> Option<&Shape> {
        match id.checked_sub(1) {
            None => Some(&self.input.shape),
            Some(i) => self.nodes.get(i).map(|n| &n.shape),
        }
    }
    /// Storage of what a view reads.
    pub fn source_shape(&self, source: Source) -> Option<&Shape> {
        match source {
            Source::Tensor(id) => self.shape(id),
            Source::Constant(i) => self.constants.get(i).map(|c| &c.shape),
        }
    }
    /// Static inclusive bound of tensor `id`.
    pub fn bounds(&self, id: TensorId) -> Option<(i64, i64)> {
        match id.checked_sub(1) {
            None => Some((self.input.lo, self.input.hi)),
            Some(i) => self.nodes.get(i).map(|n| (n.lo, n.hi)),
        }
    }
    /// Whether tensor `id` is a value, not an accumulator.
    pub fn is_value(&self, id: TensorId) -> bool {
        match id.checked_sub(1) {
            None => true,
            Some(i) => self.nodes.get(i).is_some_and(|n| !matches!(n.op, Op::Sum(_))),
        }
    }
}

impl Node {
    /// Extents of all labels of `product` in this node: the axes of the result, then the summed ones.
    pub fn extents(&self, product: &Product<i64>) -> Vec<u32> {
        self.shape.dims().iter().chain(&product.sums).copied().collect()
    }
}
