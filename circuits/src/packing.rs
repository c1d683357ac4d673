//! How the values of a public input are packed into few integers.
//!
//! Values of `w` bytes are digits to the base `W = 2^(8w)`, signed. A *pack* is the `2^g` cells whose index differs in the
//! lowest `g` bits; its values, those of its cells that are no padding, lie side by side in the statement. With `c` of them
//! at most, its integer is `P = sum_t v_t W^(c-1-t)`, what is missing at the end counting 0: their bytes, left-aligned. `g` is
//! as large as `c` values in [`MAX_BITS`] bits allow, at most all rows and columns of a slot.
//!
//! Integers of that length that are equal modulo the group order are equal, and their digits with them, as long as these are in
//! one window of `W` numbers. Digits that are committed are there because they are looked up in their range, so what cannot be
//! looked up is not packed.

use crate::record::Port;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, One};

/// Bits of a pack: in a word of 256, with room to add it to what is below the group order.
pub const MAX_BITS: usize = 248;

/// Inputs of a range of at most so many values are looked up. Part of the format, as `MAX_BITS` is: what is packed decides what a
/// proof is of.
pub const LOOKED_UP_VALUES: i64 = 1 << 12;

/// The packs of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packing {
    /// `g`: a pack has `2^g` cells.
    pub log: u32,
    /// `c`: so many of these are no padding, at most.
    pub values: usize,
    width: usize,
    cols: usize,
    log_cols: u32,
}

impl Packing {
    /// Every cell by itself.
    pub const NONE: Self = Self { log: 0, values: 1, width: 0, cols: 1, log_cols: 0 };

    /// The packs of a public input with values in `range`: every cell by itself where that is too wide to be looked up.
    pub fn of(port: &Port, range: (i64, i64)) -> Self {
        let mut packing = Self { log: 0, values: 1, width: port.width, cols: port.cols, log_cols: port.log_cols };
        if !looked_up(range) {
            return packing;
        }
        while packing.log < port.log_cols + port.log_rows() {
            let values = match packing.log < port.log_cols {
                true => port.cols.min(2 << packing.log),
                false => 2 * packing.values,
            };
            if values * 8 * port.width > MAX_BITS {
                break;
            }
            (packing.log, packing.values) = (packing.log + 1, values);
        }
        packing
    }

    /// `W`.
    pub fn base(&self) -> Fr {
        Fr::from(256u64).pow([self.width as u64])
    }

    /// `W^d` for every index bit of a pack, lowest first: cells that differ in it are `d` values apart. Between the last row of
    /// padded columns and the first of the next there is nothing.
    pub fn weights(&self) -> impl Iterator<Item = Fr> + use<> {
        let Self { log, cols, log_cols, .. } = *self;
        let base = self.base();
        let distance = move |bit| if bit < log_cols { 1usize << bit } else { cols << (bit - log_cols) };
        (0..log).map(move |bit| base.pow([distance(bit) as u64]))
    }

    /// The tensor's extension over the cells of a pack weighs cell 0 with `W` to the sum of all distances, which padded columns
    /// make larger than `c - 1`: by so much its value is more than `P`.
    pub fn excess(&self) -> Fr {
        let all = self.weights().fold(Fr::one(), |product, weight| product * weight);
        let first = self.base().pow([self.values.saturating_sub(1) as u64]);
        all * first.inverse().unwrap_or(Fr::ZERO)
    }
}

/// Whether a table of all values in `range` is short enough for a public input to be looked up in it.
pub fn looked_up((lo, hi): (i64, i64)) -> bool {
    hi.checked_sub(lo).is_some_and(|span| (0..LOOKED_UP_VALUES).contains(&span))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(rows: usize, cols: usize, width: usize) -> Port {
        Port { bytes: rows * cols * width, width, rows, cols, log_cols: cols.next_power_of_two().trailing_zeros() }
    }

    /// Shapes, and the `g` and `c` they have.
    #[test]
    fn as_many_values_as_fit() {
        for (rows, cols, width, log, values) in [
            (1, 1, 1, 0, 1),
            (1, 3, 1, 2, 3),
            (1, 31, 1, 5, 31),
            (1, 32, 1, 4, 16),
            (1, 35, 1, 4, 16),
            (1, 64, 1, 4, 16),
            (1, 15, 2, 4, 15),
            (1, 16, 2, 3, 8),
            (1, 1024, 2, 3, 8),
            (1, 3072, 1, 4, 16),
            (28, 28, 1, 5, 28),
            (28, 28, 2, 3, 8),
            // Several rows.
            (2, 3, 1, 3, 6),
            (3, 3, 1, 4, 12),
            (1024, 3, 1, 5, 24),
            (1024, 3, 2, 4, 12),
            (75, 10, 1, 5, 20),
            (5, 1, 1, 3, 8),
            (1 << 20, 1, 1, 4, 16),
            (1, 100, 8, 1, 2),
            (9, 5, 8, 1, 2),
            (9, 3, 8, 2, 3),
        ] {
            let packing = Packing::of(&port(rows, cols, width), (-4, 3));
            assert_eq!((packing.log, packing.values), (log, values), "{rows} x {cols}, {width} bytes");
        }
    }

    #[test]
    fn what_is_not_looked_up_is_not_packed() {
        for (lo, hi, packed) in [
            (0, 0, true),
            (-128, 127, true),
            (-2048, 2047, true),
            (-2048, 2048, false),
            (i64::MIN, i64::MAX, false),
            (i64::MAX - 4095, i64::MAX, true),
        ] {
            assert_eq!(looked_up((lo, hi)), packed, "{lo} ..= {hi}");
            assert_eq!(Packing::of(&port(3, 5, 2), (lo, hi)).log > 0, packed, "{lo} ..= {hi}");
        }
    }
}
