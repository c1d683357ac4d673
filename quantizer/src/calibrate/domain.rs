//! How large tables are: all indices that can occur, or fewer and saturation, or as large as another that is the same.

use super::exponents::signed_bits;
use super::ranges::Range;
use super::scales::Requantized;
use super::table::{Form, exact_domain, tabulate};
use crate::fixed::rescale;
use crate::float::Function;
use crate::ir::{Op, Table};
use crate::ops::activation::{MAX_DOMAIN_BITS, needed_high_bits};

/// Largest table that is extended so that nothing saturates, as log2; beyond, tables saturate unless that costs more.
const COVER_BITS: u32 = 14;

/// The function of one activation, for making its table again.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule<'a> {
    pub(super) functions: &'a [Function],
    pub(super) form: Form,
    pub(super) e_q: i32,
    pub(super) e_out: i32,
    pub(super) out: (i64, i64),
}

impl Rule<'_> {
    /// The table for a domain; `None` where the functions have no value on it.
    pub(super) fn table(&self, domain_bits: u32) -> Option<Table> {
        let bits = signed_bits(0, self.out.1) - 1;
        match self.form {
            Form::Relu => Some(Table::Relu { bits }),
            Form::Clamp => Some(Table::Clamp { bits }),
            Form::Values => tabulate(self.functions, domain_bits, self.e_q, self.e_out, self.out),
        }
    }

    /// Whether another has the same table, were it equally large.
    pub(super) fn same(&self, other: &Self) -> bool {
        match self.form {
            Form::Values => self == other,
            form => form == other.form && self.out == other.out,
        }
    }
}

/// What sizes a table.
pub(super) struct Sizing {
    /// Bounds of the sum.
    pub(super) sum: (i64, i64),
    /// What samples reached there.
    pub(super) seen: Range,
    /// Stored cells.
    pub(super) slots: u64,
    /// Saturate wherever the samples allow it, not only where tables would be very large.
    pub(super) saturate: bool,
}

/// Domain bits and high bits of the table that reads a sum; `None` where no domain holds all that matters.
pub(super) fn size(requantized: &Requantized, rule: &Rule, sizing: &Sizing) -> Option<(u32, u32)> {
    let Requantized::Table { shift, exact, .. } = requantized else { return None };
    let q = (rescale(sizing.sum.0, *shift), rescale(sizing.sum.1, *shift));
    if *exact { exact_size(rule, q) } else { inexact_size(rule, q, sizing) }
}

fn exact_size(rule: &Rule, q: (i64, i64)) -> Option<(u32, u32)> {
    let cover = signed_bits(q.0, q.1);
    if cover <= COVER_BITS {
        return Some((cover, 0));
    }
    let least = exact_domain(rule.functions, rule.e_q, rule.e_out, q, rule.out, MAX_DOMAIN_BITS);
    let saturating = least.and_then(|least| fewest(least, cover, q));
    saturating.or((cover <= MAX_DOMAIN_BITS).then_some((cover, 0)))
}

/// The smallest domain from `least` bits on that saturates and is below `cover`.
fn fewest(least: u32, cover: u32, q: (i64, i64)) -> Option<(u32, u32)> {
    let high = |bits: u32| needed_high_bits(q, bits).filter(|high| *high > 0);
    (least.max(1)..cover.min(MAX_DOMAIN_BITS + 1)).find_map(|bits| Some((bits, high(bits)?)))
}

/// Domain bits and high bits: the smallest domain that holds every reachable index, or one that saturates.
fn inexact_size(rule: &Rule, q: (i64, i64), sizing: &Sizing) -> Option<(u32, u32)> {
    // What the table must tell apart: its own bound, or where samples were.
    let least = match rule.form {
        Form::Relu | Form::Clamp => signed_bits(0, rule.out.1),
        Form::Values => {
            let step = f64::powi(2.0, rule.e_q) * 1.25;
            signed_bits((sizing.seen.lo * step) as i64, (sizing.seen.hi * step) as i64)
        }
    };
    let least = least.min(MAX_DOMAIN_BITS);
    let cover = signed_bits(q.0, q.1).max(if rule.form == Form::Values { 1 } else { least });
    if let Some((bits, high)) = fewest(least, cover, q) {
        // Saturating costs two tables and two columns more.
        let dearer = cover > MAX_DOMAIN_BITS || (1u64 << cover) > (3 << bits) + (1 << high) + 2 * sizing.slots;
        if sizing.saturate || cover > COVER_BITS && dearer {
            return Some((bits, high));
        }
    }
    (cover <= MAX_DOMAIN_BITS).then_some((cover, 0))
}

/// Makes equal tables equally large, so that they are one, and maxima use one table; `table` makes that of a rule for a
/// domain. Bounds stay as they are.
pub(super) fn share(ops: &mut [&mut Op], rules: &[Option<Rule>], table: impl Fn(&Rule, u32) -> Option<Table>) {
    let covering: Vec<Option<(&Rule, u32)>> = ops
        .iter()
        .zip(rules)
        .map(|(op, rule)| match (&**op, rule) {
            (Op::Activation(a), Some(rule)) if a.high_bits == 0 => Some((rule, a.domain_bits)),
            _ => None,
        })
        .collect();
    let largest = |own: &Rule| {
        let same = covering.iter().flatten().filter(|(rule, _)| own.same(rule));
        same.map(|(_, bits)| *bits).max()
    };
    let (mut most_high, mut most_max) = (0, 0);
    for op in ops.iter() {
        match &**op {
            Op::Activation(a) => most_high = most_high.max(a.high_bits),
            Op::Max(max) => most_max = most_max.max(max.domain_bits),
            Op::Sum(_) | Op::Copy { .. } => {}
        }
    }
    for (op, covering) in ops.iter_mut().zip(&covering) {
        match &mut **op {
            Op::Activation(a) => {
                if let Some((rule, before)) = covering
                    && let Some(bits) = largest(rule).filter(|bits| bits != before)
                    && let Some(table) = table(rule, bits)
                {
                    (a.domain_bits, a.table) = (bits, table);
                }
                // More high bits than needed represent the same indices, and one table then classifies them all.
                if a.high_bits > 0 {
                    a.high_bits = most_high;
                }
            }
            Op::Max(max) => max.domain_bits = most_max,
            Op::Sum(_) | Op::Copy { .. } => {}
        }
    }
}
