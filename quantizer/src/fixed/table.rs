//! Reading a [`Table`]: every integer has an entry, because indices are clamped to the domain first.

use crate::ir::Table;

/// Smallest and largest index of a table of `2^domain_bits` entries.
pub fn domain(domain_bits: u32) -> (i64, i64) {
    let half = 1i64 << domain_bits.saturating_sub(1).min(62);
    (-half, half - 1)
}

impl Table {
    /// Entry at `q`, clamped to the domain of `2^domain_bits` entries.
    pub fn get(&self, q: i64, domain_bits: u32) -> i64 {
        let (lo, hi) = domain(domain_bits);
        let q = q.clamp(lo, hi);
        match self {
            Table::Clamp { bits } => q.clamp(-(1 << bits), (1 << bits) - 1),
            Table::Relu { bits } => q.clamp(0, (1 << bits) - 1),
            Table::Values(values) => values.get((q - lo) as usize).copied().unwrap_or(0).into(),
        }
    }

    /// Smallest and largest entry over `q_lo..=q_hi`, clamped to the domain.
    pub fn range(&self, q_lo: i64, q_hi: i64, domain_bits: u32) -> (i64, i64) {
        match self {
            // Monotone: the ends are the extremes.
            Table::Clamp { .. } | Table::Relu { .. } => (self.get(q_lo, domain_bits), self.get(q_hi, domain_bits)),
            Table::Values(values) => {
                let (lo, hi) = domain(domain_bits);
                let (first, last) = ((q_lo.clamp(lo, hi) - lo) as usize, (q_hi.clamp(lo, hi) - lo) as usize);
                let entries = values.get(first..=last).unwrap_or(&[]);
                let bound = |v: Option<&i32>| v.copied().map_or(0, i64::from);
                (bound(entries.iter().min()), bound(entries.iter().max()))
            }
        }
    }

    /// All entries in order of their index.
    pub fn entries(&self, domain_bits: u32) -> impl Iterator<Item = i64> + '_ {
        let (lo, hi) = domain(domain_bits);
        (lo..=hi).map(move |q| self.get(q, domain_bits))
    }
}
