//! Random networks of all kinds of nodes: rewrites keep what they compute, programs are valid, close and within bounds.

mod hand;

use hand::{Net, affine, cells, term, values, view};
use proptest::prelude::*;
use verin_quantizer::float::{FloatModel, Function, Link, Move, Op, Product, Source, Term, View};
use verin_quantizer::passes::{normal_form, optimize};
use verin_quantizer::{Options, Samples, execute, quantize_model};

/// Adds one random node: of kind `kind`, of tensors and parameters that `pick` chooses below a bound.
fn grow(net: &mut Net, tensors: &mut Vec<usize>, kind: usize, pick: &mut impl FnMut(usize) -> usize) {
    let x = tensors[pick(tensors.len())];
    let d = net.dims(x);
    let of = |x: usize, dims: &[u32]| View::identity(Source::Tensor(x), dims);
    let alike: Vec<usize> = tensors.iter().copied().filter(|t| net.dims(*t) == d).collect();
    let other = alike[pick(alike.len())];
    let image = d.len() == 4 && d[0] == 1;
    let new = match kind {
        0 if image && d[2] > 2 && d[3] > 2 => {
            let (o, k, stride) = (1 + pick(5) as u32, 1 + 2 * pick(2) as u32, 1 + pick(2) as i32);
            let pad = pick(2) as i32 * i32::from(k > 1);
            net.conv(x, o, k, stride, pad)
        }
        1 if image && d[1] > 1 && d[2] > 2 && d[3] > 2 => net.depthwise(x, 3, 1, 1),
        2 if image => net.norm(x),
        3 if image && d[2].is_multiple_of(2) && d[3].is_multiple_of(2) => net.max_pool(x),
        4 if image && d[2] > 1 && d[3] > 1 && d[1] > 1 => net.mean(x),
        5 if cells(&d) > 1 && d[0] == 1 => {
            let flat = net.flatten(x);
            net.dense(flat, 1 + pick(9) as u32)
        }
        6 => {
            let functions = [
                Function::Relu,
                Function::Tanh,
                Function::Sigmoid,
                Function::Abs,
                Function::Gelu,
                Function::Clip { lo: -0.5, hi: 1.5 },
                Function::LeakyRelu { alpha: 0.1 },
            ];
            net.map(x, &[functions[pick(functions.len())]])
        }
        7 => {
            let coefficients = [1.0, -1.0, 0.5, 1.0 / 3.0, 2.0];
            let (a, b) = (coefficients[pick(5)], coefficients[pick(5)]);
            net.sum(&[(a, x), (b, other)])
        }
        8 => {
            let product = Product { coefficient: 0.5, sums: vec![], left: of(x, &d), right: of(other, &d) };
            net.add("times", &d, Op::Sum(vec![Term::Product(product)]))
        }
        9 => {
            let signs = [1.0, -1.0];
            let (a, b) = (signs[pick(2)], signs[pick(2)]);
            let left = Move { coefficient: a, view: of(x, &d) };
            net.add("max", &d, Op::Max { left, right: Move { coefficient: b, view: of(other, &d) } })
        }
        10 => {
            let mut order: Vec<usize> = (0..d.len()).collect();
            let last = order.len() - 1;
            order[1..].rotate_left(pick(last.max(1)));
            net.transpose(x, &order)
        }
        11 if image && d[1] > 1 => net.concat(&[x, other]),
        12 if d[0] == 1 => net.flatten(x),
        // A slice, backwards, with a step, or padding, along one axis.
        13 if d.len() > 1 => {
            let axis = 1 + pick(d.len() - 1);
            let n = d[axis];
            let (extent, stride, offset) = [
                (n.div_ceil(2), 2, 0),
                (n, -1, n as i32 - 1),
                (n + 2, 1, -1),
                (1.max(n / 2), 1, (n - 1.max(n / 2)) as i32),
            ][pick(4)];
            let mut dims = d.clone();
            dims[axis] = extent;
            let links = (0..d.len()).filter(|a| d[*a] > 1 || dims[*a] > 1).filter_map(|a| {
                let labels: Vec<_> =
                    (dims[a] > 1).then_some((a, if a == axis { stride } else { 1 })).into_iter().collect();
                let axes: Vec<_> = (d[a] > 1).then_some(a).into_iter().collect();
                (a == axis || d[a] > 1).then(|| affine(&labels, &[], &axes, if a == axis { offset } else { 0 }))
            });
            let links: Vec<Link> = links.collect();
            net.add("slice", &dims, Op::Sum(vec![term(1.0, view(Source::Tensor(x), links))]))
        }
        // The product of a tensor with itself, rows with rows.
        14 if d.len() == 2 && d[1] > 1 || image && d[2] > 1 && d[3] > 1 && d[1] == 1 => {
            let (rows, columns) = if image { (2, 3) } else { (0, 1) };
            let n = d[rows];
            let mut left = vec![Link::identity(2, columns)];
            let mut right = vec![Link::identity(2, columns)];
            if n > 1 {
                left.push(Link::identity(0, rows));
                right.push(Link::identity(1, rows));
            }
            let product = Product {
                coefficient: 1.0 / f64::from(d[columns]),
                sums: vec![d[columns]],
                left: view(Source::Tensor(x), left),
                right: view(Source::Tensor(x), right),
            };
            net.add("gram", &[n, n], Op::Sum(vec![Term::Product(product)]))
        }
        _ => return,
    };
    if cells(&net.dims(new)) <= 4096 {
        tensors.push(new);
    }
}

fn network(inputs: &[usize], choices: &[(usize, u64)]) -> FloatModel {
    let all: [&[u32]; 4] = [&[1, 3, 6, 6], &[1, 1, 5, 8], &[1, 7], &[1, 4, 4, 4]];
    let dims: Vec<&[u32]> = inputs.iter().map(|i| all[*i]).collect();
    let mut net = Net::new(&dims);
    let mut tensors: Vec<usize> = (0..dims.len()).collect();
    for (kind, seed) in choices {
        let mut state = *seed;
        let mut pick = |below: usize| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (state >> 33) as usize % below
        };
        grow(&mut net, &mut tensors, *kind, &mut pick);
    }
    // The last ones are outputs.
    let outputs: Vec<usize> = tensors.iter().rev().take(1 + choices.len() % 2).copied().collect();
    net.output(&outputs)
}

fn inputs(model: &FloatModel, seed: u32) -> Vec<f32> {
    values(model.input_len(), seed).iter().map(|v| *v as f32).collect()
}

/// Nodes and what they read, for messages.
fn sketch(model: &FloatModel) -> String {
    let reads = |view: &View| format!("{:?}{:?}", view.source, view.links);
    let of_op = |op: &Op| match op {
        Op::Sum(terms) => {
            let of_term = |term: &Term<f64>| match term {
                Term::Move(m) => format!("{} {}", m.coefficient, reads(&m.view)),
                Term::Product(p) => format!("{} {:?} {} * {}", p.coefficient, p.sums, reads(&p.left), reads(&p.right)),
            };
            terms.iter().map(of_term).collect::<Vec<_>>().join("\n    + ")
        }
        Op::Map { input, functions, .. } => format!("{functions:?} of {input}"),
        Op::Max { left, right } => format!("max {} {}", reads(&left.view), reads(&right.view)),
    };
    let nodes = model.nodes.iter().map(|n| format!("\n  {} {:?} = {}", n.name, n.dims, of_op(&n.op)));
    format!("{:?}{}\n  {:?}", model.inputs, nodes.collect::<String>(), model.outputs)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rewrites_keep_the_function_and_programs_its_values(
        ports in prop::collection::vec(0usize..4, 1..3),
        choices in prop::collection::vec((0usize..15, any::<u64>()), 1..24),
    ) {
        let model = network(&ports, &choices);
        let optimized = optimize(&model);
        let normal = normal_form(&optimized).unwrap();
        for seed in 1..3 {
            let input = inputs(&model, seed);
            let expected = model.run(&input);
            for rewritten in [&optimized, &normal] {
                for (a, b) in rewritten.run(&input).iter().zip(&expected) {
                    prop_assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} for {b}: {}", sketch(&model));
                }
            }
        }
        let data: Vec<f32> = (0..8).flat_map(|seed| inputs(&model, seed)).collect();
        let samples = Samples::new("values", (vec![8, model.input_len()], data), None).unwrap();
        let quantized = quantize_model(&model, Some(&samples), &Options { bits: Some(12), ..Options::default() });
        let graph = quantized.unwrap_or_else(|e| panic!("{e}: {}", sketch(&model))).graph;
        let (mut wrong, mut size) = (0.0, 0.0);
        for seed in 0..8 {
            let input = inputs(&model, seed);
            for (a, b) in graph.run(&input).unwrap().iter().zip(model.run(&input)) {
                wrong += (a - b).powi(2);
                size += b.powi(2);
            }
        }
        // What is almost constant has little to be relative to.
        prop_assert!(f64::sqrt(wrong) < 0.1 * f64::sqrt(size) + 0.05, "{wrong} of {size}: {}", sketch(&model));
        let (lo, hi) = (graph.input.lo, graph.input.hi);
        for seed in 0..4 {
            let extremes = values(graph.input_len(), 40 + seed).iter().map(|v| if *v < 0.0 { lo } else { hi }).collect::<Vec<_>>();
            let trace = execute(&graph, &extremes).unwrap();
            for (node, cells) in graph.nodes.iter().zip(&trace.tensors[1..]) {
                prop_assert!(cells.iter().all(|c| (node.lo..=node.hi).contains(c)), "{}", node.name);
            }
        }
    }
}
