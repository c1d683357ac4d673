//! The shape of a proof, derived from the program alone.
//!
//! A [`Schedule`] lists the tensors that claims are about and where the committed ones lie in rows, the blocks of the lookup
//! argument, and the relations that say where accumulators come from. Prover and verifier both read it, so that neither can
//! disagree about what is proved. Index bits of every witness tensor are those of the slot of the batch, then those of
//! each axis, most significant first.

mod blocks;
mod build;
mod placement;
mod reading;
mod relation;

pub use blocks::{Block, Form, Numerator, PaddedAxes, PaddedAxis};
pub use build::{LIMB_BITS, build, limbs};
pub use placement::{Cell, Placement};
pub use reading::{Blocks, Reading, Tie};
pub use relation::{Accumulator, BoundLabel, LinearForm, Product, Relation, Term, TermKind};

use crate::packing::Packing;
use verin_quantizer::ir::Shape;

/// Index of a tensor in [`Schedule::tensors`].
pub type TensorIx = usize;

/// Who knows the constants of the model, and whether a proof is about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Constants {
    /// Everyone: they share rows with tables, under public blinders.
    #[default]
    Published,
    /// Their owner: they have rows of their own, the first, under secret blinders.
    Private,
    /// As [`Constants::Private`], and every cell of them is looked up in its declared range, or as zero where it is padding.
    /// For one inference: of programs whose constants nothing reads ([`crate::weights`]).
    Checked,
}

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
    /// The weights.
    pub constants: Constants,
    /// Whether a mask row hides the opening. Needed wherever a proof is sealed.
    pub mask: bool,
}

/// What a tensor holds. Node numbers index [`verin_quantizer::ir::Graph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A constant of the model.
    Constant(usize),
    /// A limb of a constant whose declared range is too wide to be looked up whole; the lowest is virtual.
    ConstantLimb(usize, usize),
    /// Entries of the table of an activation (the first of those that share it).
    TableValues(usize),
    /// The input of the program.
    Input,
    /// Result of an activation, a copy or a maximum.
    Result(usize),
    /// Virtual. Table index `l` of an activation; `left - right` of a maximum, offset to be a table index.
    TableIndex(usize),
    /// Virtual. `max - right` of a maximum.
    Excess(usize),
    /// A limb of the remainder of an activation.
    Remainder(usize, usize),
    /// `h` of a saturating activation.
    High(usize),
    /// Below, inside or above: 0, 1, 2.
    Class(usize),
    /// How often each entry of a table block is looked up.
    Multiplicity(usize),
    /// The output, where it is private.
    Output,
}

/// A tensor of `2^log` entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// What it holds.
    pub role: Role,
    /// log2 of its length.
    pub log: u32,
    /// Where it is committed; `None` for a virtual tensor: an affine function of committed ones, which a relation
    /// ties its claim to.
    pub placement: Option<Placement>,
}

/// Number of rows of each kind, in their order: model, private input, private output, witness (the mask
/// row, if there is one, is the last witness row).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowCounts {
    /// Rows of the model.
    pub model: usize,
    /// How many of these, the first, hold private constants and nothing else.
    pub private: usize,
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

/// The shape of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// What it was built for.
    pub options: Options,
    /// Tensors, those of the model first.
    pub tensors: Vec<Tensor>,
    /// Number of rows.
    pub rows: RowCounts,
    /// Blocks of the lookup argument, largest first.
    pub blocks: Vec<Block>,
    /// log2 of its leaves; 0 when there are no lookups.
    pub tree_log: u32,
    /// Results of copies: claimed at suffixes of the point of the lookups, as looked-up columns are.
    pub copies: Vec<TensorIx>,
    /// Relations.
    pub relations: Vec<Relation>,
    /// The input tensor.
    pub input: TensorIx,
    /// How its values are packed, where they are public.
    pub input_packing: Packing,
    /// The committed output, when it is private.
    pub private_output: Option<TensorIx>,
    /// log2 of the entries of the input and of the output, batch included.
    pub io_log: (u32, u32),
    /// Storage of the output, one inference.
    pub output_shape: Shape,
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

    /// Coordinates that the point of the lookups must have: those of the longest tensor claimed there, and of the mask.
    pub fn shared_log(&self) -> u32 {
        let copies = self.copies.iter().map(|ix| self.tensor(*ix).log);
        let output = if self.private_output.is_some() { self.io_log.1 } else { 0 };
        let mask = if self.options.mask { self.options.b } else { 0 };
        copies.chain([self.tree_log, output, mask]).max().unwrap_or(0)
    }

    /// The tensor with this role.
    pub fn find(&self, role: Role) -> Option<TensorIx> {
        self.tensors.iter().position(|t| t.role == role)
    }
}
