//! Between the real numbers of inputs and outputs and the real cells of their tensors.

use super::{Constant, Entries, Graph, Part};
use crate::error::Error;
use std::borrow::Cow;

/// An input as integers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputCells {
    /// Real cells, row-major, each in the range of the program.
    pub values: Vec<i64>,
    /// How many values lay more than one step outside the range, and were moved to its nearest end.
    pub saturated: usize,
}

/// The exponent of each cell of `parts`.
fn exponents(parts: &[Part]) -> impl Iterator<Item = i32> {
    parts.iter().flat_map(|part| std::iter::repeat_n(part.exponent, part.cells()))
}

impl Graph {
    /// Number of input values, of all inputs together.
    pub fn input_len(&self) -> usize {
        self.input.shape.real_cells()
    }

    /// Number of output values, of all outputs together.
    pub fn output_len(&self) -> usize {
        self.shape(self.output.tensor).map_or(0, |shape| shape.real_cells())
    }

    /// Rounds real inputs, one after another, to the grid of the program: `floor(x * 2^exponent + 1/2)`.
    ///
    /// Values outside the range saturate and are counted; one that rounds to a single step beyond the end
    /// is as near its integer as rounding promises elsewhere, and is not.
    ///
    /// # Errors
    /// The wrong number of values, or one that is NaN or infinite.
    pub fn quantize_input(&self, values: &[f32]) -> Result<InputCells, Error> {
        if values.len() != self.input_len() {
            return Err(Error::InputLength { expected: self.input_len(), got: values.len() });
        }
        if let Some((index, got)) = values.iter().copied().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(Error::NonFiniteInput { index, got });
        }
        let (lo, hi) = (self.input.lo, self.input.hi);
        let (mut cells, mut saturated) = (Vec::with_capacity(values.len()), 0);
        for (value, exponent) in values.iter().zip(exponents(&self.input.parts)) {
            let cell = crate::fixed::quantize(f64::from(*value), exponent, i64::MIN / 2, i64::MAX / 2);
            saturated += usize::from(cell < lo - 1 || cell > hi + 1);
            cells.push(cell.clamp(lo, hi));
        }
        Ok(InputCells { values: cells, saturated })
    }

    /// Real numbers that the real cells of the output stand for.
    pub fn dequantize_output(&self, cells: &[i64]) -> Vec<f64> {
        let exponents = exponents(&self.output.parts);
        cells.iter().zip(exponents).map(|(cell, exponent)| *cell as f64 * f64::powi(2.0, -exponent)).collect()
    }
}

impl Constant {
    /// The entries as they are stored: padded with 0.
    pub fn padded(&self) -> Cow<'_, Entries> {
        if self.shape.is_full() {
            return Cow::Borrowed(&self.entries);
        }
        Cow::Owned(match &self.entries {
            Entries::Narrow(entries) => Entries::Narrow(self.shape.pad(entries)),
            Entries::Wide(entries) => Entries::Wide(self.shape.pad(entries)),
        })
    }
}
