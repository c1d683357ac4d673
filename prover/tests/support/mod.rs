//! Small programs, made at random, that together use every kind of node.

#![allow(dead_code, reason = "each test file uses some of it")]

pub mod adversary;
pub mod arithmetics;
pub mod golden;
pub mod messages;

use rand::Rng;
use verin_quantizer::fixed::rescale;
use verin_quantizer::ir::{Activation, Dense, Graph, Input, Node, Op, Scale, Shape, Table};
use verin_quantizer::ops::{activation, dense, scale};

/// Builds programs; static bounds come from exact interval arithmetic.
pub struct Programs<R> {
    pub rng: R,
    graph: Graph,
}

impl<R: Rng> Programs<R> {
    /// An empty program over `2^rows_log x cols` inputs of `bits` bits.
    pub fn new(rng: R, rows_log: u32, cols: u32, bits: u32) -> Self {
        let shape = Shape { rows_log, cols };
        let input = Input {
            name: "x".into(),
            dims: vec![1 << rows_log, cols],
            shape,
            exponent: 4,
            lo: -(1 << (bits - 1)),
            hi: (1 << (bits - 1)) - 1,
        };
        Self { rng, graph: Graph { input, nodes: Vec::new(), output: 0, output_dims: Vec::new() } }
    }

    fn push(&mut self, input: usize, op: Op, shape: Shape, (lo, hi): (i64, i64)) -> usize {
        let name = format!("n{}", self.graph.nodes.len());
        self.graph.nodes.push(Node { name, input, op, shape, exponent: 4, lo, hi });
        self.graph.nodes.len()
    }

    /// A dense layer over `2^in_log` stored cells of tensor `input`.
    pub fn dense(&mut self, input: usize, in_log: u32, cols: u32) -> usize {
        let source = self.graph.shape(input).unwrap();
        let (lo, hi) = self.graph.bounds(input).unwrap();
        let pad = source.cols_log();
        let real = |j: usize| j & ((1 << pad) - 1) < source.cols as usize;
        let weight: Vec<i32> = (0..cols as usize)
            .flat_map(|_| (0..1usize << in_log).map(real).collect::<Vec<_>>())
            .map(|real| if real { self.rng.gen_range(-127..=127) } else { 0 })
            .collect();
        let bias: Vec<i64> = (0..cols).map(|_| self.rng.gen_range(-500..=500)).collect();
        let shape = Shape { rows_log: source.log() - in_log, cols };
        let op = Dense { in_log, weight, bias };
        let bounds = narrow(dense::range(&op, shape, (lo, hi)));
        self.push(input, Op::Dense(op), shape, bounds)
    }

    /// A columnwise product.
    pub fn scale(&mut self, input: usize) -> usize {
        let shape = self.graph.shape(input).unwrap();
        let (lo, hi) = self.graph.bounds(input).unwrap();
        let weight: Vec<i32> = (0..shape.cols).map(|_| self.rng.gen_range(-127..=127)).collect();
        let bias: Vec<i64> = (0..shape.cols).map(|_| self.rng.gen_range(-500..=500)).collect();
        let op = Scale { weight, bias };
        let bounds = narrow(scale::range(&op, shape, (lo, hi)));
        self.push(input, Op::Scale(op), shape, bounds)
    }

    /// An activation; saturates when the bounds of its input leave the domain.
    pub fn activation(&mut self, input: usize, shift: u32, domain_bits: u32, table: Table) -> usize {
        let shape = self.graph.shape(input).unwrap();
        let (lo, hi) = self.graph.bounds(input).unwrap();
        let q = (rescale(lo, shift), rescale(hi, shift));
        let high_bits = activation::needed_high_bits(q, domain_bits).unwrap();
        let op = Activation { shift, domain_bits, high_bits, table };
        let bounds = activation::range(&op, (lo, hi));
        self.push(input, Op::Activation(op), shape, bounds)
    }

    /// Whether an activation of these parameters needs at most `most` high bits.
    pub fn fits(&self, input: usize, shift: u32, domain_bits: u32, most: u32) -> bool {
        let (lo, hi) = self.graph.bounds(input).unwrap();
        let q = (rescale(lo, shift), rescale(hi, shift));
        activation::needed_high_bits(q, domain_bits).is_some_and(|bits| bits <= most)
    }

    /// Storage of a tensor.
    pub fn shape(&self, tensor: usize) -> verin_quantizer::ir::Shape {
        self.graph.shape(tensor).unwrap()
    }

    /// A table of arbitrary entries.
    pub fn table(&mut self, domain_bits: u32) -> Table {
        Table::Values((0..1 << domain_bits).map(|_| self.rng.gen_range(-128..=127)).collect())
    }

    /// The program, with tensor `output` as its result.
    pub fn finish(mut self, output: usize) -> Graph {
        self.graph.output = output;
        let shape = self.graph.shape(output).unwrap();
        self.graph.output_dims = vec![1 << shape.rows_log, shape.cols];
        self.graph
    }
}

fn narrow((lo, hi): (i128, i128)) -> (i64, i64) {
    (lo as i64, hi as i64)
}

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

/// Named programs that together use every kind of node, table and saturation.
pub fn zoo<R: Rng + Clone>(rng: R) -> Vec<(&'static str, Graph)> {
    let new = |rows_log, cols, bits| Programs::new(rng.clone(), rows_log, cols, bits);
    let mut programs = Vec::new();

    let mut p = new(0, 13, 8);
    let h = p.dense(0, 4, 7);
    let a = p.activation(h, 6, 12, Table::Relu { bits: 7 });
    let o = p.dense(a, 3, 3);
    programs.push(("relu, accumulator output", p.finish(o)));

    let mut p = new(0, 16, 8);
    let h = p.dense(0, 4, 5);
    let table = p.table(6);
    let a = p.activation(h, 9, 6, table);
    programs.push(("table, saturating, value output with padding", p.finish(a)));

    let mut p = new(1, 6, 6);
    let h = p.dense(0, 3, 4);
    let a = p.activation(h, 0, 17, Table::Clamp { bits: 6 });
    let s = p.scale(a);
    let b = p.activation(s, 14, 5, Table::Clamp { bits: 4 });
    let wide = p.dense(b, 3, 5);
    let c = p.activation(wide, 3, 8, Table::Relu { bits: 5 });
    let o = p.dense(c, 3, 2);
    programs.push(("rows, view, scale, limbs, saturating clamp", p.finish(o)));

    let mut p = new(0, 5, 8);
    let h = p.dense(0, 3, 6);
    let a = p.activation(h, 5, 13, Table::Relu { bits: 6 });
    let g = p.dense(a, 3, 4);
    let b = p.activation(g, 5, 13, Table::Relu { bits: 6 });
    let o = p.dense(b, 2, 2);
    programs.push(("shared table", p.finish(o)));

    let mut p = new(0, 9, 8);
    let o = p.dense(0, 4, 3);
    programs.push(("linear, no lookups", p.finish(o)));
    programs
}

/// A program of up to three layers of any kind, of few cells and small tables.
pub fn random_program<R: Rng>(rng: R) -> Graph {
    let mut p = Programs::new(rng, 0, 1, 2);
    let (rows_log, cols, bits) = (p.rng.gen_range(0..=2), p.rng.gen_range(1..=6), p.rng.gen_range(2..=6));
    p = Programs::new(p.rng, rows_log, cols, bits);
    let mut value = 0;
    for layer in 0..p.rng.gen_range(1..=3) {
        let shape = p.shape(value);
        let acc = if layer > 0 && p.rng.gen_range(0..3) == 0 {
            p.scale(value)
        } else {
            let flatten = p.rng.gen_bool(0.5);
            let in_log = if flatten { shape.log() } else { shape.cols_log() };
            let cols = p.rng.gen_range(1..=5);
            p.dense(value, in_log, cols)
        };
        let (shift, domain) = loop {
            let (shift, domain) = (p.rng.gen_range(0..=14), p.rng.gen_range(2..=7));
            if p.fits(acc, shift, domain, 9) {
                break (shift, domain);
            }
        };
        let table = match p.rng.gen_range(0..3) {
            0 => p.table(domain),
            1 => Table::Relu { bits: p.rng.gen_range(0..domain) },
            _ => Table::Clamp { bits: p.rng.gen_range(0..domain) },
        };
        value = p.activation(acc, shift, domain, table);
    }
    if p.rng.gen_bool(0.5) {
        let log = p.shape(value).log();
        value = p.dense(value, log, 3);
    }
    p.finish(value)
}
