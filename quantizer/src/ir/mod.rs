//! The integer program that is proved.
//!
//! A [`Graph`] is a list of nodes over two-dimensional integer tensors. Storage is *padded*: a tensor
//! has `2^rows_log` rows of `2^cols_log` columns, row-major, of which `cols` columns are real. The
//! program is defined on the whole storage, padding included: a padded column of an accumulator is 0
//! (weights and biases are zero there), a padded column of an activation is what its table gives for
//! accumulator 0, and padded columns of the input are 0. So every stored cell has exactly one legal
//! value, which is what makes proofs of it unambiguous, and a reshape that keeps the order of the
//! index bits is a change of view that costs nothing.
//!
//! Tensors are of two kinds. *Values* (the input, results of activations) are small integers that a
//! proof commits to. *Accumulators* (results of dense and scale nodes) are never committed: they are
//! read only by activations, or are the output of the graph.

mod decode;
mod digest;
mod encode;
mod io;
mod validate;

pub use digest::DIGEST_TAG;
pub use encode::VERSION;
pub use io::InputCells;
pub use validate::{MAX_CELLS_LOG, MAX_DIMS, MAX_EXPONENT, MAX_INPUT_BITS, MAX_NAME, MAX_NODES};

/// Index of a tensor: 0 is the input of the graph, `i + 1` the result of node `i`.
pub type TensorId = usize;

/// Storage of one tensor of one inference: `2^rows_log` rows, `cols` real columns padded to `2^cols_log()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// log2 of the number of rows.
    pub rows_log: u32,
    /// Real columns, at least 1.
    pub cols: u32,
}

impl Shape {
    /// log2 of the padded number of columns.
    pub fn cols_log(&self) -> u32 {
        u32::BITS - self.cols.saturating_sub(1).leading_zeros()
    }
    /// log2 of the number of stored cells.
    pub fn log(&self) -> u32 {
        self.rows_log + self.cols_log()
    }
    /// Number of rows.
    pub fn rows(&self) -> usize {
        1 << self.rows_log
    }
    /// Number of real cells: without padding.
    pub fn real_cells(&self) -> usize {
        self.rows() * self.cols as usize
    }
    /// Number of stored cells, padding included.
    pub fn cells(&self) -> usize {
        1 << self.log()
    }
}

/// An exact integer program with one input and one output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// The input tensor.
    pub input: Input,
    /// Nodes in topological order.
    pub nodes: Vec<Node>,
    /// The tensor that is the result; a value or an accumulator.
    pub output: TensorId,
    /// Dimensions of the output as the source model names them (product = `rows * cols`).
    pub output_dims: Vec<u32>,
}

/// The input of a graph: integers `lo..=hi`, standing for `x * 2^-exponent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Name in the source model.
    pub name: String,
    /// Dimensions as the source model names them (product = `rows * cols`).
    pub dims: Vec<u32>,
    /// Storage.
    pub shape: Shape,
    /// `real = integer * 2^-exponent`.
    pub exponent: i32,
    /// Smallest legal value, `-2^(w-1)` for a width of `w` bits; always <= 0.
    pub lo: i64,
    /// Largest legal value, `2^(w-1) - 1`; always >= 0.
    pub hi: i64,
}

/// One node and its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Name in the source model (of the last node folded into this one).
    pub name: String,
    /// The tensor read.
    pub input: TensorId,
    /// What is computed.
    pub op: Op,
    /// Storage of the result.
    pub shape: Shape,
    /// `real = integer * 2^-exponent`.
    pub exponent: i32,
    /// Static bound: for every legal input, every stored cell of the result lies in `lo..=hi`.
    pub lo: i64,
    /// See `lo`.
    pub hi: i64,
}

/// What a node computes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Reads a value, gives an accumulator.
    Dense(Dense),
    /// Reads a value, gives an accumulator.
    Scale(Scale),
    /// Reads an accumulator, gives a value.
    Activation(Activation),
}

/// `acc[m, o] = bias[o] + sum_j weight[o, j] * x[m, j]` over the input viewed as rows of `2^in_log` stored cells.
///
/// The view may be wider than the input's own rows (a flatten) or narrower; `rows_log` of the result
/// is `input.log() - in_log`. Columns of `weight` that meet padding are 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dense {
    /// log2 of the contraction length in stored cells.
    pub in_log: u32,
    /// `shape.cols` rows of `2^in_log` entries, row-major.
    pub weight: Vec<i32>,
    /// `shape.cols` entries.
    pub bias: Vec<i64>,
}

/// `acc[m, j] = weight[j] * x[m, j] + bias[j]`, columns as stored by the input (same shape).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale {
    /// `shape.cols` entries.
    pub weight: Vec<i32>,
    /// `shape.cols` entries.
    pub bias: Vec<i64>,
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
    pub fn shape(&self, id: TensorId) -> Option<Shape> {
        match id.checked_sub(1) {
            None => Some(self.input.shape),
            Some(i) => self.nodes.get(i).map(|n| n.shape),
        }
    }
    /// Static inclusive bound of tensor `id`.
    pub fn bounds(&self, id: TensorId) -> Option<(i64, i64)> {
        match id.checked_sub(1) {
            None => Some((self.input.lo, self.input.hi)),
            Some(i) => self.nodes.get(i).map(|n| (n.lo, n.hi)),
        }
    }
}
