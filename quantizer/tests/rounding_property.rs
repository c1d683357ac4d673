//! Property: rounding, tables, dense and scale nodes against big integers and the definitions read literally.

use num_bigint::BigInt;
use proptest::prelude::*;
use verin_quantizer::execute;
use verin_quantizer::fixed::rescale;
use verin_quantizer::ir::*;
use verin_quantizer::ops::{activation, dense};

/// `floor(numerator / 2^shift)`, by division with a remainder that is not negative.
fn floor_div(numerator: &BigInt, shift: u32) -> BigInt {
    let divisor = BigInt::from(1) << shift;
    let remainder = ((numerator % &divisor) + &divisor) % &divisor;
    (numerator - remainder) / divisor
}

fn rescale_big(acc: i64, shift: u32) -> BigInt {
    let half = if shift == 0 { BigInt::from(0) } else { BigInt::from(1) << (shift - 1) };
    floor_div(&(BigInt::from(acc) + half), shift)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rescale_is_the_floor_of_the_definition(acc in -(1i64 << 52)..(1i64 << 52), shift in 0u32..=32) {
        prop_assert_eq!(BigInt::from(rescale(acc, shift)), rescale_big(acc, shift));
    }

    #[test]
    fn tables_clamp_their_index(q in -5000i64..5000, domain_bits in 2u32..=12, bits in 0u32..=11) {
        prop_assume!(bits < domain_bits);
        let inside = q.max(-(1 << (domain_bits - 1))).min((1 << (domain_bits - 1)) - 1);
        let relu = Table::Relu { bits }.get(q, domain_bits);
        let clamp = Table::Clamp { bits }.get(q, domain_bits);
        prop_assert_eq!(relu, inside.max(0).min((1 << bits) - 1));
        prop_assert_eq!(clamp, inside.max(-(1 << bits)).min((1 << bits) - 1));
        let values: Vec<i32> = (0..1 << domain_bits).map(|i| i * 3 - 7).collect();
        let expected = i64::from(values[(inside + (1 << (domain_bits - 1))) as usize]);
        prop_assert_eq!(Table::Values(values).get(q, domain_bits), expected);
    }

    #[test]
    fn high_bits_represent_exactly_what_they_promise(domain_bits in 3u32..=12, lo in -100_000i64..=0, hi in 0i64..100_000) {
        match activation::needed_high_bits((lo, hi), domain_bits) {
            Some(0) => prop_assert!(lo >= -(1 << (domain_bits - 1)) && hi < 1 << (domain_bits - 1)),
            Some(high) => {
                let off = (1i64 << domain_bits) * (1 << (high - 1)) + (1 << (domain_bits - 1));
                prop_assert!(lo + off >= 0 && (hi + off) >> domain_bits < 1 << high);
                let smaller = high > 2 && {
                    let off = (1i64 << domain_bits) * (1 << (high - 2)) + (1 << (domain_bits - 1));
                    lo + off >= 0 && (hi + off) >> domain_bits < 1 << (high - 1)
                };
                prop_assert!(!smaller, "fewer would do");
            }
            None => prop_assert!(false, "2^(3+16) is enough"),
        }
    }

    #[test]
    fn a_random_program_does_what_its_definition_says(program in program(), input in prop::collection::vec(-128i64..128, 24)) {
        program.graph.validate().unwrap();
        let graph = &program.graph;
        let real = &input[..graph.input_len()];
        let trace = execute(graph, real).unwrap();
        let expected = program.run_big(real);
        for (id, (got, expected)) in trace.tensors.iter().zip(&expected).enumerate() {
            let got: Vec<BigInt> = got.iter().map(|v| BigInt::from(*v)).collect();
            prop_assert_eq!(&got, expected, "tensor {}", id);
            let (lo, hi) = graph.bounds(id).unwrap();
            prop_assert!(got.iter().all(|v| *v >= BigInt::from(lo) && *v <= BigInt::from(hi)), "bounds of {}", id);
        }
    }

    #[test]
    fn dense_bounds_are_reached(program in program()) {
        // Some input of extremes reaches each end of the first accumulator's bounds.
        let Op::Dense(op) = &program.graph.nodes[0].op else { return Ok(()) };
        let (input, node) = (&program.graph.input, &program.graph.nodes[0]);
        let bounds = dense::range(op, node.shape, (input.lo, input.hi));
        let mut reached = (i64::MAX, i64::MIN);
        for row in op.weight.chunks(1 << op.in_log) {
            for smallest in [true, false] {
                let extreme = |w: i32| if (w > 0) == smallest { input.lo } else { input.hi };
                let one_row: Vec<i64> = row.iter().map(|w| extreme(*w)).collect();
                let rows = 1 << (input.shape.log() - op.in_log);
                let stored: Vec<i64> = one_row.iter().copied().cycle().take(one_row.len() * rows).collect();
                let padded = input.shape.pad(&input.shape.real(&stored));
                let cells = execute(&program.graph, &input.shape.real(&padded)).unwrap().tensors[1].clone();
                reached.0 = reached.0.min(*cells.iter().min().unwrap());
                reached.1 = reached.1.max(*cells.iter().max().unwrap());
            }
        }
        prop_assert_eq!((i128::from(reached.0), i128::from(reached.1)), bounds);
    }
}

#[derive(Clone, Debug)]
struct Program {
    graph: Graph,
}

impl Program {
    /// Every stored cell, from the definitions, in big integers.
    fn run_big(&self, real: &[i64]) -> Vec<Vec<BigInt>> {
        let shape = self.graph.input.shape;
        let cols = shape.cols as usize;
        let stored = 1 << shape.cols_log();
        let cell = |i: usize| if i % stored < cols { real[i / stored * cols + i % stored] } else { 0 };
        let mut tensors = vec![(0..shape.cells()).map(|i| BigInt::from(cell(i))).collect::<Vec<_>>()];
        for node in &self.graph.nodes {
            let x = &tensors[node.input];
            let width = 1usize << node.shape.cols_log();
            let real_cols = node.shape.cols as usize;
            let result = (0..node.shape.cells()).map(|i| {
                let (m, o) = (i / width, i % width);
                match &node.op {
                    Op::Dense(d) if o < real_cols => {
                        let n = 1 << d.in_log;
                        let sum: BigInt = (0..n).map(|j| BigInt::from(d.weight[o * n + j]) * &x[m * n + j]).sum();
                        sum + d.bias[o]
                    }
                    Op::Scale(s) if o < real_cols => BigInt::from(s.weight[o]) * &x[i] + s.bias[o],
                    Op::Dense(_) | Op::Scale(_) => BigInt::from(0),
                    Op::Activation(a) => {
                        let acc = i64::try_from(&x[i]).unwrap();
                        let q = i64::try_from(rescale_big(acc, a.shift)).unwrap();
                        let half = 1i64 << (a.domain_bits - 1);
                        let q = q.clamp(-half, half - 1);
                        BigInt::from(match &a.table {
                            Table::Relu { bits } => q.clamp(0, (1 << bits) - 1),
                            Table::Clamp { bits } => q.clamp(-(1 << bits), (1 << bits) - 1),
                            Table::Values(v) => i64::from(v[(q + half) as usize]),
                        })
                    }
                }
            });
            let result = result.collect();
            tensors.push(result);
        }
        tensors
    }
}

/// A dense or scale node over a padded input, an activation of any kind, and a dense node over a flattened view.
fn program() -> impl Strategy<Value = Program> {
    let parameters = (0u32..=2, 1u32..=6, 1u32..=5, 0u32..=9, 2u32..=9, 0u8..3, any::<bool>(), any::<u64>());
    parameters.prop_map(|(rows_log, cols, outputs, shift, domain_bits, kind, scale, seed)| {
        let mut state = seed | 1;
        let mut next = move |span: i64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 33) as i64) % span - span / 2
        };
        let shape = Shape { rows_log, cols };
        let input = Input { name: "x".into(), dims: vec![1 << rows_log, cols], shape, exponent: 7, lo: -128, hi: 127 };
        let mut nodes = Vec::new();
        let mut push = |op: Op, shape: Shape, (lo, hi): (i64, i64)| {
            let (lo, hi) = op.range(shape, (lo, hi));
            let (lo, hi) = (lo as i64, hi as i64);
            nodes.push(Node { name: format!("n{}", nodes.len()), input: nodes.len(), op, shape, exponent: 0, lo, hi });
            (lo, hi)
        };
        let mut relaid = |from: Shape, in_log: u32, outputs: u32| {
            let stored = 1usize << from.cols_log();
            let weight = (0..(outputs as usize) << in_log)
                .map(|i| if i % stored < from.cols as usize { next(400) as i32 } else { 0 });
            let weight = weight.collect();
            (
                Dense { in_log, weight, bias: (0..outputs).map(|_| next(9000)).collect() },
                Shape { rows_log: from.log() - in_log, cols: outputs },
            )
        };
        let (op, first) = if scale {
            let (dense, _) = relaid(Shape { rows_log: 0, cols: 1 }, 0, cols);
            (Op::Scale(Scale { weight: dense.weight, bias: dense.bias }), shape)
        } else {
            let (dense, shape) = relaid(shape, shape.cols_log(), outputs);
            (Op::Dense(dense), shape)
        };
        let acc = push(op, first, (-128, 127));
        let q = (rescale(acc.0, shift), rescale(acc.1, shift));
        let high_bits = activation::needed_high_bits(q, domain_bits).unwrap();
        let table = match kind {
            0 => Table::Relu { bits: domain_bits - 1 },
            1 => Table::Clamp { bits: domain_bits - 2 },
            _ => Table::Values((0..1 << domain_bits).map(|i| (i * 7919) % 401 - 200).collect()),
        };
        let values = push(Op::Activation(Activation { shift, domain_bits, high_bits, table }), first, acc);
        let (dense, last) = relaid(first, first.log(), 3);
        push(Op::Dense(dense), last, values);
        let output = nodes.len();
        Program { graph: Graph { input, nodes, output, output_dims: vec![3] } }
    })
}
