//! Reading a view: rows of its values, by tables of offsets made once for each of its links.

use super::dot::Scalar;
use crate::ir::bits;
use crate::view::View;

/// How tensors lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Each axis as a power of two, as integer programs store them.
    Padded,
    /// Real elements only, row-major.
    Dense,
}

impl Layout {
    /// Stored elements along an axis of `n`.
    pub fn size(self, n: u32) -> usize {
        match self {
            Layout::Padded => 1 << bits(n),
            Layout::Dense => n as usize,
        }
    }

    /// Stored cells of a tensor.
    pub fn cells(self, dims: &[u32]) -> usize {
        dims.iter().map(|n| self.size(*n)).product()
    }

    /// Distance in cells between neighbours along each axis.
    pub fn strides(self, dims: &[u32]) -> Vec<usize> {
        let mut strides = vec![1; dims.len()];
        let mut stride = 1;
        for (at, n) in strides.iter_mut().zip(dims).rev() {
            *at = stride;
            stride *= self.size(*n);
        }
        strides
    }
}

/// Cells of a source.
#[derive(Clone, Copy, Debug)]
pub enum Cells<'a, T> {
    /// Small integers.
    Narrow(&'a [i32]),
    /// Scalars.
    Wide(&'a [T]),
}

/// A source, as it lies in memory.
#[derive(Clone, Copy, Debug)]
pub struct Operand<'a, T> {
    /// Its cells.
    pub cells: Cells<'a, T>,
    /// Its dimensions.
    pub dims: &'a [u32],
    /// How `cells` lie. What a layout does not store reads 0.
    pub layout: Layout,
}

/// One tie of a link: label values, as an index over the stored labels of the link, and where the source has its cell.
struct Tie {
    label: usize,
    offset: usize,
    count: u32,
}

/// All ties of one link.
struct Ties {
    labels: Vec<usize>,
    sizes: Vec<usize>,
    ties: Vec<Tie>,
}

/// The ties of a view of an operand.
pub(super) struct Tied<'a, T> {
    pub(super) operand: Operand<'a, T>,
    links: Vec<Ties>,
}

/// Coordinates of `index` in a row-major box of `sizes`, last first.
fn coordinates(mut index: usize, sizes: &[usize]) -> impl Iterator<Item = usize> {
    sizes.iter().rev().map(move |n| {
        let at = index.checked_rem(*n).unwrap_or(0);
        index = index.checked_div(*n).unwrap_or(0);
        at
    })
}

impl<'a, T: Scalar> Tied<'a, T> {
    /// The ties of `view`, with labels of `extents` over the range that `layout` stores.
    pub(super) fn new(view: &View, extents: &[u32], layout: Layout, operand: Operand<'a, T>) -> Self {
        let strides = operand.layout.strides(operand.dims);
        let links = view.links.iter().map(|link| {
            let labels = link.labels();
            let axes = link.axes();
            let pick = |from: &[u32], which: &[usize]| -> Vec<u32> {
                which.iter().map(|i| from.get(*i).copied().unwrap_or(1)).collect()
            };
            let (real_labels, real_axes) = (pick(extents, &labels), pick(operand.dims, &axes));
            let sizes: Vec<usize> = real_labels.iter().map(|n| layout.size(*n)).collect();
            let dims = |layout: Layout| real_axes.iter().map(|n| layout.size(*n)).collect::<Vec<_>>();
            let axis_strides: Vec<usize> = axes.iter().map(|a| strides.get(*a).copied().unwrap_or(0)).collect();
            // Where the source has the cell at `axis` of a box of `box_dims`; nowhere in padding that it does not store.
            let (stored, real) = (dims(operand.layout), dims(Layout::Dense));
            let offset = |axis: usize, box_dims: &[usize]| {
                let mut at = coordinates(axis, box_dims).zip(axis_strides.iter().rev().zip(stored.iter().rev()));
                at.try_fold(0, |sum, (i, (stride, n))| (i < *n).then_some(sum + i * stride))
            };
            let ties = if layout == Layout::Padded && link.is_free(extents, operand.dims) {
                let padded = dims(Layout::Padded);
                let tie = |label: usize| offset(label, &padded).map(|offset| Tie { label, offset, count: 1 });
                (0..sizes.iter().product()).filter_map(tie).collect()
            } else {
                let real_sizes: Vec<usize> = real_labels.iter().map(|n| *n as usize).collect();
                let label = |index: usize| {
                    let at = coordinates(index, &real_sizes).zip(sizes.iter().rev());
                    at.fold((0, 1), |(sum, stride), (i, n)| (sum + i * stride, stride * n)).0
                };
                let found = link.real_solutions(extents, operand.dims).into_iter();
                found
                    .filter_map(|s| Some(Tie { label: label(s.label), offset: offset(s.axis, &real)?, count: s.count }))
                    .collect()
            };
            Ties { labels, sizes, ties }
        });
        Self { operand, links: links.collect() }
    }

    /// Lowers `limits`, by label, to one more than the largest value that reads anything.
    pub(super) fn limit(&self, limits: &mut [usize]) {
        for link in &self.links {
            let mut reach = vec![0; link.sizes.len()];
            for tie in &link.ties {
                for (at, i) in reach.iter_mut().rev().zip(coordinates(tie.label, &link.sizes)) {
                    *at = (i + 1).max(*at);
                }
            }
            for (label, reach) in link.labels.iter().zip(reach) {
                if let Some(limit) = limits.get_mut(*label) {
                    *limit = reach.min(*limit);
                }
            }
        }
    }

    /// Largest number of cells, with multiplicity, that one tuple of labels reads.
    pub(super) fn fan(&self) -> u64 {
        let fan_of = |link: &Ties| {
            // Ties are in order of their label.
            let same = link.ties.chunk_by(|a, b| a.label == b.label);
            same.map(|ties| ties.iter().map(|t| u64::from(t.count)).sum()).max().unwrap_or(0u64)
        };
        self.links.iter().map(fan_of).fold(1, u64::saturating_mul)
    }

    /// Tables for reading rows of the view: one row for each tuple of `rows` (labels, outermost first), with `cols`
    /// (label, distance in the row) along it, each label below its limit.
    pub(super) fn rows(&self, rows: &[usize], cols: &[(usize, usize)], limits: &[usize]) -> Rows {
        let limit = |label: usize| limits.get(label).copied().unwrap_or(1);
        let mut tables: Vec<Table> = self.links.iter().map(|link| link.table(rows, cols, limits)).collect();
        for (label, distance) in cols {
            let linked = self.links.iter().any(|link| link.labels.contains(label));
            if !linked {
                let entry = |i: usize| Entry { col: i * distance, offset: 0, count: 1 };
                let entries: Vec<Entry> = (0..limit(*label)).map(entry).collect();
                tables.push(Table { rows: vec![], starts: vec![0, entries.len()], entries, run: false });
            }
        }
        // The longest innermost; runs are read fastest.
        let cost = |table: &Table| table.entries.len() * if table.run { 4 } else { 1 } / table.starts.len();
        tables.sort_by_key(cost);
        Rows { sizes: rows.iter().map(|label| limit(*label)).collect(), tables }
    }
}

impl Ties {
    fn table(&self, rows: &[usize], cols: &[(usize, usize)], limits: &[usize]) -> Table {
        // For each label of the link: its factor in the index of the table, and in the row.
        let mut count = 1;
        let mut row_labels = Vec::new();
        let mut factors = vec![(0, 0, 0); self.labels.len()];
        for (factor, label) in factors.iter_mut().zip(&self.labels) {
            let limit = limits.get(*label).copied().unwrap_or(1);
            *factor = match (rows.iter().position(|l| l == label), cols.iter().find(|(l, _)| l == label)) {
                (Some(position), _) => {
                    row_labels.push((position, count));
                    let factor = (count, 0, limit);
                    count *= limit;
                    factor
                }
                (None, Some((_, distance))) => (0, *distance, limit),
                (None, None) => (0, 0, limit),
            };
        }
        let mut entries: Vec<(usize, Entry)> = Vec::with_capacity(self.ties.len());
        for tie in &self.ties {
            let (mut row, mut col, mut inside) = (0, 0, true);
            for (i, (in_row, in_col, limit)) in coordinates(tie.label, &self.sizes).zip(factors.iter().rev()) {
                inside &= i < *limit;
                row += i * in_row;
                col += i * in_col;
            }
            if inside {
                entries.push((row, Entry { col, offset: tie.offset, count: tie.count }));
            }
        }
        entries.sort_by_key(|(row, entry)| (*row, entry.col));
        let mut starts = vec![0usize; count + 1];
        for (row, _) in &entries {
            if let Some(next) = starts.get_mut(row + 1) {
                *next += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let follows = |a: &(usize, Entry), b: &(usize, Entry)| {
            a.0 != b.0 || (b.1.col == a.1.col + 1 && b.1.offset == a.1.offset + 1)
        };
        let run = entries.is_sorted_by(follows) && entries.iter().all(|(_, e)| e.count == 1);
        Table { rows: row_labels, starts, entries: entries.into_iter().map(|(_, e)| e).collect(), run }
    }
}

/// A cell that is added at a place of the row.
#[derive(Clone, Copy)]
struct Entry {
    col: usize,
    offset: usize,
    count: u32,
}

/// The cells that one link adds to a row, for each value of those of its labels that tell rows apart.
struct Table {
    /// Positions of these labels in the tuple of the row, and their factors in the index of the table.
    rows: Vec<(usize, usize)>,
    starts: Vec<usize>,
    entries: Vec<Entry>,
    /// Whether each row's entries follow one another in the row and in the source.
    run: bool,
}

impl Table {
    fn entries(&self, row: &[usize]) -> &[Entry] {
        let index: usize = self.rows.iter().map(|(i, factor)| row.get(*i).copied().unwrap_or(0) * factor).sum();
        match self.starts.get(index..index + 2) {
            Some([from, to]) => self.entries.get(*from..*to).unwrap_or(&[]),
            _ => &[],
        }
    }
}

/// Rows of a view.
pub(super) struct Rows {
    sizes: Vec<usize>,
    tables: Vec<Table>,
}

impl Rows {
    /// The tuple of row `index`.
    pub(super) fn tuple(&self, index: usize, tuple: &mut Vec<usize>) {
        tuple.clear();
        tuple.extend(coordinates(index, &self.sizes));
        tuple.reverse();
    }

    /// Adds the row of `tuple` to `out`, by `add(place, cell, multiplicity)`.
    pub(super) fn add<S: Copy, P>(&self, tuple: &[usize], source: &[S], add: &impl Fn(&mut P, S, u32), out: &mut [P]) {
        add_all(&self.tables, tuple, Entry { col: 0, offset: 0, count: 1 }, source, add, out);
    }
}

fn add_all<S: Copy, P>(
    tables: &[Table],
    tuple: &[usize],
    at: Entry,
    source: &[S],
    add: &impl Fn(&mut P, S, u32),
    out: &mut [P],
) {
    let Some((table, rest)) = tables.split_first() else {
        if let (Some(to), Some(from)) = (out.get_mut(at.col), source.get(at.offset)) {
            add(to, *from, at.count);
        }
        return;
    };
    let entries = table.entries(tuple);
    if !rest.is_empty() {
        for e in entries {
            let at = Entry { col: at.col + e.col, offset: at.offset + e.offset, count: at.count * e.count };
            add_all(rest, tuple, at, source, add, out);
        }
    } else if table.run {
        let Some(first) = entries.first() else { return };
        let (col, offset) = (at.col + first.col, at.offset + first.offset);
        if let (Some(to), Some(from)) = (out.get_mut(col..), source.get(offset..)) {
            for (to, from) in to.iter_mut().zip(from).take(entries.len()) {
                add(to, *from, at.count);
            }
        }
    } else {
        for e in entries {
            if let (Some(to), Some(from)) = (out.get_mut(at.col + e.col), source.get(at.offset + e.offset)) {
                add(to, *from, at.count * e.count);
            }
        }
    }
}
