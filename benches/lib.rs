//! What the benchmarks share: dense networks of given widths with random weights.
//!
//! `cargo bench -p verin-benches` runs them; `cargo xtask bench` measures whole commands on the models in `models/`.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use verin_quantizer::fixed::rescale;
use verin_quantizer::ir::{Activation, Dense, Graph, Input, Node, Op, Shape, Table};
use verin_quantizer::ops::{activation, dense};

/// A network of dense layers of these widths with ReLU between them: weights of 8 bits, values of 7, remainders of 8.
///
/// # Panics
/// A width is not a power of two.
pub fn dense_network(widths: &[u32]) -> Graph {
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let shape = |cols: u32| Shape { rows_log: 0, cols };
    let input =
        Input { name: "x".into(), dims: vec![1, widths[0]], shape: shape(widths[0]), exponent: 7, lo: -128, hi: 127 };
    let mut graph = Graph { input, nodes: Vec::new(), output: 0, output_dims: Vec::new() };
    let mut bounds = (-128, 127);
    for pair in widths.windows(2) {
        if graph.output > 0 {
            let requantize = |shift| (rescale(bounds.0, shift), rescale(bounds.1, shift));
            let shift = (8..32).find(|s| activation::needed_high_bits(requantize(*s), 12) == Some(0)).unwrap_or(31);
            let op = Activation { shift, domain_bits: 12, high_bits: 0, table: Table::Relu { bits: 7 } };
            let range = activation::range(&op, bounds);
            push(&mut graph, Op::Activation(op), shape(pair[0]), range);
            bounds = range;
        }
        let in_log = pair[0].trailing_zeros();
        assert!(pair[0].is_power_of_two());
        let weight = (0..pair[0] * pair[1]).map(|_| rng.gen_range(-127..=127)).collect();
        let op = Dense { in_log, weight, bias: vec![3; pair[1] as usize] };
        let (lo, hi) = dense::range(&op, shape(pair[1]), bounds);
        bounds = (lo as i64, hi as i64);
        push(&mut graph, Op::Dense(op), shape(pair[1]), bounds);
    }
    graph.output_dims = vec![1, widths[widths.len() - 1]];
    graph
}

fn push(graph: &mut Graph, op: Op, shape: Shape, (lo, hi): (i64, i64)) {
    let name = format!("n{}", graph.nodes.len());
    graph.nodes.push(Node { name, input: graph.output, op, shape, exponent: 7, lo, hi });
    graph.output = graph.nodes.len();
}

/// A legal input.
pub fn input(graph: &Graph) -> Vec<i64> {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    (0..graph.input_len()).map(|_| rng.gen_range(graph.input.lo..=graph.input.hi)).collect()
}
