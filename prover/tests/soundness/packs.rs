//! Public inputs are packed: a statement names integers, and a row its digits. What a prover can commit to instead of the
//! digits that the statement means, for programs that read the input in a sum and nowhere else, so that nothing but the lookup of
//! the input stands in its way.

use super::programs::{inputs, rng};
use super::support::Programs;
use super::support::adversary::{Case, Forgery, OPENING, SUM};
use std::collections::BTreeMap;
use verin_circuits::schedule::{Form, Numerator, Role};
use verin_quantizer::ir::{Shape, Table};

/// `dims` of `bits` bits in `2^batch_log` slots, read by one dense layer, whose sums are the output.
fn linear(dims: &[u32], bits: u32, batch_log: u32) -> Case {
    let mut p = Programs::new(rng(21), dims, bits);
    let o = p.dense(0, 0, 2);
    let case = Case::new(p.finish(o), 6, batch_log, (false, false), false);
    case.graph.validate().unwrap();
    case
}

/// Shapes with and without padding, in packs of less than a row, of one, of several, the last of which lacks some.
fn cases() -> Vec<(String, Case)> {
    let mut cases = Vec::new();
    for (dims, bits, batch_log, log) in [
        (&[3][..], 8, 0, 2),
        (&[35], 8, 1, 4),
        (&[2, 35], 8, 0, 4),
        (&[31], 8, 0, 5),
        (&[32], 8, 0, 4),
        (&[7], 9, 1, 3),
        (&[16], 12, 0, 3),
        (&[5, 3], 9, 1, 4),
        (&[3, 5], 4, 1, 5),
        (&[11, 3], 8, 0, 5),
        (&[3, 4, 3], 8, 1, 5),
    ] {
        let case = linear(dims, bits, batch_log);
        assert_eq!(case.schedule.input_packing.log, log, "{dims:?}, {bits} bits");
        cases.push((format!("{dims:?}, {bits} bits, 2^{batch_log} slots"), case));
    }
    cases
}

/// `W`: twice the least number of whole bytes that hold all values.
fn base(case: &Case) -> i64 {
    if case.graph.input.hi < 128 { 1 << 8 } else { 1 << 16 }
}

/// Stored cells of the packs, those that are no padding first.
fn packs(case: &Case) -> Vec<(Vec<usize>, Vec<usize>)> {
    let shape = &case.graph.input.shape;
    let real = vec![1; shape.real_cells()];
    let real: Vec<i64> = (0..1 << case.schedule.options.batch_log).flat_map(|_| shape.pad(&real)).collect();
    let cells: Vec<usize> = (0..real.len()).collect();
    let log = case.schedule.input_packing.log;
    cells.chunks(1 << log).map(|pack| pack.iter().partition(|cell| real[**cell] == 1)).collect()
}

/// The real cells of a column of the input, by slots.
fn real(shape: &Shape, column: &[i64]) -> Vec<Vec<i64>> {
    let mark = shape.pad(&vec![1; shape.real_cells()]);
    let keep = |slot: &[i64]| slot.iter().zip(&mark).filter(|(_, is)| **is == 1).map(|(v, _)| *v).collect();
    column.chunks(shape.cells()).map(keep).collect()
}

/// What is computed from `changes` of an honest input is proved to be of that input.
fn pretend(case: &Case, honest: &[Vec<i64>], changes: &BTreeMap<usize, i64>) -> Forgery {
    let shape = &case.graph.input.shape;
    let mut column: Vec<i64> = honest.iter().flat_map(|slot| shape.pad(slot)).collect();
    changes.iter().for_each(|(cell, by)| column[*cell] += by);
    let mut forgery = case.forge(&real(shape, &column), &mut |_, _, c| c);
    forgery.input = honest.concat();
    let input = case.find(Role::Input);
    column.iter().enumerate().for_each(|(cell, value)| forgery.set(input, cell, *value));
    forgery.recount(case);
    forgery
}

/// The case in which the input is not looked up.
fn without_lookup(case: &Case) -> Case {
    let mut weak = case.clone();
    let input = case.find(Role::Input);
    let own = |form| matches!(form, Form::Tensor(ix, _) if ix == input);
    let tag = weak.schedule.blocks.iter().find(|b| own(b.key)).expect("a lookup of the input").tag;
    let blocks = weak.schedule.blocks.iter_mut().filter(|b| b.tag == tag);
    let slots = blocks.filter(|b| !matches!(b.numerator, Numerator::Minus(_)));
    slots.for_each(|b| b.numerator = Numerator::MinusConstant(0));
    weak
}

/// The lookup stops the forgery, and nothing else does.
fn only_the_lookup(what: &str, case: &Case, forgery: &Forgery) {
    case.rejects(what, forgery, &[SUM]);
    let weak = without_lookup(case);
    let mut forgery = forgery.clone();
    forgery.recount(&weak);
    assert!(weak.accepts(&forgery, &forgery.prove(&weak), &[]), "{what}: rejected without the lookup");
}

#[test]
fn completeness_of_packed_inputs() {
    for (name, case) in cases() {
        let (lo, hi) = (case.graph.input.lo, case.graph.input.hi);
        let slots = 1 << case.schedule.options.batch_log;
        let constant = |v: i64| vec![vec![v; case.graph.input_len()]; slots];
        for inputs in [inputs(&case, 1), constant(lo), constant(hi), constant(-1), constant(0)] {
            let honest = case.honest(&inputs);
            assert!(case.accepts(&honest, &honest.prove(&case), &[]), "{name}");
        }
    }
}

/// One more in a digit, `W` less in the next: the same integer. Digits of one window have no such twin.
#[test]
fn soundness_digits_that_borrow_from_the_next() {
    for (name, case) in cases() {
        let honest = inputs(&case, 2);
        let base = base(&case);
        for (k, (cells, _)) in packs(&case).iter().enumerate().filter(|(_, (cells, _))| cells.len() > 1) {
            for t in [0, cells.len() - 2] {
                for sign in [1, -1] {
                    let changes = BTreeMap::from([(cells[t], sign), (cells[t + 1], -sign * base)]);
                    let forgery = pretend(&case, &honest, &changes);
                    assert_ne!(forgery.output, case.honest(&honest).output, "{name}: another result");
                    only_the_lookup(&format!("{name}, pack {k}, digit {t}, {sign}"), &case, &forgery);
                }
            }
        }
    }
}

/// All digits at one end of the range, and what is one more or one less.
#[test]
fn soundness_digits_at_the_extremes() {
    for (name, case) in cases() {
        let (lo, hi, base) = (case.graph.input.lo, case.graph.input.hi, base(&case));
        let slots = 1 << case.schedule.options.batch_log;
        let all = packs(&case);
        let Some((cells, _)) = all.iter().rfind(|(cells, _)| cells.len() > 1) else { continue };
        let [.., before, last] = cells[..] else { continue };
        for (value, sign) in [(lo, 1), (hi, -1), (0, 1), (-1, -1)] {
            let honest = vec![vec![value; case.graph.input_len()]; slots];
            let carried = BTreeMap::from([(before, -sign), (last, sign * base)]);
            only_the_lookup(&format!("{name}, {value}, carried"), &case, &pretend(&case, &honest, &carried));
            // In its window but for the sign: another integer.
            let by = if value + sign > hi || value + sign < lo { -sign } else { sign };
            let changed = pretend(&case, &honest, &BTreeMap::from([(last, by)]));
            case.rejects(&format!("{name}, {value}, one off"), &changed, &[OPENING]);
            let flipped = pretend(&case, &honest, &BTreeMap::from([(last, -1 - 2 * value)]));
            case.rejects(&format!("{name}, {value}, the other sign"), &flipped, &[OPENING]);
        }
    }
}

/// A pack's padding, and packs that are nothing else: balanced by a digit, or by padding.
#[test]
fn soundness_padding_of_packs() {
    for (name, case) in cases() {
        let honest = inputs(&case, 3);
        let base = base(&case);
        let cols = *case.graph.input.shape.dims().last().unwrap() as usize;
        // How many values of the statement lie between two cells.
        let place = |cell: usize| cell / cols.next_power_of_two() * cols + cell % cols.next_power_of_two();
        for (k, (cells, padding)) in packs(&case).iter().enumerate() {
            let (Some(first), Some(last)) = (padding.first(), padding.last()) else { continue };
            let garbage = pretend(&case, &honest, &BTreeMap::from([(*first, 5)]));
            case.rejects(&format!("{name}, pack {k}, padding"), &garbage, &[OPENING, SUM]);
            // A digit before it, where there is one; then padding.
            if let Some(neighbour) = cells.iter().find(|cell| place(**cell) + 1 == place(*first)) {
                let changes = BTreeMap::from([(*neighbour, 1), (*first, -base)]);
                only_the_lookup(&format!("{name}, pack {k}, borrowed"), &case, &pretend(&case, &honest, &changes));
            }
            // Columns that are padding have the places of the row that follows.
            if let Some(same) = cells.iter().find(|cell| place(**cell) == place(*first)) {
                let changes = BTreeMap::from([(*same, -1), (*first, 1)]);
                only_the_lookup(&format!("{name}, pack {k}, in its place"), &case, &pretend(&case, &honest, &changes));
            }
            if let Some(before) = padding.iter().find(|cell| place(**cell) + 1 == place(*last)) {
                let changes = BTreeMap::from([(*before, -1), (*last, base)]);
                only_the_lookup(&format!("{name}, pack {k}, within"), &case, &pretend(&case, &honest, &changes));
            }
        }
    }
}

/// Values exchanged with those of another pack, row or slot.
#[test]
fn soundness_packs_are_told_apart() {
    for (name, case) in cases() {
        let honest = inputs(&case, 4);
        let shape = &case.graph.input.shape;
        let column: Vec<i64> = honest.iter().flat_map(|slot| shape.pad(slot)).collect();
        let all: Vec<Vec<usize>> = packs(&case).into_iter().map(|(cells, _)| cells).filter(|c| !c.is_empty()).collect();
        for other in &all[1..] {
            let pairs = all[0].iter().zip(other).filter(|(a, b)| column[**a] != column[**b]);
            let changes = pairs.flat_map(|(a, b)| {
                let by = column[*b] - column[*a];
                [(*a, by), (*b, -by)]
            });
            let changes: BTreeMap<usize, i64> = changes.collect();
            if !changes.is_empty() {
                case.rejects(&format!("{name}, packs exchanged"), &pretend(&case, &honest, &changes), &[OPENING]);
            }
        }
    }
}

/// A single value is a pack of its own; so is every value of an input that is too wide to be looked up.
#[test]
fn soundness_values_that_are_not_packed() {
    let single = linear(&[1], 8, 0);
    assert_eq!((single.schedule.input_packing.log, single.schedule.input_packing.values), (0, 1));
    let wide = linear(&[3], 13, 1);
    assert_eq!((wide.schedule.input_packing.log, wide.schedule.input_packing.values), (0, 1));
    let input = wide.find(Role::Input);
    assert!(!wide.schedule.looked_up().contains(&input), "no lookup, none needed");
    for case in [single, wide] {
        let honest = inputs(&case, 5);
        let exact = case.honest(&honest);
        assert!(case.accepts(&exact, &exact.prove(&case), &[]));
        for cell in 0..1 << case.schedule.tensors[case.schedule.input].log {
            let by = if honest[0][0] < 0 { 1 } else { -1 };
            let looked_up = case.schedule.looked_up().contains(&case.schedule.input);
            let padded = cell % case.graph.input.shape.cells() >= case.graph.input_len();
            let checks: &[&str] = if padded && looked_up { &[OPENING, SUM] } else { &[OPENING] };
            let by = if padded { 1 } else { by };
            let forgery = pretend(&case, &honest, &BTreeMap::from([(cell, by)]));
            case.rejects(&format!("cell {cell}"), &forgery, checks);
        }
    }
    // Where more than a sum reads it, too.
    let mut p = Programs::new(rng(22), &[3], 13);
    let h = p.dense(0, 0, 2);
    let a = p.activation(h, 9, 8, Table::Clamp { bits: 6 });
    let o = p.result(a);
    let case = Case::new(p.finish(o), 6, 0, (false, false), false);
    let mut forgery = case.honest(&inputs(&case, 6));
    forgery.set(case.schedule.input, 3, 1);
    case.rejects("padding of a wide input", &forgery, &[OPENING]);
}
