//! At tiny parameters, every witness of a requantized activation: exactly one is accepted for every accumulator.
//!
//! What is accepted is read off the schedule, as the blocks and the linear form say it, over field elements; and those
//! candidates that one of the two halves (lookups, accumulator) lets through are given to the real verifier as well.

use super::programs::rng;
use super::support::Programs;
use super::support::adversary::{Case, Cell, PRODUCTS, SUM, split};
use ark_bn254::Fr;
use ark_ff::{Field, Zero};
use rand::Rng;
use std::collections::{BTreeSet, HashMap, HashSet};
use verin_circuits::multilinear::signed;
use verin_circuits::relations::accumulator::linear_form;
use verin_circuits::schedule::{Form, Numerator, Role};
use verin_prover::core::form_value;
use verin_quantizer::ir::{Activation, Graph, Op, Table};

/// `acc = w x + b` in one cell, then an activation.
fn program(shift: u32, domain_bits: u32, table: Option<Table>) -> Graph {
    let mut p = Programs::new(rng(1), 0, 1, 4);
    let h = p.dense(0, 0, 1);
    let table = table.unwrap_or_else(|| p.table(domain_bits));
    let a = p.activation(h, shift, domain_bits, table);
    let mut graph = p.finish(a);
    if let Op::Dense(dense) = &mut graph.nodes[0].op {
        (dense.weight, dense.bias) = (vec![3], vec![1]);
    }
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
        (graph.nodes[1].lo, graph.nodes[1].hi) = verin_quantizer::ops::activation::range(a, (lo, hi));
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

/// Whether the lookups and the accumulator accept field elements by role.
fn halves(case: &Case, pairs: &HashSet<(Fr, Fr, Fr)>, acc: Fr, witness: &HashMap<usize, Fr>) -> (bool, bool) {
    let at = |form: Form| match form {
        Form::Tensor(ix, plus) => witness[&ix] + signed(plus),
        Form::Constant(c) => signed(c),
        other => panic!("{other:?} is not looked up"),
    };
    let mut slots = case.schedule.blocks.iter().filter(|b| b.numerator == Numerator::One);
    let lookups = slots.all(|block| {
        let class = block.class.map_or(Fr::zero(), |ix| witness[&ix]);
        pairs.contains(&(Fr::from(block.tag) + class, at(block.key), at(block.value)))
    });
    let (terms, constant) = linear_form(case.requantized(1));
    let value = terms.iter().map(|(ix, k)| witness[ix] * k).sum::<Fr>() + constant;
    (lookups, value == acc)
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
                                let cell = Cell { low, high, class, remainder, result: *result };
                                let fields = [low, high, class, remainder, *result].map(signed);
                                match halves(&case, &pairs, signed(acc), &witness(&case, fields)) {
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
                        let (terms, constant) = linear_form(case.requantized(1));
                        let rest = signed(acc) - constant - terms.iter().map(|(ix, k)| fixed[ix] * k).sum::<Fr>();
                        for remainder in [rest, rest + scale, Fr::zero(), signed(-1)] {
                            for class in 0..3 {
                                let fields = [low, signed(high), signed(class), remainder, signed(*result)];
                                if halves(&case, &pairs, signed(acc), &witness(&case, fields)) == (true, true) {
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
        };
        let forgery = case.forge(&[vec![x]], &mut |_, _, _| cell);
        let proof = forgery.prove(&case);
        assert_eq!(case.accepts(&forgery, &proof, &[]), cell == split(activation(&case), 3 * x + 1));
    }
}
