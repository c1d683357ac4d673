//! A circuit laid out: what every row holds and which cells are copies of each other.

use crate::error::SealError;
use crate::gates::{FIXED, UNUSABLE_ROWS};
use ark_bn254::Fr;
use verin_circuits::plonk::gates::ADVICE;

/// An advice cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// `0..5`
    pub column: usize,
    /// From the top.
    pub row: usize,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// `a0..a4`, zero where not assigned.
    pub advice: [Fr; ADVICE],
    /// Which advice cells hold something, one bit each.
    pub assigned: u8,
    /// `s_full, s_part, f0..f4`
    pub fixed: [Fr; FIXED],
}

/// How many rows went where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Permutations, 28 rows each.
    pub permutations: usize,
    /// Multiply-add rows.
    pub arithmetic: usize,
    /// Rows that only hold constants or values nothing else used.
    pub loose: usize,
    /// Rows used up to the beginning of each section of the program.
    pub sections: Vec<(&'static str, usize)>,
}

/// A whole circuit, with the witness if it was known.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Rows from the top.
    pub rows: Vec<Row>,
    /// Pairs of cells that must be equal.
    pub copies: Vec<(Cell, Cell)>,
    /// The cell of each instance, in order.
    pub instances: Vec<Cell>,
    /// Statistics.
    pub tally: Tally,
}

/// Rows a circuit of `2^k` rows can use.
pub fn usable_rows(k: u32) -> usize {
    1usize.checked_shl(k).unwrap_or_default().saturating_sub(UNUSABLE_ROWS)
}

impl Layout {
    /// Rows used.
    pub fn rows_used(&self) -> usize {
        self.rows.len()
    }

    /// log2 of the smallest number of rows that fits.
    pub fn k(&self) -> u32 {
        let needed = self.rows.len().max(self.instances.len()).max(1) + UNUSABLE_ROWS;
        // halo2 itself wants 8 rows.
        needed.next_power_of_two().ilog2().max(3)
    }

    /// Demands that the circuit fits `2^k` rows. halo2 would not: past the usable rows its prover only has a debug
    /// assertion, and blinding overwrites what is there.
    ///
    /// # Errors
    /// It does not fit.
    pub fn check(&self, k: u32) -> Result<(), SealError> {
        let usable = usable_rows(k);
        if self.rows.len() > usable || self.instances.len() > usable {
            let (rows, instances) = (self.rows.len(), self.instances.len());
            return Err(SealError::TooManyRows { rows, instances, k, usable });
        }
        Ok(())
    }

    /// The instances' values.
    pub fn instance_values(&self) -> Vec<Fr> {
        self.instances.iter().map(|cell| self.value(*cell)).collect()
    }

    /// A cell's value.
    pub fn value(&self, cell: Cell) -> Fr {
        self.rows.get(cell.row).and_then(|row| row.advice.get(cell.column)).copied().unwrap_or_default()
    }

    /// All assigned cells, row by row.
    pub fn assigned(&self) -> impl Iterator<Item = Cell> + '_ {
        self.rows.iter().enumerate().flat_map(|(row, cells)| {
            (0..ADVICE).filter(|column| cells.assigned >> column & 1 == 1).map(move |column| Cell { column, row })
        })
    }

    /// Whether both describe the same circuit, whatever the witness.
    pub fn same_circuit(&self, other: &Self) -> bool {
        let shape = |row: &Row| (row.fixed, row.assigned);
        self.rows.iter().map(shape).eq(other.rows.iter().map(shape))
            && self.copies == other.copies
            && self.instances == other.instances
    }
}
