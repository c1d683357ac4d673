//! A builder of integer programs with random constants, and named programs made with it. Random programs: see [`super::random`].

use rand::Rng;
use verin_quantizer::fixed::rescale;
use verin_quantizer::ir::{
    Activation, Constant, Entries, Graph, Input, Link, Max, Move, Node, Op, Output, Part, Product, Shape, Source,
    Table, Term, View,
};
use verin_quantizer::ops::activation::needed_high_bits;
use verin_quantizer::ops::range::difference;

/// Builds programs; static bounds come from exact interval arithmetic.
pub struct Programs<R> {
    pub rng: R,
    graph: Graph,
}

/// Windows along one axis of a convolution or a pool.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub kernel: u32,
    pub stride: i32,
    pub dilation: i32,
    /// Padding before and after.
    pub pads: (i32, i32),
}

impl Window {
    pub fn plain(kernel: u32) -> Self {
        Self { kernel, stride: 1, dilation: 1, pads: (0, 0) }
    }

    /// Outputs along an axis of `n`.
    pub fn outputs(&self, n: u32) -> u32 {
        let reach = self.dilation * (self.kernel as i32 - 1) + 1;
        ((n as i32 + self.pads.0 + self.pads.1 - reach) / self.stride + 1) as u32
    }
}

fn part(name: &str, dims: &[u32]) -> Part {
    Part { name: name.into(), dims: dims.to_vec(), exponent: 4 }
}

/// `coefficient * view` as a summand.
pub fn moved(coefficient: i64, source: usize, links: Vec<Link>) -> Term<i64> {
    Term::Move(Move { coefficient, view: View { source: Source::Tensor(source), links } })
}

/// A link of labels and windows to axes.
pub fn affine(labels: &[(usize, i32)], windows: &[(u32, i32)], axes: &[usize], offset: i32) -> Link {
    Link::Affine { labels: labels.to_vec(), windows: windows.to_vec(), axes: axes.to_vec(), offset }
}

/// A product as a summand.
pub fn product(coefficient: i64, sums: &[u32], left: View, right: View) -> Term<i64> {
    Term::Product(Product { coefficient, sums: sums.to_vec(), left, right })
}

/// A source whose axes are these labels.
pub fn seen(source: Source, labels: &[usize]) -> View {
    let links = labels.iter().enumerate().map(|(axis, label)| Link::identity(*label, axis));
    View { source, links: links.collect() }
}

impl<R: Rng> Programs<R> {
    /// An empty program over inputs of these dimensions and `bits` bits.
    pub fn new(rng: R, dims: &[u32], bits: u32) -> Self {
        let half = 1i64 << (bits - 1);
        let input = Input { shape: Shape::new(dims), lo: -half, hi: half - 1, parts: vec![part("x", dims)] };
        let output = Output { tensor: 0, parts: Vec::new() };
        Self { rng, graph: Graph { input, constants: Vec::new(), nodes: Vec::new(), output } }
    }

    /// Appends a node; gives its tensor.
    pub fn push(&mut self, op: Op, dims: &[u32]) -> usize {
        let name = format!("n{}", self.graph.nodes.len());
        let shape = Shape::new(dims);
        let (lo, hi) = self.graph.range(&name, &op, &shape).unwrap();
        self.graph.nodes.push(Node { name, op, shape, exponent: 4, lo, hi });
        self.graph.nodes.len()
    }

    /// What there is so far.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Dimensions of a tensor.
    pub fn dims(&self, tensor: usize) -> Vec<u32> {
        self.graph.shape(tensor).unwrap().dims().to_vec()
    }

    /// Random weights.
    pub fn weights(&mut self, dims: &[u32]) -> Source {
        let entries = (0..dims.iter().product()).map(|_| self.rng.gen_range(-127..=127)).collect();
        self.constant(dims, Entries::Narrow(entries))
    }

    /// Random biases.
    pub fn biases(&mut self, dims: &[u32]) -> Source {
        let entries = (0..dims.iter().product()).map(|_| self.rng.gen_range(-500..=500)).collect();
        self.constant(dims, Entries::Wide(entries))
    }

    fn constant(&mut self, dims: &[u32], entries: Entries) -> Source {
        let name = format!("c{}", self.graph.constants.len());
        self.graph.constants.push(Constant { name, shape: Shape::new(dims), declared: None, entries });
        Source::Constant(self.graph.constants.len() - 1)
    }

    /// A constant seen through identity links of `labels` to its axes.
    fn seen(source: Source, labels: &[usize], dims: &[u32]) -> View {
        let links = labels.iter().zip(dims).enumerate().filter(|(_, (_, n))| **n > 1);
        View { source, links: links.map(|(axis, (label, _))| Link::identity(*label, axis)).collect() }
    }

    /// A sum of terms.
    pub fn sum(&mut self, terms: Vec<Term<i64>>, dims: &[u32]) -> usize {
        self.push(Op::Sum(terms), dims)
    }

    /// `cols` outputs for each tuple of the leading `keep` axes, contracted over all others.
    pub fn dense(&mut self, x: usize, keep: usize, cols: u32) -> usize {
        let out: Vec<u32> = self.dims(x)[..keep].iter().copied().chain([cols]).collect();
        let terms = self.layer(x, keep, cols);
        self.sum(terms, &out)
    }

    /// The terms of [`Programs::dense`]: the product, and the bias.
    pub fn layer(&mut self, x: usize, keep: usize, cols: u32) -> Vec<Term<i64>> {
        let dims = self.dims(x);
        let rank = keep + 1;
        // Summed labels of one element do not exist.
        let summed: Vec<usize> = (keep..dims.len()).filter(|axis| dims[*axis] > 1).collect();
        let sums: Vec<u32> = summed.iter().map(|axis| dims[*axis]).collect();
        let weight_dims: Vec<u32> = [cols].into_iter().chain(sums.iter().copied()).collect();
        let weight = self.weights(&weight_dims);
        let labels: Vec<usize> = [keep].into_iter().chain(rank..rank + sums.len()).collect();
        let kept = (0..keep).filter(|axis| dims[*axis] > 1).map(|axis| Link::identity(axis, axis));
        let inner = summed.iter().enumerate().map(|(i, axis)| Link::identity(rank + i, *axis));
        let right = View { source: Source::Tensor(x), links: kept.chain(inner).collect() };
        let left = Self::seen(weight, &labels, &weight_dims);
        let bias = self.biases(&[cols]);
        let bias = Move { coefficient: 1, view: Self::seen(bias, &[keep], &[cols]) };
        let product = Product { coefficient: 1, sums, left, right };
        vec![Term::Product(product), Term::Move(bias)]
    }

    /// A two-dimensional convolution of `x [c, h, w]` to `outputs` channels, in `groups` (1, or as many as channels).
    pub fn conv(&mut self, x: usize, outputs: u32, [rows, cols]: [Window; 2], depthwise: bool) -> usize {
        let [c, h, w] = self.dims(x)[..] else { panic!("three axes") };
        let out = [outputs, rows.outputs(h), cols.outputs(w)];
        // Labels: o, i, j; then u, v, c as far as they have more than one value.
        let mut sums = Vec::new();
        let mut label = |n: u32| {
            (n > 1).then(|| {
                sums.push(n);
                2 + sums.len()
            })
        };
        let (u, v) = (label(rows.kernel), label(cols.kernel));
        let channel = if depthwise { Some(0) } else { label(c) };
        let weight_labels: Vec<(usize, u32)> = [(u, rows.kernel), (v, cols.kernel)]
            .into_iter()
            .chain([(Some(0), outputs)])
            .chain((!depthwise).then_some((channel, c)))
            .filter_map(|(label, n)| Some((label?, n)))
            .collect();
        let (labels, dims): (Vec<usize>, Vec<u32>) = weight_labels.into_iter().unzip();
        let weight = self.weights(&dims);
        let left = Self::seen(weight, &labels, &dims);
        let mut links = Vec::new();
        links.extend(channel.filter(|_| c > 1).map(|label| Link::identity(label, 0)));
        for (label, n, tap, window) in [(1, h, u, rows), (2, w, v, cols)] {
            let own = (out[label] > 1).then_some((label, window.stride));
            let labels: Vec<_> = own.into_iter().chain(tap.map(|tap| (tap, window.dilation))).collect();
            // An axis of one element has no bits: then the link says which taps meet it.
            let axes = if n > 1 { vec![label] } else { vec![] };
            if !labels.is_empty() || !axes.is_empty() {
                links.push(affine(&labels, &[], &axes, -window.pads.0));
            }
        }
        let right = View { source: Source::Tensor(x), links };
        let bias = self.biases(&[outputs]);
        let bias = Move { coefficient: 1, view: Self::seen(bias, &[0], &[outputs]) };
        let product = Product { coefficient: 1, sums, left, right };
        self.sum(vec![Term::Product(product), Term::Move(bias)], &out)
    }

    /// Products with a weight for each index of `axis`, and a bias.
    pub fn scale(&mut self, x: usize, axis: usize) -> usize {
        let dims = self.dims(x);
        let (weight, bias) = (self.weights(&[dims[axis]]), self.biases(&[dims[axis]]));
        let left = Self::seen(weight, &[axis], &[dims[axis]]);
        let right = View::identity(Source::Tensor(x), &dims);
        let bias = Move { coefficient: 1, view: Self::seen(bias, &[axis], &[dims[axis]]) };
        let product = Product { coefficient: 1, sums: vec![], left, right };
        self.sum(vec![Term::Product(product), Term::Move(bias)], &dims)
    }

    /// Products of two values of one shape, cell by cell.
    pub fn product(&mut self, x: usize, y: usize) -> usize {
        let dims = self.dims(x);
        let [left, right] = [x, y].map(|t| View::identity(Source::Tensor(t), &dims));
        self.sum(vec![Term::Product(Product { coefficient: 1, sums: vec![], left, right })], &dims)
    }

    /// The value as a sum: coefficient times itself.
    pub fn unit(&mut self, x: usize, coefficient: i64) -> usize {
        let dims = self.dims(x);
        let view = View::identity(Source::Tensor(x), &dims);
        self.sum(vec![Term::Move(Move { coefficient, view })], &dims)
    }

    /// An activation; saturates when the bounds of its input leave the domain.
    pub fn activation(&mut self, input: usize, shift: u32, domain_bits: u32, table: Table) -> usize {
        let high_bits = self.high_bits(input, shift, domain_bits).unwrap();
        let dims = self.dims(input);
        self.push(Op::Activation(Activation { input, shift, domain_bits, high_bits, table }), &dims)
    }

    fn high_bits(&self, input: usize, shift: u32, domain_bits: u32) -> Option<u32> {
        let (lo, hi) = self.graph.bounds(input).unwrap();
        needed_high_bits((rescale(lo, shift), rescale(hi, shift)), domain_bits)
    }

    /// Whether an activation of these parameters needs at most `most` high bits.
    pub fn fits(&self, input: usize, shift: u32, domain_bits: u32, most: u32) -> bool {
        self.high_bits(input, shift, domain_bits).is_some_and(|bits| bits <= most)
    }

    /// The sum as a value.
    pub fn copy(&mut self, input: usize) -> usize {
        let dims = self.dims(input);
        self.push(Op::Copy { input }, &dims)
    }

    /// `max` of two views of values, with coefficients.
    pub fn max(&mut self, left: Move<i64>, right: Move<i64>, dims: &[u32]) -> usize {
        let (lo, hi) = difference(&self.graph, [&left, &right], &Shape::new(dims)).unwrap();
        let domain_bits = (1..=20).find(|bits| lo >= -(1 << (bits - 1)) && hi < 1 << (bits - 1)).unwrap();
        self.push(Op::Max(Max { left, right, domain_bits }), dims)
    }

    /// Maxima over pairs of neighbours along `axis`, each read once.
    pub fn pool(&mut self, x: usize, axis: usize) -> usize {
        let mut dims = self.dims(x);
        let full = dims.clone();
        dims[axis] /= 2;
        let tap = |offset: i32| {
            let link = |i: usize| match i == axis {
                true if dims[i] > 1 => affine(&[(i, 2)], &[], &[i], offset),
                true => affine(&[], &[], &[i], offset),
                false => Link::identity(i, i),
            };
            let links = (0..full.len()).filter(|i| full[*i] > 1).map(link).collect();
            Move { coefficient: 1, view: View { source: Source::Tensor(x), links } }
        };
        self.max(tap(0), tap(1), &dims)
    }

    /// A table of arbitrary entries.
    pub fn table(&mut self, domain_bits: u32) -> Table {
        Table::Values((0..1 << domain_bits).map(|_| self.rng.gen_range(-128..=127)).collect())
    }

    /// The value as the output: a sum that is 0 at padding.
    pub fn result(&mut self, x: usize) -> usize {
        let dims = self.dims(x);
        let link = |(i, n): (usize, &u32)| match n.is_power_of_two() {
            true => Link::identity(i, i),
            false => Link::Table { label: i, axis: i, index: (0..*n).map(Some).collect() },
        };
        let links = dims.iter().enumerate().filter(|(_, n)| **n > 1).map(link).collect();
        self.sum(vec![moved(1, x, links)], &dims)
    }

    /// The program, with sum `output` as its result.
    pub fn finish(mut self, output: usize) -> Graph {
        let dims = self.dims(output);
        self.graph.output = Output { tensor: output, parts: vec![part("y", &dims)] };
        self.graph.validate().unwrap();
        self.graph
    }
}

/// Named programs that together use every kind of node, link, table and saturation.
pub fn zoo<R: Rng + Clone>(rng: R) -> Vec<(&'static str, Graph)> {
    let new = |dims: &[u32], bits| Programs::new(rng.clone(), dims, bits);
    let mut programs = Vec::new();

    let mut p = new(&[13], 8);
    let h = p.dense(0, 0, 7);
    let a = p.activation(h, 6, 12, Table::Relu { bits: 7 });
    let o = p.dense(a, 0, 3);
    programs.push(("relu, accumulator output", p.finish(o)));

    let mut p = new(&[16], 8);
    let h = p.dense(0, 0, 5);
    let table = p.table(6);
    let a = p.activation(h, 9, 6, table);
    let o = p.result(a);
    programs.push(("table, saturating, value output with padding", p.finish(o)));

    let mut p = new(&[2, 6], 6);
    let h = p.dense(0, 1, 4);
    let a = p.activation(h, 0, 17, Table::Clamp { bits: 6 });
    let s = p.scale(a, 1);
    let b = p.activation(s, 14, 5, Table::Clamp { bits: 4 });
    let wide = p.dense(b, 1, 5);
    let c = p.activation(wide, 3, 8, Table::Relu { bits: 5 });
    let o = p.dense(c, 1, 2);
    programs.push(("rows, scale, limbs, saturating clamp", p.finish(o)));

    let mut p = new(&[5], 8);
    let h = p.dense(0, 0, 6);
    let a = p.activation(h, 5, 13, Table::Relu { bits: 6 });
    let g = p.dense(a, 0, 4);
    let b = p.activation(g, 5, 13, Table::Relu { bits: 6 });
    let o = p.dense(b, 0, 2);
    programs.push(("shared table", p.finish(o)));

    let mut p = new(&[9], 8);
    let o = p.dense(0, 0, 3);
    programs.push(("linear, no lookups", p.finish(o)));

    // Asymmetric pads, stride, dilation, channels that are no power of two; pool; flatten.
    let mut p = new(&[2, 4, 5], 6);
    let rows = Window { kernel: 3, stride: 1, dilation: 1, pads: (1, 2) };
    let cols = Window { kernel: 2, stride: 1, dilation: 2, pads: (0, 1) };
    let h = p.conv(0, 3, [rows, cols], false);
    let a = p.activation(h, 6, 8, Table::Relu { bits: 6 });
    let a = p.pool(a, 1);
    let a = p.pool(a, 2);
    let o = p.dense(a, 0, 3);
    programs.push(("convolution, pool, flatten", p.finish(o)));

    // Strided; depthwise; pointwise; residual at two scales; sum over a plane.
    let mut p = new(&[3, 8, 8], 5);
    let strided = Window { kernel: 3, stride: 2, dilation: 1, pads: (1, 1) };
    let same = Window { stride: 1, ..strided };
    let h = p.conv(0, 3, [strided, strided], false);
    let a = p.activation(h, 5, 7, Table::Relu { bits: 5 });
    let h = p.conv(a, 3, [same, same], true);
    let b = p.activation(h, 5, 7, Table::Clamp { bits: 5 });
    let h = p.conv(b, 3, [Window::plain(1), Window::plain(1)], false);
    let b = p.activation(h, 5, 7, Table::Clamp { bits: 5 });
    let identity = || vec![Link::identity(0, 0), Link::identity(1, 1), Link::identity(2, 2)];
    let h = p.sum(vec![moved(2, a, identity()), moved(-3, b, identity())], &[3, 4, 4]);
    let a = p.activation(h, 1, 8, Table::Relu { bits: 6 });
    let plane = vec![Link::identity(0, 0), affine(&[], &[(4, 1)], &[1], 0), affine(&[], &[(4, 1)], &[2], 0)];
    let h = p.sum(vec![moved(1, a, plane)], &[3]);
    let a = p.activation(h, 4, 8, Table::Clamp { bits: 6 });
    let o = p.dense(a, 0, 2);
    programs.push(("depthwise, residual, average", p.finish(o)));

    // Reshape that moves cells, transposition, concatenation, reversal, tables of indices, masks, copies.
    let mut p = new(&[3, 4], 6);
    let reshaped = affine(&[(0, 3), (1, 1)], &[], &[0, 1], 0);
    let h = p.sum(vec![moved(1, 0, vec![reshaped])], &[4, 3]);
    let a = p.copy(h);
    let h = p.sum(vec![moved(1, a, vec![Link::identity(0, 1), Link::identity(1, 0)])], &[3, 4]);
    let b = p.activation(h, 1, 6, Table::Clamp { bits: 4 });
    let first = vec![affine(&[(0, 1)], &[], &[0], 0), Link::identity(1, 1)];
    let second = vec![affine(&[(0, -1)], &[], &[0], 5), Link::identity(1, 1)];
    let h = p.sum(vec![moved(1, b, first), moved(2, 0, second)], &[6, 4]);
    let c = p.copy(h);
    let picked = vec![
        Link::Table { label: 0, axis: 0, index: vec![Some(5), None, Some(0), Some(0), Some(3)] },
        affine(&[(1, 1)], &[], &[1], 1),
    ];
    let mask = affine(&[(1, 0)], &[], &[], 0);
    let column = vec![affine(&[(0, 1)], &[(2, 1)], &[0], -1), mask, affine(&[], &[], &[1], 2)];
    let o = p.sum(vec![moved(1, c, picked), moved(-1, c, column)], &[5, 3]);
    programs.push(("moves", p.finish(o)));

    // Products of values, maxima with coefficients, a matrix product of two values.
    let mut p = new(&[4, 4], 5);
    let h = p.unit(0, 3);
    let a = p.activation(h, 1, 7, Table::Relu { bits: 5 });
    let h = p.product(0, a);
    let b = p.activation(h, 4, 8, Table::Clamp { bits: 5 });
    let view = |t: usize| View::identity(Source::Tensor(t), &[4, 4]);
    let m = p.max(Move { coefficient: -1, view: view(a) }, Move { coefficient: 2, view: view(b) }, &[4, 4]);
    let left = View { source: Source::Tensor(m), links: vec![Link::identity(0, 0), Link::identity(2, 1)] };
    let right = View { source: Source::Tensor(a), links: vec![Link::identity(2, 0), Link::identity(1, 1)] };
    let o = p.sum(vec![Term::Product(Product { coefficient: -2, sums: vec![4], left, right })], &[4, 4]);
    programs.push(("products of values, maxima", p.finish(o)));
    programs
}
