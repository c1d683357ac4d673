//! What a program costs to prove, as far as the quantizer can choose it: the leaves of the lookup tree.
//!
//! One block of leaves per lookup of a node and one per distinct table. An activation looks up its table, each limb of the
//! remainder, and what saturates; a maximum looks up one rectifier; the input is looked up in its range. Proving grows with the leaves; rounds and verifier work
//! grow with the square of their logarithm.

use crate::ir::{Graph, Op, Shape, Table, Term};
use serde::{Deserialize, Serialize};

/// Remainders longer than this are looked up in limbs of at most so many bits.
pub const LIMB_BITS: u32 = 12;

/// Leaves of the lookup tree of one inference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Entries of tables of activations (three tables where one saturates) and maxima.
    pub table_leaves: u64,
    /// Entries of range tables for remainders, and of the tables that classify saturation.
    pub range_leaves: u64,
    /// Looked-up cells of nodes.
    pub slot_leaves: u64,
    /// Cells of the input, and entries of the tables of its range and of its padding. A wide input that is public has none of
    /// these, but has them all where it is private.
    pub input_leaves: u64,
    /// log2 of the size of the tree.
    pub tree_log: u32,
    /// Entries of constants.
    pub parameters: u64,
    /// Products that are added up in one inference.
    pub products: u64,
}

impl Cost {
    /// All leaves, before padding to a power of two.
    pub fn leaves(&self) -> u64 {
        self.table_leaves + self.range_leaves + self.slot_leaves + self.input_leaves
    }
}

/// Widths of the limbs in which a remainder of `shift` bits is looked up.
pub fn limbs(shift: u32) -> Vec<u32> {
    let count = shift.div_ceil(LIMB_BITS);
    let mut at = 0;
    let mut limb = |k| {
        let bits = (shift - at).div_ceil(count - k);
        at += bits;
        bits
    };
    (0..count).map(&mut limb).collect()
}

/// A table of 2^`domain_bits` entries, or three of them.
#[derive(PartialEq)]
struct Lookup<'a> {
    table: std::borrow::Cow<'a, Table>,
    domain_bits: u32,
    saturates: bool,
}

impl Cost {
    /// Leaves that `graph` needs.
    pub fn of_graph(graph: &Graph) -> Self {
        let values = graph.input.hi.abs_diff(graph.input.lo).saturating_add(1);
        let nodes = graph.nodes.iter().map(|node| (&node.op, &node.shape));
        Self::of_nodes(nodes, &graph.input.shape, log(values))
    }

    /// Leaves that nodes need, each with the shape of its result, and an input of so many bits.
    pub fn of_nodes<'a>(nodes: impl Iterator<Item = (&'a Op, &'a Shape)>, input: &Shape, input_bits: u32) -> Self {
        use std::borrow::Cow;
        let padding = u64::from(!input.is_full());
        let mut cost = Self { input_leaves: input.cells() as u64 + (1 << input_bits) + padding, ..Self::default() };
        let mut tables: Vec<Lookup<'_>> = Vec::new();
        let mut ranges: Vec<(bool, u32)> = Vec::new();
        for (op, shape) in nodes {
            let (lookup, shift, high_bits) = match op {
                Op::Activation(op) => {
                    let (table, saturates) = (Cow::Borrowed(&op.table), op.high_bits > 0);
                    (Lookup { table, domain_bits: op.domain_bits, saturates }, op.shift, op.high_bits)
                }
                Op::Max(op) => {
                    let table = Cow::Owned(Table::Relu { bits: op.domain_bits.saturating_sub(1) });
                    (Lookup { table, domain_bits: op.domain_bits, saturates: false }, 0, 0)
                }
                Op::Sum(_) | Op::Copy { .. } => continue,
            };
            let limbs = limbs(shift);
            cost.slot_leaves += (1 + limbs.len() as u64 + u64::from(high_bits > 0)) << shape.log();
            if !tables.contains(&lookup) {
                cost.table_leaves += (if lookup.saturates { 3 } else { 1 }) << lookup.domain_bits;
                tables.push(lookup);
            }
            let high = (high_bits > 0).then_some((true, high_bits));
            for range in limbs.into_iter().map(|bits| (false, bits)).chain(high) {
                if !ranges.contains(&range) {
                    ranges.push(range);
                    cost.range_leaves += 1 << range.1;
                }
            }
        }
        cost.tree_log = log(cost.leaves());
        cost
    }
}

fn log(leaves: u64) -> u32 {
    leaves.max(1).next_power_of_two().trailing_zeros()
}

impl Graph {
    /// Cost of proving one inference.
    pub fn cost(&self) -> Cost {
        let mut cost = Cost::of_graph(self);
        cost.parameters = self.constants.iter().map(|constant| constant.entries.len() as u64).sum();
        let terms = self.nodes.iter().filter_map(|node| match &node.op {
            Op::Sum(terms) => Some(terms.iter().map(move |term| (term, node))),
            _ => None,
        });
        for (term, node) in terms.flatten() {
            if let Term::Product(product) = term {
                let summed: u64 = product.sums.iter().map(|n| u64::from(*n)).product();
                cost.products += summed * node.shape.real_cells() as u64;
            }
        }
        cost
    }
}
