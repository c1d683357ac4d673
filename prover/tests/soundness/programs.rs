//! Programs small enough to be attacked thousands of times.

use super::support::Programs;
use super::support::adversary::{Case, Cell, Forgery, Place};
use super::support::programs::{Window, affine, moved, product, seen};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use verin_quantizer::ir::{Graph, Link, Move, Source, Table, View};

pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// A dense layer and a saturating table, twice; the second result, with a padded column, is the output.
pub fn saturating() -> Graph {
    let mut p = Programs::new(rng(3), &[3], 4);
    let h = p.dense(0, 0, 3);
    let table = p.table(4);
    let a = p.activation(h, 3, 4, table);
    let g = p.dense(a, 0, 3);
    let table = p.table(6);
    let b = p.activation(g, 7, 6, table);
    let o = p.result(b);
    p.finish(o)
}

/// A table that never saturates, its result the output.
pub fn plain() -> Graph {
    let mut p = Programs::new(rng(4), &[3], 4);
    let h = p.dense(0, 0, 3);
    let table = p.table(8);
    let a = p.activation(h, 5, 8, table);
    let o = p.result(a);
    p.finish(o)
}

/// Rows, a remainder in two limbs, a scale node, a shared range table; the output is an accumulator.
pub fn scaled() -> Graph {
    let mut p = Programs::new(rng(5), &[2, 3], 6);
    let h = p.dense(0, 1, 3);
    let a = p.activation(h, 5, 7, Table::Clamp { bits: 6 });
    let s = p.scale(a, 1);
    let b = p.activation(s, 13, 3, Table::Clamp { bits: 2 });
    let o = p.dense(b, 1, 3);
    p.finish(o)
}

/// One value read by two layers, one of which is added to a function of the other.
pub fn fan_out() -> Graph {
    let mut p = Programs::new(rng(6), &[4], 4);
    let h = p.dense(0, 0, 4);
    let a = p.activation(h, 4, 9, Table::Relu { bits: 5 });
    let g = p.dense(a, 0, 2);
    let table = p.table(5);
    let b = p.activation(g, 10, 5, table);
    let mut terms = p.layer(a, 0, 2);
    terms.push(moved(-3, b, vec![Link::identity(0, 0)]));
    let o = p.sum(terms, &[2]);
    p.finish(o)
}

/// Windows with asymmetric pads, a stride, a dilation; maxima of neighbours; channels, rows and columns with padding.
pub fn convolution() -> Graph {
    let mut p = Programs::new(rng(7), &[2, 4, 3], 4);
    let rows = Window { kernel: 3, stride: 2, dilation: 1, pads: (1, 2) };
    let cols = Window { kernel: 2, stride: 1, dilation: 2, pads: (1, 0) };
    let h = p.conv(0, 3, [rows, cols], false);
    let table = p.table(5);
    let a = p.activation(h, 6, 5, table);
    let m = p.pool(a, 2);
    // Windows over rows, which have padding that is not 0.
    let h = p.sum(vec![moved(1, m, vec![Link::identity(0, 0), affine(&[(1, 1)], &[(2, 1)], &[1], 0)])], &[3, 2]);
    let c = p.copy(h);
    let o = p.dense(c, 0, 3);
    p.finish(o)
}

/// Two groups of two channels each, with windows; then a window for each channel; the seam is a reshape.
pub fn groups() -> Graph {
    let mut p = Programs::new(rng(8), &[4, 2, 3], 4);
    // Labels: group, channel of the group, row, column; summed: channel of the source's group, tap.
    let right = View {
        source: Source::Tensor(0),
        links: vec![
            affine(&[(0, 2), (4, 1)], &[], &[0], 0),
            affine(&[(2, 1), (5, 1)], &[], &[1], -1),
            Link::identity(3, 2),
        ],
    };
    let left = p.weights(&[2, 2, 2, 2]);
    let left = seen(left, &[5, 0, 1, 4]);
    let h = p.sum(vec![product(1, &[2, 2], left, right)], &[2, 2, 2, 3]);
    let a = p.activation(h, 5, 5, Table::Clamp { bits: 4 });
    // Labels: channel, row, column; summed: tap.
    let right = View {
        source: Source::Tensor(a),
        links: vec![affine(&[(0, 1)], &[], &[0, 1], 0), Link::identity(1, 2), affine(&[(2, 1), (3, 1)], &[], &[3], -1)],
    };
    let left = p.weights(&[4, 2]);
    let left = seen(left, &[0, 3]);
    let h = p.sum(vec![product(1, &[2], left, right)], &[4, 2, 3]);
    let a = p.activation(h, 5, 5, Table::Clamp { bits: 4 });
    let o = p.dense(a, 1, 2);
    p.finish(o)
}

/// Terms at several scales, one of them broadcast along rows; sums over windows and over an axis; masks.
pub fn residual() -> Graph {
    let mut p = Programs::new(rng(9), &[2, 3], 5);
    let h = p.dense(0, 1, 3);
    let a = p.activation(h, 5, 5, Table::Clamp { bits: 4 });
    let h = p.dense(a, 0, 3);
    let b = p.activation(h, 5, 5, Table::Clamp { bits: 4 });
    let identity = || vec![Link::identity(0, 0), Link::identity(1, 1)];
    let h = p
        .sum(vec![moved(2, a, identity()), moved(-3, b, vec![Link::identity(1, 0)]), moved(1, 0, identity())], &[2, 3]);
    let c = p.activation(h, 1, 8, Table::Relu { bits: 6 });
    let windows = vec![Link::identity(0, 0), affine(&[(1, 1)], &[(2, 1)], &[1], -1)];
    // In the second row alone, columns reversed.
    let masked = vec![affine(&[(0, 1)], &[], &[], -1), affine(&[(1, -1)], &[], &[0], 2)];
    let h = p.sum(vec![moved(1, c, windows), moved(-2, b, masked)], &[2, 3]);
    let d = p.copy(h);
    let row = Link::Table { label: 0, axis: 1, index: vec![Some(0), Some(1), Some(2)] };
    let total = vec![affine(&[], &[(2, 1)], &[0], 0), row];
    let picked = Link::Table { label: 0, axis: 0, index: vec![Some(2), None, Some(2)] };
    let o = p.sum(vec![moved(1, d, total), moved(5, b, vec![picked])], &[3]);
    p.finish(o)
}

/// Maxima at two scales, of a tensor with its own reflection, of padding; products of values, summed and not.
pub fn maxima() -> Graph {
    let mut p = Programs::new(rng(10), &[2, 3], 4);
    let h = p.unit(0, 3);
    let a = p.activation(h, 1, 6, Table::Clamp { bits: 4 });
    let identity = |x: usize| View::identity(Source::Tensor(x), &[2, 3]);
    let operand = |coefficient: i64, view: View| Move { coefficient, view };
    let m = p.max(operand(-1, identity(a)), operand(2, identity(0)), &[2, 3]);
    let reversed =
        View { source: Source::Tensor(m), links: vec![Link::identity(0, 0), affine(&[(1, -1)], &[], &[1], 2)] };
    let n = p.max(operand(1, reversed), operand(1, identity(m)), &[2, 3]);
    let h = p.product(n, a);
    let b = p.activation(h, 3, 6, Table::Clamp { bits: 4 });
    // Columns are summed over; as there are three, one of the factors must be 0 at the fourth.
    let left = View { source: Source::Tensor(n), links: vec![Link::identity(0, 0), Link::identity(2, 1)] };
    let columns = Link::Table { label: 2, axis: 1, index: (0..3).map(Some).collect() };
    let right = View { source: Source::Tensor(b), links: vec![Link::identity(1, 0), columns] };
    let o = p.sum(vec![product(-2, &[3], left, right)], &[2, 2]);
    p.finish(o)
}

/// Reshape that moves cells, transposition, concatenation, reversal, tables of indices, copies.
pub fn moves() -> Graph {
    let is = |(name, _): &(&str, Graph)| *name == "moves";
    super::support::zoo(rng(2)).into_iter().find(is).unwrap().1
}

/// Every program, with everything public and everything private.
pub fn cases() -> Vec<(String, Case)> {
    let mut cases = Vec::new();
    for (name, graph, batch_log) in [
        ("saturating", saturating(), 0),
        ("plain", plain(), 1),
        ("scaled", scaled(), 0),
        ("fan-out", fan_out(), 0),
        ("convolution", convolution(), 0),
        ("groups", groups(), 0),
        ("residual", residual(), 0),
        ("maxima", maxima(), 1),
        ("moves", moves(), 1),
    ] {
        for private in [false, true] {
            let case = Case::new(graph.clone(), 5, batch_log, (private, private), private);
            cases.push((format!("{name}, {}", if private { "private" } else { "public" }), case));
        }
    }
    cases
}

/// Inputs for every slot of `case`.
pub fn inputs(case: &Case, seed: u64) -> Vec<Vec<i64>> {
    let mut inputs = super::support::inputs(&mut rng(seed), &case.graph, 1 + (1 << case.schedule.options.batch_log));
    inputs.remove(0);
    inputs
}

/// A forgery with one wrong cell of `node`, the first that `tamper` changes over some inputs; `None` if it never does.
pub fn wrong_cell(case: &Case, node: usize, tamper: &dyn Fn(Place, Cell) -> Option<Cell>) -> Option<Forgery> {
    (0..200).find_map(|seed| {
        let mut changed = false;
        let forgery = case.forge(&inputs(case, seed), &mut |place, _, cell| {
            if changed || place.node != node {
                return cell;
            }
            let wrong = tamper(place, cell);
            changed = wrong.is_some();
            wrong.unwrap_or(cell)
        });
        changed.then_some(forgery)
    })
}

/// The same, of cells wherever they are, for inputs that give occasion to it.
pub fn one_wrong_cell(case: &Case, node: usize, tamper: impl Fn(Cell) -> Option<Cell>) -> Forgery {
    let forgery = wrong_cell(case, node, &|_, cell| tamper(cell));
    forgery.expect("no input gives this prover anything to do")
}
