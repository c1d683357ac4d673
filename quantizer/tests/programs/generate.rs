//! Valid programs at random: every kind of link, term and node, over shapes with and without padding.

use verin_quantizer::Graph;
use verin_quantizer::fixed::rescale;
use verin_quantizer::ir::*;
use verin_quantizer::ops::{activation, check, max, range};

/// A generator that is the same everywhere.
pub struct Rng(pub u64);

impl Rng {
    /// Uniform in `0..n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % n as u64) as usize
    }
    /// Uniform in `lo..=hi`.
    pub fn between(&mut self, lo: i64, hi: i64) -> i64 {
        lo + self.below((hi - lo + 1) as usize) as i64
    }
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

struct Generator {
    rng: Rng,
    graph: Graph,
}

/// A valid program.
pub fn program(seed: u64) -> Graph {
    let mut rng = Rng(seed);
    let shape = Shape::new(port(&mut rng));
    let half = 1 << rng.between(1, 7);
    let part = |cells: usize, exponent| Part { name: format!("p{cells}"), dims: vec![cells as u32], exponent };
    let first = rng.below(shape.real_cells() + 1);
    let parts = [first, shape.real_cells() - first].into_iter().filter(|n| *n > 0).zip([3, -1]);
    let parts = parts.map(|(cells, exponent)| part(cells, exponent)).collect();
    let input = Input { shape, lo: -half, hi: half - 1, parts };
    let output = Output { tensor: 0, parts: vec![] };
    let mut generator = Generator { rng, graph: Graph { input, constants: vec![], nodes: vec![], output } };
    for _ in 0..generator.rng.between(1, 4) {
        generator.step();
    }
    generator.finish();
    let mut graph = generator.graph;
    graph.output.parts = vec![Part { name: "y".into(), dims: vec![graph.output_len() as u32], exponent: 2 }];
    graph
}

fn port(rng: &mut Rng) -> Vec<u32> {
    let rank = rng.below(4);
    let extent = |rng: &mut Rng, i: usize| match i {
        0 => rng.between(1, 5) as u32,
        i if i + 1 == rank => rng.between(1, 7) as u32,
        _ => 1 << rng.below(3),
    };
    (0..rank).map(|i| extent(rng, i)).collect()
}

impl Generator {
    /// Ids of values.
    fn values(&self) -> Vec<TensorId> {
        (0..=self.graph.nodes.len()).filter(|id| self.graph.is_value(*id)).collect()
    }

    fn value(&mut self) -> TensorId {
        let values = self.values();
        // Later ones more often.
        values[self.rng.below(values.len()).max(self.rng.below(values.len()))]
    }

    fn dims(&self, id: TensorId) -> Vec<u32> {
        self.graph.shape(id).unwrap().dims().to_vec()
    }

    fn any_dims(&mut self) -> Vec<u32> {
        let mut dims = if self.rng.chance(50) {
            let id = self.value();
            self.dims(id)
        } else {
            (0..self.rng.below(4)).map(|_| self.rng.between(1, 6) as u32).collect()
        };
        self.rng.shuffle(&mut dims);
        // Often the elements of another tensor along other axes.
        match self.rng.below(6) {
            0 if dims.len() > 1 => {
                let last = dims.pop().unwrap_or(1);
                *dims.last_mut().unwrap() *= last;
            }
            1 => {
                if let Some(at) = dims.iter().position(|n| n % 2 == 0) {
                    dims[at] /= 2;
                    dims.insert(at + 1, 2);
                }
            }
            _ => {}
        }
        while Shape::new(dims.clone()).log() > 7 {
            dims.pop();
        }
        dims
    }

    fn constant(&mut self, dims: Vec<u32>, wide: bool) -> Source {
        let shape = Shape::new(dims);
        let span = if wide { 100_000 } else { 20 };
        let entries: Vec<i64> = (0..shape.real_cells()).map(|_| self.rng.between(-span, span)).collect();
        let entries = if wide {
            Entries::Wide(entries)
        } else {
            Entries::Narrow(entries.into_iter().map(|e| e as i32).collect())
        };
        self.graph.constants.push(Constant {
            name: format!("c{}", self.graph.constants.len()),
            shape,
            declared: None,
            entries,
        });
        Source::Constant(self.graph.constants.len() - 1)
    }

    fn push(&mut self, op: Op, dims: Vec<u32>) -> bool {
        let shape = Shape::new(dims);
        let Ok((lo, hi)) = self.graph.range("any", &op, &shape) else { return false };
        if hi.max(-lo) > 1 << 45 {
            return false;
        }
        let name = format!("n{}", self.graph.nodes.len());
        self.graph.nodes.push(Node { name, op, shape, exponent: 1, lo, hi });
        true
    }

    /// Adds a sum and a value that reads it, or a maximum.
    fn step(&mut self) {
        let dims = self.any_dims();
        if self.rng.chance(20) {
            let constants = self.graph.constants.len();
            let [left, right] = [0, 1].map(|_| self.moved(&dims, 25));
            let mut op = Max { left, right, domain_bits: 1 };
            let shape = Shape::new(dims.clone());
            if let Ok(difference) = range::difference(&self.graph, [&op.left, &op.right], &shape) {
                op.domain_bits = max::needed_domain_bits(difference);
                let node = self.graph.nodes.len();
                let shapes = |s: Source| Ok(self.graph.source_shape(s).unwrap());
                if max::check(&op, &shape, &shapes).is_ok() && self.push(Op::Max(op), dims) {
                    assert_eq!(self.graph.nodes.len(), node + 1);
                    return;
                }
            }
            self.graph.constants.truncate(constants);
            return self.step();
        }
        let constants = self.graph.constants.len();
        let count = self.rng.between(1, 3);
        let mut terms: Vec<Term<i64>> = (0..count).map(|_| self.term(&dims)).collect();
        let computed = |t: &Term<i64>| !matches!(t, Term::Move(m) if matches!(m.view.source, Source::Constant(_)));
        if !terms.iter().any(computed) {
            terms.push(Term::Move(self.moved(&dims, 0)));
        }
        if !self.push(Op::Sum(terms), dims.clone()) {
            self.graph.constants.truncate(constants);
            return self.step();
        }
        let input = self.graph.nodes.len();
        let (lo, hi) = self.graph.bounds(input).unwrap();
        if self.rng.chance(20) && hi - lo < 1 << 16 {
            assert!(self.push(Op::Copy { input }, dims));
            return;
        }
        let reach = 64 - (hi - lo).leading_zeros();
        let domain_bits = self.rng.between(2, 9) as u32;
        let needed = |shift| activation::needed_high_bits((rescale(lo, shift), rescale(hi, shift)), domain_bits);
        let mut shift = reach.saturating_sub(self.rng.between(3, 9) as u32).min(32);
        while needed(shift).is_none() {
            shift += 1;
        }
        let high_bits = needed(shift).unwrap();
        let bits = self.rng.below(domain_bits as usize) as u32;
        let table = match self.rng.below(3) {
            0 => Table::Relu { bits },
            1 => Table::Clamp { bits },
            _ => Table::Values((0..1 << domain_bits).map(|_| self.rng.between(-60, 60) as i32).collect()),
        };
        assert!(self.push(Op::Activation(Activation { input, shift, domain_bits, high_bits, table }), dims));
    }

    /// Adds the output, which reads what nobody has read.
    fn finish(&mut self) {
        let dims = port(&mut self.rng);
        let mut unread = self.values();
        for source in self.graph.nodes.iter().flat_map(Node::sources) {
            unread.retain(|id| Source::Tensor(*id) != source);
        }
        let mut terms = Vec::new();
        for id in unread {
            let links = self.links(&self.dims(id), &dims, &[], true);
            let view = View { source: Source::Tensor(id), links };
            terms.push(Term::Move(Move { coefficient: self.coefficient(), view }));
        }
        if !self.push(Op::Sum(terms.clone()), dims.clone()) {
            // Coefficients too large for a sum; values by themselves are not.
            let one = |term| match term {
                Term::Move(m) => Term::Move(Move { coefficient: 1, ..m }),
                product => product,
            };
            assert!(self.push(Op::Sum(terms.into_iter().map(one).collect()), dims));
        }
        self.graph.output.tensor = self.graph.nodes.len();
    }

    fn coefficient(&mut self) -> i64 {
        *[1, 1, -1, 3, -7, 64].get(self.rng.below(6)).unwrap()
    }

    /// A moved value, or a constant so many times in a hundred.
    fn moved(&mut self, dims: &[u32], constant: usize) -> Move<i64> {
        let source = if self.rng.chance(constant) {
            let (own, wide) = (self.any_dims(), self.rng.chance(50));
            self.constant(own, wide)
        } else {
            Source::Tensor(self.value())
        };
        let own = self.graph.source_shape(source).unwrap().dims().to_vec();
        let links = self.links(&own, dims, &[], false);
        Move { coefficient: self.coefficient(), view: View { source, links } }
    }

    fn term(&mut self, dims: &[u32]) -> Term<i64> {
        if self.rng.chance(60) {
            for _ in 0..20 {
                let constants = self.graph.constants.len();
                if let Some(product) = self.product(dims) {
                    return Term::Product(product);
                }
                self.graph.constants.truncate(constants);
            }
        }
        Term::Move(self.moved(dims, 25))
    }

    fn product(&mut self, dims: &[u32]) -> Option<Product<i64>> {
        let left_value = self.rng.chance(40);
        let (mut sums, mut left) = (vec![], None);
        if left_value {
            // Each axis of the value is a label of its own: of the result where one fits, else summed.
            let id = self.value();
            let own = self.dims(id);
            let mut free: Vec<usize> = (0..dims.len()).collect();
            self.rng.shuffle(&mut free);
            let mut links = Vec::new();
            for (axis, n) in own.iter().enumerate().filter(|(_, n)| **n > 1) {
                let fits = |l: &usize| bits(dims[*l]) == bits(*n) && dims[*l] <= *n;
                let label = match free.iter().position(fits) {
                    Some(at) if self.rng.chance(60) => free.swap_remove(at),
                    _ => {
                        sums.push(*n);
                        dims.len() + sums.len() - 1
                    }
                };
                links.push(Link::identity(label, axis));
            }
            left = Some(View { source: Source::Tensor(id), links });
        } else {
            for _ in 0..self.rng.below(3) {
                sums.push(self.rng.between(2, 5) as u32);
            }
        }
        let extents = [dims, &sums].concat();
        let summed: Vec<usize> = (dims.len()..extents.len()).collect();
        let left = left.unwrap_or_else(|| self.weights(dims.len(), &extents));
        let id = self.value();
        let links = self.links(&self.dims(id), &extents, &summed, false);
        let right = View { source: Source::Tensor(id), links };
        let product = Product { coefficient: self.coefficient(), sums, left, right };
        let shapes = |s: Source| Ok(self.graph.source_shape(s).unwrap());
        check::product(&product, &Shape::new(dims), &shapes).is_ok().then_some(product)
    }

    /// A constant over all summed labels and some of the others, by free links.
    fn weights(&mut self, rank: usize, extents: &[u32]) -> View {
        let mut labels: Vec<usize> = (0..extents.len()).filter(|l| *l >= rank || self.rng.chance(50)).collect();
        labels.retain(|l| extents[*l] > 1);
        self.rng.shuffle(&mut labels);
        let (mut dims, mut links) = (vec![], vec![]);
        while let Some(label) = labels.pop() {
            let n = extents[label];
            let inner = labels.last().copied().filter(|l| extents[*l].is_power_of_two());
            match inner {
                Some(inner) if self.rng.chance(30) => {
                    labels.pop();
                    let labels = vec![(label, extents[inner] as i32), (inner, 1)];
                    links.push(Link::Affine { labels, windows: vec![], axes: vec![dims.len()], offset: 0 });
                    dims.push(n * extents[inner]);
                }
                _ => {
                    links.push(Link::identity(label, dims.len()));
                    let longest = n.next_power_of_two();
                    dims.push(if self.rng.chance(25) { self.rng.between(n.into(), longest.into()) as u32 } else { n });
                }
            }
            if self.rng.chance(10) {
                dims.push(1);
            }
        }
        View { source: self.constant(dims, false), links }
    }

    /// Links between `dims` and `extents` that use the labels in `must`; where `masked`, also every label that is no power
    /// of two, by links that are not free.
    fn links(&mut self, dims: &[u32], extents: &[u32], must: &[usize], masked: bool) -> Vec<Link> {
        let mut axes: Vec<usize> = (0..dims.len()).filter(|a| dims[*a] > 1).collect();
        let mut labels: Vec<usize> = (0..extents.len()).filter(|l| extents[*l] > 1).collect();
        self.rng.shuffle(&mut axes);
        self.rng.shuffle(&mut labels);
        let mut links = Vec::new();
        while let Some(axis) = axes.pop() {
            let mut own_axes = vec![axis];
            if self.rng.chance(20) {
                own_axes.extend(axes.pop());
            }
            if let Some(own) = self.same_cells(&own_axes, &labels, dims, extents)
                && self.rng.chance(60)
            {
                labels.retain(|l| !own.contains(l));
                links.push(row_major(&own, own_axes, extents));
                continue;
            }
            let mut own: Vec<usize> = Vec::new();
            if let Some(same) = labels.iter().position(|l| extents[*l] == dims[axis])
                && self.rng.chance(60)
            {
                own.push(labels.swap_remove(same));
            }
            let more = [0, 0, 0, 1, 1, 2][self.rng.below(6)];
            for _ in own.len()..more {
                own.extend(labels.pop());
            }
            links.push(self.link(own, own_axes, dims, extents));
        }
        for label in labels {
            let needs = must.contains(&label) || (masked && !extents[label].is_power_of_two());
            if needs || self.rng.chance(15) {
                links.push(Link::Affine { labels: vec![(label, 0)], windows: vec![], axes: vec![], offset: 0 });
            }
        }
        for link in &mut links {
            let padded = link.labels().iter().any(|l| !extents[*l].is_power_of_two());
            if masked && padded && link.is_free(extents, dims) {
                let Link::Affine { labels, axes, offset, .. } = link else { continue };
                match (&labels[..], &axes[..]) {
                    ([(label, _)], [axis]) => {
                        let index = (0..extents[*label]).map(Some).collect();
                        *link = Link::Table { label: *label, axis: *axis, index };
                    }
                    _ => *offset = 1,
                }
            }
        }
        links
    }

    /// One or two of `labels` with as many elements as `axes`, where either side is more than one: splits and merges.
    fn same_cells(&mut self, axes: &[usize], labels: &[usize], dims: &[u32], extents: &[u32]) -> Option<Vec<usize>> {
        let cells: u32 = axes.iter().map(|a| dims[*a]).product();
        let pairs = labels.iter().flat_map(|a| labels.iter().filter(move |b| a != *b).map(move |b| vec![*a, *b]));
        let single = labels.iter().filter(|_| axes.len() > 1).map(|l| vec![*l]);
        let mut found: Vec<Vec<usize>> = pairs.chain(single).collect();
        found.retain(|labels| labels.iter().map(|l| extents[*l]).product::<u32>() == cells);
        self.rng.shuffle(&mut found);
        found.pop()
    }

    fn link(&mut self, labels: Vec<usize>, axes: Vec<usize>, dims: &[u32], extents: &[u32]) -> Link {
        let cells: u32 = axes.iter().map(|a| dims[*a]).product();
        if let ([label], [axis]) = (&labels[..], &axes[..]) {
            let (n, dim) = (extents[*label], dims[*axis]);
            match self.rng.below(10) {
                0..4 if n <= dim => return Link::identity(*label, *axis),
                4..6 => {
                    let entry = |rng: &mut Rng| (!rng.chance(15)).then(|| rng.below(dim as usize) as u32);
                    let index = (0..n).map(|_| entry(&mut self.rng)).collect();
                    return Link::Table { label: *label, axis: *axis, index };
                }
                _ => {}
            }
        }
        let row_major = self.rng.chance(50);
        let mut stride = 1;
        let mut strides: Vec<(usize, i32)> = Vec::new();
        for label in labels.into_iter().rev() {
            strides.insert(0, (label, if row_major { stride } else { self.rng.between(-3, 3) as i32 }));
            stride *= extents[label] as i32;
        }
        let plain = row_major && self.rng.chance(50);
        let mut windows = Vec::new();
        if !plain && self.rng.chance(40) {
            windows.push((self.rng.between(1, 4) as u32, self.rng.between(-2, 2) as i32));
            if self.rng.chance(20) {
                windows.push((self.rng.between(2, 3) as u32, self.rng.between(-2, 2) as i32));
            }
        }
        let offset = if plain { 0 } else { self.rng.between(-3, cells.into()) as i32 };
        Link::Affine { labels: strides, windows, axes, offset }
    }
}

/// The labels as the row-major index over the axes.
fn row_major(labels: &[usize], axes: Vec<usize>, extents: &[u32]) -> Link {
    let stride = |at: usize| labels[at + 1..].iter().map(|l| extents[*l] as i32).product();
    let labels = (0..labels.len()).map(|at| (labels[at], stride(at))).collect();
    Link::Affine { labels, windows: vec![], axes, offset: 0 }
}
