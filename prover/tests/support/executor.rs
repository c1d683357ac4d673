//! The meaning of sums and maxima a second time, from the definition of views, one cell after another.

use std::collections::HashMap;
use verin_quantizer::ir::{Entries, Graph, Link, Move, Product, Shape, Solution, Source, TensorId, Term, View, bits};

/// A link, and the pairs that somebody reads it as.
pub type Reread = (Link, Vec<Solution>);

/// Stored cells of one run: constants, the input and the results so far.
pub struct Tensors<'g> {
    constants: Vec<(Shape, Vec<i64>)>,
    values: Vec<(Shape, Vec<i64>)>,
    shapes: std::vec::IntoIter<Shape>,
    reread: &'g [Reread],
}

impl<'g> Tensors<'g> {
    /// Before the first node, for somebody who reads some links in ways of his own.
    pub fn new(graph: &Graph, input: &[i64], reread: &'g [Reread]) -> Self {
        let entries = |entries: &Entries| (0..entries.len()).map(|i| entries.get(i)).collect::<Vec<_>>();
        let constants = graph.constants.iter().map(|c| (c.shape.clone(), pad(&c.shape, &entries(&c.entries))));
        let shapes: Vec<Shape> = graph.nodes.iter().map(|node| node.shape.clone()).collect();
        let input = (graph.input.shape.clone(), pad(&graph.input.shape, input));
        Self { constants: constants.collect(), values: vec![input], shapes: shapes.into_iter(), reread }
    }

    /// The result of the next node.
    pub fn push(&mut self, cells: Vec<i64>) {
        let shape = self.shapes.next().unwrap();
        assert_eq!(cells.len(), 1 << shape.log());
        self.values.push((shape, cells));
    }

    /// Cells of the input or of a result.
    pub fn of(&self, id: TensorId) -> &[i64] {
        &self.values[id].1
    }
}

/// Real cells, row-major, among zeros.
fn pad(shape: &Shape, real: &[i64]) -> Vec<i64> {
    let mut stored = vec![0; 1 << shape.log()];
    for (mut index, value) in real.iter().enumerate() {
        let (mut at, mut shift) = (0, 0);
        for n in shape.dims().iter().rev() {
            at |= (index % *n as usize) << shift;
            index /= *n as usize;
            shift += bits(*n);
        }
        assert_eq!(index, 0, "more cells than the shape has");
        stored[at] = *value;
    }
    stored
}

/// A link: stored label values to offsets in the source, with their number.
struct Ties {
    labels: Vec<usize>,
    cells: HashMap<usize, Vec<(usize, i64)>>,
}

/// A view, ready to be read.
struct Seen<'t> {
    source: &'t [i64],
    /// Bits of every label.
    bits: Vec<u32>,
    links: Vec<Ties>,
}

impl<'t> Seen<'t> {
    fn new(tensors: &'t Tensors<'_>, view: &View, extents: &[u32]) -> Self {
        let (shape, source) = match view.source {
            Source::Tensor(id) => &tensors.values[id],
            Source::Constant(i) => &tensors.constants[i],
        };
        let dims = shape.dims();
        // Bits of an axis, and bits below it.
        let place = |axis: usize| (bits(dims[axis]), dims[axis + 1..].iter().map(|n| bits(*n)).sum::<u32>());
        let links = view.links.iter().map(|link| {
            let offset = |mut joint: usize| {
                let mut offset = 0;
                for (bits, below) in link.axes().into_iter().rev().map(place) {
                    offset |= (joint & ((1 << bits) - 1)) << below;
                    joint >>= bits;
                }
                assert_eq!(joint, 0, "a place outside the source");
                offset
            };
            let mut cells: HashMap<usize, Vec<(usize, i64)>> = HashMap::new();
            if link.is_free(extents, dims) {
                let log: u32 = link.labels().into_iter().map(|label| bits(extents[label])).sum();
                cells.extend((0..1 << log).map(|joint| (joint, vec![(offset(joint), 1)])));
            } else {
                let reread = tensors.reread.iter().find(|(known, _)| known == link);
                for tie in reread.map_or_else(|| link.solutions(extents, dims), |(_, ties)| ties.clone()) {
                    cells.entry(tie.label).or_default().push((offset(tie.axis), tie.count.into()));
                }
            }
            Ties { labels: link.labels(), cells }
        });
        Self { source, bits: extents.iter().map(|n| bits(*n)).collect(), links: links.collect() }
    }

    /// The sum of all cells tied to `tuple`.
    fn at(&self, tuple: &[usize]) -> i64 {
        let mut cells = vec![(0, 1)];
        for link in &self.links {
            let joint = link.labels.iter().fold(0, |joint, label| joint << self.bits[*label] | tuple[*label]);
            let tied = link.cells.get(&joint).map_or(&[][..], Vec::as_slice);
            cells = cells.iter().flat_map(|(at, n)| tied.iter().map(move |(to, m)| (at | to, n * m))).collect();
        }
        cells.into_iter().map(|(at, count)| count * self.source[at]).sum()
    }
}

/// All stored tuples of labels of these extents, the last label fastest.
fn tuples(extents: &[u32]) -> impl Iterator<Item = Vec<usize>> {
    let sizes: Vec<u32> = extents.iter().map(|n| bits(*n)).collect();
    (0..1usize << sizes.iter().sum::<u32>()).map(move |index| {
        let mut rest = index;
        let mut tuple: Vec<usize> = sizes
            .iter()
            .rev()
            .map(|bits| {
                let own = rest & ((1 << bits) - 1);
                rest >>= bits;
                own
            })
            .collect();
        tuple.reverse();
        tuple
    })
}

/// Stored cells of a moved tensor over a result of `shape`.
pub fn moved(tensors: &Tensors<'_>, operand: &Move<i64>, shape: &Shape) -> Vec<i64> {
    let seen = Seen::new(tensors, &operand.view, shape.dims());
    tuples(shape.dims()).map(|tuple| operand.coefficient * seen.at(&tuple)).collect()
}

fn product(tensors: &Tensors<'_>, term: &Product<i64>, shape: &Shape) -> Vec<i64> {
    let extents: Vec<u32> = shape.dims().iter().chain(&term.sums).copied().collect();
    let [left, right] = [&term.left, &term.right].map(|view| Seen::new(tensors, view, &extents));
    let inner: Vec<Vec<usize>> = tuples(&term.sums).collect();
    let cell = |outer: Vec<usize>| {
        let one = |inner: &Vec<usize>| {
            let tuple = [&outer[..], inner].concat();
            left.at(&tuple) * right.at(&tuple)
        };
        term.coefficient * inner.iter().map(one).sum::<i64>()
    };
    tuples(shape.dims()).map(cell).collect()
}

/// Stored cells of a sum.
pub fn sum(tensors: &Tensors<'_>, terms: &[Term<i64>], shape: &Shape) -> Vec<i64> {
    let mut out = vec![0; 1 << shape.log()];
    for term in terms {
        let cells = match term {
            Term::Move(term) => moved(tensors, term, shape),
            Term::Product(term) => product(tensors, term, shape),
        };
        out.iter_mut().zip(cells).for_each(|(sum, cell)| *sum += cell);
    }
    out
}
