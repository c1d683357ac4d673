//! What the benchmarks share: networks of given widths with random weights.
//!
//! `cargo bench -p verin-benches` runs them; `cargo xtask bench` measures whole commands on the models in `models/`.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use verin_quantizer::fixed::rescale;
use verin_quantizer::ir::{
    Activation, Constant, Entries, Graph, Input, Link, Move, Node, Op, Output, Part, Product, Shape, Source, Table,
    Term, View,
};
use verin_quantizer::ops::activation::needed_high_bits;

/// A network under construction: sums and ReLUs in turn, weights of 8 bits, values of 7, remainders of at least 8.
struct Network {
    rng: ChaCha20Rng,
    graph: Graph,
}

impl Network {
    fn new(dims: &[u32]) -> Self {
        let part = Part { name: "x".into(), dims: dims.to_vec(), exponent: 7 };
        let input = Input { shape: Shape::new(dims), lo: -128, hi: 127, parts: vec![part] };
        let output = Output { tensor: 0, parts: Vec::new() };
        let graph = Graph { input, constants: Vec::new(), nodes: Vec::new(), output };
        Self { rng: ChaCha20Rng::seed_from_u64(4), graph }
    }

    fn constant(&mut self, dims: &[u32], labels: &[usize], reach: i32) -> View {
        let entries = (0..dims.iter().product()).map(|_| self.rng.gen_range(-reach..=reach)).collect();
        let name = format!("c{}", self.graph.constants.len());
        self.graph.constants.push(Constant {
            name,
            shape: Shape::new(dims),
            declared: None,
            entries: Entries::Narrow(entries),
        });
        let links = labels.iter().enumerate().map(|(axis, label)| Link::identity(*label, axis)).collect();
        View { source: Source::Constant(self.graph.constants.len() - 1), links }
    }

    fn push(&mut self, op: Op, dims: &[u32]) -> usize {
        let (name, shape) = (format!("n{}", self.graph.nodes.len()), Shape::new(dims));
        let (lo, hi) = self.graph.range(&name, &op, &shape).expect("sums within the limit");
        self.graph.nodes.push(Node { name, op, shape, exponent: 7, lo, hi });
        self.graph.nodes.len()
    }

    fn relu(&mut self, input: usize, dims: &[u32]) -> usize {
        let (lo, hi) = self.graph.bounds(input).unwrap_or_default();
        let fits = |s: &u32| needed_high_bits((rescale(lo, *s), rescale(hi, *s)), 12) == Some(0);
        let shift = (8..32).find(fits).unwrap_or(31);
        let op = Activation { input, shift, domain_bits: 12, high_bits: 0, table: Table::Relu { bits: 7 } };
        self.push(Op::Activation(op), dims)
    }

    fn weighted(&mut self, left: View, right: View, sums: &[u32], bias: View, dims: &[u32]) -> usize {
        let product = Product { coefficient: 1, sums: sums.to_vec(), left, right };
        self.push(Op::Sum(vec![Term::Product(product), Term::Move(Move { coefficient: 1, view: bias })]), dims)
    }

    fn finish(mut self, tensor: usize) -> Graph {
        let dims = self.graph.shape(tensor).map_or(Vec::new(), |shape| shape.dims().to_vec());
        self.graph.output = Output { tensor, parts: vec![Part { name: "y".into(), dims, exponent: 7 }] };
        self.graph.validate().expect("a valid program");
        self.graph
    }
}

/// A network of dense layers of these widths, at least 2 each.
///
/// # Panics
/// Widths that make no program.
pub fn dense_network(widths: &[u32]) -> Graph {
    let mut network = Network::new(&[widths[0]]);
    let mut value = 0;
    let mut sum = 0;
    for pair in widths.windows(2) {
        if sum > 0 {
            value = network.relu(sum, &[pair[0]]);
        }
        let left = network.constant(&[pair[1], pair[0]], &[0, 1], 127);
        let right = View { source: Source::Tensor(value), links: vec![Link::identity(1, 0)] };
        let bias = network.constant(&[pair[1]], &[0], 100);
        sum = network.weighted(left, right, &[pair[0]], bias, &[pair[1]]);
    }
    network.finish(sum)
}

/// 3x3 convolutions of stride 1 and padding 1 through these numbers of channels (at least 2 each) on a plane of
/// `size x size`.
///
/// # Panics
/// Channels that make no program.
pub fn convolutional_network(channels: &[u32], size: u32) -> Graph {
    let mut network = Network::new(&[channels[0], size, size]);
    let mut value = 0;
    let mut sum = 0;
    for pair in channels.windows(2) {
        let dims = [pair[1], size, size];
        if sum > 0 {
            value = network.relu(sum, &[pair[0], size, size]);
        }
        // Labels: output channel, row, column; then kernel row, kernel column, input channel.
        let left = network.constant(&[3, 3, pair[1], pair[0]], &[3, 4, 0, 5], 127);
        let window = |label: usize, tap: usize, axis: usize| Link::Affine {
            labels: vec![(label, 1), (tap, 1)],
            windows: Vec::new(),
            axes: vec![axis],
            offset: -1,
        };
        let links = vec![Link::identity(5, 0), window(1, 3, 1), window(2, 4, 2)];
        let right = View { source: Source::Tensor(value), links };
        let bias = network.constant(&[pair[1]], &[0], 100);
        sum = network.weighted(left, right, &[3, 3, pair[0]], bias, &dims);
    }
    let value = network.relu(sum, &[channels[channels.len() - 1], size, size]);
    let last = [channels[channels.len() - 1], size, size];
    let view = View::identity(Source::Tensor(value), &last);
    let output = network.push(Op::Sum(vec![Term::Move(Move { coefficient: 1, view })]), &last);
    network.finish(output)
}

/// A legal input.
pub fn input(graph: &Graph) -> Vec<i64> {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    (0..graph.input_len()).map(|_| rng.gen_range(graph.input.lo..=graph.input.hi)).collect()
}
