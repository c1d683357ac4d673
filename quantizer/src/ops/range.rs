//! Bounds of results that hold for every stored cell and every legal input: the smallest interval that one pass over
//! each term by itself gives.

use super::gather::{Cells, Layout, Operand, Tied};
use super::{ACC_LIMIT, activation};
use crate::fixed::domain;
use crate::ir::{Constant, Graph, Op, Shape, bits};
use crate::view::{Move, Product, Source, Term, View};
use rayon::prelude::*;

/// Inclusive bounds.
type Interval = (i128, i128);

/// Exact bounds of all stored cells of the result of `op`, a node of shape `shape` whose sources are in `graph`. Needs an
/// `op` that [`Graph::validate`] accepts up to its bounds.
///
/// # Errors
/// A bound is not below [`ACC_LIMIT`] in magnitude: the magnitude, the largest number where it is larger still.
pub fn of(graph: &Graph, op: &Op, shape: &Shape) -> Result<(i64, i64), i128> {
    let bounds = |id| graph.bounds(id).unwrap_or((0, 0));
    match op {
        Op::Sum(terms) => inside(terms.iter().try_fold((0, 0), |sum: Interval, term| {
            let term = match term {
                Term::Move(term) => moved(graph, term, shape),
                Term::Product(term) => product(graph, term, shape),
            }?;
            Some((sum.0.checked_add(term.0)?, sum.1.checked_add(term.1)?))
        })),
        Op::Activation(op) => Ok(activation::range(op, bounds(op.input))),
        Op::Copy { input } => Ok(bounds(*input)),
        Op::Max(op) => {
            let (a, b) = (inside(moved(graph, &op.left, shape))?, inside(moved(graph, &op.right, shape))?);
            Ok((a.0.max(b.0), a.1.max(b.1)))
        }
    }
}

/// Bounds of `left - right` of a maximum.
///
/// # Errors
/// As [`of`].
pub fn difference(graph: &Graph, [left, right]: [&Move<i64>; 2], shape: &Shape) -> Result<(i64, i64), i128> {
    let (a, b) = (inside(moved(graph, left, shape))?, inside(moved(graph, right, shape))?);
    Ok((a.0 - b.1, a.1 - b.0))
}

fn inside(interval: Option<Interval>) -> Result<(i64, i64), i128> {
    let (lo, hi) = interval.unwrap_or((i128::MIN + 1, i128::MAX));
    let reach = lo.abs().max(hi.abs());
    if reach >= i128::from(ACC_LIMIT) { Err(reach) } else { Ok((lo as i64, hi as i64)) }
}

/// `factor * interval`; `None` where it is too large to tell.
fn scale(factor: impl Into<i128>, (lo, hi): Interval) -> Option<Interval> {
    let factor = factor.into();
    let (a, b) = (factor.checked_mul(lo)?, factor.checked_mul(hi)?);
    Some((a.min(b), a.max(b)))
}

fn hull(a: Interval, b: Interval) -> Interval {
    (a.0.min(b.0), a.1.max(b.1))
}

fn moved(graph: &Graph, term: &Move<i64>, shape: &Shape) -> Option<Interval> {
    scale(term.coefficient, read(graph, &term.view, shape.dims())?)
}

fn product(graph: &Graph, term: &Product<i64>, shape: &Shape) -> Option<Interval> {
    let extents: Vec<u32> = shape.dims().iter().chain(&term.sums).copied().collect();
    let right = read(graph, &term.right, &extents)?;
    let entries = match term.left.source {
        Source::Constant(i) => graph.constants.get(i).filter(|constant| constant.declared.is_none()),
        Source::Tensor(_) => None,
    };
    let sum = match entries {
        Some(constant) => weighted(constant, &term.left, &extents, shape.rank(), right)?,
        None => {
            let left = read(graph, &term.left, &extents)?;
            let interval = hull(scale(left.0, right)?, scale(left.1, right)?);
            // In padded summed labels one of the factors is 0.
            let products: i128 = term.sums.iter().map(|n| i128::from(*n)).product();
            scale(products, interval)?
        }
    };
    scale(term.coefficient, sum)
}

/// What `view` reads in any stored tuple of labels.
fn read(graph: &Graph, view: &View, extents: &[u32]) -> Option<Interval> {
    let (lo, hi): (i64, i64) = match view.source {
        Source::Tensor(id) => graph.bounds(id)?,
        Source::Constant(i) => graph.constants.get(i)?.bounds(),
    };
    let (fewest, most) = counts(view, extents, graph.source_shape(view.source)?.dims());
    let interval = (lo.into(), hi.into());
    Some(hull(scale(fewest, interval)?, scale(most, interval)?))
}

/// Fewest and most cells, with multiplicity, that a stored tuple of labels reads.
fn counts(view: &View, extents: &[u32], dims: &[u32]) -> (u64, u64) {
    let of_link = |link: &crate::view::Link| {
        if link.is_free(extents, dims) {
            return (1, 1);
        }
        let stored_log: u32 = link.labels().iter().filter_map(|l| extents.get(*l)).map(|n| bits(*n)).sum();
        let solutions = link.real_solutions(extents, dims);
        let (mut tuples, mut fewest, mut most) = (0u64, u64::MAX, 0);
        for same in solutions.chunk_by(|a, b| a.label == b.label) {
            let count = same.iter().map(|s| u64::from(s.count)).sum();
            (tuples, fewest, most) = (tuples + 1, fewest.min(count), most.max(count));
        }
        (if tuples < 1 << stored_log { 0 } else { fewest }, most)
    };
    view.links
        .iter()
        .map(of_link)
        .fold((1, 1), |all, link| (all.0.saturating_mul(link.0), all.1.saturating_mul(link.1)))
}

/// Sums of a constant times a view in `right`, over the summed labels, which are those from `rank`.
fn weighted(constant: &Constant, view: &View, extents: &[u32], rank: usize, right: Interval) -> Option<Interval> {
    let tied = Tied::new(view, extents, Layout::Padded, constant.operand());
    let sizes: Vec<usize> = extents.iter().map(|n| Layout::Padded.size(*n)).collect();
    let own: Vec<usize> = (0..rank).filter(|label| view.uses(*label)).collect();
    let mut length = 1;
    let mut sums = Vec::new();
    for label in rank..extents.len() {
        sums.push((label, length));
        length *= sizes.get(label).copied().unwrap_or(1);
    }
    let rows = tied.rows(&own, &sums, &sizes);
    let count: usize = own.iter().filter_map(|label| sizes.get(*label)).product();
    let buffers = || (Vec::new(), vec![0i64; length]);
    let intervals = (0..count).into_par_iter().with_min_len(8).map_init(buffers, |(tuple, entries), row| {
        rows.tuple(row, tuple);
        entries.fill(0);
        match constant.operand().cells {
            Cells::Narrow(cells) => rows.add(tuple, cells, &|to: &mut i64, cell, _| *to = i64::from(cell), entries),
            Cells::Wide(cells) => rows.add(tuple, cells, &|to: &mut i64, cell, _| *to = cell, entries),
        }
        let (mut positive, mut negative) = (0i128, 0i128);
        for entry in entries.iter() {
            positive += i128::from((*entry).max(0));
            negative += i128::from((*entry).min(0));
        }
        let (a, b) = (scale(positive, right)?, scale(negative, right)?);
        Some((a.0.checked_add(b.0)?, a.1.checked_add(b.1)?))
    });
    intervals.reduce_with(|a, b| Some(hull(a?, b?)))?
}

impl Constant {
    /// The declared range, inclusive; it holds 0, as padding does.
    pub fn declared_range(&self) -> Option<(i64, i64)> {
        self.declared.map(domain)
    }

    /// Smallest and largest stored entry, by what is declared of them or by themselves: padding, where there is any, is 0.
    pub fn bounds(&self) -> (i64, i64) {
        if let Some(range) = self.declared_range() {
            return range;
        }
        let padding = (!self.shape.is_full() || self.entries.is_empty()).then_some(0);
        let entries = || (0..self.entries.len()).map(|i| self.entries.get(i)).chain(padding);
        (entries().min().unwrap_or(0), entries().max().unwrap_or(0))
    }

    /// As operations read it.
    pub(crate) fn operand(&self) -> Operand<'_, i64> {
        let cells = match &self.entries {
            crate::ir::Entries::Narrow(entries) => Cells::Narrow(entries),
            crate::ir::Entries::Wide(entries) => Cells::Wide(entries),
        };
        Operand { cells, dims: self.shape.dims(), layout: Layout::Dense }
    }
}
