//! Random programs: any nodes, over any views.

use super::programs::{Programs, Window, affine, product, seen};
use rand::Rng;
use rand::seq::SliceRandom;
use verin_quantizer::ir::{Link, Move, Source, Table, Term, View};
use verin_quantizer::ops::range::difference;

/// Copies and maxima of larger values are left out: what follows them would outgrow tables.
const MOST: i64 = 1 << 12;

/// Demands on a view.
#[derive(Clone, Copy, Default)]
struct Demands<'d> {
    /// Labels that it must use.
    used: &'d [usize],
    /// Those that it must tie real indices of only.
    restricted: &'d [usize],
}

struct Random<R> {
    p: Programs<R>,
    /// Values that nothing reads yet.
    unread: Vec<usize>,
    values: Vec<usize>,
}

impl<R: Rng> Random<R> {
    /// A value, rather one that nothing reads yet; then something does.
    fn value(&mut self) -> usize {
        let from = if !self.unread.is_empty() && self.p.rng.gen_bool(0.6) { &self.unread } else { &self.values };
        let value = *from.choose(&mut self.p.rng).unwrap();
        self.unread.retain(|v| *v != value);
        value
    }

    fn dims(&mut self, most: usize) -> Vec<u32> {
        let rank = self.p.rng.gen_range(0..=most);
        (0..rank).map(|_| self.p.rng.gen_range(1..=5)).collect()
    }

    fn coefficient(&mut self) -> i64 {
        *[-3, -2, -1, 1, 1, 1, 2, 5].choose(&mut self.p.rng).unwrap()
    }

    /// A link of one label to one axis.
    fn link(&mut self, (label, extent): (usize, u32), (axis, n): (usize, u32)) -> Link {
        let rng = &mut self.p.rng;
        let (last, n_of_label) = (n as i32 - 1, extent as i32);
        match rng.gen_range(0..8) {
            0..3 => Link::identity(label, axis),
            3 => affine(&[(label, -1)], &[], &[axis], last),
            4 => affine(&[(label, rng.gen_range(-2..=3))], &[], &[axis], rng.gen_range(-2..=last)),
            5 => {
                let windows: Vec<(u32, i32)> =
                    (0..rng.gen_range(1..=2)).map(|_| (rng.gen_range(1..=3), rng.gen_range(-1..=2))).collect();
                affine(&[(label, rng.gen_range(1..=2))], &windows, &[axis], rng.gen_range(-n_of_label..=last))
            }
            _ => {
                let entry = |_| rng.gen_bool(0.8).then(|| rng.gen_range(0..n));
                Link::Table { label, axis, index: (0..extent).map(entry).collect() }
            }
        }
    }

    /// `source`, seen from labels of `extents`.
    fn view(&mut self, source: Source, dims: &[u32], extents: &[u32], demands: Demands<'_>) -> View {
        let mut axes: Vec<(usize, u32)> = dims.iter().copied().enumerate().filter(|(_, n)| *n > 1).collect();
        axes.shuffle(&mut self.p.rng);
        let mut labels: Vec<(usize, u32)> = extents.iter().copied().enumerate().filter(|(_, n)| *n > 1).collect();
        labels.shuffle(&mut self.p.rng);
        labels.sort_by_key(|(label, _)| !demands.used.contains(label));
        let mut links = Vec::new();
        let mut labels = labels.into_iter();
        while let Some(label) = labels.next() {
            let must = demands.used.contains(&label.0);
            let choice = self.p.rng.gen_range(0..10);
            let link = match (choice, axes.len()) {
                (_, 0) | (0, _) if must || choice < 3 => {
                    let link = affine(&[(label.0, 0)], &[], &[], 0);
                    if self.p.rng.gen_bool(0.5) { link } else { affine(&[(label.0, 1)], &[], &[], -1) }
                }
                (_, 0) => continue,
                // Several axes as one, or one axis as several labels.
                (1, 2..) => {
                    let (a, b) = (axes.pop().unwrap(), axes.pop().unwrap());
                    affine(&[(label.0, 1)], &[], &[a.0, b.0], self.p.rng.gen_range(-1..=1))
                }
                (2, _) if labels.len() > 0 => {
                    let other = labels.next().unwrap();
                    let stride = if self.p.rng.gen_bool(0.7) { other.1 as i32 } else { 2 };
                    affine(&[(label.0, stride), (other.0, 1)], &[], &[axes.pop().unwrap().0], 0)
                }
                (3, _) if !must => continue,
                _ => {
                    let axis = axes.pop().unwrap();
                    self.link(label, axis)
                }
            };
            links.push(link);
        }
        for (axis, n) in axes {
            let window = [1, n].choose(&mut self.p.rng).copied().unwrap();
            let offset = if window == 1 { self.p.rng.gen_range(0..n as i32) } else { 0 };
            links.push(affine(&[], &[(window, 1)], &[axis], offset));
        }
        for link in &mut links {
            let labels = link.labels();
            if link.is_free(extents, dims) && labels.iter().any(|label| demands.restricted.contains(label)) {
                *link = match (&labels[..], &link.axes()[..]) {
                    ([label], [axis]) => {
                        let index = (0..extents[*label]).map(|i| (i < dims[*axis]).then_some(i)).collect();
                        Link::Table { label: *label, axis: *axis, index }
                    }
                    // A window of one changes nothing but that the link is none that can be free.
                    (labels, axes) => {
                        let mut stride = 1;
                        let mut strides: Vec<(usize, i32)> = Vec::new();
                        for label in labels.iter().rev() {
                            strides.insert(0, (*label, stride));
                            stride *= extents[*label] as i32;
                        }
                        affine(&strides, &[(1, 1)], axes, 0)
                    }
                };
            }
        }
        View { source, links }
    }

    fn moved(&mut self, value: usize, dims: &[u32]) -> Move<i64> {
        let source = self.p.dims(value);
        let coefficient = self.coefficient();
        Move { coefficient, view: self.view(Source::Tensor(value), &source, dims, Demands::default()) }
    }

    /// A product of weights with a value; labels of the result and summed ones at random.
    fn weighted(&mut self, dims: &[u32]) -> Term<i64> {
        let right = self.value();
        let source = self.p.dims(right);
        let sums: Vec<u32> = (0..self.p.rng.gen_range(0..=2)).map(|_| self.p.rng.gen_range(2..=5)).collect();
        let extents: Vec<u32> = dims.iter().chain(&sums).copied().collect();
        let summed: Vec<usize> = (dims.len()..extents.len()).collect();
        let own = (0..dims.len()).filter(|label| dims[*label] > 1);
        let mut labels: Vec<usize> = own.filter(|_| self.p.rng.gen_bool(0.5)).chain(summed.iter().copied()).collect();
        labels.shuffle(&mut self.p.rng);
        let weight_dims: Vec<u32> = labels.iter().map(|label| extents[*label]).collect();
        let left = seen(self.p.weights(&weight_dims), &labels);
        let right = self.view(Source::Tensor(right), &source, &extents, Demands { used: &summed, restricted: &[] });
        product(self.coefficient(), &sums, left, right)
    }

    /// A product of two values; the axes of the left one are labels of the result or summed.
    fn of_values(&mut self) -> (Term<i64>, Vec<u32>) {
        let (left, right) = (self.value(), self.value());
        let (left_dims, right_dims) = (self.p.dims(left), self.p.dims(right));
        let mut axes: Vec<usize> = (0..left_dims.len()).filter(|axis| left_dims[*axis] > 1).collect();
        axes.shuffle(&mut self.p.rng);
        let kept = self.p.rng.gen_range(0..=axes.len());
        let (kept, summed) = axes.split_at(kept);
        let mut dims: Vec<u32> = kept.iter().map(|axis| left_dims[*axis]).collect();
        dims.extend(self.dims(1));
        let sums: Vec<u32> = summed.iter().map(|axis| left_dims[*axis]).collect();
        let rank = dims.len();
        let label = |axis: &usize| {
            kept.iter().position(|a| a == axis).or(summed.iter().position(|a| a == axis).map(|i| rank + i))
        };
        let links = axes.iter().filter_map(|axis| Some(Link::identity(label(axis)?, *axis))).collect();
        let extents: Vec<u32> = dims.iter().chain(&sums).copied().collect();
        let used: Vec<usize> = (rank..extents.len()).collect();
        let padded: Vec<usize> = used.iter().copied().filter(|label| !extents[*label].is_power_of_two()).collect();
        let demands = Demands { used: &used, restricted: &padded };
        let right = self.view(Source::Tensor(right), &right_dims, &extents, demands);
        let left = View { source: Source::Tensor(left), links };
        (product(self.coefficient(), &sums, left, right), dims)
    }

    fn convolution(&mut self, x: usize) -> usize {
        let dims = self.p.dims(x);
        let rng = &mut self.p.rng;
        let mut window = |n: u32| {
            let pads = (rng.gen_range(0..=2), rng.gen_range(0..=2));
            let room = n as i32 + pads.0 + pads.1;
            let kernel = rng.gen_range(1..=room.min(3));
            let dilation = if 2 * kernel - 1 <= room { rng.gen_range(1..=2) } else { 1 };
            Window { kernel: kernel as u32, stride: rng.gen_range(1..=3), dilation, pads }
        };
        let windows = [window(dims[1]), window(dims[2])];
        let depthwise = rng.gen_bool(0.3);
        let outputs = if depthwise { dims[0] } else { rng.gen_range(1..=3) };
        self.p.conv(x, outputs, windows, depthwise)
    }

    /// A sum; `None` where chance wants one that does not fit.
    fn sum(&mut self) -> usize {
        match self.p.rng.gen_range(0..8) {
            0 | 1 => {
                let three = self.values.iter().copied().filter(|v| self.p.dims(*v).len() == 3).collect::<Vec<_>>();
                match three.choose(&mut self.p.rng).copied() {
                    Some(x) => {
                        self.unread.retain(|v| *v != x);
                        self.convolution(x)
                    }
                    None => self.layer(),
                }
            }
            2 => self.layer(),
            3 => {
                let (term, dims) = self.of_values();
                self.p.sum(vec![term], &dims)
            }
            _ => {
                let dims = self.dims(3);
                let terms = (0..self.p.rng.gen_range(1..=3)).map(|_| match self.p.rng.gen_range(0..3) {
                    0 => self.weighted(&dims),
                    _ => {
                        let value = self.value();
                        Term::Move(self.moved(value, &dims))
                    }
                });
                let mut terms: Vec<Term<i64>> = terms.collect();
                if self.p.rng.gen_bool(0.3) {
                    let bias = self.p.biases(&dims);
                    terms.push(Term::Move(Move { coefficient: 1, view: View::identity(bias, &dims) }));
                    terms.shuffle(&mut self.p.rng);
                }
                self.p.sum(terms, &dims)
            }
        }
    }

    fn layer(&mut self) -> usize {
        let x = self.value();
        let keep = self.p.rng.gen_range(0..=self.p.dims(x).len());
        let cols = self.p.rng.gen_range(1..=5);
        self.p.dense(x, keep, cols)
    }

    fn keep(&mut self, value: usize) {
        self.values.push(value);
        self.unread.push(value);
    }

    /// A sum and what makes a value of it, or a maximum.
    fn step(&mut self) {
        if self.p.rng.gen_bool(0.3) {
            let (a, b) = (self.value(), self.value());
            let dims = self.dims(3);
            let (left, right) = (self.moved(a, &dims), self.moved(b, &dims));
            let bounds = difference(self.p.graph(), [&left, &right], &verin_quantizer::ir::Shape::new(dims.clone()));
            if bounds.is_ok_and(|(lo, hi)| -MOST <= lo && hi < MOST) {
                let value = self.p.max(left, right, &dims);
                self.keep(value);
            } else {
                self.unread.extend([a, b]);
                self.unread.sort_unstable();
                self.unread.dedup();
            }
            return;
        }
        let acc = self.sum();
        let (lo, hi) = self.p.graph().bounds(acc).unwrap();
        let value =
            if -MOST <= lo && hi < MOST && self.p.rng.gen_bool(0.4) { self.p.copy(acc) } else { self.activation(acc) };
        self.keep(value);
    }

    fn activation(&mut self, acc: usize) -> usize {
        let (shift, domain) = loop {
            let (shift, domain) = (self.p.rng.gen_range(0..=18), self.p.rng.gen_range(2..=7));
            if self.p.fits(acc, shift, domain, 9) {
                break (shift, domain);
            }
        };
        let table = match self.p.rng.gen_range(0..3) {
            0 => self.p.table(domain),
            1 => Table::Relu { bits: self.p.rng.gen_range(0..domain) },
            _ => Table::Clamp { bits: self.p.rng.gen_range(0..domain) },
        };
        self.p.activation(acc, shift, domain, table)
    }
}

/// A program of up to five nodes of any kind over views of any kind, of few cells and small tables.
pub fn random_program<R: Rng>(mut rng: R) -> verin_quantizer::ir::Graph {
    // What lies between the first axis and the last is a power of two in an input.
    let rank = rng.gen_range(0..=3);
    let dims: Vec<u32> = (0..rank)
        .map(|axis| {
            let n = rng.gen_range(1..=5u32);
            if axis == 1 && rank == 3 { n.next_power_of_two() } else { n }
        })
        .collect();
    let bits = rng.gen_range(2..=6);
    let mut random = Random { p: Programs::new(rng, &dims, bits), unread: vec![0], values: vec![0] };
    for _ in 0..random.p.rng.gen_range(1..=5) {
        random.step();
    }
    // All that is left goes into the output. It has no padding, or nothing but layers, which are 0 there.
    let unread = std::mem::take(&mut random.unread);
    let last = unread.last().copied().unwrap_or(*random.values.last().unwrap());
    let alone = unread.len() <= 1;
    let cols = *(if alone { &[1, 3, 5][..] } else { &[1, 2, 4] }).choose(&mut random.p.rng).unwrap();
    let mut terms = random.p.layer(last, 0, cols);
    for value in unread.into_iter().filter(|value| *value != last) {
        terms.push(Term::Move(random.moved(value, &[cols])));
    }
    terms.shuffle(&mut random.p.rng);
    let output = random.p.sum(terms, &[cols]);
    random.p.finish(output)
}
