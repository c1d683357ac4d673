//! Products, summed over labels, as dot products between rows of their factors.

use super::dot::{Entry, Scalar};
use super::gather::{Cells, Layout, Operand, Rows, Tied};
use super::sum::{sizes, split};
use crate::view::Product;
use rayon::prelude::*;

/// Rows of the longer side of a product that are read together.
const BLOCK: usize = 8;

/// Adds a product to `out`.
pub(super) fn add_product<T: Scalar>(
    out: &mut [T],
    term: &Product<T>,
    dims: &[u32],
    layout: Layout,
    left: Operand<'_, T>,
    right: Operand<'_, T>,
) {
    let extents: Vec<u32> = dims.iter().chain(&term.sums).copied().collect();
    let left = Tied::new(&term.left, &extents, layout, left);
    let right = Tied::new(&term.right, &extents, layout, right);
    if term.sums.is_empty() {
        return add_pointwise(out, term.coefficient, dims, layout, [&left, &right]);
    }
    // Beyond these, one of the factors is 0.
    let mut limits = sizes(&extents, layout);
    left.limit(&mut limits);
    right.limit(&mut limits);

    let mut groups = Groups::default();
    for label in 0..dims.len() {
        let group = match (term.left.uses(label), term.right.uses(label)) {
            (true, true) => &mut groups.batch,
            (true, false) => &mut groups.left,
            (false, _) => &mut groups.right,
        };
        group.push(label);
    }
    let count = |labels: &[usize]| labels.iter().filter_map(|l| limits.get(*l)).product::<usize>();
    let mut stride = 1;
    let mut sums = Vec::new();
    for label in (dims.len()..extents.len()).rev() {
        sums.push((label, stride));
        stride *= limits.get(label).copied().unwrap_or(1);
    }
    let sides = [(&left, &groups.left), (&right, &groups.right)].map(|(tied, own)| {
        let labels: Vec<usize> = groups.batch.iter().chain(own).copied().collect();
        Side { tied, rows: tied.rows(&labels, &sums, &limits), count: count(own), labels: own }
    });
    let [left, right] = sides;
    let (a, b) = if left.count > right.count { (left, right) } else { (right, left) };
    let task = Dots { batch: count(&groups.batch), length: stride, a, b };
    let dots = T::dots(&task);

    // From [batch][a][b] to the layout of the result.
    let strides = layout.strides(dims);
    let positions = |labels: &[usize]| {
        labels.iter().fold(vec![0usize], |all, label| {
            let (n, stride) = (limits.get(*label).copied().unwrap_or(1), strides.get(*label).copied().unwrap_or(0));
            all.into_iter().flat_map(|at| (0..n).map(move |i| at + i * stride)).collect()
        })
    };
    let (batch, a, b) = (positions(&groups.batch), positions(task.a.labels), positions(task.b.labels));
    let rows = batch.iter().flat_map(|batch| a.iter().map(move |a| batch + a));
    for (at, dots) in rows.zip(dots.chunks(b.len().max(1))) {
        for (b, dot) in b.iter().zip(dots) {
            if let Some(cell) = out.get_mut(at + b) {
                *cell = cell.plus(term.coefficient.times(*dot));
            }
        }
    }
}

/// Labels of the result, by the factors that use them.
#[derive(Default)]
struct Groups {
    batch: Vec<usize>,
    left: Vec<usize>,
    right: Vec<usize>,
}

/// One factor of a product: rows along the summed labels, for each tuple of the batch labels and its own.
pub struct Side<'a, T> {
    pub(super) tied: &'a Tied<'a, T>,
    rows: Rows,
    /// Tuples of its own labels.
    count: usize,
    labels: &'a [usize],
}

impl<T: Scalar> Side<'_, T> {
    fn read<E: Entry<T>>(&self, row: usize, tuple: &mut Vec<usize>, out: &mut [E]) {
        self.rows.tuple(row, tuple);
        out.fill(E::default());
        read(&self.rows, tuple, self.tied.operand, out);
    }
}

/// Adds the row of `tuple` to `out`.
fn read<T: Scalar, E: Entry<T>>(rows: &Rows, tuple: &[usize], operand: Operand<'_, T>, out: &mut [E]) {
    match operand.cells {
        Cells::Narrow(cells) => rows.add(tuple, cells, &|to: &mut E, cell, n| *to = to.plus(E::narrow(cell, n)), out),
        Cells::Wide(cells) => rows.add(tuple, cells, &|to: &mut E, cell, n| *to = to.plus(E::wide(cell, n)), out),
    }
}

/// Dot products of every row of `a` with every row of `b`, for each tuple of batch labels.
pub struct Dots<'a, T> {
    batch: usize,
    length: usize,
    /// The side of more rows, which are read a few at a time.
    pub(super) a: Side<'a, T>,
    /// The side of fewer rows, which are read once and kept.
    pub(super) b: Side<'a, T>,
}

impl<T: Scalar> Dots<'_, T> {
    /// The dot products `[batch][a][b]`.
    pub(super) fn run<E: Entry<T>>(&self, run: usize) -> Vec<T> {
        let (length, count) = (self.length, self.b.count);
        let mut dots = vec![T::default(); self.batch * self.a.count * count];
        if dots.is_empty() || length == 0 {
            return dots;
        }
        let mut kept = vec![E::default(); self.batch * count * length];
        kept.par_chunks_mut(length).enumerate().for_each_init(Vec::new, |tuple, (row, out)| {
            self.b.read(row, tuple, out);
        });
        let of_batch = dots.par_chunks_mut(self.a.count * count).zip(kept.par_chunks(count * length)).enumerate();
        of_batch.for_each(|(batch, (dots, kept))| {
            let blocks = dots.par_chunks_mut(BLOCK * count).enumerate();
            blocks.for_each_init(
                || (Vec::new(), vec![E::default(); BLOCK * length]),
                |(tuple, block), (i, dots)| {
                    let first = batch * self.a.count + i * BLOCK;
                    for (k, row) in block.chunks_mut(length).take(dots.len() / count).enumerate() {
                        self.a.read(first + k, tuple, row);
                    }
                    for (j, b) in kept.chunks(length).enumerate() {
                        for (dots, a) in dots.chunks_mut(count).zip(block.chunks(length)) {
                            if let Some(dot) = dots.get_mut(j) {
                                *dot = E::dot(a, b, run);
                            }
                        }
                    }
                },
            );
        });
        dots
    }
}

/// Adds a product without summed labels to `out`.
fn add_pointwise<T: Scalar>(out: &mut [T], coefficient: T, dims: &[u32], layout: Layout, factors: [&Tied<'_, T>; 2]) {
    let split = split(dims, layout);
    let rows = factors.map(|tied| tied.rows(&split.outer, &split.inner, &sizes(dims, layout)));
    let chunks = out.par_chunks_mut(split.cells).with_min_len(16).enumerate();
    chunks.for_each_init(
        || (Vec::new(), [vec![T::default(); split.cells], vec![T::default(); split.cells]]),
        |(tuple, buffers), (row, out)| {
            for ((rows, tied), buffer) in rows.iter().zip(factors).zip(buffers.iter_mut()) {
                rows.tuple(row, tuple);
                buffer.fill(T::default());
                read(rows, tuple, tied.operand, buffer);
            }
            let [left, right] = buffers;
            for ((out, left), right) in out.iter_mut().zip(left.iter()).zip(right.iter()) {
                *out = out.plus(coefficient.times(*left).times(*right));
            }
        },
    );
}
