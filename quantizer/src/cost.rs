//! What a program costs to prove, as far as the quantizer can choose it: the leaves of the lookup tree.
//!
//! One block of leaves per lookup of an activation (table, each limb of the remainder, saturation) and one
//! per distinct table. Proving grows with the leaves; rounds and verifier work grow with the square of
//! their logarithm.

use crate::ir::{Activation, Graph, Op, Shape, Table};
use serde::{Deserialize, Serialize};

/// Remainders longer than this are looked up in limbs of at most so many bits.
pub const LIMB_BITS: u32 = 12;

/// Leaves of the lookup tree of one inference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Entries of activation tables (three tables where one saturates).
    pub table_leaves: u64,
    /// Entries of range tables for remainders, and of the tables that classify saturation.
    pub range_leaves: u64,
    /// Looked-up cells.
    pub slot_leaves: u64,
    /// log2 of the size of the tree.
    pub tree_log: u32,
    /// Weights and biases stored.
    pub parameters: u64,
    /// Products of one inference.
    pub products: u64,
}

impl Cost {
    /// All leaves, before padding to a power of two.
    pub fn leaves(&self) -> u64 {
        self.table_leaves + self.range_leaves + self.slot_leaves
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

impl Cost {
    /// Leaves that `activations`, each with the shape of its cells, need.
    pub fn of_activations<'a>(activations: impl Iterator<Item = (&'a Activation, Shape)>) -> Self {
        let mut cost = Self::default();
        let mut tables: Vec<(&Table, u32, bool)> = Vec::new();
        let mut ranges: Vec<(bool, u32)> = Vec::new();
        for (activation, shape) in activations {
            let saturates = activation.high_bits > 0;
            let limbs = limbs(activation.shift);
            cost.slot_leaves += (1 + limbs.len() as u64 + u64::from(saturates)) << shape.log();
            let table = (&activation.table, activation.domain_bits, saturates);
            if !tables.contains(&table) {
                tables.push(table);
                cost.table_leaves += (if saturates { 3 } else { 1 }) << activation.domain_bits;
            }
            let high = saturates.then_some((true, activation.high_bits));
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

    /// log2 of the tree where the input is private: its cells are looked up in a range table of their own.
    pub fn private_tree_log(&self, input: Shape, input_bits: u32) -> u32 {
        log(self.leaves() + input.cells() as u64 + (1 << input_bits))
    }
}

fn log(leaves: u64) -> u32 {
    leaves.max(1).next_power_of_two().trailing_zeros()
}

impl Graph {
    /// Cost of proving one inference with public input.
    pub fn cost(&self) -> Cost {
        let activations = self.nodes.iter().filter_map(|node| match &node.op {
            Op::Activation(activation) => Some((activation, node.shape)),
            _ => None,
        });
        let mut cost = Cost::of_activations(activations);
        for node in &self.nodes {
            let (parameters, products) = match &node.op {
                Op::Dense(dense) => (dense.weight.len() + dense.bias.len(), dense.weight.len() << node.shape.rows_log),
                Op::Scale(scale) => (scale.weight.len() + scale.bias.len(), node.shape.cells()),
                Op::Activation(_) => continue,
            };
            cost.parameters += parameters as u64;
            cost.products += products as u64;
        }
        cost
    }
}
