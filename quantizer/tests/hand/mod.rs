//! Float models made by hand, operator by operator.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use verin_quantizer::float::{
    Constant, FloatModel, Function, Input, Link, Move, Node, Op, Output, Product, Source, Term, View,
};

/// Deterministic values in [-1, 1).
pub fn values(count: usize, seed: u32) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9).wrapping_add(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f64::from((state >> 16) as u16) / 32768.0 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

pub fn cells(dims: &[u32]) -> usize {
    dims.iter().map(|n| *n as usize).product()
}

/// A model under construction; tensors by number.
pub struct Net {
    pub model: FloatModel,
    seed: u32,
}

pub fn affine(labels: &[(usize, i32)], windows: &[(u32, i32)], axes: &[usize], offset: i32) -> Link {
    Link::Affine { labels: labels.to_vec(), windows: windows.to_vec(), axes: axes.to_vec(), offset }
}

/// Drops labels and axes of one element; false where nothing is left to tie.
fn keep_long(link: &mut Link, extents: &[u32], dims: &[u32]) -> bool {
    match link {
        Link::Affine { labels, windows, axes, offset } => {
            labels.retain(|(l, _)| extents[*l] > 1);
            axes.retain(|a| dims[*a] > 1);
            !labels.is_empty() || !axes.is_empty() || !windows.is_empty() || *offset != 0
        }
        Link::Table { .. } => true,
    }
}

pub fn view(source: Source, links: Vec<Link>) -> View {
    View { source, links }
}

pub fn term(coefficient: f64, view: View) -> Term<f64> {
    Term::Move(Move { coefficient, view })
}

impl Net {
    pub fn new(inputs: &[&[u32]]) -> Self {
        let inputs = inputs.iter().enumerate();
        let inputs =
            inputs.map(|(i, dims)| Input { name: format!("x{i}"), dims: dims.to_vec(), whole: false }).collect();
        let model = FloatModel { source: "hand".into(), inputs, constants: vec![], nodes: vec![], outputs: vec![] };
        Self { model, seed: 1 }
    }

    /// The model; links of labels and axes of one element, of which there is no index, go.
    pub fn output(mut self, tensors: &[usize]) -> FloatModel {
        let sources = self.model.clone();
        for node in &mut self.model.nodes {
            let dims = node.dims.clone();
            let clean = |view: &mut View, extents: &[u32]| {
                let of_source = sources.source_dims(view.source).to_vec();
                view.links.retain_mut(|link| keep_long(link, extents, &of_source));
                view.check(extents, &of_source).unwrap();
            };
            match &mut node.op {
                Op::Sum(terms) => terms.iter_mut().for_each(|term| match term {
                    Term::Move(m) => clean(&mut m.view, &dims),
                    Term::Product(p) => {
                        let extents: Vec<u32> = dims.iter().chain(&p.sums).copied().collect();
                        clean(&mut p.left, &extents);
                        clean(&mut p.right, &extents);
                    }
                }),
                Op::Map { .. } => {}
                Op::Max { left, right } => {
                    clean(&mut left.view, &dims);
                    clean(&mut right.view, &dims);
                }
            }
        }
        for (i, tensor) in tensors.iter().enumerate() {
            let dims = self.model.dims(*tensor).to_vec();
            self.model.outputs.push(Output { name: format!("y{i}"), dims, tensor: *tensor });
        }
        self.model
    }

    pub fn add(&mut self, name: &str, dims: &[u32], op: Op) -> usize {
        let name = format!("{name}{}", self.model.nodes.len());
        self.model.nodes.push(Node { name, dims: dims.to_vec(), op });
        self.model.inputs.len() + self.model.nodes.len() - 1
    }

    pub fn constant(&mut self, dims: &[u32], data: Vec<f64>) -> Source {
        assert_eq!(cells(dims), data.len());
        let name = format!("c{}", self.model.constants.len());
        self.model.constants.push(Constant { name, dims: dims.to_vec(), data });
        Source::Constant(self.model.constants.len() - 1)
    }

    /// Random entries of magnitude up to `size`.
    pub fn random(&mut self, dims: &[u32], size: f64) -> Source {
        self.seed += 1;
        let data = values(cells(dims), self.seed).into_iter().map(|v| v * size).collect();
        self.constant(dims, data)
    }

    pub fn dims(&self, id: usize) -> Vec<u32> {
        self.model.dims(id).to_vec()
    }

    /// `x [1, c, h, w]` to `[1, o, ...]`, weights `[k, k, o, c]`, with bias.
    pub fn conv(&mut self, x: usize, o: u32, k: u32, stride: i32, pad: i32) -> usize {
        let d = self.dims(x);
        let (c, h, w) = (d[1], d[2], d[3]);
        let size = |n: u32| (n + 2 * pad as u32 - k) / stride as u32 + 1;
        let dims = [1, o, size(h), size(w)];
        let scale = (3.0 / f64::from(c * k * k)).sqrt();
        let weight = self.random(&[k, k, o, c], scale);
        let bias = self.random(&[o], 0.2);
        // Labels: n, o, i, j, then u, v, c.
        let mut left = vec![];
        let mut right = vec![];
        if k > 1 {
            left.extend([Link::identity(4, 0), Link::identity(5, 1)]);
        }
        left.push(Link::identity(1, 2));
        if c > 1 {
            left.push(Link::identity(6, 3));
            right.push(Link::identity(6, 1));
        }
        for (label, window, axis, n) in [(2, 4, 2, h), (3, 5, 3, w)] {
            let mut labels = vec![];
            if dims[label] > 1 {
                labels.push((label, stride));
            }
            if k > 1 {
                labels.push((window, 1));
            }
            if n > 1 {
                right.push(affine(&labels, &[], &[axis], -pad));
            }
        }
        let product = Product {
            coefficient: 1.0,
            sums: vec![k, k, c],
            left: view(weight, left),
            right: view(Source::Tensor(x), right),
        };
        let bias = term(1.0, view(bias, vec![Link::identity(1, 0)]));
        self.add("conv", &dims, Op::Sum(vec![Term::Product(product), bias]))
    }

    /// `x [1, c, h, w]`, each channel with its own filter `[k, k, c]`.
    pub fn depthwise(&mut self, x: usize, k: u32, stride: i32, pad: i32) -> usize {
        let d = self.dims(x);
        let size = |n: u32| (n + 2 * pad as u32 - k) / stride as u32 + 1;
        let dims = [1, d[1], size(d[2]), size(d[3])];
        let weight = self.random(&[k, k, d[1]], 1.0 / f64::from(k));
        let left = vec![Link::identity(4, 0), Link::identity(5, 1), Link::identity(1, 2)];
        let right = vec![
            Link::identity(1, 1),
            affine(&[(2, stride), (4, 1)], &[], &[2], -pad),
            affine(&[(3, stride), (5, 1)], &[], &[3], -pad),
        ];
        let product = Product {
            coefficient: 1.0,
            sums: vec![k, k],
            left: view(weight, left),
            right: view(Source::Tensor(x), right),
        };
        self.add("depthwise", &dims, Op::Sum(vec![Term::Product(product)]))
    }

    /// Batch normalization over axis 1.
    pub fn norm(&mut self, x: usize) -> usize {
        let dims = self.dims(x);
        let c = dims[1];
        self.seed += 1;
        let scale = values(c as usize, self.seed).into_iter().map(|v| 1.0 + 0.5 * v).collect();
        let scale = self.constant(&[c], scale);
        let shift = self.random(&[c], 0.3);
        let links: Vec<Link> = (0..4).filter(|a| dims[*a] > 1).map(|a| Link::identity(a, a)).collect();
        let product = Product {
            coefficient: 1.0,
            sums: vec![],
            left: view(scale, vec![Link::identity(1, 0)]),
            right: view(Source::Tensor(x), links),
        };
        let shift = term(1.0, view(shift, vec![Link::identity(1, 0)]));
        self.add("norm", &dims, Op::Sum(vec![Term::Product(product), shift]))
    }

    pub fn map(&mut self, x: usize, functions: &[Function]) -> usize {
        let dims = self.dims(x);
        self.add("map", &dims, Op::Map { input: x, functions: functions.to_vec(), exact: false })
    }

    pub fn exact(&mut self, x: usize, functions: &[Function]) -> usize {
        let dims = self.dims(x);
        self.add("exact", &dims, Op::Map { input: x, functions: functions.to_vec(), exact: true })
    }

    pub fn relu(&mut self, x: usize) -> usize {
        self.map(x, &[Function::Relu])
    }

    /// Maxima of 2 by 2, as two maxima of pairs.
    pub fn max_pool(&mut self, x: usize) -> usize {
        let mut x = x;
        for axis in [2, 3] {
            let mut dims = self.dims(x);
            dims[axis] /= 2;
            let tap = |offset: i32| {
                let links = (0..4).filter(|a| dims[*a] > 1 || *a == axis).filter(|a| self.dims(x)[*a] > 1);
                let links = links.map(|a| match (a == axis, dims[a] > 1) {
                    (true, true) => affine(&[(a, 2)], &[], &[a], offset),
                    (true, false) => affine(&[], &[], &[a], offset),
                    _ => Link::identity(a, a),
                });
                Move { coefficient: 1.0, view: view(Source::Tensor(x), links.collect()) }
            };
            let (left, right) = (tap(0), tap(1));
            x = self.add("max", &dims, Op::Max { left, right });
        }
        x
    }

    /// Mean over axes 2 and 3: `[1, c, h, w]` to `[1, c, 1, 1]`.
    pub fn mean(&mut self, x: usize) -> usize {
        let d = self.dims(x);
        let links = vec![Link::identity(1, 1), affine(&[], &[(d[2], 1)], &[2], 0), affine(&[], &[(d[3], 1)], &[3], 0)];
        let mean = term(1.0 / f64::from(d[2] * d[3]), view(Source::Tensor(x), links));
        self.add("mean", &[1, d[1], 1, 1], Op::Sum(vec![mean]))
    }

    pub fn sum(&mut self, parts: &[(f64, usize)]) -> usize {
        let dims = self.dims(parts[0].1);
        let terms = parts.iter().map(|(c, x)| term(*c, View::identity(Source::Tensor(*x), &dims))).collect();
        self.add("sum", &dims, Op::Sum(terms))
    }

    /// Concatenation along axis 1.
    pub fn concat(&mut self, parts: &[usize]) -> usize {
        let mut dims = self.dims(parts[0]);
        dims[1] = parts.iter().map(|p| self.dims(*p)[1]).sum();
        let mut start = 0;
        let mut terms = vec![];
        for part in parts {
            let mut links: Vec<Link> =
                (0..dims.len()).filter(|a| *a != 1 && dims[*a] > 1).map(|a| Link::identity(a, a)).collect();
            if self.dims(*part)[1] > 1 {
                links.push(affine(&[(1, 1)], &[], &[1], -start));
            } else {
                links.push(affine(&[(1, 1)], &[], &[], -start));
            }
            terms.push(term(1.0, view(Source::Tensor(*part), links)));
            start += self.dims(*part)[1] as i32;
        }
        self.add("concat", &dims, Op::Sum(terms))
    }

    /// All axes as one.
    pub fn flatten(&mut self, x: usize) -> usize {
        let d = self.dims(x);
        let axes: Vec<usize> = (0..d.len()).filter(|a| d[*a] > 1).collect();
        let moved = term(1.0, view(Source::Tensor(x), vec![affine(&[(1, 1)], &[], &axes, 0)]));
        self.add("flatten", &[1, cells(&d) as u32], Op::Sum(vec![moved]))
    }

    /// Axes in another order.
    pub fn transpose(&mut self, x: usize, order: &[usize]) -> usize {
        let d = self.dims(x);
        let dims: Vec<u32> = order.iter().map(|a| d[*a]).collect();
        let links = order.iter().enumerate().filter(|(_, a)| d[**a] > 1).map(|(l, a)| Link::identity(l, *a)).collect();
        let moved = term(1.0, view(Source::Tensor(x), links));
        self.add("transpose", &dims, Op::Sum(vec![moved]))
    }

    /// `x [n]` to `[o]`, weights of magnitude up to `size`.
    pub fn matrix(&mut self, x: usize, o: u32, size: f64) -> usize {
        let n = self.dims(x)[0];
        let weight = self.random(&[o, n], size);
        let left = view(weight, vec![Link::identity(0, 0), Link::identity(1, 1)]);
        let right = view(Source::Tensor(x), vec![Link::identity(1, 0)]);
        let product = Product { coefficient: 1.0, sums: vec![n], left, right };
        self.add("dense", &[o], Op::Sum(vec![Term::Product(product)]))
    }

    /// `x [1, n]` to `[1, o]`, weights `[o, n]`, with bias.
    pub fn dense(&mut self, x: usize, o: u32) -> usize {
        let n = *self.dims(x).last().unwrap();
        let weight = self.random(&[o, n], (3.0 / f64::from(n)).sqrt());
        let bias = self.random(&[o], 0.2);
        let product = Product {
            coefficient: 1.0,
            sums: vec![n],
            left: view(weight, vec![Link::identity(1, 0), Link::identity(2, 1)]),
            right: view(Source::Tensor(x), vec![Link::identity(2, 1)]),
        };
        let bias = term(1.0, view(bias, vec![Link::identity(1, 0)]));
        self.add("dense", &[1, o], Op::Sum(vec![Term::Product(product), bias]))
    }
}
