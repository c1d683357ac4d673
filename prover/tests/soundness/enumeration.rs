//! At tiny parameters, every witness of a requantized activation, of a maximum, of a copy: exactly one is accepted, whatever
//! it is of.
//!
//! What is accepted is read off the schedule, as the blocks and the linear form say it, over field elements; and those
//! candidates that one of the two halves (lookups, accumulator) lets through are given to the real verifier as well.

use super::programs::rng;
use super::support::Programs;
use super::support::adversary::{Case, Cell, OPENING, PRODUCTS, SUM, larger, split};
use super::support::programs::{affine, moved};
use ark_bn254::Fr;
use ark_ff::{Field, Zero};
use rand::Rng;
use std::collections::{BTreeSet, HashMap, HashSet};
use verin_circuits::multilinear::signed;
use verin_circuits::schedule::{Accumulator, Form, LinearForm, Numerator, Role};
use verin_prover::core::form_value;
use verin_quantizer::ir::{Activation, Entries, Graph, Move, Op, Source, Table, View};

/// `acc = w x + b` in one cell, then an activation.
fn program(shift: u32, domain_bits: u32, table: Option<Table>) -> Graph {
    let mut p = Programs::new(rng(1), &[1], 4);
    let h = p.dense(0, 0, 1);
    let table = table.unwrap_or_else(|| p.table(domain_bits));
    let a = p.activation(h, shift, domain_bits, table);
    let o = p.result(a);
    let mut graph = p.finish(o);
    graph.constants[0].entries = Entries::Narrow(vec![3]);
    graph.constants[1].entries = Entries::Wide(vec![1]);
    graph
}

/// With its static bounds made exact for the small weights, and so few high bits.
fn tiny(shift: u32, domain_bits: u32, table: Option<Table>) -> Case {
    let mut graph = program(shift, domain_bits, table);
    let (lo, hi) = (3 * graph.input.lo + 1, 3 * graph.input.hi + 1);
    (graph.nodes[0].lo, graph.nodes[0].hi) = (lo, hi);
    if let Op::Activation(a) = &mut graph.nodes[1].op {
        let q = (verin_quantizer::fixed::rescale(lo, a.shift), verin_quantizer::fixed::rescale(hi, a.shift));
        a.high_bits = verin_quantizer::ops::activation::needed_high_bits(q, a.domain_bits).unwrap();
    }
    if let Op::Activation(a) = &graph.nodes[1].op {
        let range = verin_quantizer::ops::activation::range(a, (lo, hi));
        for node in &mut graph.nodes[1..] {
            (node.lo, node.hi) = range;
        }
    }
    let case = Case::new(graph, 4, 0, (false, false), false);
    case.graph.validate().unwrap();
    case
}

fn activation(case: &Case) -> &Activation {
    match &case.graph.nodes[1].op {
        Op::Activation(activation) => activation,
        _ => panic!("no activation"),
    }
}

/// Every pair of every table, under its tag.
fn tables(case: &Case) -> HashSet<(Fr, Fr, Fr)> {
    let columns: Vec<_> =
        case.schedule.tensors.iter().map(|t| verin_prover::witness::model_column(&case.graph, t.role)).collect();
    let mut pairs = HashSet::new();
    for block in case.schedule.blocks.iter().filter(|b| b.numerator != Numerator::One) {
        for i in 0..1 << block.log {
            let (key, value) =
                (form_value(block.key, block.log, &columns, i), form_value(block.value, block.log, &columns, i));
            pairs.insert((Fr::from(block.tag), signed(key), signed(value)));
        }
    }
    pairs
}

/// Whether the lookups accept field elements by role, and whether the relations of `node` do: each explains one of `accs`.
fn halves(
    case: &Case,
    node: usize,
    pairs: &HashSet<(Fr, Fr, Fr)>,
    accs: &[Fr],
    witness: &HashMap<usize, Fr>,
) -> (bool, bool) {
    let at = |form: Form| match form {
        Form::Tensor(ix, plus) => witness[&ix] + signed(plus),
        Form::Constant(c) => signed(c),
        other => panic!("{other:?} is not looked up"),
    };
    // The input is what it is.
    let input = |form| matches!(form, Form::Tensor(ix, _) if ix == case.schedule.input);
    let slots = case.schedule.blocks.iter().filter(|b| b.numerator == Numerator::One);
    let mut slots = slots.filter(|b| !input(b.key));
    let lookups = slots.all(|block| {
        let class = block.class.map_or(Fr::zero(), |ix| witness[&ix]);
        pairs.contains(&(Fr::from(block.tag) + class, at(block.key), at(block.value)))
    });
    let relations = case.explaining(node);
    assert_eq!(relations.len(), accs.len());
    let explains = |(relation, acc): (&usize, &Fr)| {
        let Accumulator::Columns(LinearForm { terms, constant }) = &case.schedule.relations[*relation].accumulator
        else {
            panic!("relation {relation} explains no columns")
        };
        terms.iter().map(|(ix, k)| witness[ix] * k).sum::<Fr>() + constant == *acc
    };
    (lookups, relations.iter().zip(accs).all(explains))
}

/// Field elements of a cell.
fn witness(case: &Case, [low, high, class, remainder, result]: [Fr; 5]) -> HashMap<usize, Fr> {
    let roles = [
        (Role::TableIndex(1), low),
        (Role::High(1), high),
        (Role::Class(1), class),
        (Role::Remainder(1, 0), remainder),
        (Role::Result(1), result),
    ];
    roles.into_iter().filter_map(|(role, v)| case.schedule.find(role).map(|ix| (ix, v))).collect()
}

#[test]
fn soundness_exactly_one_witness_for_every_accumulator() {
    let mut accepted_by_the_verifier = 0;
    for (shift, domain_bits, table) in [
        (1, 2, None),
        (2, 5, None),
        (0, 3, None),
        (2, 2, Some(Table::Relu { bits: 1 })),
        (1, 3, Some(Table::Clamp { bits: 1 })),
    ] {
        let case = tiny(shift, domain_bits, table);
        let a = activation(&case).clone();
        let pairs = tables(&case);
        let (domain, highs) = (1i64 << a.domain_bits, if a.high_bits > 0 { 1i64 << a.high_bits } else { 0 });
        let range = |end: i64| -2..end + 2;
        let results: BTreeSet<i64> =
            (0..domain).map(|i| a.table.get(i - domain / 2, a.domain_bits)).chain([1 << 20]).collect();
        for x in case.graph.input.lo..=case.graph.input.hi {
            let acc = 3 * x + 1;
            let honest = split(&a, acc);
            let mut accepted = HashSet::new();
            let mut tried = 0;
            let remainders = if shift > 0 { range(1 << shift) } else { 0..1 };
            for low in range(domain) {
                for high in if highs > 0 { range(highs) } else { 0..1 } {
                    for class in if highs > 0 { -1..4 } else { 1..2 } {
                        for remainder in remainders.clone() {
                            for result in &results {
                                let cell = Cell { low, high, class, remainder, result: *result, ..Cell::NONE };
                                let fields = [low, high, class, remainder, *result].map(signed);
                                match halves(&case, 1, &pairs, &[signed(acc)], &witness(&case, fields)) {
                                    (true, true) => assert!(accepted.insert(fields)),
                                    (false, false) => continue,
                                    // The verifier must find what is wrong with it; it is asked about some.
                                    _ if tried > 6 => continue,
                                    _ => {}
                                }
                                tried += 1;
                                let forgery = case.forge(&[vec![x]], &mut |_, _, _| cell);
                                let proof = forgery.prove(&case);
                                let failing = case.failing(&forgery, &proof);
                                assert_eq!(failing.is_empty(), cell == honest, "acc {acc}: {cell:?}: {failing:?}");
                                assert!(failing.iter().all(|l| [SUM, PRODUCTS].contains(l)));
                                accepted_by_the_verifier += usize::from(failing.is_empty());
                            }
                        }
                    }
                }
            }
            // Values no integer prover would think of: x +- 2^D, fractions k / 2^t, p - k, and their balancing remainders.
            let two = Fr::from(2u64);
            let mut lows: Vec<Fr> = (0..domain).flat_map(|l| [signed(l + domain), signed(l - domain)]).collect();
            for t in 1..=6u64 {
                let fraction = two.pow([t]).inverse().unwrap();
                lows.extend((-9..10).map(|k| signed(k) * fraction));
            }
            for low in lows {
                for high in -1..=highs {
                    for result in &results {
                        let scale = Fr::from(1u64 << shift);
                        // The remainder that makes the accumulator right.
                        let fixed = witness(&case, [low, signed(high), Fr::zero(), Fr::zero(), signed(*result)]);
                        let LinearForm { terms, constant } = case.form(1);
                        let rest = signed(acc) - constant - terms.iter().map(|(ix, k)| fixed[ix] * k).sum::<Fr>();
                        for remainder in [rest, rest + scale, Fr::zero(), signed(-1)] {
                            for class in 0..3 {
                                let fields = [low, signed(high), signed(class), remainder, signed(*result)];
                                if halves(&case, 1, &pairs, &[signed(acc)], &witness(&case, fields)) == (true, true) {
                                    accepted.insert(fields);
                                }
                            }
                        }
                    }
                }
            }
            let canonical = |f: &[Fr; 5]| witness(&case, *f).into_iter().collect::<BTreeSet<_>>();
            let distinct: BTreeSet<_> = accepted.iter().map(canonical).collect();
            assert_eq!(distinct.len(), 1, "acc {acc}, shift {shift}, 2^{domain_bits}: {accepted:?}");
            let expected = [honest.low, honest.high, honest.class, honest.remainder, honest.result].map(signed);
            assert_eq!(distinct.first(), Some(&canonical(&expected)));
        }
    }
    assert_eq!(accepted_by_the_verifier, 5 * 16, "one for each accumulator of each program");
    // And random witnesses, most of them nonsense.
    let case = tiny(1, 2, None);
    let mut rng = rng(8);
    for _ in 0..300 {
        let x = rng.gen_range(-8..8);
        let mut any = |range: std::ops::Range<i64>| rng.gen_range(range);
        let cell = Cell {
            low: any(-9..9),
            high: any(-3..40),
            class: any(-2..5),
            remainder: any(-3..5),
            result: any(-200..200),
            ..Cell::NONE
        };
        let forgery = case.forge(&[vec![x]], &mut |_, _, _| cell);
        let proof = forgery.prove(&case);
        assert_eq!(case.accepts(&forgery, &proof, &[]), cell == split(activation(&case), 3 * x + 1));
    }
}

/// `max(left x_0, right x_1)` of one cell.
fn maximum(left: i64, right: i64) -> Case {
    let mut p = Programs::new(rng(1), &[2], 2);
    let operand = |coefficient: i64, index: i32| Move {
        coefficient,
        view: View { source: Source::Tensor(0), links: vec![affine(&[], &[], &[0], index)] },
    };
    let m = p.max(operand(left, 0), operand(right, 1), &[1]);
    let o = p.result(m);
    Case::new(p.finish(o), 4, 0, (false, false), false)
}

#[test]
fn soundness_exactly_one_witness_for_every_maximum() {
    let two = Fr::from(2u64);
    let fractions: Vec<Fr> =
        (1..=4u64).flat_map(|t| (-5..6).map(move |k| signed(k) * two.pow([t]).inverse().unwrap())).collect();
    for (left, right) in [(1, 1), (-1, 1), (1, -2), (-1, -1)] {
        let case = maximum(left, right);
        let pairs = tables(&case);
        let Op::Max(max) = &case.graph.nodes[0].op else { panic!("no maximum") };
        let domain = 1i64 << max.domain_bits;
        let (lo, hi) = (case.graph.nodes[0].lo, case.graph.nodes[0].hi);
        let column = |role| case.find(role);
        let (low, excess, result) = (column(Role::TableIndex(0)), column(Role::Excess(0)), column(Role::Result(0)));
        for (x, y) in (-2..2).flat_map(|x| (-2..2).map(move |y| (x, y))) {
            let honest = larger(max, left * x, right * y);
            let accs = [signed(left * x), signed(right * y)];
            let mut accepted: Vec<[Fr; 3]> = Vec::new();
            let mut tried = 0;
            for l in -2..domain + 2 {
                for e in -2..domain / 2 + 2 {
                    for r in lo - 2..hi + 3 {
                        let fields = [l, e, r].map(signed);
                        let witness = [low, excess, result].into_iter().zip(fields).collect();
                        match halves(&case, 0, &pairs, &accs, &witness) {
                            (true, true) => accepted.push(fields),
                            (false, false) => continue,
                            _ if tried > 6 => continue,
                            _ => {}
                        }
                        tried += 1;
                        let cell = Cell { low: l, excess: e, result: r, ..Cell::NONE };
                        let forgery = case.forge(&[vec![x, y]], &mut |_, _, _| cell);
                        let failing = case.failing(&forgery, &forgery.prove(&case));
                        assert_eq!(
                            failing.is_empty(),
                            cell == honest,
                            "{left} * {x}, {right} * {y}: {cell:?}: {failing:?}"
                        );
                    }
                }
            }
            // Whatever pair is looked up, the right operand leaves one result for it: any field elements, in effect.
            let all: HashSet<(Fr, Fr)> = pairs.iter().map(|(_, key, value)| (*key, *value)).collect();
            let outside = fractions.iter().flat_map(|l| fractions.iter().map(move |e| (*l, *e)));
            for (l, e) in all.into_iter().chain(outside) {
                let fields = [l, e, e + accs[1]];
                let witness = [low, excess, result].into_iter().zip(fields).collect();
                if halves(&case, 0, &pairs, &accs, &witness) == (true, true) && !accepted.contains(&fields) {
                    accepted.push(fields);
                }
            }
            assert_eq!(
                accepted,
                [[honest.low, honest.excess, honest.result].map(signed)],
                "{left} * {x}, {right} * {y}"
            );
        }
    }
}

#[test]
fn soundness_exactly_one_witness_for_every_copy() {
    // An input of so many bits is not looked up.
    let mut p = Programs::new(rng(1), &[1], 13);
    let h = p.sum(vec![moved(3, 0, vec![]), moved(-1, 0, vec![])], &[1]);
    let c = p.copy(h);
    let o = p.result(c);
    let case = Case::new(p.finish(o), 4, 0, (false, false), false);
    assert!(case.schedule.blocks.is_empty(), "nothing is looked up");
    let column = case.find(Role::Result(1));
    for x in -8..8 {
        let accepts = |result: Fr| {
            halves(&case, 1, &HashSet::new(), &[signed(2 * x)], &[(column, result)].into_iter().collect()).1
        };
        for result in -20..20 {
            let forgery = case.forge(&[vec![x]], &mut |_, _, c| Cell { result, ..c });
            let failing = case.failing(&forgery, &forgery.prove(&case));
            assert_eq!(failing, if result == 2 * x { BTreeSet::new() } else { [OPENING].into() }, "{result} for {x}");
            assert_eq!(accepts(signed(result)), result == 2 * x);
            assert!(!accepts(signed(2 * result + 1) / Fr::from(2u64)), "a fraction");
        }
    }
}
