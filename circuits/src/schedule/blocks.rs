//! Blocks of the lookup argument: aligned runs of leaves of the fractional-sum tree.

use super::TensorIx;

/// A function of the index within a block, as committed tensors and structured functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A constant.
    Constant(i64),
    /// A committed tensor plus a constant.
    Tensor(TensorIx, i64),
    /// The index itself.
    Index,
    /// `min(max(index - 2^(n-1), 0), 2^bits - 1)`
    Relu(u32),
    /// `min(max(index - 2^(n-1), -2^bits), 2^bits - 1)`
    Clamp(u32),
    /// 0, 1, 2 below, at, above `2^(n-1)`.
    Class,
    /// 1 where the low `cols_log` bits of the index are below `cols`, else 0.
    RealColumn {
        /// log2 of the padded columns.
        cols_log: u32,
        /// Real columns.
        cols: u32,
    },
}

/// The numerator of every leaf of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numerator {
    /// 1: a looked-up slot.
    One,
    /// Minus a multiplicity tensor: a table.
    Minus(TensorIx),
    /// Minus a constant: a table of one entry whose number of uses is known.
    MinusConstant(u64),
}

/// `2^log` leaves at `offset`, with denominators `beta + tag + class + alpha * key + alpha^2 * value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// log2 of the number of leaves.
    pub log: u32,
    /// Index of the first leaf, a multiple of `2^log`.
    pub offset: usize,
    /// Which table.
    pub tag: u64,
    /// Added to the tag, leaf by leaf.
    pub class: Option<TensorIx>,
    /// First component of the looked-up pair.
    pub key: Form,
    /// Second component.
    pub value: Form,
    /// Numerators.
    pub numerator: Numerator,
}

impl Block {
    /// Committed tensors that the block reads.
    pub fn tensors(&self) -> impl Iterator<Item = TensorIx> {
        let form = |f: Form| match f {
            Form::Tensor(ix, _) => Some(ix),
            _ => None,
        };
        let numerator = match self.numerator {
            Numerator::Minus(ix) => Some(ix),
            _ => None,
        };
        [form(self.key), form(self.value), self.class, numerator].into_iter().flatten()
    }
}
