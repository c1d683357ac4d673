//! Sums of moved tensors and products.

use super::dot::Scalar;
use super::gather::{Cells, Layout, Operand, Tied};
use super::product::add_product;
use crate::view::{Move, Source, Term};
use rayon::prelude::*;

/// Cells of the innermost axes that are computed together.
const ROW: usize = 256;

/// The sum of `terms` over a result of dimensions `dims`: all cells that `layout` stores. `source` gives what views read.
///
/// Needs views that [`crate::view::View::check`] accepts; anything that `source` does not give reads 0.
pub fn evaluate<'a, T: Scalar>(
    terms: &[Term<T>],
    dims: &[u32],
    layout: Layout,
    source: &dyn Fn(Source) -> Option<Operand<'a, T>>,
) -> Vec<T> {
    let mut out = vec![T::default(); layout.cells(dims)];
    for term in terms {
        match term {
            Term::Move(term) => {
                if let Some(operand) = source(term.view.source) {
                    add_move(&mut out, term, dims, layout, operand);
                }
            }
            Term::Product(term) => {
                if let (Some(left), Some(right)) = (source(term.left.source), source(term.right.source)) {
                    add_product(&mut out, term, dims, layout, left, right);
                }
            }
        }
    }
    out
}

/// The axes of a result in two: tuples of `outer` lie `cells` apart, `inner` (axis, stride) lie within.
pub(super) struct Split {
    pub(super) outer: Vec<usize>,
    pub(super) inner: Vec<(usize, usize)>,
    pub(super) cells: usize,
}

pub(super) fn split(dims: &[u32], layout: Layout) -> Split {
    let mut split = Split { outer: vec![], inner: vec![], cells: 1 };
    for (axis, n) in dims.iter().enumerate().rev() {
        if split.cells < ROW {
            split.inner.push((axis, split.cells));
            split.cells *= layout.size(*n);
        } else {
            split.outer.insert(0, axis);
        }
    }
    split
}

pub(super) fn sizes(extents: &[u32], layout: Layout) -> Vec<usize> {
    extents.iter().map(|n| layout.size(*n)).collect()
}

/// Adds a moved tensor to `out`.
pub(super) fn add_move<T: Scalar>(
    out: &mut [T],
    term: &Move<T>,
    dims: &[u32],
    layout: Layout,
    operand: Operand<'_, T>,
) {
    let split = split(dims, layout);
    let tied = Tied::new(&term.view, dims, layout, operand);
    let rows = tied.rows(&split.outer, &split.inner, &sizes(dims, layout));
    out.par_chunks_mut(split.cells).with_min_len(16).enumerate().for_each_init(Vec::new, |tuple, (row, out)| {
        rows.tuple(row, tuple);
        let c = term.coefficient;
        match operand.cells {
            Cells::Narrow(cells) => {
                let add = |to: &mut T, cell: i32, n: u32| *to = to.plus(c.times(T::from(cell)).times(T::from(n)));
                rows.add(tuple, cells, &add, out);
            }
            Cells::Wide(cells) => {
                let add = |to: &mut T, cell: T, n: u32| *to = to.plus(c.times(cell).times(T::from(n)));
                rows.add(tuple, cells, &add, out);
            }
        }
    });
}
