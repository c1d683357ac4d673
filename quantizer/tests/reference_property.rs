//! Property: a random program does, cell by cell, what its definition says, inside its bounds.

mod programs;

use programs::{Rng, program, run};
use proptest::prelude::*;
use verin_quantizer::ir::{Op, Source, Term};
use verin_quantizer::ops::{Cells, Layout, Operand, max, sum};
use verin_quantizer::{Graph, execute};

fn input(graph: &Graph, seed: u64) -> Vec<i64> {
    let mut rng = Rng(seed);
    let (lo, hi) = (graph.input.lo, graph.input.hi);
    let cell = |rng: &mut Rng| match rng.below(4) {
        0 => lo,
        1 => hi,
        _ => rng.between(lo, hi),
    };
    (0..graph.input_len()).map(|_| cell(&mut rng)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_stored_cell_is_that_of_the_definition(seed in any::<u64>(), inputs in any::<u64>()) {
        let graph = program(seed);
        graph.validate().unwrap();
        let input = input(&graph, inputs);
        let trace = execute(&graph, &input).unwrap();
        for (id, (got, expected)) in trace.tensors.iter().zip(run(&graph, &input)).enumerate() {
            let got: Vec<i128> = got.iter().map(|v| i128::from(*v)).collect();
            prop_assert_eq!(&got, &expected, "tensor {}", id);
            let (lo, hi) = graph.bounds(id).unwrap();
            prop_assert!(got.iter().all(|v| (i128::from(lo)..=i128::from(hi)).contains(v)), "bounds of {}", id);
        }
        // The output is 0 at its padding.
        let shape = graph.shape(graph.output.tensor).unwrap();
        let output = &trace.tensors[graph.output.tensor];
        prop_assert_eq!(output, &shape.pad(&trace.output_real(&graph)));
    }

    /// Real cells depend on real cells alone: over unpadded tensors and real numbers the same operations give the same.
    #[test]
    fn real_cells_are_those_of_unpadded_tensors(seed in any::<u64>(), inputs in any::<u64>()) {
        let graph = program(seed);
        let trace = execute(&graph, &input(&graph, inputs)).unwrap();
        let real = |id: usize| -> Vec<f64> {
            graph.shape(id).unwrap().real(&trace.tensors[id]).into_iter().map(|v| v as f64).collect()
        };
        let tensors: Vec<Vec<f64>> = (0..trace.tensors.len()).map(real).collect();
        let entries = |c: &verin_quantizer::ir::Constant| (0..c.entries.len()).map(|i| c.entries.get(i) as f64).collect();
        let constants: Vec<Vec<f64>> = graph.constants.iter().map(entries).collect();
        let source = |source: Source| {
            let cells = match source {
                Source::Tensor(id) => &tensors[id],
                Source::Constant(i) => &constants[i],
            };
            let dims = graph.source_shape(source)?.dims();
            Some(Operand { cells: Cells::Wide(&cells[..]), dims, layout: Layout::Dense })
        };
        let moved = |m: &verin_quantizer::ir::Move<i64>| verin_quantizer::ir::Move {
            coefficient: m.coefficient as f64,
            view: m.view.clone(),
        };
        for (i, node) in graph.nodes.iter().enumerate() {
            let dims = node.shape.dims();
            let got = match &node.op {
                Op::Sum(terms) => {
                    let real = |term: &Term<i64>| match term {
                        Term::Move(m) => Term::Move(moved(m)),
                        Term::Product(p) => Term::Product(verin_quantizer::ir::Product {
                            coefficient: p.coefficient as f64,
                            sums: p.sums.clone(),
                            left: p.left.clone(),
                            right: p.right.clone(),
                        }),
                    };
                    let terms: Vec<Term<f64>> = terms.iter().map(real).collect();
                    sum::evaluate(&terms, dims, Layout::Dense, &source)
                }
                Op::Max(op) => max::evaluate([&moved(&op.left), &moved(&op.right)], dims, Layout::Dense, &source),
                Op::Activation(_) | Op::Copy { .. } => continue,
            };
            prop_assert_eq!(&got, &tensors[i + 1], "node {}", i);
        }
    }
}
