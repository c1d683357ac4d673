//! Hand-made networks, quantized: valid programs, close to the float model, within their bounds on extreme inputs.

mod hand;

use hand::{Net, affine, term, values, view};
use verin_quantizer::calibrate::Target;
use verin_quantizer::float::{FloatModel, Function, Link, Move, Op, Product, Source, Term, View};
use verin_quantizer::ir;
use verin_quantizer::{Options, Quantized, Samples, execute, quantize_model};

fn samples(model: &FloatModel, count: usize) -> Samples {
    let length = model.input_len();
    let data = values(count * length, 5).into_iter().map(|v| v as f32).collect();
    Samples::new("values", (vec![count, length], data), None).unwrap()
}

fn quantized(model: &FloatModel, options: Options) -> Quantized {
    quantize_model(model, Some(&samples(model, 12)), &options).unwrap_or_else(|e| panic!("{e}"))
}

/// Quantizes `model` for each target and with fixed bits; checks error, validity and bounds.
fn check(model: &FloatModel) -> Quantized {
    for (target, most) in [(Target::Accuracy, 0.01), (Target::Speed, 0.16)] {
        let error = fresh_error(model, &quantized(model, Options { target, ..Options::default() }));
        assert!(error < most, "{target:?}: {error}");
    }
    let error = fresh_error(model, &quantized(model, Options { bits: Some(12), ..Options::default() }));
    assert!(error < 0.02, "12 bits: {error}");
    let quantized = quantized(model, Options::default());
    let error = fresh_error(model, &quantized);
    assert!(error < 0.04, "{error}: {:#?}", quantized.report.layers);
    quantized
}

/// Error of the output on inputs that calibration has not seen, of the same distribution.
fn fresh_error(model: &FloatModel, quantized: &Quantized) -> f64 {
    let graph = &quantized.graph;
    graph.validate().unwrap();
    bounds_hold(graph);
    let (mut wrong, mut size) = (0.0, 0.0);
    for seed in 20..30 {
        let input: Vec<f32> = values(model.input_len(), seed).into_iter().map(|v| v as f32).collect();
        let (got, expected) = (graph.run(&input).unwrap(), model.run(&input));
        assert_eq!(got.len(), expected.len());
        for (a, b) in got.iter().zip(&expected) {
            wrong += (a - b).powi(2);
            size += b.powi(2);
        }
    }
    f64::sqrt(wrong / size)
}

/// Legal inputs at their extremes leave no cell outside its static bound.
fn bounds_hold(graph: &ir::Graph) {
    let length = graph.input_len();
    let (lo, hi) = (graph.input.lo, graph.input.hi);
    let random = values(length, 3);
    let inputs = [
        vec![lo; length],
        vec![hi; length],
        random.iter().map(|v| if *v < 0.0 { lo } else { hi }).collect(),
        (0..length).map(|i| if i % 2 == 0 { lo } else { hi }).collect(),
    ];
    for input in inputs {
        let trace = execute(graph, &input).unwrap();
        for (node, cells) in graph.nodes.iter().zip(&trace.tensors[1..]) {
            assert!(cells.iter().all(|c| (node.lo..=node.hi).contains(c)), "{}", node.name);
        }
        // Padding of the output is 0.
        let shape = graph.shape(graph.output.tensor).unwrap();
        let stored = &trace.tensors[graph.output.tensor];
        let real = shape.real_indices();
        assert!((0..stored.len()).filter(|i| !real.contains(i)).all(|i| stored[i] == 0));
    }
}

fn count(graph: &ir::Graph, f: fn(&ir::Op) -> bool) -> usize {
    graph.nodes.iter().filter(|n| f(&n.op)).count()
}

#[test]
fn lenet() {
    let mut net = Net::new(&[&[1, 1, 14, 14]]);
    let a = net.conv(0, 6, 3, 1, 0);
    let a = net.relu(a);
    let a = net.max_pool(a);
    let a = net.conv(a, 8, 3, 1, 0);
    let a = net.max_pool(a);
    let a = net.relu(a);
    let a = net.flatten(a);
    let a = net.dense(a, 10);
    let graph = check(&net.output(&[a])).graph;
    assert_eq!(count(&graph, |op| matches!(op, ir::Op::Max(_))), 4);
    assert_eq!(count(&graph, |op| matches!(op, ir::Op::Activation(_))), 2);
}

#[test]
fn residual_network() {
    let mut net = Net::new(&[&[1, 3, 8, 8]]);
    let a = net.norm(0);
    let a = net.conv(a, 4, 3, 1, 1);
    let a = net.norm(a);
    let mut a = net.relu(a);
    for (channels, stride) in [(4, 1), (6, 2)] {
        let b = net.conv(a, channels, 3, stride, 1);
        let b = net.norm(b);
        let b = net.relu(b);
        let b = net.conv(b, channels, 3, 1, 1);
        let b = net.norm(b);
        let short = if stride == 1 {
            a
        } else {
            let short = net.conv(a, channels, 1, stride, 0);
            net.norm(short)
        };
        let b = net.sum(&[(1.0, b), (1.0, short)]);
        a = net.relu(b);
    }
    let a = net.mean(a);
    let a = net.flatten(a);
    let a = net.dense(a, 10);
    let graph = check(&net.output(&[a])).graph;
    // One activation per ReLU; additions and normalizations cost none.
    assert_eq!(count(&graph, |op| matches!(op, ir::Op::Activation(_))), 5);
}

#[test]
fn mobile_network() {
    let mut net = Net::new(&[&[1, 3, 8, 8]]);
    let six = [Function::Clip { lo: 0.0, hi: 6.0 }];
    let a = net.conv(0, 4, 3, 2, 1);
    let a = net.norm(a);
    let a = net.map(a, &six);
    let b = net.conv(a, 12, 1, 1, 0);
    let b = net.norm(b);
    let b = net.map(b, &six);
    let b = net.depthwise(b, 3, 1, 1);
    let b = net.norm(b);
    let b = net.map(b, &six);
    let b = net.conv(b, 4, 1, 1, 0);
    let b = net.norm(b);
    let c = net.sum(&[(1.0, a), (1.0, b)]);
    let d = net.conv(c, 12, 1, 1, 0);
    let d = net.map(d, &[Function::HardSwish]);
    // Squeeze and excitation: a product of computed tensors.
    let e = net.mean(d);
    let e = net.map(e, &[Function::Sigmoid]);
    let product = Product {
        coefficient: 1.0,
        sums: vec![],
        left: view(Source::Tensor(d), vec![Link::identity(1, 1), Link::identity(2, 2), Link::identity(3, 3)]),
        right: view(Source::Tensor(e), vec![Link::identity(1, 1)]),
    };
    let f = net.add("excite", &[1, 12, 4, 4], Op::Sum(vec![Term::Product(product)]));
    let f = net.mean(f);
    let f = net.flatten(f);
    let f = net.dense(f, 7);
    check(&net.output(&[f]));
}

#[test]
fn concatenation_is_copied_not_looked_up() {
    let mut net = Net::new(&[&[1, 2, 6, 6]]);
    let a = net.conv(0, 3, 3, 1, 1);
    let a = net.relu(a);
    let b = net.conv(0, 5, 1, 1, 0);
    let b = net.map(b, &[Function::Sigmoid]);
    let c = net.concat(&[a, b]);
    let d = net.conv(c, 4, 3, 1, 1);
    let e = net.concat(&[c, d]);
    let graph = check(&net.output(&[e])).graph;
    assert!(count(&graph, |op| matches!(op, ir::Op::Copy { .. })) >= 1);
    // The convolution of the concatenation and the output that holds both: no table but of the two functions and one sum.
    assert!(count(&graph, |op| matches!(op, ir::Op::Activation(_))) <= 3);
}

#[test]
fn several_inputs_and_outputs_of_dimensions_that_are_no_powers_of_two() {
    let mut net = Net::new(&[&[1, 5, 3, 3], &[1, 7], &[2]]);
    let a = net.conv(0, 3, 1, 1, 0);
    let a = net.relu(a);
    let f = net.flatten(a);
    let b = net.dense(1, 27);
    let c = net.sum(&[(1.0, f), (-1.5, b)]);
    let d = net.map(c, &[Function::Tanh]);
    let e = net.dense(d, 6);
    let model = net.output(&[e, d, a]);
    let graph = check(&model).graph;
    assert_eq!(graph.input.parts.len(), 3);
    assert_eq!(
        graph.output.parts.iter().map(|p| p.dims.clone()).collect::<Vec<_>>(),
        [vec![1, 6], vec![1, 27], vec![1, 3, 3, 3]]
    );
}

#[test]
fn one_input_and_one_output_that_no_port_takes() {
    let mut net = Net::new(&[&[1, 3, 5, 7]]);
    let a = net.conv(0, 3, 3, 1, 1);
    let a = net.norm(a);
    let graph = check(&net.output(&[a])).graph;
    assert_eq!(graph.input.shape.dims(), [3, 35]);
    // A padded output that is the last convolution itself.
    let mut net = Net::new(&[&[1, 3, 8, 5]]);
    let a = net.relu(0);
    let a = net.conv(a, 3, 3, 1, 1);
    let graph = check(&net.output(&[a])).graph;
    assert_eq!(graph.shape(graph.output.tensor).unwrap().dims(), [3, 8, 5]);
    // An output that is a value.
    let mut net = Net::new(&[&[1, 3, 8, 5]]);
    let a = net.map(0, &[Function::Tanh]);
    check(&net.output(&[a]));
}

#[test]
fn attention() {
    let (tokens, width) = (5u32, 6u32);
    let mut net = Net::new(&[&[tokens, width]]);
    let project = |net: &mut Net, x: usize| {
        let weight = net.random(&[width, width], 0.7);
        let product = Product {
            coefficient: 1.0,
            sums: vec![width],
            left: view(weight, vec![Link::identity(2, 0), Link::identity(1, 1)]),
            right: view(Source::Tensor(x), vec![Link::identity(0, 0), Link::identity(2, 1)]),
        };
        net.add("project", &[tokens, width], Op::Sum(vec![Term::Product(product)]))
    };
    let (q, k, v) = (project(&mut net, 0), project(&mut net, 0), project(&mut net, 0));
    let scores = Product {
        coefficient: 1.0 / f64::sqrt(width.into()),
        sums: vec![width],
        left: view(Source::Tensor(q), vec![Link::identity(0, 0), Link::identity(2, 1)]),
        right: view(Source::Tensor(k), vec![Link::identity(1, 0), Link::identity(2, 1)]),
    };
    let s = net.add("scores", &[tokens, tokens], Op::Sum(vec![Term::Product(scores)]));
    let e = net.map(s, &[Function::Exp]);
    let all = view(Source::Tensor(e), vec![Link::identity(0, 0), affine(&[], &[(tokens, 1)], &[1], 0)]);
    let t = net.add("total", &[tokens], Op::Sum(vec![term(1.0, all)]));
    let r = net.map(t, &[Function::Reciprocal]);
    let product = Product {
        coefficient: 1.0,
        sums: vec![],
        left: view(Source::Tensor(e), vec![Link::identity(0, 0), Link::identity(1, 1)]),
        right: view(Source::Tensor(r), vec![Link::identity(0, 0)]),
    };
    let p = net.add("softmax", &[tokens, tokens], Op::Sum(vec![Term::Product(product)]));
    let product = Product {
        coefficient: 1.0,
        sums: vec![tokens],
        left: view(Source::Tensor(p), vec![Link::identity(0, 0), Link::identity(2, 1)]),
        right: view(Source::Tensor(v), vec![Link::identity(2, 0), Link::identity(1, 1)]),
    };
    let y = net.add("attend", &[tokens, width], Op::Sum(vec![Term::Product(product)]));
    check(&net.output(&[y]));
}

#[test]
fn comparisons_are_exact_on_integers() {
    let mut net = Net::new(&[&[16], &[16]]);
    let sum = net.sum(&[(1.0, 0), (-1.0, 1)]);
    let greater = net.exact(sum, &[Function::Positive]);
    let equal = net.exact(sum, &[Function::Zero]);
    let model = net.output(&[greater, equal]);
    for bits in [4, 8, 16] {
        let graph = quantized(&model, Options { bits: Some(bits), ..Options::default() }).graph;
        graph.validate().unwrap();
        let (lo, hi) = (graph.input.lo, graph.input.hi);
        let ends = [lo, -1, 0, 1, hi, hi - 1, lo + 1, 2];
        let pairs: Vec<(i64, i64)> = ends.iter().flat_map(|a| ends.iter().map(move |b| (*a, *b))).collect();
        let real = |v: i64, part: usize| v as f64 * f64::powi(2.0, -graph.input.parts[part].exponent);
        for pairs in pairs.chunks(16) {
            let input: Vec<i64> = pairs.iter().map(|p| p.0).chain(pairs.iter().map(|p| p.1)).collect();
            let output = graph.dequantize_output(&execute(&graph, &input).unwrap().output_real(&graph));
            for (i, (a, b)) in pairs.iter().enumerate() {
                let (a, b) = (real(*a, 0), real(*b, 1));
                assert_eq!(output[i], f64::from(u8::from(a > b)), "{a} > {b} at {bits} bits");
                assert_eq!(output[16 + i], f64::from(u8::from(a == b)), "{a} = {b} at {bits} bits");
            }
        }
    }
}

#[test]
fn floor_is_exact_or_refused() {
    let mut net = Net::new(&[&[8]]);
    let four = net.sum(&[(4.0, 0)]);
    let floor = net.exact(four, &[Function::Floor]);
    let graph = quantized(&net.output(&[floor]), Options { bits: Some(10), ..Options::default() }).graph;
    for start in (graph.input.lo..graph.input.hi).step_by(8) {
        let input: Vec<i64> = (start..start + 8).collect();
        let output = graph.dequantize_output(&execute(&graph, &input).unwrap().output_real(&graph));
        let scale = f64::powi(2.0, -graph.input.parts[0].exponent);
        for (x, y) in input.iter().zip(output) {
            assert_eq!((4.0 * *x as f64 * scale).floor(), y, "{x}");
        }
    }
    // Steps of 1/2^20 cannot be told apart by a table.
    let mut net = Net::new(&[&[8]]);
    let far = net.sum(&[(1e6 / 3.0, 0)]);
    let floor = net.exact(far, &[Function::Floor]);
    let model = net.output(&[floor]);
    let error = quantize_model(&model, Some(&samples(&model, 4)), &Options::default()).unwrap_err().to_string();
    for part in ["hand", "exact", "--bits"] {
        assert!(error.contains(part), "`{error}` does not say `{part}`");
    }
}

#[test]
fn maxima_of_different_scales_and_signs() {
    let mut net = Net::new(&[&[6]]);
    let a = net.matrix(0, 9, 4.0);
    let a = net.map(a, &[Function::Tanh]);
    let b = net.matrix(0, 9, 0.3);
    let constant = net.random(&[9], 0.5);
    let operand = |c: f64, source| Move { coefficient: c, view: View::identity(source, &[9]) };
    let (ta, tb) = (Source::Tensor(a), Source::Tensor(b));
    let c = net.add("max", &[9], Op::Max { left: operand(1.0, ta), right: operand(1.0, tb) });
    // A minimum, with a scaled operand, and one with a constant.
    let d = net.add("min", &[9], Op::Max { left: operand(-1.0, ta), right: operand(-0.7, Source::Tensor(c)) });
    let e = net.add("clamp", &[9], Op::Max { left: operand(1.0, Source::Tensor(d)), right: operand(1.0, constant) });
    check(&net.output(&[e]));
}

#[test]
fn a_sum_with_readers_of_different_scales() {
    let mut net = Net::new(&[&[6]]);
    let a = net.matrix(0, 12, 1.0);
    let b = net.map(a, &[Function::Sigmoid]);
    let c = net.map(a, &[Function::Affine { mul: 20.0, add: 1.0 }, Function::Relu]);
    let d = net.map(a, &[Function::Abs]);
    let e = net.sum(&[(1.0, b), (0.01, c), (1.0 / 3.0, d), (1.0, a)]);
    check(&net.output(&[e, a]));
}

#[test]
fn values_that_are_not_finite_are_refused_by_name() {
    let mut net = Net::new(&[&[6]]);
    let a = net.map(0, &[Function::Log]);
    let model = net.output(&[a]);
    let error = quantize_model(&model, Some(&samples(&model, 4)), &Options::default()).unwrap_err().to_string();
    for part in ["hand", "map0", "NaN", "sample 0"] {
        assert!(error.contains(part), "`{error}` does not say `{part}`");
    }
}

#[test]
fn the_report_says_what_was_traded() {
    let mut net = Net::new(&[&[1, 3, 8, 8]]);
    let a = net.conv(0, 6, 3, 1, 1);
    let a = net.relu(a);
    let a = net.flatten(a);
    let a = net.dense(a, 10);
    let model = net.output(&[a]);
    let report = check(&model).report;
    let names: Vec<_> = report.alternatives.iter().map(|a| a.target.clone()).collect();
    assert_eq!(names, ["accuracy", "balanced", "speed"]);
    assert!(report.tried > 3 && report.target.as_deref() == Some("balanced"));
    let relu = report.layers.iter().find(|l| l.kind == "relu").unwrap();
    assert!(relu.bits.is_some() && relu.leaves >= 512 && relu.relative_error > 0.0);
    let all: u64 = report.layers.iter().map(|l| l.leaves).sum();
    assert_eq!(all, report.cost.slot_leaves);
    let json = serde_json::to_string(&report).unwrap();
    let read: verin_quantizer::report::Report = serde_json::from_str(&json).unwrap();
    assert_eq!((read.layers.len(), read.alternatives.len()), (report.layers.len(), 3));
    let page = verin_quantizer::report::plot(&report).replace("http://www.w3.org/2000/svg", "");
    assert!(page.contains("<svg") && report.layers.iter().all(|l| page.contains(&l.name)));
    for outside in ["http", "src=", "href", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn targets_order_cost_and_error() {
    let mut net = Net::new(&[&[1, 1, 12, 12]]);
    let a = net.conv(0, 4, 3, 1, 1);
    let a = net.map(a, &[Function::Tanh]);
    let a = net.flatten(a);
    let a = net.dense(a, 32);
    let a = net.relu(a);
    let a = net.dense(a, 10);
    let model = net.output(&[a]);
    let of = |target| quantized(&model, Options { target, ..Options::default() }).report;
    let [accuracy, balanced, speed] = [Target::Accuracy, Target::Balanced, Target::Speed].map(of);
    assert!(accuracy.output_error <= 0.006, "{}", accuracy.output_error);
    assert!(balanced.cost.tree_log <= accuracy.cost.tree_log && speed.cost.tree_log <= balanced.cost.tree_log);
    assert!(speed.cost.leaves() < balanced.cost.leaves());
}

#[test]
fn factors_of_zero() {
    let mut net = Net::new(&[&[6]]);
    let a = net.sum(&[(0.0, 0)]);
    let b = net.map(a, &[Function::Exp]);
    let c = net.sum(&[(1.0, b), (1.0, 0)]);
    let d = net.matrix(c, 5, 0.0);
    check(&net.output(&[c, a, d]));
}
