//! Maxima that are none, and copies that are of something else.

use super::programs::{convolution, inputs, maxima, moves, residual, rng, wrong_cell};
use super::support::Programs;
use super::support::adversary::{Case, Cell, SUM};
use super::support::programs::affine;
use std::collections::BTreeSet;
use verin_circuits::schedule::Role;
use verin_quantizer::ir::{Graph, Max, Move, Op, Source, View};

fn public(graph: Graph) -> Case {
    Case::new(graph, 5, 0, (false, false), false)
}

fn max(case: &Case, node: usize) -> &Max {
    match &case.graph.nodes[node].op {
        Op::Max(max) => max,
        other => panic!("{other:?} is no maximum"),
    }
}

/// `max(x, -y)` of neighbours: with bounds that its domain just holds, at its lowest index.
fn extreme() -> Graph {
    let mut p = Programs::new(rng(11), &[2, 3], 4);
    let operand = |coefficient: i64, offset: i32| Move {
        coefficient,
        view: View {
            source: Source::Tensor(0),
            links: vec![affine(&[], &[], &[0], offset), verin_quantizer::ir::Link::identity(0, 1)],
        },
    };
    let m = p.max(operand(1, 0), operand(-1, 1), &[3]);
    let o = p.result(m);
    p.finish(o)
}

/// Cases with the numbers of their maxima.
fn targets() -> Vec<(Case, usize)> {
    vec![(public(convolution()), 2), (public(maxima()), 2), (public(maxima()), 3), (public(extreme()), 0)]
}

/// The checks of the left operand's relation and of the right one's.
fn checks(case: &Case, node: usize) -> [&'static str; 2] {
    let relations = case.explaining(node);
    assert_eq!(relations.len(), 2);
    [0, 1].map(|i| Case::check_of(&case.schedule.relations[relations[i]]))
}

/// A wrong cell, whether it is one for these honest ones, by the index where both operands are equal; and which of table, left and
/// right operand rule it out.
type Attack = (&'static str, fn(i64, Cell) -> Option<Cell>, [bool; 3]);

/// Left operand and right one, of a cell.
fn operands(half: i64, c: &Cell) -> (i64, i64) {
    let right = c.result - c.excess;
    (c.low - half + right, right)
}

const ATTACKS: [Attack; 14] = [
    ("more than both", |_, c| Some(Cell { result: c.result + 1, excess: c.excess + 1, ..c }), [true, false, false]),
    ("more than both, as if both were more", |_, c| Some(Cell { result: c.result + 1, ..c }), [false, true, true]),
    (
        "more than both, as if the left one were it",
        |half, c| (c.low >= half).then(|| Cell { result: c.result + 1, excess: c.excess + 1, low: c.low + 1, ..c }),
        [false, true, false],
    ),
    (
        "more than both, as if the right one were it",
        |half, c| (c.low <= half).then(|| Cell { result: c.result + 1, low: c.low - 1, ..c }),
        [false, false, true],
    ),
    ("exceeded by one", |_, c| Some(Cell { result: c.result - 1, excess: c.excess - 1, ..c }), [true, false, false]),
    (
        "exceeded by one, as if the left one were less",
        |half, c| (c.low > half).then(|| Cell { result: c.result - 1, excess: c.excess - 1, low: c.low - 1, ..c }),
        [false, true, false],
    ),
    (
        "the smaller, which is the right one",
        |half, c| (c.low > half).then(|| Cell { result: c.result - c.excess, excess: 0, ..c }),
        [true, false, false],
    ),
    (
        "the smaller, as if the operands were equal",
        |half, c| (c.low > half).then(|| Cell { result: c.result - c.excess, excess: 0, low: half, ..c }),
        [false, true, false],
    ),
    (
        "the smaller, which is the left one",
        |half, c| {
            let (left, right) = operands(half, &c);
            (left < right).then(|| Cell { result: left, excess: left - right, ..c })
        },
        [true, false, false],
    ),
    (
        "the smaller left one, as if the operands were equal",
        |half, c| {
            let (left, right) = operands(half, &c);
            (left < right).then_some(Cell { result: left, excess: 0, low: half, ..c })
        },
        [false, false, true],
    ),
    (
        "of equal ones, one more",
        |half, c| (c.low == half).then(|| Cell { result: c.result + 1, excess: 1, low: c.low + 1, ..c }),
        [false, true, false],
    ),
    (
        "of equal ones, the left one less",
        |half, c| (c.low == half).then(|| Cell { low: c.low - 1, ..c }),
        [false, true, false],
    ),
    ("an index below the table", |half, c| Some(Cell { low: c.low - 2 * half, ..c }), [true, true, false]),
    ("an index above the table", |half, c| Some(Cell { low: c.low + 2 * half, ..c }), [true, true, false]),
];

#[test]
fn soundness_a_maximum_that_is_none() {
    let mut seen = BTreeSet::new();
    for (case, node) in targets() {
        let half = 1i64 << (max(&case, node).domain_bits - 1);
        let length = case.graph.nodes[node].shape.cells();
        let [left, right] = checks(&case, node);
        for (what, wrong, which) in ATTACKS {
            // Anywhere, and in the last cell, which is a padded one.
            for last in [false, true] {
                let forgery = wrong_cell(&case, node, &|place, cell| {
                    if last && place.cell + 1 != length { None } else { wrong(half, cell) }
                });
                let Some(forgery) = forgery else { continue };
                let failing: BTreeSet<_> = [SUM, left, right]
                    .into_iter()
                    .zip(which)
                    .filter_map(|(check, fails)| fails.then_some(check))
                    .collect();
                let failing: Vec<_> = failing.into_iter().collect();
                case.rejects(&format!("{what}, last cell {last}"), &forgery, &failing);
                seen.insert((what, last));
            }
        }
    }
    let missing: Vec<_> = ATTACKS.iter().filter(|(what, ..)| !seen.contains(&(*what, false))).collect();
    assert!(missing.is_empty(), "no program gives occasion to {:?}", missing.iter().map(|a| a.0).collect::<Vec<_>>());
    assert!(ATTACKS.iter().filter(|(what, ..)| seen.contains(&(*what, true))).count() > 8, "too little padding");
}

/// Operands at both ends of their ranges, equal ones, and all others.
#[test]
fn completeness_of_maxima_at_the_extremes() {
    let case = public(extreme());
    let domain_bits = max(&case, 0).domain_bits;
    let index = case.find(Role::TableIndex(0));
    let (lo, hi) = (case.graph.input.lo, case.graph.input.hi);
    let mut met = BTreeSet::new();
    for x in lo..=hi {
        for y in lo..=hi {
            let honest = case.honest(&[vec![x, lo, hi, y, lo, hi]]);
            assert_eq!(honest.output, [x.max(-y), lo.max(-lo), hi.max(-hi)]);
            met.extend(&honest.pretended[index]);
            if [lo, lo + 1, 0, hi].contains(&x) {
                assert!(case.accepts(&honest, &honest.prove(&case), &[]), "max({x}, -{y})");
            }
        }
    }
    assert_eq!((met.first(), domain_bits), (Some(&0), 5), "the lowest index is met");
}

/// A copy is the sum that it copies, in every cell.
#[test]
fn soundness_copies() {
    for (case, node) in [
        (public(moves()), 1),
        (public(moves()), 5),
        (public(residual()), 7),
        (public(convolution()), 4),
        (Case::new(moves(), 5, 1, (true, true), true), 1),
    ] {
        let relations = case.explaining(node);
        assert_eq!(relations.len(), 1);
        let check = Case::check_of(&case.schedule.relations[relations[0]]);
        let length = case.graph.nodes[node].shape.cells();
        for cell in 0..length {
            for change in [-1, 1] {
                let forgery = case.forge(&inputs(&case, 1), &mut |place, _, c| {
                    let here = (place.slot, place.node, place.cell) == (0, node, cell);
                    if here { Cell { result: c.result + change, ..c } } else { c }
                });
                case.rejects(&format!("cell {cell} of copy {node}"), &forgery, &[check]);
            }
        }
        // Two cells exchanged.
        let honest = case.honest(&inputs(&case, 1));
        let copied = &honest.committed[case.find(Role::Result(node))][..length];
        let other = (1..length).find(|i| copied[*i] != copied[0]).unwrap();
        let exchanged = [(0, copied[other]), (other, copied[0])];
        let forgery = case.forge(&inputs(&case, 1), &mut |place, _, c| {
            let here = exchanged.iter().find(|(cell, _)| (place.slot, place.node, place.cell) == (0, node, *cell));
            here.map_or(c, |(_, result)| Cell { result: *result, ..c })
        });
        case.rejects("two cells of a copy exchanged", &forgery, &[check]);

        // Nothing but its relation says so.
        let weak = case.without(relations[0]);
        let proof = forgery.prove(&weak);
        assert!(weak.accepts(&forgery, &proof, &[]), "rejected without its relation");
    }
}
