//! Whatever program and whatever input: an honest proof verifies.

use super::fixtures::rng;
use super::support::adversary::{Case, Cell};
use super::support::{inputs, random_program};
use rand::Rng;
use rand::seq::SliceRandom;
use std::collections::BTreeMap;
use verin_circuits::schedule::Role;
use verin_circuits::unsealed::{schedule, verify_unsealed};
use verin_prover::backend::Cpu;
use verin_prover::keys::{Profile, SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::srs::Srs;
use verin_quantizer::execute::execute;
use verin_quantizer::ir::{Graph, Link, Op, Source, Term, View};

/// Seeds of the programs that are tried: 300, or as many as `VERIN_PROGRAMS` says.
fn seeds() -> std::ops::Range<u64> {
    let more = std::env::var("VERIN_PROGRAMS").ok().and_then(|n| n.parse().ok());
    0..more.unwrap_or(300)
}

/// Random inputs, and those at the ends of the range.
fn any_inputs(rng: &mut impl Rng, graph: &Graph, n: usize) -> Vec<Vec<i64>> {
    let (lo, hi, length) = (graph.input.lo, graph.input.hi, graph.input_len());
    let mut all = vec![vec![lo; length], vec![hi; length], vec![0; length]];
    all.extend(inputs(rng, graph, n));
    all
}

/// Kinds of nodes and links of a program.
fn kinds(graph: &Graph, seen: &mut BTreeMap<&'static str, usize>) {
    let mut met = |kind: &'static str| *seen.entry(kind).or_default() += 1;
    for node in &graph.nodes {
        let mut views: Vec<(&View, Vec<u32>)> = Vec::new();
        let dims = node.shape.dims().to_vec();
        match &node.op {
            Op::Sum(terms) => {
                for term in terms {
                    match term {
                        Term::Move(term) => views.push((&term.view, dims.clone())),
                        Term::Product(product) => {
                            met(match (product.left.source, product.sums.is_empty()) {
                                (Source::Constant(_), false) => "weights, summed",
                                (Source::Constant(_), true) => "weights, cell by cell",
                                (Source::Tensor(_), false) => "values, summed",
                                (Source::Tensor(_), true) => "values, cell by cell",
                            });
                            views.extend([&product.left, &product.right].map(|v| (v, node.extents(product))));
                        }
                    }
                }
            }
            Op::Activation(activation) => met(if activation.high_bits > 0 { "saturating" } else { "activation" }),
            Op::Copy { .. } => met("copy"),
            Op::Max(max) => {
                met("maximum");
                views.extend([&max.left.view, &max.right.view].map(|view| (view, dims.clone())));
            }
        }
        for (view, extents) in views {
            let source = graph.source_shape(view.source).unwrap().dims();
            let used: Vec<usize> = view.links.iter().flat_map(Link::labels).collect();
            if (0..extents.len()).any(|label| extents[label] > 1 && !used.contains(&label)) {
                met("broadcast");
            }
            for link in &view.links {
                let padded = !link.labels().iter().all(|label| extents[*label].is_power_of_two());
                met(match (link.is_free(&extents, source), padded) {
                    (true, true) => "free, padded",
                    (true, false) => "free",
                    (false, true) => "not free, padded",
                    (false, false) => "not free",
                });
                match link {
                    Link::Table { .. } => met("table"),
                    Link::Affine { windows, labels, axes, .. } => {
                        if !windows.is_empty() {
                            met("window");
                        }
                        match (labels.len(), axes.len()) {
                            (_, 0) => met("mask"),
                            (0, _) => met("summed axis"),
                            (2.., _) => met("several labels"),
                            (_, 2..) => met("several axes"),
                            _ if labels[0].1 < 0 => met("reversed"),
                            _ => {}
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn random_programs_have_nodes_and_links_of_all_kinds() {
    let mut seen = BTreeMap::new();
    (0..300).for_each(|seed| kinds(&random_program(rng(1000 + seed)), &mut seen));
    println!("{seen:?}");
    assert_eq!(seen.len(), 20, "{seen:?}");
    assert!(seen.values().all(|n| *n > 20), "{seen:?}");
}

#[test]
fn completeness_of_random_programs() {
    for seed in seeds() {
        let mut rng = rng(1000 + seed);
        let graph = random_program(rng.clone());
        graph.validate().unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let private = (rng.gen_bool(0.5), rng.gen_bool(0.5));
        let (b, batch_log, mask) = (rng.gen_range(4..=7), rng.gen_range(0..=1), rng.gen_bool(0.5));
        let case = Case::new(graph.clone(), b, batch_log, private, mask);
        for chunk in any_inputs(&mut rng, &graph, 1).chunks_exact(1 << batch_log) {
            let honest = case.honest(chunk);
            let traces: Vec<_> = chunk.iter().map(|x| execute(&graph, x).unwrap()).collect();
            let outputs: Vec<i64> = traces.iter().flat_map(|t| t.output_real(&graph)).collect();
            assert_eq!(honest.output, outputs, "seed {seed}");
            let proof = honest.prove(&case);
            assert!(case.accepts(&honest, &proof, &[]), "seed {seed}: {:?}", case.failing(&honest, &proof));
        }
    }
}

/// There is one witness: whichever cell of whichever tensor is another, alone or with all that follows from it, somebody notices.
#[test]
fn soundness_of_random_programs() {
    for seed in seeds() {
        let mut rng = rng(6000 + seed);
        let graph = random_program(rng.clone());
        let private = (rng.gen_bool(0.5), rng.gen_bool(0.5));
        let case = Case::new(graph.clone(), rng.gen_range(4..=7), rng.gen_range(0..=1), private, rng.gen_bool(0.5));
        let slots = 1 << case.schedule.options.batch_log;
        let inputs = inputs(&mut rng, &graph, 1 + slots).split_off(1);
        let honest = case.honest(&inputs);
        for _ in 0..4 {
            let ix = rng.gen_range(0..case.schedule.tensors.len());
            let role = case.schedule.tensors[ix].role;
            if role == Role::Input && private.0 {
                continue; // then it is another statement
            }
            let cell = rng.gen_range(0..honest.pretended[ix].len());
            let by = *[1, -1, 2, 1 << 20].choose(&mut rng).unwrap();
            let mut forgery = honest.clone();
            forgery.pretended[ix][cell] += by;
            if !Case::is_model(role) {
                forgery.committed[ix][cell] += by;
            }
            if rng.gen_bool(0.5) && !matches!(role, Role::Multiplicity(_)) {
                forgery.recount(&case);
            }
            let proof = forgery.prove(&case);
            assert!(!case.accepts(&forgery, &proof, &[]), "seed {seed}: {role:?}, cell {cell} by {by}");
        }
        let nodes: Vec<usize> = (0..graph.nodes.len()).filter(|i| graph.is_value(i + 1)).collect();
        let Some(node) = nodes.choose(&mut rng).copied() else { continue };
        let at = rng.gen_range(0..graph.nodes[node].shape.cells());
        let by = *[1, -1, 3].choose(&mut rng).unwrap();
        let forgery =
            case.forge(&inputs, &mut |place, _, cell| match (place.slot, place.node, place.cell) == (0, node, at) {
                true => Cell { result: cell.result + by, ..cell },
                false => cell,
            });
        assert!(!case.accepts(&forgery, &forgery.prove(&case), &[]), "seed {seed}: cell {at} of node {node} by {by}");
    }
}

#[test]
fn completeness_of_random_programs_as_bytes() {
    for seed in 0..40 {
        let mut rng = rng(2000 + seed);
        let graph = random_program(rng.clone());
        let options = SetupOptions {
            profile: Profile::Fast,
            private_input: rng.gen_bool(0.5),
            private_output: rng.gen_bool(0.5),
            row_log: Some(rng.gen_range(4..=8)),
        };
        let key = setup(&Cpu, graph.clone(), options, &|n| Ok(Srs::insecure(n))).unwrap();
        let mut prover = Prover::new(key, &Cpu);
        let inputs = any_inputs(&mut rng, &graph, 2);
        for chunk in [&inputs[..1], &inputs[1..2], &inputs[..]] {
            let proof = prover.prove(chunk, [seed as u8; 32], false, &mut rng).unwrap().proof;
            let file = &prover.key().record;
            let batch = proof.statement.batch(&file.record).unwrap();
            let schedule = schedule(&file.record, &file.skeleton, &file.weights, batch).unwrap();
            verify_unsealed(&file.record, &schedule, &prover.key().srs.verifier, &proof.statement, &proof.body)
                .unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        }
    }
}
