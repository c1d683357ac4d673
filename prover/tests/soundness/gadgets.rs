//! The ways around each gadget, every one of them carried through the rest of the program, so that exactly one check is left to
//! stop it: named here, and shown to be the one.

use super::programs::{fan_out, inputs, one_wrong_cell, plain, saturating, scaled};
use super::support::adversary::{Case, Cell, Forgery, MOVES, OPENING, PRODUCTS, Program, SUM};
use verin_circuits::schedule::{Numerator, Role};
use verin_quantizer::ir::{Activation, Entries, Graph, Op, Table};

fn public(graph: Graph) -> Case {
    Case::new(graph, 5, 0, (false, false), false)
}

fn activation(case: &Case, node: usize) -> &Activation {
    match &case.graph.nodes[node].op {
        Op::Activation(activation) => activation,
        _ => panic!("node {node} is no activation"),
    }
}

/// A table entry for any index, as an honest reader of the table would continue it.
fn entry(activation: &Activation, low: i64) -> i64 {
    activation.table.get(low - (1 << (activation.domain_bits - 1)), activation.domain_bits)
}

/// Activations of the programs attacked: without saturation, with it, with a remainder in two limbs, after a scale node.
fn targets() -> Vec<(Case, usize)> {
    vec![
        (public(plain()), 1),
        (public(saturating()), 1),
        (public(saturating()), 3),
        (public(scaled()), 3),
        (public(fan_out()), 1),
        (public(fan_out()), 3),
    ]
}

#[test]
fn soundness_a_remainder_of_minus_one_or_2_to_the_s() {
    for (case, node) in targets() {
        let a = activation(&case, node).clone();
        let top = 1i64 << a.shift;
        let inside = |low: &i64| (0..1 << a.domain_bits).contains(low);
        // -1: only where the honest remainder is 2^s - 1; 2^s: only where it is 0. With 13 bits no input may give that.
        if a.shift < 8 {
            let below = one_wrong_cell(&case, node, |c| {
                let low = c.low + 1;
                (c.remainder == top - 1 && inside(&low)).then(|| Cell {
                    low,
                    remainder: -1,
                    result: if c.class == 1 { entry(&a, low) } else { c.result },
                    ..c
                })
            });
            case.rejects("remainder -1", &below, &[SUM]);
            let above = one_wrong_cell(&case, node, |c| {
                let low = c.low - 1;
                (c.remainder == 0 && inside(&low)).then(|| Cell {
                    low,
                    remainder: top,
                    result: if c.class == 1 { entry(&a, low) } else { c.result },
                    ..c
                })
            });
            case.rejects("remainder 2^s", &above, &[SUM]);
        }
    }
}

#[test]
fn soundness_a_quotient_off_by_one_with_the_remainder_shifted() {
    for (case, node) in targets() {
        let a = activation(&case, node).clone();
        for step in [-1i64, 1] {
            let forgery = one_wrong_cell(&case, node, |c| {
                let low = c.low + step;
                let result = if c.class == 1 { entry(&a, low) } else { c.result };
                (0..1 << a.domain_bits).contains(&low).then(|| Cell {
                    low,
                    remainder: c.remainder - (step << a.shift),
                    result,
                    ..c
                })
            });
            case.rejects("quotient off by one", &forgery, &[SUM]);
        }
    }
}

#[test]
fn soundness_a_quotient_or_remainder_that_is_not_the_accumulators() {
    for (case, node) in targets() {
        let a = activation(&case, node).clone();
        let quotient = one_wrong_cell(&case, node, |c| {
            let low = (c.low + 1) % (1 << a.domain_bits);
            Some(Cell { low, result: if c.class == 1 { entry(&a, low) } else { c.result }, ..c })
        });
        case.rejects("another quotient, remainder kept", &quotient, &[PRODUCTS]);
        let remainder = one_wrong_cell(&case, node, |c| Some(Cell { remainder: c.remainder ^ 1, ..c }));
        case.rejects("another remainder in range", &remainder, &[PRODUCTS]);
    }
}

#[test]
fn soundness_a_result_that_the_table_does_not_give() {
    for (case, node) in targets() {
        for change in [-1, 1, 1 << 40] {
            let forgery = one_wrong_cell(&case, node, |c| Some(Cell { result: c.result + change, ..c }));
            if change == 1 << 40 && node + 2 != case.graph.output.tensor {
                continue; // what follows would overflow the executor
            }
            case.rejects("entry outside the table", &forgery, &[SUM]);
        }
    }
}

#[test]
fn soundness_saturation() {
    let case = public(saturating());
    for node in [1, 3] {
        let a = activation(&case, node).clone();
        let (domain, centre) = (1i64 << a.domain_bits, 1i64 << (a.high_bits - 1));
        let edges = [entry(&a, 0), 0, entry(&a, domain - 1)];
        // Inside claimed for outside, and outside for inside: the table of the wrong class.
        let inside = one_wrong_cell(&case, node, |c| {
            (c.class != 1 && entry(&a, c.low) != c.result).then(|| Cell { class: 1, result: entry(&a, c.low), ..c })
        });
        case.rejects("class inside", &inside, &[SUM]);
        for class in [0usize, 2] {
            let outside = one_wrong_cell(&case, node, |c| {
                (c.class == 1).then(|| Cell { class: class as i64, result: edges[class], ..c })
            });
            case.rejects("class outside", &outside, &[SUM]);
        }
        // Low claimed for high.
        let flipped = one_wrong_cell(&case, node, |c| (c.class == 2).then(|| Cell { class: 0, result: edges[0], ..c }));
        case.rejects("class low for high", &flipped, &[SUM]);
        // A class that is none: the table before the first, the one after the last.
        for class in [-1, 3] {
            let none = one_wrong_cell(&case, node, |c| Some(Cell { class, ..c }));
            case.rejects("no class", &none, &[SUM]);
        }
        // l is free? Saturated, the result does not depend on it: the accumulator does.
        let free = one_wrong_cell(&case, node, |c| (c.class != 1).then(|| Cell { low: (c.low + 1) % domain, ..c }));
        case.rejects("l moved within its range", &free, &[PRODUCTS]);
        // l compensated by h: in the accumulator they balance, but l leaves its range.
        for step in [-1, 1] {
            let shifted = one_wrong_cell(&case, node, |c| {
                let high = c.high + step;
                let class = (high - centre).signum() + 1;
                let result = if class == 1 { entry(&a, c.low - step * domain) } else { edges[class as usize] };
                (0..2 * centre).contains(&high).then(|| Cell { high, low: c.low - step * domain, class, result, ..c })
            });
            case.rejects("l leaves its range, h follows", &shifted, &[SUM]);
        }
        // h outside its table.
        for high in [-1, 2 * centre] {
            let out = one_wrong_cell(&case, node, |c| {
                let low = c.low + (c.high - high) * domain;
                Some(Cell { high, low, class: if high < 0 { 0 } else { 2 }, ..c })
            });
            case.rejects("h out of range", &out, &[SUM]);
        }
    }
}

/// A name, what becomes of a cell, and the check that fails.
type Wrong<'w> = (&'static str, &'w dyn Fn(Cell) -> Cell, &'static str);

/// Inputs that drive an output of the first layer to the ends of its range: negative accumulators are honest ones, and what
/// wraps around is not.
#[test]
fn soundness_accumulators_at_the_extremes() {
    for case in [public(plain()), public(saturating()), public(scaled())] {
        let a = activation(&case, 1).clone();
        let entries = &case.graph.constants[0].entries;
        let cols = *case.graph.input.shape.dims().last().unwrap();
        let rows = case.graph.input_len() as u32 / cols;
        let (lo, hi) = (case.graph.input.lo, case.graph.input.hi);
        let mut reached = Vec::new();
        for output in 0..case.graph.constants[1].entries.len() {
            for lowest in [true, false] {
                let value = |col: u32| match (entries.get(output * cols as usize + col as usize) < 0) == lowest {
                    true => hi,
                    false => lo,
                };
                let x: Vec<i64> = (0..rows).flat_map(|_| (0..cols).map(value)).collect();
                let mut extreme = None;
                let honest = case.forge(std::slice::from_ref(&x), &mut |place, acc, cell| {
                    if (place.node, place.cell) == (1, output) {
                        extreme = Some(acc);
                    }
                    cell
                });
                reached.extend(extreme);
                assert!(case.accepts(&honest, &honest.prove(&case), &[]), "accumulator {extreme:?}");
                let (domain, top) = (1i64 << a.domain_bits, 1i64 << a.shift);
                let wrong: [Wrong<'_>; 5] = [
                    ("one less", &|c| Cell { low: c.low - 1, remainder: c.remainder + top, ..c }, SUM),
                    ("one more", &|c| Cell { low: c.low + 1, remainder: c.remainder - top, ..c }, SUM),
                    ("wrapped", &|c| Cell { low: (c.low + domain / 2) % domain, ..c }, PRODUCTS),
                    ("the other sign", &|c| Cell { low: domain - 1 - c.low, ..c }, PRODUCTS),
                    ("the other end of the table", &|c| Cell { result: entry(&a, domain - 1 - c.low), ..c }, SUM),
                ];
                for (what, wrong, check) in wrong {
                    let mut changed = false;
                    let forgery = case.forge(std::slice::from_ref(&x), &mut |place, _, cell| {
                        if (place.node, place.cell) != (1, output) {
                            return cell;
                        }
                        let mut wrong = wrong(cell);
                        // What the table gives for another index that it has.
                        if wrong.low != cell.low && (0..domain).contains(&wrong.low) && cell.class == 1 {
                            wrong.result = entry(&a, wrong.low);
                        }
                        changed = wrong != cell;
                        wrong
                    });
                    if changed {
                        case.rejects(&format!("{what}, accumulator {extreme:?}"), &forgery, &[check]);
                    }
                }
            }
        }
        assert!(reached.iter().any(|acc| *acc < 0) && reached.iter().any(|acc| *acc > 0), "{reached:?}");
    }
}

#[test]
fn soundness_multiplicities() {
    for (case, _) in targets() {
        for ix in case.multiplicities() {
            let length = 1usize << case.schedule.tensors[ix].log;
            for cell in [0, length / 2, length - 1] {
                for change in [-1, 1] {
                    let mut forgery = case.honest(&inputs(&case, 7));
                    let value = forgery.committed[ix][cell] + change;
                    forgery.set(ix, cell, value);
                    case.rejects("multiplicity off by one", &forgery, &[SUM]);
                }
            }
            // One use moved to another entry: the count is right, the entries are not.
            let mut forgery = case.honest(&inputs(&case, 7));
            let used = forgery.committed[ix].iter().position(|m| *m > 0);
            let Some(used) = used else { continue };
            let (one, other) = (forgery.committed[ix][used], (used + 1) % length);
            let next = forgery.committed[ix][other];
            forgery.set(ix, used, one - 1);
            forgery.set(ix, other, next + 1);
            case.rejects("a use moved to another entry", &forgery, &[SUM]);
        }
    }
}

/// Two tables of one shape under one tag would be one table. The entry looked up is in the other table only.
#[test]
fn soundness_tables_are_told_apart_by_their_tags() {
    let case = public(saturating());
    let a = activation(&case, 1).clone();
    let edge = entry(&a, 0);
    // Inside, but claiming what the table of the class below gives at the same index.
    let wrong = |c: Cell| (c.class == 1 && c.result != edge).then_some(Cell { result: edge, ..c });
    let class = case.find(Role::Class(1));
    // The class below must not be in use: with its tag it would lose its table.
    let mut attempts = (0..100).map(|seed| {
        let mut done = false;
        case.forge(&inputs(&case, seed), &mut |place, _, cell| match wrong(cell) {
            Some(wrong) if place.node == 1 && !done => {
                done = true;
                wrong
            }
            _ => cell,
        })
    });
    let fits = |f: &Forgery| !f.committed[class].contains(&0) && !case.accepts(f, &f.prove(&case), &[]);
    let mut forgery = attempts.find(fits).expect("some input keeps away from the class below");
    case.rejects("an entry of another table", &forgery, &[SUM]);

    let mut weak = case.clone();
    let inside = weak.schedule.blocks.iter().find(|b| b.class.is_some()).unwrap().tag + 1;
    let below = inside - 1;
    let all: Vec<_> = weak
        .schedule
        .blocks
        .iter_mut()
        .filter(|b| b.tag == below && matches!(b.numerator, Numerator::Minus(_)))
        .collect();
    assert_eq!(all.len(), 1);
    for block in all {
        block.tag = inside;
    }
    forgery.recount(&weak);
    let proof = forgery.prove(&weak);
    assert!(weak.accepts(&forgery, &proof, &[]), "accepted where two tables share a tag");
    forgery.recount(&case);
    case.rejects("an entry of another table", &forgery, &[SUM]);
}

#[test]
fn soundness_weights_biases_and_tables_are_the_records() {
    for (case, _) in targets() {
        let mut graphs = Vec::new();
        for i in 0..case.graph.constants.len() {
            for (cell, change) in [(0, 1), (case.graph.constants[i].entries.len() - 1, -1)] {
                let mut graph = case.graph.clone();
                match &mut graph.constants[i].entries {
                    Entries::Narrow(entries) => entries[cell] += change,
                    Entries::Wide(entries) => entries[cell] += i64::from(change),
                }
                graphs.push((graph, None));
            }
        }
        for node in 0..case.graph.nodes.len() {
            let mut graph = case.graph.clone();
            if let Op::Activation(Activation { table: Table::Values(values), .. }) = &mut graph.nodes[node].op {
                values.iter_mut().for_each(|v| *v += 1);
                graphs.push((graph, Some(node)));
            }
        }
        for (graph, table) in graphs {
            // Saturated results are constants of the schedule, not of the committed table.
            let forgery = case.forge_as(&Program::new(&graph), &inputs(&case, 8), &mut |place, _, cell| {
                if table != Some(place.node) || cell.class == 1 {
                    return cell;
                }
                let honest = activation(&case, place.node);
                let last = (1 << honest.domain_bits) - 1;
                Cell { result: entry(honest, if cell.class == 0 { 0 } else { last }), ..cell }
            });
            case.rejects("another model", &forgery, &[OPENING]);
        }
    }
}

#[test]
fn soundness_padding_of_the_input() {
    // Public: the packs of the statement have nothing at the padding, and a lookup of its own forces it.
    let case = public(plain());
    let input = case.find(Role::Input);
    let mut forgery = case.honest(&inputs(&case, 9));
    assert_eq!(case.graph.input.shape.dims(), [3]);
    forgery.set(input, 3, 5);
    forgery.recount(&case);
    case.rejects("garbage in a public input's padding", &forgery, &[OPENING, SUM]);

    // Private: the lookup forces it, to 0 and to nothing else.
    for mask in [false, true] {
        let case = Case::new(plain(), 5, 1, (true, false), mask);
        let input = case.find(Role::Input);
        for value in [5, -1, case.graph.input.hi, case.graph.input.lo, 1 << 30] {
            let mut forgery = case.honest(&inputs(&case, 9));
            forgery.set(input, 7, value);
            forgery.recount(&case);
            case.rejects("garbage in a private input's padding", &forgery, &[SUM]);
        }
        // A real cell as padding, and the number of padded cells kept.
        let mut forgery = case.honest(&[vec![0, 0, 0], vec![0, 0, 0]]);
        forgery.set(input, 3, 1);
        forgery.recount(&case);
        case.rejects("padding and a real cell swapped", &forgery, &[SUM]);
    }
}

#[test]
fn soundness_an_input_out_of_range() {
    for private in [false, true] {
        let case = Case::new(plain(), 5, 0, (private, false), private);
        let (lo, hi) = (case.graph.input.lo, case.graph.input.hi);
        for value in [lo - 1, hi + 1, 2 * hi + 2] {
            let forgery = case.forge(&[vec![value, 0, 0]], &mut |_, _, c| c);
            case.rejects("an input out of range", &forgery, &[SUM]);
        }
    }
}

#[test]
fn soundness_the_statement_is_about_these_inputs_and_outputs() {
    let last = |values: &[i64]| values.len() - 1;
    for (graph, output_check) in [(plain(), MOVES), (scaled(), PRODUCTS)] {
        let case = Case::new(graph, 5, 1, (false, false), false);
        let honest = case.honest(&inputs(&case, 10));
        let mut forgery = honest.clone();
        forgery.input[0] ^= 1;
        case.rejects("another input", &forgery, &[OPENING]);
        let mut forgery = honest.clone();
        let at = last(&forgery.output);
        forgery.output[at] += 1;
        case.rejects("another output", &forgery, &[output_check]);
        // Two slots swapped.
        for input in [true, false] {
            let mut forgery = honest.clone();
            let values = if input { &mut forgery.input } else { &mut forgery.output };
            let half = values.len() / 2;
            values.rotate_left(half);
            case.rejects("slots swapped", &forgery, &[if input { OPENING } else { output_check }]);
        }
    }
    // Private outputs are committed: not to something else.
    for (graph, check) in [(plain(), MOVES), (scaled(), PRODUCTS)] {
        let case = Case::new(graph, 5, 0, (false, true), true);
        let output = case.find(Role::Output);
        for cell in 0..1 << case.schedule.tensors[output].log {
            let mut forgery = case.honest(&inputs(&case, 10));
            let value = forgery.committed[output][cell] + 1;
            forgery.set(output, cell, value);
            case.rejects("another private output, or its padding", &forgery, &[check]);
        }
    }
}

#[test]
fn soundness_the_mask_is_the_one_committed_to() {
    let case = Case::new(plain(), 5, 0, (false, false), true);
    let mut forgery = case.honest(&inputs(&case, 11));
    forgery.pretended_mask.as_mut().unwrap()[0] += ark_bn254::Fr::from(1u64);
    case.rejects("another mask", &forgery, &[OPENING]);
}

/// Gaps of rows belong to no tensor: whatever they hold, nothing changes.
#[test]
fn completeness_of_garbage_in_the_gaps_of_rows() {
    let case = public(plain());
    let total: usize = case.schedule.tensors.iter().filter(|t| t.placement.is_some()).map(|t| 1 << t.log).sum();
    assert!(total < case.schedule.rows.total() << case.schedule.options.b, "there are gaps");
    let mut filled = case.clone();
    let (row, offset) = gap(&case);
    let placement = Some(verin_circuits::schedule::Placement {
        chunk_log: 0,
        chunks: vec![Some(verin_circuits::schedule::Cell { row, offset })],
    });
    filled.schedule.tensors.push(verin_circuits::schedule::Tensor {
        role: Role::Result(usize::MAX),
        log: 0,
        placement,
    });
    let mut forgery = filled.honest(&inputs(&filled, 12));
    forgery.committed.last_mut().unwrap().push(77);
    forgery.pretended.last_mut().unwrap().push(77);
    let proof = forgery.prove(&filled);
    assert!(filled.accepts(&forgery, &proof, &[]));
}

/// A place in a witness row that no tensor has.
fn gap(case: &Case) -> (usize, usize) {
    let rows = case.schedule.rows;
    let mut used = vec![vec![false; 1 << case.schedule.options.b]; rows.total()];
    for placement in case.schedule.tensors.iter().filter_map(|tensor| tensor.placement.as_ref()) {
        for cell in placement.chunks.iter().flatten() {
            used[cell.row][cell.offset..cell.offset + (1 << placement.chunk_log)].fill(true);
        }
    }
    let witness = rows.total() - rows.witness..rows.total();
    let free = |row: usize| used[row].iter().position(|u| !u).map(|offset| (row, offset));
    witness.into_iter().find_map(free).expect("a gap in a witness row")
}
