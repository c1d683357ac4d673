//! Blocks of the lookup argument: aligned runs of leaves of the fractional-sum tree.

use super::TensorIx;
use crate::error::VerifyError;
use verin_quantizer::ir::{MAX_CELLS_LOG, Shape, bits};

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
    /// 1 at the real cells of each slot of a tensor, 0 at its padding.
    RealCell(PaddedAxes),
}

/// Where the padding of a tensor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaddedAxes([PaddedAxis; MAX_PADDED]);

/// An axis of a tensor that is no power of two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaddedAxis {
    /// Index bits after those of the axis.
    pub shift: u32,
    /// Index bits of the axis; 0 for no axis at all.
    pub log: u32,
    /// Its real elements, which come first.
    pub real: u32,
}

/// Most axes with padding: each takes two of the bits of an index at least.
const MAX_PADDED: usize = MAX_CELLS_LOG as usize / 2;

impl PaddedAxes {
    /// Those of a tensor stored as `shape`.
    ///
    /// # Errors
    /// It has more cells than any tensor may have.
    pub fn of(shape: &Shape) -> Result<Self, VerifyError> {
        let mut axes = Self::default();
        let mut shift = 0;
        let mut places = axes.0.iter_mut();
        for real in shape.dims().iter().rev() {
            let log = bits(*real);
            if !real.is_power_of_two() {
                let place = places.next().ok_or(VerifyError::Inconsistent { what: "a shape" })?;
                *place = PaddedAxis { shift, log, real: *real };
            }
            shift += log;
        }
        Ok(axes)
    }

    /// The axes, innermost first.
    pub fn iter(&self) -> impl Iterator<Item = &PaddedAxis> {
        self.0.iter().take_while(|axis| axis.log > 0)
    }

    /// Whether the cell at `index` is real.
    pub fn is_real(&self, index: usize) -> bool {
        self.iter().all(|axis| index >> axis.shift & ((1 << axis.log) - 1) < axis.real as usize)
    }
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
