//! Between real numbers, the real cells of a tensor, and its padded storage.

use super::{Graph, Shape, TensorId};
use crate::error::Error;

/// An input as integers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputCells {
    /// Real cells, row-major, each in the range of the program.
    pub values: Vec<i64>,
    /// How many values lay more than one step outside the range, and were moved to its nearest end.
    pub saturated: usize,
}

impl Shape {
    /// Real cells, row-major, out of padded storage.
    pub fn real<T: Copy>(&self, stored: &[T]) -> Vec<T> {
        let rows = stored.chunks_exact(1 << self.cols_log());
        rows.flat_map(|row| row.iter().copied().take(self.cols as usize)).collect()
    }

    /// Padded storage of real cells, zeros in the padding.
    pub fn pad(&self, real: &[i64]) -> Vec<i64> {
        let mut stored = vec![0; self.cells()];
        let rows = stored.chunks_exact_mut(1 << self.cols_log()).zip(real.chunks_exact(self.cols.max(1) as usize));
        for (row, cells) in rows {
            for (stored, cell) in row.iter_mut().zip(cells) {
                *stored = *cell;
            }
        }
        stored
    }
}

impl Graph {
    /// Exponent of tensor `id`: `real = integer * 2^-exponent`.
    pub fn exponent(&self, id: TensorId) -> Option<i32> {
        match id.checked_sub(1) {
            None => Some(self.input.exponent),
            Some(i) => self.nodes.get(i).map(|n| n.exponent),
        }
    }

    /// Number of input values.
    pub fn input_len(&self) -> usize {
        self.input.shape.real_cells()
    }

    /// Number of output values.
    pub fn output_len(&self) -> usize {
        self.shape(self.output).map_or(0, |shape| shape.real_cells())
    }

    /// Rounds real inputs to the grid of the program, `floor(x * 2^exponent + 1/2)`.
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
        let rounded = |v: &f32| crate::fixed::quantize(f64::from(*v), self.input.exponent, i64::MIN / 2, i64::MAX / 2);
        let saturated = values.iter().map(rounded).filter(|q| *q < lo - 1 || *q > hi + 1).count();
        Ok(InputCells { values: values.iter().map(|v| rounded(v).clamp(lo, hi)).collect(), saturated })
    }

    /// Real numbers that cells of the output stand for.
    pub fn dequantize_output(&self, cells: &[i64]) -> Vec<f64> {
        let scale = f64::powi(2.0, -self.exponent(self.output).unwrap_or(0));
        cells.iter().map(|cell| *cell as f64 * scale).collect()
    }
}
