//! The definitions of views and operations, cell by cell, without a thought for speed.

use verin_quantizer::Graph;
use verin_quantizer::ir::*;

/// Every stored cell of every tensor.
pub fn run(graph: &Graph, input: &[i64]) -> Vec<Vec<i128>> {
    let input: Vec<i128> = input.iter().map(|v| i128::from(*v)).collect();
    let mut tensors = vec![graph.input.shape.pad(&input)];
    for node in &graph.nodes {
        let dims = node.shape.dims();
        let cells = (0..node.shape.cells()).map(|cell| {
            let labels = split(cell, dims);
            match &node.op {
                Op::Sum(terms) => terms.iter().map(|term| summand(graph, &tensors, term, &labels, dims)).sum(),
                Op::Copy { input } => tensors[*input][cell],
                Op::Max(max) => {
                    let [a, b] = [&max.left, &max.right].map(|m| moved(graph, &tensors, m, &labels, dims));
                    a.max(b)
                }
                Op::Activation(op) => {
                    let acc = tensors[op.input][cell];
                    let q = if op.shift == 0 { acc } else { (acc + (1 << (op.shift - 1))).div_euclid(1 << op.shift) };
                    let half = 1i128 << (op.domain_bits - 1);
                    let q = q.clamp(-half, half - 1);
                    match &op.table {
                        Table::Relu { bits } => q.clamp(0, (1 << bits) - 1),
                        Table::Clamp { bits } => q.clamp(-(1 << bits), (1 << bits) - 1),
                        Table::Values(values) => values[(q + half) as usize].into(),
                    }
                }
            }
        });
        let cells = cells.collect();
        tensors.push(cells);
    }
    tensors
}

/// Coordinates of a stored cell.
fn split(mut cell: usize, dims: &[u32]) -> Vec<usize> {
    let mut at: Vec<usize> = dims
        .iter()
        .rev()
        .map(|n| {
            let size = n.next_power_of_two() as usize;
            let i = cell % size;
            cell /= size;
            i
        })
        .collect();
    at.reverse();
    at
}

fn summand(graph: &Graph, tensors: &[Vec<i128>], term: &Term<i64>, labels: &[usize], dims: &[u32]) -> i128 {
    match term {
        Term::Move(term) => moved(graph, tensors, term, labels, dims),
        Term::Product(term) => {
            let extents = [dims, &term.sums].concat();
            let sums: usize = term.sums.iter().map(|n| n.next_power_of_two() as usize).product();
            let product = |sum: usize| {
                let labels = [labels, &split(sum, &term.sums)].concat();
                let [left, right] = [&term.left, &term.right].map(|v| read(graph, tensors, v, &labels, &extents));
                left * right
            };
            i128::from(term.coefficient) * (0..sums).map(product).sum::<i128>()
        }
    }
}

fn moved(graph: &Graph, tensors: &[Vec<i128>], term: &Move<i64>, labels: &[usize], dims: &[u32]) -> i128 {
    i128::from(term.coefficient) * read(graph, tensors, &term.view, labels, dims)
}

/// The value of a view: the sum, over all ways in which its links tie `labels` to axes, of the cell there.
fn read(graph: &Graph, tensors: &[Vec<i128>], view: &View, labels: &[usize], extents: &[u32]) -> i128 {
    let dims = graph.source_shape(view.source).unwrap().dims();
    let mut ways = vec![vec![0usize; dims.len()]];
    for link in &view.links {
        let tied = axes_of(link, labels, extents, dims);
        ways = ways
            .into_iter()
            .flat_map(|way| {
                tied.iter().map(move |tied| {
                    let mut way = way.clone();
                    tied.iter().for_each(|(axis, i)| way[*axis] = *i);
                    way
                })
            })
            .collect();
    }
    let cell = |way: Vec<usize>| match view.source {
        Source::Tensor(id) => {
            tensors[id][way.iter().zip(dims).fold(0, |at, (i, n)| at * n.next_power_of_two() as usize + i)]
        }
        Source::Constant(c) => {
            let real = way.iter().zip(dims).all(|(i, n)| *i < *n as usize);
            let at = way.iter().zip(dims).fold(0, |at, (i, n)| at * *n as usize + i);
            if real { graph.constants[c].entries.get(at).into() } else { 0 }
        }
    };
    ways.into_iter().map(cell).sum()
}

/// All ways in which `link` places its axes.
fn axes_of(link: &Link, labels: &[usize], extents: &[u32], dims: &[u32]) -> Vec<Vec<(usize, usize)>> {
    if link.is_free(extents, dims) {
        // The same bits.
        let stored = link.labels().iter().fold(0, |at, l| at * extents[*l].next_power_of_two() as usize + labels[*l]);
        let axes = link.axes();
        let sizes: Vec<u32> = axes.iter().map(|a| dims[*a]).collect();
        return vec![axes.into_iter().zip(split(stored, &sizes)).collect()];
    }
    if link.labels().iter().any(|l| labels[*l] >= extents[*l] as usize) {
        return vec![];
    }
    match link {
        Link::Table { label, axis, index } => {
            index[labels[*label]].map(|i| vec![(*axis, i as usize)]).into_iter().collect()
        }
        Link::Affine { labels: strides, windows, axes, offset } => {
            let start: i64 = strides.iter().map(|(l, s)| i64::from(*s) * labels[*l] as i64).sum();
            let mut indices = vec![start + i64::from(*offset)];
            for (n, stride) in windows {
                let steps = |i: i64| (0..i64::from(*n)).map(move |j| i + j * i64::from(*stride));
                indices = indices.into_iter().flat_map(steps).collect();
            }
            let place = |mut index: i64| {
                let mut placed = Vec::new();
                for axis in axes.iter().rev() {
                    placed.push((*axis, (index % i64::from(dims[*axis])) as usize));
                    index /= i64::from(dims[*axis]);
                }
                placed
            };
            let cells: i64 = axes.iter().map(|a| i64::from(dims[*a])).product();
            indices.into_iter().filter(|i| (0..cells).contains(i)).map(place).collect()
        }
    }
}
