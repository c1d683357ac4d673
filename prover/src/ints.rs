//! Tensors of small integers, as they are before they become field elements.

use ark_bn254::Fr;
use std::borrow::Cow;
use verin_circuits::multilinear::signed;

/// A tensor of integers; entries past the end are 0.
#[derive(Clone, Debug)]
pub enum Ints<'a> {
    /// At most 32 bits each.
    Narrow(Cow<'a, [i32]>),
    /// At most 53 bits each.
    Wide(Cow<'a, [i64]>),
}

impl Ints<'_> {
    /// Stored entries.
    pub fn len(&self) -> usize {
        match self {
            Ints::Narrow(v) => v.len(),
            Ints::Wide(v) => v.len(),
        }
    }
    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Entry `i`.
    pub fn get(&self, i: usize) -> i64 {
        match self {
            Ints::Narrow(v) => v.get(i).copied().map_or(0, i64::from),
            Ints::Wide(v) => v.get(i).copied().unwrap_or(0),
        }
    }
    /// Entries `range` that are stored, as a tensor of their own.
    pub fn slice(&self, range: std::ops::Range<usize>) -> Ints<'_> {
        let clip = range.start.min(self.len())..range.end.min(self.len());
        match self {
            Ints::Narrow(v) => Ints::Narrow(Cow::Borrowed(&v[clip])),
            Ints::Wide(v) => Ints::Wide(Cow::Borrowed(&v[clip])),
        }
    }
    /// Smallest and largest of the entries and 0.
    pub fn bounds(&self) -> (i64, i64) {
        let widen = |(lo, hi): (i64, i64), v: i64| (lo.min(v), hi.max(v));
        match self {
            Ints::Narrow(v) => v.iter().map(|v| i64::from(*v)).fold((0, 0), widen),
            Ints::Wide(v) => v.iter().copied().fold((0, 0), widen),
        }
    }
    /// The first `n` entries as field elements.
    pub fn to_field(&self, n: usize) -> Vec<Fr> {
        (0..n).map(|i| signed(self.get(i))).collect()
    }
}
