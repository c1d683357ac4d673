//! Programs whose bounds tell nothing of their weights.
//!
//! Exact bounds are computed from the entries of constants and so tell about them. Where the range of every constant is
//! *declared* ([`Constant::declared`]), bounds are functions of the structure alone. They are wider: an activation may have to
//! saturate, or to look up in a larger table, where it did not have to before. Its table gives the same for every index that
//! occurs, so results stay what they were, for every input.

use super::{Activation, Constant, Entries, Graph, MAX_DECLARED_BITS, Op, Table};
use crate::cost::Cost;
use crate::error::Error;
use crate::fixed::rescale;
use crate::ops::activation::{HIGH_BITS, MAX_DOMAIN_BITS, needed_high_bits};
use crate::ops::max::needed_domain_bits;
use crate::ops::range;

/// How an activation whose sum has outgrown its table goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Growth {
    /// It saturates: as many high bits as it takes.
    Saturate,
    /// Its table is extended by the entries at its ends, together with those that it is shared with.
    Extend,
}

impl Graph {
    /// The same program with declared ranges: the fewest bits that hold every narrow constant for all of these, and those that
    /// hold every wide one for all of those; ranges that are declared already count as needed. For every input, every result
    /// is that of this program; bounds, high bits and domains are those that the ranges take.
    ///
    /// # Errors
    /// A bound, or the domain of an activation or a maximum, that exceeds its limit under these ranges.
    pub fn declare_ranges(&self) -> Result<Self, Error> {
        let mut graph = self.clone();
        let is_narrow = |constant: &Constant| matches!(constant.entries, Entries::Narrow(_));
        for narrow in [true, false] {
            let alike = |constant: &&Constant| is_narrow(constant) == narrow;
            let widest = self.constants.iter().filter(alike).max_by_key(|constant| needed_bits(constant));
            let Some((bits, constant)) = widest.map(|constant| (needed_bits(constant), constant)) else { continue };
            if bits > MAX_DECLARED_BITS {
                return Err(Error::DeclaredRange {
                    node: constant.name.clone(),
                    expected: format!("entries of at most {MAX_DECLARED_BITS} bits"),
                    got: format!("{bits} bits"),
                });
            }
            for constant in graph.constants.iter_mut().filter(|constant| is_narrow(constant) == narrow) {
                constant.declared = Some(bits);
            }
        }
        graph.bound()?;
        let cost = |graph: &Self| {
            let cost = Cost::of_graph(graph);
            (cost.tree_log, cost.leaves())
        };
        let grown = match (graph.grown(Growth::Saturate), graph.grown(Growth::Extend)) {
            (Ok(saturating), Ok(extended)) if cost(&extended) < cost(&saturating) => extended,
            (Ok(graph), _) | (Err(_), Ok(graph)) => graph,
            (Err(error), Err(_)) => return Err(error),
        };
        grown.validate()?;
        Ok(grown)
    }

    /// Computes bounds anew, and domains of maxima with them: larger where they have to be, and as large as each other.
    fn bound(&mut self) -> Result<(), Error> {
        let mut widest = 0;
        for i in 0..self.nodes.len() {
            let Some(node) = self.nodes.get(i) else { break };
            let (lo, hi) = self.range(&node.name, &node.op, &node.shape)?;
            if let Op::Max(max) = &node.op {
                let difference = range::difference(self, [&max.left, &max.right], &node.shape)
                    .map_err(|reach| Error::accumulator(&node.name, reach))?;
                let needed = needed_domain_bits(difference);
                if needed > MAX_DOMAIN_BITS {
                    return Err(Error::DeclaredRange {
                        node: node.name.clone(),
                        expected: format!("operands that differ by less than 2^{}", MAX_DOMAIN_BITS - 1),
                        got: format!("{}..={}", difference.0, difference.1),
                    });
                }
                widest = widest.max(needed);
            }
            if let Some(node) = self.nodes.get_mut(i) {
                (node.lo, node.hi) = (lo, hi);
            }
        }
        for node in &mut self.nodes {
            if let Op::Max(max) = &mut node.op {
                max.domain_bits = max.domain_bits.max(widest);
            }
        }
        Ok(())
    }

    /// Index bounds of each activation: node, bits of the smallest domain that holds them.
    fn outgrown(&self) -> impl Iterator<Item = (usize, &Activation, (i64, i64))> {
        self.nodes.iter().enumerate().filter_map(|(i, node)| {
            let Op::Activation(activation) = &node.op else { return None };
            let (lo, hi) = self.bounds(activation.input)?;
            let q = (rescale(lo, activation.shift), rescale(hi, activation.shift));
            let fits = needed_high_bits(q, activation.domain_bits).is_some_and(|bits| bits <= activation.high_bits);
            (!fits).then_some((i, activation, q))
        })
    }

    /// This program with room for the bounds that its sums have.
    fn grown(&self, growth: Growth) -> Result<Self, Error> {
        let mut graph = self.clone();
        for (i, activation, q) in self.outgrown() {
            let extends = growth == Growth::Extend && activation.high_bits == 0;
            let high_bits = if extends { Some(0) } else { needed_high_bits(q, activation.domain_bits) };
            let domain_bits = if extends { needed_domain_bits(q) } else { activation.domain_bits };
            let (Some(high_bits), true) = (high_bits, domain_bits <= MAX_DOMAIN_BITS) else {
                let most = match extends {
                    true => MAX_DOMAIN_BITS,
                    false => activation.domain_bits + HIGH_BITS.end(),
                };
                return Err(Error::DeclaredRange {
                    node: self.nodes.get(i).map_or_else(String::new, |node| node.name.clone()),
                    expected: format!("table indices of at most {most} bits"),
                    got: format!("{}..={}", q.0, q.1),
                });
            };
            for (j, node) in graph.nodes.iter_mut().enumerate() {
                let Op::Activation(other) = &mut node.op else { continue };
                let same =
                    other.high_bits == 0 && self.table_of(j) == Some((&activation.table, activation.domain_bits));
                if i == j {
                    other.high_bits = other.high_bits.max(high_bits);
                }
                if extends && same && other.domain_bits < domain_bits {
                    other.table = other.table.extended(other.domain_bits, domain_bits);
                    other.domain_bits = domain_bits;
                }
            }
        }
        // More high bits than needed represent the same indices, and one table then classifies them all.
        let high_bits = |op: &Op| if let Op::Activation(activation) = op { activation.high_bits } else { 0 };
        let most = graph.nodes.iter().map(|node| high_bits(&node.op)).max().unwrap_or(0);
        for node in &mut graph.nodes {
            if let Op::Activation(activation) = &mut node.op
                && activation.high_bits > 0
            {
                activation.high_bits = most;
            }
        }
        Ok(graph)
    }

    fn table_of(&self, node: usize) -> Option<(&Table, u32)> {
        match &self.nodes.get(node)?.op {
            Op::Activation(activation) => Some((&activation.table, activation.domain_bits)),
            _ => None,
        }
    }
}

impl Table {
    /// The same function on a larger domain, beyond its own constant.
    fn extended(&self, from: u32, to: u32) -> Self {
        let Table::Values(values) = self else { return self.clone() };
        let (first, last) = (values.first().copied().unwrap_or(0), values.last().copied().unwrap_or(0));
        let more = ((1usize << to) - (1usize << from)) / 2;
        let ends = |entry| std::iter::repeat_n(entry, more);
        Table::Values(ends(first).chain(values.iter().copied()).chain(ends(last)).collect())
    }
}

/// Bits, with sign, that hold the entries of `constant` and its declared range.
fn needed_bits(constant: &Constant) -> u32 {
    let entries = || (0..constant.entries.len()).map(|i| constant.entries.get(i)).chain([0]);
    let bits = needed_domain_bits((entries().min().unwrap_or(0), entries().max().unwrap_or(0)));
    bits.max(constant.declared.unwrap_or(0))
}
