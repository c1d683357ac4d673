//! The shape of a proof, derived from the program alone.
//!
//! A [`Schedule`] lists the committed tensors and where they lie in rows, the blocks of the lookup
//! argument, and the relations between accumulators and what they contract. Prover and verifier both
//! read it, so that neither can disagree about what is proved. Index bits of every witness tensor are
//! `(slot of the batch, row, column)`, most significant first.

mod blocks;
mod build;
mod placement;

pub use blocks::{Block, Form, Numerator};
pub use build::build;
pub use placement::{Cell, Placement};

use verin_quantizer::ir::Shape;

/// Index of a committed tensor in [`Schedule::tensors`].
pub type TensorIx = usize;

/// What is visible, how many inferences, how long rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// log2 of the row length.
    pub b: u32,
    /// log2 of the number of inferences in one proof.
    pub batch_log: u32,
    /// The input is a commitment, not values.
    pub private_input: bool,
    /// The output is a commitment, not values.
    pub private_output: bool,
    /// Whether a mask row hides the opening. Needed wherever a proof is sealed.
    pub mask: bool,
}

/// What a committed tensor holds. Node numbers index [`verin_quantizer::ir::Graph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Weights of a dense or scale node.
    Weight(usize),
    /// Biases of a dense or scale node.
    Bias(usize),
    /// Entries of the table of an activation (the first of those that share it).
    TableValues(usize),
    /// The input of the program.
    Input,
    /// Table index `l` of an activation.
    TableIndex(usize),
    /// Result of an activation.
    Result(usize),
    /// A limb of the remainder of an activation.
    Remainder(usize, usize),
    /// `h` of a saturating activation.
    High(usize),
    /// Below, inside or above: 0, 1, 2.
    Class(usize),
    /// How often each entry of a table block is looked up.
    Multiplicity(usize),
    /// The output, where it is private and an accumulator.
    Output,
}

/// A committed tensor of `2^log` entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// What it holds.
    pub role: Role,
    /// log2 of its length.
    pub log: u32,
    /// Where it lies.
    pub placement: Placement,
}

/// Number of rows of each kind, in their order: model, private input, private output, witness (the mask
/// row, if there is one, is the last witness row).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowCounts {
    /// Rows of the model.
    pub model: usize,
    /// Rows of the private input, all slots.
    pub input: usize,
    /// Rows of the private output, all slots.
    pub output: usize,
    /// Other rows of a proof.
    pub witness: usize,
}

impl RowCounts {
    /// All rows.
    pub fn total(&self) -> usize {
        self.model + self.input + self.output + self.witness
    }
}

/// Which accumulator a relation explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accumulator {
    /// The one an activation reads: `2^shift (2^domain h + l - offset) + rem - rounding`, at a suffix of
    /// the point of the lookups.
    Activation(Requantized),
    /// The output of the program, at the point of the output.
    Output,
}

/// The tensors of one activation; `acc + rounding = 2^shift (2^domain_bits h + l - offset) + sum_k 2^(limb shift k) rem_k`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requantized {
    /// `l`
    pub index: TensorIx,
    /// `h`, where it saturates.
    pub high: Option<TensorIx>,
    /// Remainder limbs, each with its shift.
    pub limbs: Vec<(TensorIx, u32)>,
    /// Bits dropped.
    pub shift: u32,
    /// log2 of the table's domain.
    pub domain_bits: u32,
    /// Added to `q` to make the index (and `h`) non-negative.
    pub offset: i64,
}

/// How an accumulator comes from a committed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// Contraction over the low `in_log` bits of the source.
    Dense {
        /// log2 of the contraction length.
        in_log: u32,
    },
    /// Columnwise product.
    Scale,
}

/// One relation: accumulator = kind(weight, source) + bias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The node.
    pub node: usize,
    /// Dense or scale.
    pub kind: RelationKind,
    /// Weights.
    pub weight: TensorIx,
    /// Biases.
    pub bias: TensorIx,
    /// The value read.
    pub source: TensorIx,
    /// log2 of the (padded) columns of the accumulator.
    pub cols_log: u32,
    /// log2 of its entries, batch included.
    pub log: u32,
    /// Which claim it explains.
    pub accumulator: Accumulator,
}

impl Relation {
    /// log2 of the length of its sumcheck.
    pub fn rounds(&self) -> u32 {
        match self.kind {
            RelationKind::Dense { in_log } => in_log,
            RelationKind::Scale => self.cols_log,
        }
    }
}

/// Where the output of the program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// A committed value: the result of an activation.
    Value(TensorIx),
    /// A public accumulator, not committed.
    PublicAccumulator,
    /// A private accumulator, committed to in rows of its own.
    PrivateAccumulator(TensorIx),
}

/// The shape of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// What it was built for.
    pub options: Options,
    /// Committed tensors, model tensors first.
    pub tensors: Vec<Tensor>,
    /// Number of rows.
    pub rows: RowCounts,
    /// Blocks of the lookup argument, largest first.
    pub blocks: Vec<Block>,
    /// log2 of its leaves; 0 when there are no lookups.
    pub tree_log: u32,
    /// Relations.
    pub relations: Vec<Relation>,
    /// The input tensor.
    pub input: TensorIx,
    /// The output.
    pub output: OutputKind,
    /// log2 of the entries of the input and of the output, batch included.
    pub io_log: (u32, u32),
    /// Storage of the output, one inference.
    pub output_shape: Shape,
    /// What padded columns of the output hold.
    pub output_pad: i64,
}

impl Schedule {
    /// The tensor `ix`.
    ///
    /// # Panics
    /// Never for an index that this schedule holds.
    pub fn tensor(&self, ix: TensorIx) -> &Tensor {
        &self.tensors[ix]
    }

    /// Tensors that the blocks read, each once, in order of first use: what is claimed at the end of the
    /// lookup argument.
    pub fn looked_up(&self) -> Vec<TensorIx> {
        let mut seen = Vec::new();
        for ix in self.blocks.iter().flat_map(Block::tensors) {
            if !seen.contains(&ix) {
                seen.push(ix);
            }
        }
        seen
    }

    /// Rounds of the batched sumcheck over the relations.
    pub fn relation_rounds(&self) -> u32 {
        self.relations.iter().map(Relation::rounds).max().unwrap_or(0)
    }

    /// Degree of its round polynomials.
    pub fn relation_degree(&self) -> usize {
        let scaled = self.relations.iter().any(|r| r.kind == RelationKind::Scale);
        if scaled { 3 } else { 2 }
    }

    /// The tensor with this role.
    pub fn find(&self, role: Role) -> Option<TensorIx> {
        self.tensors.iter().position(|t| t.role == role)
    }
}
