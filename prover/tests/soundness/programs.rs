//! Programs small enough to be attacked thousands of times.

use super::support::Programs;
use super::support::adversary::Case;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use verin_quantizer::ir::{Graph, Op, Table};

pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// A dense layer and a saturating table, twice; the second result, with a padded column, is the output.
pub fn saturating() -> Graph {
    let mut p = Programs::new(rng(3), 0, 3, 4);
    let h = p.dense(0, 2, 3);
    let table = p.table(4);
    let a = p.activation(h, 3, 4, table);
    let g = p.dense(a, 2, 3);
    let table = p.table(6);
    let o = p.activation(g, 7, 6, table);
    p.finish(o)
}

/// A table that never saturates, its result the output.
pub fn plain() -> Graph {
    let mut p = Programs::new(rng(4), 0, 3, 4);
    let h = p.dense(0, 2, 3);
    let table = p.table(8);
    let o = p.activation(h, 5, 8, table);
    p.finish(o)
}

/// Rows, a remainder in two limbs, a scale node, a shared range table; the output is an accumulator.
pub fn scaled() -> Graph {
    let mut p = Programs::new(rng(5), 1, 3, 6);
    let h = p.dense(0, 2, 3);
    let a = p.activation(h, 5, 7, Table::Clamp { bits: 6 });
    let s = p.scale(a);
    let b = p.activation(s, 13, 3, Table::Clamp { bits: 2 });
    let o = p.dense(b, 2, 3);
    p.finish(o)
}

/// One value read by two layers, one of them towards nothing: no legal program yet has a value that is read twice (an operator
/// of two operands will), but schedules do.
pub fn fan_out() -> Graph {
    let mut p = Programs::new(rng(6), 0, 4, 4);
    let h = p.dense(0, 2, 4);
    let a = p.activation(h, 4, 9, Table::Relu { bits: 5 });
    let g = p.dense(a, 2, 4);
    let table = p.table(5);
    let _ = p.activation(g, 10, 5, table);
    let o = p.dense(a, 2, 2);
    p.finish(o)
}

/// Every program, with everything public and everything private.
pub fn cases() -> Vec<(String, Case)> {
    let mut cases = Vec::new();
    for (name, graph, batch_log) in
        [("saturating", saturating(), 0), ("plain", plain(), 1), ("scaled", scaled(), 0), ("fan-out", fan_out(), 0)]
    {
        for private in [false, true] {
            let case = Case::new(graph.clone(), 5, batch_log, (private, private), private);
            cases.push((format!("{name}, {}", if private { "private" } else { "public" }), case));
        }
    }
    cases
}

/// Inputs for every slot of `case`.
pub fn inputs(case: &Case, seed: u64) -> Vec<Vec<i64>> {
    let mut inputs = super::support::inputs(&mut rng(seed), &case.graph, 1 + (1 << case.schedule.options.batch_log));
    inputs.remove(0);
    inputs
}

/// Numbers of the activations.
pub fn activations(graph: &Graph) -> Vec<usize> {
    let is = |i: &usize| matches!(graph.nodes[*i].op, Op::Activation(_));
    (0..graph.nodes.len()).filter(is).collect()
}
