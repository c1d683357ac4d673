//! Tables of tensors seen through views, with some labels at a point and the others free.
//!
//! A tensor's index bits are cut into *modes*: the slot, pieces of labels (free ties), axes of the other ties. Modes at a point
//! are folded, ties are contracted with their extensions, one after another, integers first: a sum of small integers times
//! field elements is cheap, and what is left is small. No window is ever copied out.

use crate::backend::Backend;
use crate::ints::Ints;
use ark_bn254::Fr;
use ark_ff::{One, Zero};
use verin_circuits::relations::point::LabelPoint;
use verin_circuits::schedule::{Reading, Tie};

/// A run of index bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// The slot.
    Slots,
    /// Bits of a label, from the `at`-th most significant on.
    Label { label: usize, at: u32 },
    /// An axis whose tie is not free.
    Axis(usize),
}

enum Cells<'c> {
    Ints(Ints<'c>),
    Field(Vec<Fr>),
}

/// Cells over modes, each with its number of bits, most significant first.
struct Table<'c> {
    modes: Vec<(Mode, u32)>,
    cells: Cells<'c>,
}

/// What stays free: the slot, and labels with their bits, in this order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kept<'k> {
    /// Whether the slot does.
    pub slots: bool,
    /// Labels in the order of the table's index, with their bits.
    pub labels: &'k [(usize, u32)],
}

impl Kept<'_> {
    fn label(&self, label: usize) -> Option<u32> {
        self.labels.iter().find(|(kept, _)| *kept == label).map(|(_, log)| *log)
    }
}

/// `reading` with kept labels free and all others at `at`.
pub fn over_labels(
    backend: &dyn Backend,
    column: &Ints<'_>,
    reading: &Reading,
    at: &LabelPoint<Fr>,
    kept: Kept<'_>,
) -> Vec<Fr> {
    let mut table = Table::new(column, reading, at, kept);
    table.fold_fixed(backend, at, kept);
    for tie in reading.ties.iter().filter(|tie| tie.solutions.is_some()).rev() {
        table.contract(backend, reading, tie, at, kept);
    }
    let mut order: Vec<Mode> = table.modes.iter().map(|(mode, _)| *mode).collect();
    let place = |mode: &Mode| match mode {
        Mode::Label { label, at } => (1 + kept.labels.iter().position(|(kept, _)| kept == label).unwrap_or(0), *at),
        _ => (0, 0),
    };
    order.sort_by_key(place);
    table.reorder(&order);
    table.into_field()
}

/// The tensor of `reading` over its summed axes, ascending, with all labels at `at`.
pub fn over_axes(backend: &dyn Backend, column: &Ints<'_>, reading: &Reading, at: &LabelPoint<Fr>) -> Vec<Fr> {
    let mut table = Table::new(column, reading, at, Kept::default());
    table.fold_fixed(backend, at, Kept::default());
    let mut order: Vec<Mode> = table.modes.iter().map(|(mode, _)| *mode).collect();
    order.sort_by_key(|mode| if let Mode::Axis(axis) = mode { *axis } else { 0 });
    table.reorder(&order);
    table.into_field()
}

/// The product of the links of `reading` that are not free over their axes, ascending, with all labels at `at`.
pub fn links_over_axes(backend: &dyn Backend, reading: &Reading, at: &LabelPoint<Fr>) -> Vec<Fr> {
    let axes = reading.summed_axes();
    let modes: Vec<(Mode, u32)> = axes.iter().map(|axis| (Mode::Axis(*axis), reading.shape.axis_log(*axis))).collect();
    let mut links = vec![Fr::one(); 1 << log_of(&modes)];
    for tie in reading.ties.iter().filter(|tie| tie.solutions.is_some()) {
        let Matrix { rows, .. } = Matrix::new(backend, reading, tie, at, Kept::default());
        let places: Vec<(u32, u32)> = tie.axes.iter().map(|axis| place_of(&modes, Mode::Axis(*axis))).collect();
        for (index, link) in links.iter_mut().enumerate() {
            let joint = places.iter().fold(0, |joint, (shift, log)| joint << log | (index >> shift & ((1 << log) - 1)));
            *link *= rows[0][joint];
        }
    }
    links
}

/// Bits below `mode` and bits of it.
fn place_of(modes: &[(Mode, u32)], mode: Mode) -> (u32, u32) {
    match modes.iter().position(|(known, _)| *known == mode) {
        Some(i) => (log_of(&modes[i + 1..]), modes[i].1),
        None => (0, 0),
    }
}

fn log_of(modes: &[(Mode, u32)]) -> u32 {
    modes.iter().map(|(_, log)| *log).sum()
}

impl<'c> Table<'c> {
    fn new(column: &'c Ints<'_>, reading: &Reading, at: &LabelPoint<Fr>, kept: Kept<'_>) -> Self {
        let shape = &reading.shape;
        let mut of_axis: Vec<Vec<(Mode, u32)>> =
            (0..shape.rank()).map(|axis| vec![(Mode::Axis(axis), shape.axis_log(axis))]).collect();
        for tie in reading.ties.iter().filter(|tie| tie.solutions.is_none()) {
            // The bits of the labels are the bits of the axes: cut them wherever either ends.
            let bits = tie.labels.iter().flat_map(|label| {
                let log = kept.label(*label).unwrap_or(at.label(*label).len() as u32);
                (0..log).map(|at| (*label, at))
            });
            let mut bits = bits.peekable();
            for axis in &tie.axes {
                let mut pieces: Vec<(Mode, u32)> = Vec::new();
                for (label, at) in bits.by_ref().take(shape.axis_log(*axis) as usize) {
                    match pieces.last_mut() {
                        Some((Mode::Label { label: last, .. }, log)) if *last == label => *log += 1,
                        _ => pieces.push((Mode::Label { label, at }, 1)),
                    }
                }
                of_axis[*axis] = pieces;
            }
        }
        let slots = (Mode::Slots, if reading.slots { at.slots.len() as u32 } else { 0 });
        let modes = [slots].into_iter().chain(of_axis.into_iter().flatten()).filter(|(_, log)| *log > 0).collect();
        Self { modes, cells: Cells::Ints(column.slice(0..column.len())) }
    }

    /// Folds every mode that is at a point, runs of neighbours at once.
    fn fold_fixed(&mut self, backend: &dyn Backend, at: &LabelPoint<Fr>, kept: Kept<'_>) {
        let point = |(mode, log): &(Mode, u32)| match mode {
            Mode::Slots if !kept.slots => Some(at.slots.clone()),
            Mode::Label { label, at: first } if kept.label(*label).is_none() => {
                Some(at.label(*label)[*first as usize..(first + log) as usize].to_vec())
            }
            _ => None,
        };
        while let Some(first) = self.modes.iter().position(|mode| point(mode).is_some()) {
            let run: Vec<Vec<Fr>> = self.modes[first..].iter().map_while(point).collect();
            let weights = backend.eq_table(&run.concat());
            self.apply(backend, first, run.len(), &[weights]);
            self.modes.drain(first..first + run.len());
        }
    }

    /// Replaces the axes of `tie` by its kept labels.
    fn contract(&mut self, backend: &dyn Backend, reading: &Reading, tie: &Tie, at: &LabelPoint<Fr>, kept: Kept<'_>) {
        let matrix = Matrix::new(backend, reading, tie, at, kept);
        let axes: Vec<Mode> = tie.axes.iter().map(|axis| Mode::Axis(*axis)).collect();
        let find = |modes: &[(Mode, u32)]| {
            let windows = modes.windows(axes.len().max(1));
            windows.into_iter().position(|window| window.iter().map(|(mode, _)| mode).eq(&axes))
        };
        let first = if axes.is_empty() {
            0
        } else {
            find(&self.modes).unwrap_or_else(|| {
                // Bring the axes together.
                let others = self.modes.iter().map(|(mode, _)| *mode).filter(|mode| !axes.contains(mode));
                let order: Vec<Mode> = others.chain(axes.iter().copied()).collect();
                self.reorder(&order);
                self.modes.len() - axes.len()
            })
        };
        self.apply(backend, first, axes.len(), &matrix.rows);
        let labels = matrix.labels.into_iter().map(|(label, log)| (Mode::Label { label, at: 0 }, log));
        self.modes.splice(first..first + axes.len(), labels);
    }

    /// `out[a, m, c] = sum_n matrix[m][n] cells[a, n, c]` with `n` over `count` modes from `first` on.
    fn apply(&mut self, backend: &dyn Backend, first: usize, count: usize, matrix: &[Vec<Fr>]) {
        let after = log_of(&self.modes[first + count..]);
        self.cells = Cells::Field(match &self.cells {
            Cells::Ints(ints) => backend.contract_ints(ints, 1 << log_of(&self.modes[..first]), after, matrix),
            Cells::Field(table) => backend.contract_field(table, after, matrix),
        });
    }

    fn reorder(&mut self, order: &[Mode]) {
        if self.modes.iter().map(|(mode, _)| mode).eq(order) {
            return;
        }
        let places: Vec<(u32, u32)> = order.iter().map(|mode| place_of(&self.modes, *mode)).collect();
        let from = |index: usize| {
            let (mut rest, mut from) = (index, 0);
            for (shift, log) in places.iter().rev() {
                from |= (rest & ((1 << log) - 1)) << shift;
                rest >>= log;
            }
            from
        };
        let field = self.field();
        self.cells = Cells::Field((0..field.len()).map(|i| field[from(i)]).collect());
        self.modes = order.iter().zip(places).map(|(mode, (_, log))| (*mode, log)).collect();
    }

    fn field(&self) -> Vec<Fr> {
        match &self.cells {
            Cells::Ints(ints) => ints.to_field(1 << log_of(&self.modes)),
            Cells::Field(table) => table.clone(),
        }
    }

    fn into_field(self) -> Vec<Fr> {
        match self.cells {
            Cells::Field(table) => table,
            Cells::Ints(ints) => ints.to_field(1 << log_of(&self.modes)),
        }
    }
}

/// The extension of a tie in its labels at a point: a row for every tuple of kept labels, a column for every one of axes.
struct Matrix {
    labels: Vec<(usize, u32)>,
    rows: Vec<Vec<Fr>>,
}

impl Matrix {
    fn new(backend: &dyn Backend, reading: &Reading, tie: &Tie, at: &LabelPoint<Fr>, kept: Kept<'_>) -> Self {
        let columns = 1usize << tie.axes.iter().map(|axis| reading.shape.axis_log(*axis)).sum::<u32>();
        let labels: Vec<(usize, u32)> =
            tie.labels.iter().filter_map(|label| kept.label(*label).map(|log| (*label, log))).collect();
        let mut rows = vec![vec![Fr::zero(); columns]; 1 << labels.iter().map(|(_, log)| *log).sum::<u32>()];
        // Of each label, innermost first: its bits, and its eq table if it is at a point.
        let parts: Vec<(u32, Option<Vec<Fr>>)> = tie
            .labels
            .iter()
            .rev()
            .map(|label| match kept.label(*label) {
                Some(log) => (log, None),
                None => (at.label(*label).len() as u32, Some(backend.eq_table(at.label(*label)))),
            })
            .collect();
        for solution in tie.solutions.iter().flatten() {
            let (mut rest, mut row, mut shift) = (solution.label, 0, 0);
            let mut weight = Fr::from(solution.count);
            for (log, eq) in &parts {
                let index = rest & ((1 << log) - 1);
                rest >>= log;
                match eq {
                    Some(eq) => weight *= eq[index],
                    None => {
                        row |= index << shift;
                        shift += log;
                    }
                }
            }
            rows[row][solution.axis] += weight;
        }
        Self { labels, rows }
    }
}
