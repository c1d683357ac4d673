//! Small programs, made at random, that together use every kind of node.

#![allow(dead_code, unused_imports, reason = "each test file uses some of it")]

pub mod adversary;
pub mod arithmetics;
pub mod executor;
pub mod golden;
pub mod messages;
pub mod programs;
pub mod random;

pub use programs::{Programs, zoo};
pub use random::random_program;

use rand::Rng;
use verin_quantizer::ir::Graph;

/// Inputs of `graph`, uniform over its range, the first at both extremes.
pub fn inputs(rng: &mut impl Rng, graph: &Graph, n: usize) -> Vec<Vec<i64>> {
    let (lo, hi) = (graph.input.lo, graph.input.hi);
    (0..n)
        .map(|i| {
            (0..graph.input_len())
                .map(|j| if i == 0 { if j % 2 == 0 { lo } else { hi } } else { rng.gen_range(lo..=hi) })
                .collect()
        })
        .collect()
}
